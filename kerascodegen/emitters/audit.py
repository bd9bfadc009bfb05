"""The last look at finished source: nothing but what a generated module needs.

Names and strings of a model file pass through `identifier` and `string`, so nothing of
theirs should reach the source as code. This does not rely on it: it parses the source
and refuses every kind of syntax, import and call target that generated modules do not
have.
"""

from __future__ import annotations

import ast

from kerascodegen.errors import InternalError

_NODES: tuple[type[ast.AST], ...] = (
    ast.Module, ast.Expr, ast.Assign, ast.Return, ast.If, ast.For, ast.While, ast.Pass,
    ast.Raise, ast.FunctionDef, ast.ClassDef, ast.arguments, ast.arg, ast.keyword,
    ast.Import, ast.ImportFrom, ast.alias, ast.Name, ast.Attribute, ast.Subscript,
    ast.Slice, ast.Call, ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Starred,
    ast.BinOp, ast.UnaryOp, ast.Compare, ast.operator, ast.unaryop, ast.cmpop,
    ast.expr_context,
)  # fmt: skip

_IMPORTS = frozenset({"keras"})
# Builtins that generated modules call; everything else is keras or defined in them.
_BUILTINS = frozenset({"float", "slice", "NotImplementedError", "abs", "round"})
_ROOTS = frozenset({"keras", "layers", "ops"})
# Public names of keras that act on the outside world or switch safety off.
_FORBIDDEN = frozenset(
    {
        "config",
        "datasets",
        "export",
        "get_file",
        "load_model",
        "model_from_json",
        "saving",
        "utils",
    }
)
# Methods that generated modules call on a model of their own.
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
    imported: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, _NODES):
            raise _refusal(node, type(node).__name__)
        if isinstance(node, ast.Import | ast.ImportFrom):
            imported |= _check_import(node)
    allowed = _BUILTINS | _ROOTS | imported | defined
    for function in tree.body:
        local = _assigned(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                _check_call(node, allowed | local)
            elif isinstance(node, ast.Attribute):
                _check_attribute(node)


def _assigned(tree: ast.AST) -> set[str]:
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _check_import(node: ast.Import | ast.ImportFrom) -> set[str]:
    module = node.module if isinstance(node, ast.ImportFrom) else None
    for alias in node.names:
        root = (module or alias.name).partition(".")[0]
        if root not in _IMPORTS:
            raise _refusal(node, f"an import of {root}")
    return {alias.asname or alias.name for alias in node.names}


def _check_call(node: ast.Call, allowed: set[str]) -> None:
    target: ast.expr = node.func
    if isinstance(target, ast.Attribute) and target.attr in _METHODS:
        return
    # A layer is made and called in one expression: `layers.Dense(3)(x)`.
    while isinstance(target, ast.Call | ast.Attribute):
        target = target.func if isinstance(target, ast.Call) else target.value
    if isinstance(target, ast.Constant) and isinstance(node.func, ast.Attribute):
        raise _refusal(node, f"a call of .{node.func.attr}()")
    if not isinstance(target, ast.Name) or target.id not in allowed:
        raise _refusal(node, "a call of something unknown")


def _check_attribute(node: ast.Attribute) -> None:
    if node.attr in _FORBIDDEN or node.attr.startswith("__") and node.attr != "__init__":
        raise _refusal(node, f"the attribute .{node.attr}")


def _refusal(node: ast.AST, what: str) -> InternalError:
    line = getattr(node, "lineno", 0)
    return InternalError(f"Line {line} of the source has {what}, which none should.")
