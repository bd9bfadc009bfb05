"""Find the code of a live custom object: where to import it from, or its source."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import FunctionType, ModuleType
from typing import Any

from kerascodegen.graph.custom import (
    CustomCode,
    Definition,
    ImportedCode,
    ImportLine,
    InlinedCode,
    InlinedLambda,
    MissingCode,
)
from kerascodegen.literals import is_dotted_name
from kerascodegen.readers.constructors import constructor_of
from kerascodegen.readers.importable import import_path, is_importable, is_local
from kerascodegen.readers.importlines import (
    NoSourceError,
    absolute,
    import_line,
    import_of_module,
)
from kerascodegen.readers.lambdas import (
    find_lambda,
    plain_literal,
    with_closure,
    with_defaults,
)
from kerascodegen.readers.modulesource import (
    Binding,
    ModuleSource,
    bound_names,
    local_names,
    needed_names,
)

_REDEFINED = (
    "is not what its module has under that name now, so its source cannot be found"
)
_CHANGED = "has another source now than when it was loaded"
_NO_SOURCE = "was defined where no source is kept (exec, an interactive session)"


class CodeFinder:
    """Finds the code of one model's custom objects.

    What it gives is plain data; it runs nothing of the user's.
    """

    def __init__(self) -> None:
        self._sources: dict[int, ModuleSource] = {}
        self._importable: dict[str, bool] = {}

    def describe(self, thing: Any, number: int) -> CustomCode:
        """Say where the code of an object comes from.

        Args:
            thing: A class, a function or a lambda.
            number: Tells it from others of its name.

        Returns:
            The record.
        """
        code = self._describe(thing, number)
        if isinstance(code, MissingCode):
            return code
        modules = {code.module} if isinstance(code, ImportedCode) else set()
        if not isinstance(code, ImportedCode):
            lines = [line for item in code.definitions for line in item.imports]
            lines += code.imports if isinstance(code, InlinedLambda) else ()
            modules = {line.module for line in lines}
        tops = {module.partition(".")[0] for module in modules}
        return replace(code, local=frozenset(filter(is_local, tops)))

    def _describe(self, thing: Any, number: int) -> CustomCode:
        constructor = constructor_of(thing) if isinstance(thing, type) else None
        try:
            if getattr(thing, "__name__", "") == "<lambda>":
                return self._lambda(thing)
            path = import_path(thing)
            if path is not None:
                return ImportedCode(*path, constructor)
            definitions: dict[tuple[str, tuple[int, int]], Definition] = {}
            name = self._entry(thing, definitions)
            return InlinedCode(name, _ordered(definitions), constructor)
        except NoSourceError as error:
            return MissingCode(str(error), number)
        except RecursionError:
            return MissingCode("is nested too deeply", number)

    def _entry(
        self, thing: Any, out: dict[tuple[str, tuple[int, int]], Definition]
    ) -> str:
        """Collect the definition of a class or function, and what it needs."""
        name = getattr(thing, "__qualname__", getattr(thing, "__name__", ""))
        if hasattr(thing, "__self__") or not isinstance(name, str) or not name:
            raise NoSourceError("is a method or an object, not a class or function")
        source = self._source_of(thing)
        if "<locals>" in name:
            return self._local(thing, name, source, out)
        if not is_dotted_name(name):
            raise NoSourceError(_NO_SOURCE)
        first, *rest = name.split(".")
        found: Any = source.variables.get(first)
        for part in rest:
            found = vars(found).get(part) if hasattr(found, "__dict__") else None
        if found is not thing:
            raise NoSourceError(_REDEFINED if source.texts else _NO_SOURCE)
        if not source.texts or not source.binding(first):
            raise NoSourceError(_NO_SOURCE)
        for function in _functions(thing):
            if not any(_from(text.filename, function) for text in source.texts):
                continue
            if not any(text.has(function.__code__) for text in source.texts):
                raise NoSourceError(_CHANGED)
        imports = self._names([first], source, out)
        if imports:
            raise NoSourceError(_NO_SOURCE)
        return name

    def _local(
        self,
        thing: Any,
        name: str,
        source: ModuleSource,
        out: dict[tuple[str, tuple[int, int]], Definition],
    ) -> str:
        """Collect a class or function that stands inside a function."""
        functions = list(_functions(thing))
        line = functions[0].__code__.co_firstlineno if functions else None
        match = source.find(name, line)
        if match is None:
            raise NoSourceError(_NO_SOURCE)
        text, node = match
        if not all(text.has(function.__code__) for function in functions):
            raise NoSourceError(_CHANGED)
        closure = {
            key: value
            for function in functions
            for key, value in closure_of(function).items()
        }
        bases = {base.__name__: base for base in getattr(thing, "__bases__", ())}
        statement = text.statement(node)
        needs = [need for need in needed_names(statement) if need != node.name]
        imports: list[ImportLine] = []
        outer = local_names(text.tree, name)
        for need in list(needs):
            if need not in closure and need not in outer:
                continue
            needs.remove(need)
            value = closure.get(need, bases.get(need))
            imports.extend(self._bound(need, value, out))
        imports += self._names(needs, source, out)
        # Behind everything of the module's own, which was there when it was made.
        place = (_BEHIND + text.index, node.lineno)
        out[source.name, place] = Definition(
            source.name, place, (node.name,), statement, tuple(imports)
        )
        return node.name

    def _bound(
        self,
        name: str,
        value: Any,
        out: dict[tuple[str, tuple[int, int]], Definition],
    ) -> list[ImportLine]:
        """Make a name of an enclosing function available at module level."""
        if isinstance(value, ModuleType) and is_importable(value):
            return [import_of_module(value.__name__, name)]
        path = import_path(value) if isinstance(value, type | FunctionType) else None
        if path is not None and "." not in path[1]:
            alias = "" if path[1] == name else name
            return [ImportLine(path[0], path[1], alias)]
        if isinstance(value, type | FunctionType) and value.__name__ == name:
            self._entry(value, out)
            return []
        raise NoSourceError(
            f"uses {name} of the function that it is defined in"
            if is_dotted_name(name)
            else "uses names of the function that it is defined in"
        )

    def _lambda(self, function: Any) -> CustomCode:
        source = self._source_of(function)
        node = find_lambda(source, function.__code__)
        if node is None:
            raise NoSourceError(_CHANGED if source.texts else _NO_SOURCE)
        out: dict[tuple[str, tuple[int, int]], Definition] = {}
        closure = closure_of(function)
        literals = {
            key: value for key, value in closure.items() if plain_literal(value)
        }
        if function.__defaults__ or function.__kwdefaults__:
            node = with_defaults(node, function)
            if node is None:
                raise NoSourceError("has a default that is no plain value")
        changed = with_closure(node, literals)
        if changed is None:
            raise NoSourceError("uses one name for two things")
        text = ast.unparse(changed)
        needs = needed_names(f"_ = {text}")
        imports: list[ImportLine] = []
        for need in list(needs):
            if need in closure and need not in literals:
                needs.remove(need)
                imports.extend(self._bound(need, closure[need], out))
        imports += self._names(needs, source, out)
        return InlinedLambda(text, _ordered(out), tuple(sorted(set(imports))))

    def _names(
        self,
        needs: list[str],
        source: ModuleSource,
        out: dict[tuple[str, tuple[int, int]], Definition],
    ) -> list[ImportLine]:
        """Make module-level names available.

        Returns:
            What has to be imported; definitions are added to `out`.
        """
        imports: list[ImportLine] = []
        for need in needs:
            bindings = source.binding(need)
            if not bindings:
                imports.extend(self._unbound(need, source))
            elif all(binding.is_import for binding in bindings):
                imports.append(import_line(bindings[-1], need, source))
            elif self._can_import(source) and need in source.variables:
                imports.append(ImportLine(source.name, need))
            else:
                self._define(need, bindings, source, out)
        return imports

    def _define(
        self,
        name: str,
        bindings: list[Binding],
        source: ModuleSource,
        out: dict[tuple[str, tuple[int, int]], Definition],
    ) -> None:
        literal = _as_literal(name, bindings, source)
        for binding in bindings:
            key = (source.name, binding.position)
            if key in out:
                continue
            _refuse_main(binding.node, name)
            statement = literal or binding.text.statement(binding.node)
            bound = tuple(dict.fromkeys(bound_names(binding.node)))
            names = (name,) if literal else bound
            features = [
                ImportLine("__future__", feature) for feature in source.features()
            ]
            # Entered before what it needs, which may need it in turn.
            out[key] = Definition(*key, names, statement)
            inner = [need for need in needed_names(statement) if need != name]
            imports = features + self._names(inner, source, out)
            out[key] = Definition(*key, names, statement, tuple(sorted(set(imports))))
            if literal:
                break

    def _unbound(self, name: str, source: ModuleSource) -> Iterator[ImportLine]:
        """Find a name that no statement binds: a builtin, or of a star import."""
        if name in source.variables:
            value = source.variables[name]
            for node in source.star_imports():
                module = absolute(node, source)
                found = sys.modules.get(module)
                if found is not None and vars(found).get(name, _ABSENT) is value:
                    yield ImportLine(module, name)
                    return
        elif hasattr(builtins, name):
            return
        shown = name if is_dotted_name(name) else "a name"
        raise NoSourceError(f"needs {shown}, whose definition is not found")

    def _can_import(self, source: ModuleSource) -> bool:
        if source.name not in self._importable:
            module = sys.modules.get(source.name)
            same = module is not None and vars(module) is source.variables
            self._importable[source.name] = (
                module is not None and same and is_importable(module)
            )
        return self._importable[source.name]

    def _source_of(self, thing: Any) -> ModuleSource:
        functions = list(_functions(thing))
        name = str(getattr(thing, "__module__", ""))
        module = sys.modules.get(name)
        variables: Mapping[str, Any] = {} if module is None else vars(module)
        filename = None
        if functions:
            # Also where the module is not, or no more, known under its name.
            variables = functions[0].__globals__
            filename = functions[0].__code__.co_filename
        key = id(variables) if variables else id(thing)
        if key not in self._sources:
            self._sources[key] = ModuleSource(name, variables, filename)
        return self._sources[key]


_ABSENT = object()
_BEHIND = 1_000_000


def closure_of(function: Any) -> dict[str, Any]:
    """Give the variables of enclosing functions that a function uses, with values.

    Args:
        function: A live function.

    Returns:
        Values by name, without the `__class__` that `super()` needs.
    """
    names = function.__code__.co_freevars
    found = {}
    for name, cell in zip(names, function.__closure__ or (), strict=True):
        if name != "__class__":
            try:
                found[name] = cell.cell_contents
            except ValueError:
                found[name] = _ABSENT
    return found


def _functions(thing: Any) -> Iterator[FunctionType]:
    """Yield the functions that an object is made of, methods of a class in order."""
    if isinstance(thing, FunctionType):
        yield thing
    elif isinstance(thing, type):
        for value in vars(thing).values():
            for inner in (value, *(getattr(value, f, None) for f in _ACCESSORS)):
                if (
                    isinstance(inner, FunctionType)
                    and inner.__qualname__ == f"{thing.__qualname__}.{inner.__name__}"
                ):
                    yield inner


_ACCESSORS = ("__func__", "fget", "fset")


def _from(filename: str, function: FunctionType) -> bool:
    return filename == "<notebook>" or function.__code__.co_filename == filename


def _ordered(
    definitions: Mapping[tuple[str, tuple[int, int]], Definition],
) -> tuple[Definition, ...]:
    return tuple(definitions[key] for key in sorted(definitions))


def _refuse_main(node: ast.stmt, name: str) -> None:
    test = getattr(node, "test", None) if isinstance(node, ast.If) else None
    if test is not None and any(
        isinstance(inner, ast.Name) and inner.id == "__name__"
        for inner in ast.walk(test)
    ):
        raise NoSourceError(f'needs {name}, which stands below if __name__ == "..."')


def _as_literal(name: str, bindings: list[Binding], source: ModuleSource) -> str:
    """Write down what a constant is, where running its statement again is no way."""
    value = source.variables.get(name, _ABSENT)
    last = bindings[-1].node
    if isinstance(last, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return ""
    loops = any(
        isinstance(binding.node, ast.For | ast.While | ast.With) for binding in bindings
    )
    calls = any(
        isinstance(inner, ast.Call)
        for binding in bindings
        for inner in ast.walk(binding.node)
        if not isinstance(binding.node, ast.Try | ast.If)
    )
    if (loops or calls) and plain_literal(value):
        return f"{name} = {value!r}"
    if loops:
        raise NoSourceError(f"needs {name}, which a loop or with statement makes")
    return ""
