"""The source of a live module by statement: what binds a name, what one needs."""

from __future__ import annotations

import ast
import linecache
import symtable
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import CodeType
from typing import Any

# Statements that only bind names, which may be copied as they stand.
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class SourceText:
    """One file or notebook cell of a module.

    Attributes:
        filename: What code objects of it say.
        text: The source.
        index: Which cell it is.
    """

    filename: str
    text: str
    index: int = 0

    @cached_property
    def tree(self) -> ast.Module:
        """The source as a tree; an empty one where it is no Python."""
        try:
            return ast.parse(self.text)
        except (SyntaxError, ValueError, RecursionError):
            return ast.Module([], [])

    @cached_property
    def codes(self) -> tuple[CodeType, ...]:
        """Every code object that the source compiles to."""
        try:
            top = compile(self.text, self.filename, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError):
            return ()
        return tuple(_code_tree(top))

    def has(self, code: CodeType) -> bool:
        """Tell whether a live function still is what the source says."""
        return any(
            own.co_qualname == code.co_qualname
            and own.co_firstlineno == code.co_firstlineno
            and own.co_code == code.co_code
            and own.co_names == code.co_names
            for own in self.codes
        )

    def statement(self, node: ast.stmt) -> str:
        """The text of a statement, decorators included, not indented."""
        first = getattr(node, "decorator_list", [])
        start = min([node.lineno, *(item.lineno for item in first)])
        lines = self.text.splitlines(keepends=True)[start - 1 : node.end_lineno]
        text = textwrap.dedent("".join(lines)).rstrip()
        try:
            parsed = ast.parse(text).body
        except SyntaxError:
            parsed = []
        # Several statements on a line, or text that loses meaning when dedented.
        if len(parsed) == 1 and ast.unparse(parsed[0]) == ast.unparse(node):
            return text
        return ast.unparse(node)


