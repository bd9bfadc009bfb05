"""The last look at finished source: nothing but what a generated module needs.

Names and strings of a model file pass through `identifier` and `string`, so nothing of
theirs should reach the source as code. This does not rely on it: it parses the source
and refuses every kind of syntax, import and call target that generated modules do not
have. What was copied from the user's own live module is known statement by statement,
and is the only thing passed over.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter

from kerascodegen.catalog.allowlist import is_known
from kerascodegen.emitters.audit_classes import UnknownFormError, plain_class
from kerascodegen.emitters.audit_loaders import (
    PATH_IMPORT,
    find_loaders,
    is_load,
    is_vocabulary,
)
from kerascodegen.emitters.custom import CustomSource
from kerascodegen.errors import InternalError
from kerascodegen.graph.custom import ImportLine

_NODES: tuple[type[ast.AST], ...] = (
    ast.Module, ast.Expr, ast.Assign, ast.Return, ast.If, ast.For, ast.While, ast.Pass,
    ast.Raise, ast.FunctionDef, ast.ClassDef, ast.arguments, ast.arg, ast.keyword,
    ast.Import, ast.ImportFrom, ast.alias, ast.Name, ast.Attribute, ast.Subscript,
    ast.Slice, ast.Call, ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Starred,
    ast.BinOp, ast.UnaryOp, ast.Compare, ast.operator, ast.unaryop, ast.cmpop,
    ast.expr_context, ast.JoinedStr, ast.FormattedValue, ast.IfExp, ast.Not,
)  # fmt: skip
# What stands between the braces of an f-string: variables of blocks and loops, and
# whole-number arithmetic on them.
_HOLE_NODES: tuple[type[ast.AST], ...] = (
    ast.Name, ast.Constant, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.IfExp,
    ast.Compare, ast.Eq, ast.Load,
)  # fmt: skip

_IMPORTS = frozenset({"keras", "numpy"})
# Builtins that generated modules call; everything else is keras or defined in them.
_BUILTINS = frozenset({"chr", "float", "range", "slice", "NotImplementedError"})
# What `from keras import ...` and `import ... as ...` bind, in full.
_ROOTS = {"keras": "keras", "layers": "keras.layers", "ops": "keras.ops", "np": "numpy"}
_ROOTS["numpy"] = "numpy"
# What emitters write themselves; all else must be a class or function of the catalog.
_OWN_CALLS = frozenset(
    {
        "keras.Input",
        "keras.Model",
        "keras.Sequential",
        "keras.backend.get_uid",
        "keras.tree.flatten",
        "numpy.array",
    }
)
_OWN_NAMES = _OWN_CALLS | {"keras.layers.Layer"}
# Methods that generated modules call, on a model, string or dict of their own.
_METHODS = frozenset(
    {"compile", "summary", "encode", "get_layer", "set_vocabulary", "values"}
)
# Methods of what a loader gives.
_ARRAY_METHODS = frozenset({"astype", "tolist"})
# Named in annotations and never called.
_TYPES = frozenset({"dict", "str", "tuple"})


def audit_source(source: str, custom: CustomSource | None = None) -> None:
    """Refuse source that has more in it than a generated module needs.

    Args:
        source: The finished source, as black left it.
        custom: The custom code that emitters copied or imported.

    Raises:
        InternalError: Something is in it that no emitter writes.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise InternalError(f"The source is not Python: {error}") from error
    loaders = find_loaders(tree)
    names = _Names(custom or CustomSource(), {loader.name for loader in loaders})
    names.defined |= names.loads
    body = [top for top in tree.body if top not in loaders and not names.is_copied(top)]
    for top in body:
        if isinstance(top, ast.FunctionDef | ast.ClassDef):
            names.defined.add(top.name)
        elif isinstance(top, ast.Import | ast.ImportFrom):
            names.defined |= names.check_import(top)
    for top in body:
        if not isinstance(top, ast.Import | ast.ImportFrom):
            names.check_scope(names.plain(names.without_lambdas(top)))


