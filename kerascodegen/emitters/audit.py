"""The last look at finished source: nothing but what a generated module needs.

Names and strings of a model file pass through `identifier` and `string`, so nothing of
theirs should reach the source as code. This does not rely on it: it parses the source
and refuses every kind of syntax, import and call target that generated modules do not
have.
"""

from __future__ import annotations

import ast

from kerascodegen.catalog.allowlist import is_known
from kerascodegen.errors import InternalError

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
_BUILTINS = frozenset({"float", "range", "slice", "NotImplementedError"})
# What `from keras import ...` and `import ... as ...` bind, in full.
_ROOTS = {"keras": "keras", "layers": "keras.layers", "ops": "keras.ops", "np": "numpy"}
# What emitters write themselves; all else must be a class or function of the catalog.
_OWN_CALLS = frozenset(
    {
        "keras.Input",
        "keras.Model",
        "keras.Sequential",
        "keras.backend.get_uid",
        "numpy.array",
    }
)
_OWN_NAMES = _OWN_CALLS | {"keras.layers.Layer"}
# Methods that generated modules call, on a model or string of their own.
_METHODS = frozenset({"compile", "summary", "encode"})


def audit_source(source: str) -> None:
    """Refuse source that has more in it than a generated module needs.

    Args:
        source: The finished source, as black left it.

    Raises:
        InternalError: Something is in it that no emitter writes.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise InternalError(f"The source is not Python: {error}") from error
    defined = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    for top in tree.body:
        if isinstance(top, ast.Import | ast.ImportFrom):
            defined |= _check_import(top)
    for top in tree.body:
        _check_scope(top, defined)


def _check_scope(top: ast.stmt, defined: set[str]) -> None:
    """Check one statement of the module with all that is inside it."""
    local = set(defined)
    calls: list[ast.Call] = []
    paths: list[tuple[ast.expr, list[str]]] = []
    inner: set[int] = set()
    # An attribute is met before what it is one of.
    for node in ast.walk(top):
        if not isinstance(node, _NODES):
            raise _refusal(node, type(node).__name__)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.decorator_list:
            raise _refusal(node, "a decorator")
        if isinstance(node, ast.FormattedValue):
            _check_hole(node)
        if isinstance(node, ast.Call):
            calls.append(node)
        elif isinstance(node, ast.arg) or (
            isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ):
            name = node.arg if isinstance(node, ast.arg) else node.id
            if name in _ROOTS or name in _BUILTINS:
                raise _refusal(node, f"a new meaning of {name}")
            local.add(name)
        elif isinstance(node, ast.Name | ast.Attribute) and id(node) not in inner:
            base, names = _dotted(node, inner)
            if any(name.startswith("_") for name in names):
                raise _refusal(node, f"the attribute .{'.'.join(names)}")
            paths.append((base, names))
    for base, names in paths:
        _check_path(base, names, local)
    for call in calls:
        _check_call(call, local)


def _check_hole(node: ast.FormattedValue) -> None:
    """Refuse what could run code or format in a way of its own inside an f-string."""
    plain = all(isinstance(inner, _HOLE_NODES) for inner in ast.walk(node.value))
    if not plain or node.conversion != -1 or node.format_spec is not None:
        raise _refusal(node, "such an expression inside an f-string")


def _dotted(node: ast.expr, inner: set[int]) -> tuple[ast.expr, list[str]]:
    """Take `a.b.c` apart; what stands inside it is noted as seen."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
        inner.add(id(node))
    return node, names


def _check_path(base: ast.expr, names: list[str], local: set[str]) -> None:
    """Refuse what could be called later under another name."""
    if not isinstance(base, ast.Name) or base.id in local:
        return
    if base.id in _ROOTS:
        path = ".".join([_ROOTS[base.id], *names])
        if path not in _OWN_NAMES and not is_known(path):
            raise _refusal(base, f"the name {path}")
    elif base.id not in _BUILTINS | {"__name__"}:
        raise _refusal(base, f"the name {base.id}")


def _check_import(node: ast.Import | ast.ImportFrom) -> set[str]:
    module = node.module if isinstance(node, ast.ImportFrom) else None
    if isinstance(node, ast.ImportFrom) and node.level:
        raise _refusal(node, "a relative import")
    bound = set()
    for alias in node.names:
        path = f"{module}.{alias.name}" if module else alias.name
        if path.partition(".")[0] not in _IMPORTS:
            raise _refusal(node, f"an import of {path}")
        is_root = path in _ROOTS.values()
        if not is_root and not is_known(path):
            raise _refusal(node, f"an import of {path}")
        name = alias.asname or alias.name
        if name in _BUILTINS or _ROOTS.get(name, path) != path:
            raise _refusal(node, f"a new meaning of {name}")
        bound.add(name)
    return bound - set(_ROOTS)


def _check_call(node: ast.Call, local: set[str]) -> None:
    target = node.func
    if isinstance(target, ast.Call):
        # A layer is made and called in one expression: `layers.Dense(3)(x)`.
        return
    names: list[str] = []
    while isinstance(target, ast.Attribute):
        names.append(target.attr)
        target = target.value
    if names and names[0] in _METHODS and not _is_root(target):
        return
    if not isinstance(target, ast.Name):
        raise _refusal(node, "a call of something unknown")
    if target.id in _ROOTS and target.id not in local:
        path = ".".join([_ROOTS[target.id], *reversed(names)])
        if path not in _OWN_CALLS and not is_known(path):
            raise _refusal(node, f"a call of {path}")
    elif names or target.id not in local | _BUILTINS:
        raise _refusal(node, f"a call of {target.id}")


def _is_root(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in _ROOTS


def _refusal(node: ast.AST, what: str) -> InternalError:
    line = getattr(node, "lineno", 0)
    return InternalError(f"Line {line} of the source has {what}, which none should.")