def _code_tree(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code_tree(constant)


@dataclass(frozen=True)
class Binding:
    """A statement at the top of a module that binds or changes a name.

    Attributes:
        text: Where it stands.
        node: The statement.
        position: Its place in the module.
    """

    text: SourceText
    node: ast.stmt
    position: tuple[int, int]

    @property
    def is_import(self) -> bool:
        """Whether it is a plain import."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)


class ModuleSource:
    """The source of one namespace: a module's file, or the cells of a notebook.

    Attributes:
        name: The module's name.
        variables: The live namespace.
        texts: Its source, in order.
    """

    def __init__(
        self, name: str, variables: Mapping[str, Any], filename: str | None
    ) -> None:
        self.name = name
        self.variables = variables
        self.texts = tuple(_texts(variables, filename))

    @cached_property
    def _bindings(self) -> dict[str, list[Binding]]:
        found: dict[str, list[Binding]] = {}
        for text in self.texts:
            for node in text.tree.body:
                binding = Binding(text, node, (text.index, node.lineno))
                for name in dict.fromkeys(bound_names(node)):
                    found.setdefault(name, []).append(binding)
        return found

    def binding(self, name: str) -> list[Binding]:
        """The statements that make a name what it is, in their order.

        Args:
            name: A module-level name.

        Returns:
            The last statement that binds it for good, with those before that it
            builds on and those behind that change it.
        """
        kept: list[Binding] = []
        for binding in reversed(self._bindings.get(name, [])):
            kept.append(binding)
            if _is_whole(binding.node, name):
                break
        return kept[::-1]

    def star_imports(self) -> Iterator[ast.ImportFrom]:
        """Yield all `from module import *` at the top of the module."""
        for text in self.texts:
            for node in text.tree.body:
                if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                    yield node

    def features(self) -> tuple[str, ...]:
        """What the module imports from `__future__`."""
        return tuple(
            alias.name
            for text in self.texts
            for node in text.tree.body
            if isinstance(node, ast.ImportFrom) and node.module == "__future__"
            for alias in node.names
        )

    def find(self, qualname: str, line: int | None) -> tuple[SourceText, Scope] | None:
        """Find a class or function by its qualified name.

        Args:
            qualname: As Python has it, with `<locals>`.
            line: The first line of a function, or one inside of a class.

        Returns:
            The definition with where it stands; the last one where several fit.
        """
        matches = [
            (text, node)
            for text in self.texts
            for name, node in _scopes(text.tree, "")
            if name == qualname
        ]
        if line is not None:
            matches = [
                match
                for match in matches
                if _first_line(match[1]) <= line <= (match[1].end_lineno or 0)
            ]
        return matches[-1] if matches else None


def _texts(variables: Mapping[str, Any], filename: str | None) -> Iterator[SourceText]:
    cells = variables.get("In")
    if "get_ipython" in variables and isinstance(cells, list):
        for index, cell in enumerate(cells):
            yield SourceText("<notebook>", str(cell), index)
        return
    path = variables.get("__file__") or filename
    if isinstance(path, str):
        linecache.checkcache(path)
        lines = linecache.getlines(path, dict(variables))
        if lines:
            yield SourceText(path, "".join(lines))


def _scopes(node: ast.AST, prefix: str) -> Iterator[tuple[str, Scope]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _DEFINITIONS):
            name = f"{prefix}{child.name}"
            yield name, child
            local = "" if isinstance(child, ast.ClassDef) else "<locals>."
            yield from _scopes(child, f"{name}.{local}")
        else:
            yield from _scopes(child, prefix)


def _first_line(node: Scope) -> int:
    return min([node.lineno, *(item.lineno for item in node.decorator_list)])


def bound_names(node: ast.stmt) -> Iterator[str]:
    """Yield the module-level names that a statement binds, or changes in place.

    Args:
        node: A statement at the top of a module.

    Yields:
        Names, perhaps more than once.
    """
    if isinstance(node, _DEFINITIONS):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.Expr):
        # `TABLE.append(3)` changes what TABLE is.
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            yield from _root(call.func)
    elif isinstance(node, _ASSIGNMENTS):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from _targets(target)
    else:
        for field in ("body", "orelse", "finalbody"):
            for inner in getattr(node, field, ()):
                yield from bound_names(inner)
        for handler in getattr(node, "handlers", ()):
            for inner in handler.body:
                yield from bound_names(inner)
        for item in (getattr(node, "target", None), *getattr(node, "items", ())):
            item = getattr(item, "optional_vars", item)
            if isinstance(item, ast.expr):
                yield from _targets(item)


def _targets(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Tuple | ast.List):
        for item in target.elts:
            yield from _targets(item)
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value)
    else:
        yield from _root(target)


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _is_whole(node: ast.stmt, name: str) -> bool:
    """Tell whether a statement binds a name without regard to what it was before."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Try):
        return True
    if isinstance(node, ast.If):
        return bool(node.orelse)
    if isinstance(node, _DEFINITIONS):
        decorators = [n for item in node.decorator_list for n in _loaded(item)]
        return name not in decorators
    if isinstance(node, ast.Assign):
        plain = any(
            isinstance(target, ast.Name | ast.Tuple | ast.List)
            for target in node.targets
        )
        return plain and name not in _loaded(node.value)
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)


def _loaded(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def needed_names(source: str) -> list[str]:
    """List the module-level names that a statement uses.

    Args:
        source: One statement.

    Returns:
        Names that are neither its own nor local to its functions, in order.
    """
    table = symtable.symtable(source, "<statement>", "exec")
    names: set[str] = set()
    waiting = [table]
    while waiting:
        scope = waiting.pop()
        waiting.extend(scope.get_children())
        for symbol in scope.get_symbols():
            top = scope.get_type() == "module"
            if symbol.is_referenced() and (top or symbol.is_global()):
                names.add(symbol.get_name())
    for text in _annotations(ast.parse(source)):
        names |= _loaded(text)
    return sorted(names - {"__class__", "__name__", "__file__", "__doc__"})


def _annotations(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands in annotations that are strings."""
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            value = getattr(node, field, None)
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                try:
                    yield ast.parse(value.value, mode="eval")
                except SyntaxError:
                    continue


def local_names(tree: ast.Module, qualname: str) -> set[str]:
    """List the names that are local to the functions around a definition.

    Args:
        tree: The module.
        qualname: The definition's qualified name.

    Returns:
        Names; those of all functions with the qualified names of the enclosing ones.
    """
    parts = qualname.split(".<locals>.")[:-1]
    outer = {".<locals>.".join(parts[: n + 1]) for n in range(len(parts))}
    names: set[str] = set()
    for name, node in _scopes(tree, ""):
        if name in outer and not isinstance(node, ast.ClassDef):
            names |= {
                arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)
            }
            for statement in _own_statements(node.body):
                names |= set(bound_names(statement))
    return names


def _own_statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    # `bound_names` looks into what is nested, calls of methods aside.
    for statement in body:
        if not isinstance(statement, ast.Expr):
            yield statement