class _Names:
    """What the names of one module stand for."""

    def __init__(self, custom: CustomSource, loads: set[str]) -> None:
        self.defined: set[str] = set()
        self.loads = loads
        self._custom = set(custom.names)
        self._lines = set(custom.imports)
        # Where copied code means something else by `layers`, ours does not use it.
        self._roots = {k: v for k, v in _ROOTS.items() if k not in custom.bound}
        self._statements = Counter(
            _normal(node) for text in custom.definitions for node in _parsed(text)
        )
        self._lambdas = {
            _normal(node.value)
            for text in custom.lambdas
            for node in _parsed(text)
            if isinstance(node, ast.Expr)
        }

    def is_copied(self, top: ast.stmt) -> bool:
        """Whether a statement is one that was copied, each of them once."""
        key = _normal(top) if self._statements else ""
        if self._statements[key] <= 0:
            return False
        self._statements[key] -= 1
        return True

    def without_lambdas(self, top: ast.stmt) -> ast.stmt:
        """The statement without the expressions that were copied."""
        if not self._lambdas:
            return top
        known = self._lambdas

        class Remove(ast.NodeTransformer):
            def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
                return ast.Constant(None) if _normal(node) in known else node

        checked: ast.stmt = Remove().visit(top)
        return checked

    def plain(self, top: ast.stmt) -> ast.stmt:
        """The statement; of a layer's class what is left to check."""
        if not isinstance(top, ast.ClassDef) or not top.decorator_list:
            return top
        if "super" in self.defined:
            raise _refusal(top, "a new meaning of super")
        try:
            return plain_class(top, self._roots)
        except UnknownFormError as error:
            raise _refusal(error.node, error.what) from None

    def check_import(self, node: ast.Import | ast.ImportFrom) -> set[str]:
        """Check an import at the top of the module; give the names it defines."""
        module = node.module if isinstance(node, ast.ImportFrom) else None
        if isinstance(node, ast.ImportFrom) and node.level:
            raise _refusal(node, "a relative import")
        bound = set()
        for alias in node.names:
            name = alias.asname or alias.name
            line = ImportLine(
                module or alias.name, alias.name if module else "", alias.asname or ""
            )
            path = f"{module}.{alias.name}" if module else alias.name
            if self._roots.get(name) == path:
                continue
            # The loaders need it, and nothing else is there to use it.
            if line in self._lines or (self.loads and line == PATH_IMPORT):
                continue
            if path.partition(".")[0] not in _IMPORTS:
                raise _refusal(node, f"an import of {path}")
            is_root = path in _ROOTS.values()
            if not is_root and not is_known(path):
                raise _refusal(node, f"an import of {path}")
            if name in _BUILTINS or _ROOTS.get(name, path) != path:
                raise _refusal(node, f"a new meaning of {name}")
            bound.add(name)
        return bound - set(self._roots)

    def check_scope(self, top: ast.stmt) -> None:
        """Check one statement of the module with all that is inside it."""
        local = set(self.defined)
        calls: list[ast.Call] = []
        paths: list[tuple[ast.expr, list[str]]] = []
        inner: set[int] = set()
        # An attribute is met before what it is one of.
        for node in ast.walk(top):
            if not isinstance(node, _NODES):
                raise _refusal(node, type(node).__name__)
            if isinstance(node, ast.Import | ast.ImportFrom):
                raise _refusal(node, "an import inside of a statement")
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.decorator_list:
                raise _refusal(node, "a decorator")
            if isinstance(node, ast.FormattedValue):
                _check_hole(node)
            if isinstance(node, ast.Call):
                calls.append(node)
                if is_load(node, self.loads):
                    inner.add(id(node.func))
            elif isinstance(node, ast.arg) or (
                isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            ):
                name = node.arg if isinstance(node, ast.arg) else node.id
                if name in _ROOTS or name in _BUILTINS | _TYPES | self.loads:
                    raise _refusal(node, f"a new meaning of {name}")
                local.add(name)
            elif isinstance(node, ast.Name | ast.Attribute) and id(node) not in inner:
                base, names = _dotted(node, inner)
                if isinstance(base, ast.Name) and base.id in self.loads:
                    raise _refusal(node, f"{base.id} for something else than loading")
                private = any(name.startswith("_") for name in names)
                if private and not self._is_custom(base, names):
                    raise _refusal(node, f"the attribute .{'.'.join(names)}")
                paths.append((base, names))
        for base, names in paths:
            self._check_path(base, names, local)
        callable_names = local - self.loads
        for call in calls:
            if not is_load(call, self.loads):
                self._check_call(call, callable_names)

    def _is_custom(self, base: ast.expr, names: list[str]) -> bool:
        return (
            isinstance(base, ast.Name) and ".".join([base.id, *names]) in self._custom
        )

    def _check_path(self, base: ast.expr, names: list[str], local: set[str]) -> None:
        """Refuse what could be called later under another name."""
        if not isinstance(base, ast.Name) or base.id in local:
            return
        if self._is_custom(base, names):
            return
        if base.id in self._roots:
            path = ".".join([self._roots[base.id], *names])
            if path not in _OWN_NAMES and not is_known(path):
                raise _refusal(base, f"the name {path}")
        elif base.id not in _BUILTINS | _TYPES | {"__name__"}:
            raise _refusal(base, f"the name {base.id}")

    def _check_call(self, node: ast.Call, local: set[str]) -> None:
        target = node.func
        if isinstance(target, ast.Call):
            # A layer is made and called in one expression: `layers.Dense(3)(x)`.
            return
        names: list[str] = []
        while isinstance(target, ast.Attribute):
            names.append(target.attr)
            target = target.value
        if self._is_custom(target, names[::-1]):
            return
        if names and names[0] in _METHODS and not self._is_root(target):
            # Given a string, this would open a file of that name.
            if names[0] == "set_vocabulary" and not is_vocabulary(node, self.loads):
                raise _refusal(
                    node, "a vocabulary that is neither written out nor loaded"
                )
            return
        if names and names[0] in _ARRAY_METHODS and is_load(target, self.loads):
            return
        if not isinstance(target, ast.Name):
            raise _refusal(node, "a call of something unknown")
        if target.id in self._roots and target.id not in local:
            path = ".".join([self._roots[target.id], *reversed(names)])
            if path not in _OWN_CALLS and not is_known(path):
                raise _refusal(node, f"a call of {path}")
        # Asked of each set by itself: to join them for each call takes for ever when a
        # function has many names.
        elif names or not (target.id in local or target.id in _BUILTINS):
            raise _refusal(node, f"a call of {target.id}")

    def _is_root(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self._roots


def _check_hole(node: ast.FormattedValue) -> None:
    """Refuse what could run code or format in a way of its own inside an f-string."""
    plain = all(_is_plain(inner) for inner in ast.walk(node.value))
    if not plain or node.conversion != -1 or node.format_spec is not None:
        raise _refusal(node, "such an expression inside an f-string")


def _is_plain(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        letter = isinstance(node.func, ast.Name) and node.func.id == "chr"
        return letter and len(node.args) == 1 and not node.keywords
    return isinstance(node, _HOLE_NODES)


def _dotted(node: ast.expr, inner: set[int]) -> tuple[ast.expr, list[str]]:
    """Take `a.b.c` apart; what stands inside it is noted as seen."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
        inner.add(id(node))
    return node, names


def _refusal(node: ast.AST, what: str) -> InternalError:
    line = getattr(node, "lineno", 0)
    return InternalError(f"Line {line} of the source has {what}, which none should.")


def _parsed(text: str) -> list[ast.stmt]:
    return ast.parse(text).body


def _normal(node: ast.AST) -> str:
    """Write a tree down without what black may change in it."""

    class Normal(ast.NodeTransformer):
        def visit_Expr(self, node: ast.Expr) -> ast.stmt:
            value = node.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                return ast.Expr(ast.Constant(" ".join(value.value.split())))
            self.generic_visit(node)
            return node

        def visit_Constant(self, node: ast.Constant) -> ast.expr:
            return ast.Constant(node.value)

    # A copy: what is looked at is checked further.
    return ast.dump(Normal().visit(copy.deepcopy(node)))
