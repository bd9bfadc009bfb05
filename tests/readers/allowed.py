"""What generated source may hold, said anew and not taken from the code under test."""

from __future__ import annotations

import ast
import builtins

import keras

_STATEMENTS = (
    ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.Return,
    ast.Expr, ast.If, ast.Raise,
)  # fmt: skip
_EXPRESSIONS = (
    ast.Call, ast.Name, ast.Attribute, ast.Constant, ast.Tuple, ast.List, ast.Dict,
    ast.Starred, ast.UnaryOp, ast.Compare, ast.BinOp, ast.Subscript,
)  # fmt: skip
_IMPORTS = {
    "import keras",
    "from keras import layers",
    "from keras import ops",
    "import numpy as np",
}
# Of all of Keras, what the models of these tests need.
_KERAS = {
    "keras.Input",
    "keras.Model",
    "keras.initializers.GlorotUniform",
    "keras.initializers.Zeros",
    "layers.Dense",
    "layers.IntegerLookup",
    "layers.Lambda",
    "layers.StringLookup",
    "layers.TextVectorization",
    "layers.TimeDistributed",
    "np.array",
    "float",
}
_RUN = "build_model().summary()"
_METHODS = {"model.compile", "build_model().summary"}


def assert_allowed(source: str) -> None:
    """Look at the source as a suspicious reader would.

    Args:
        source: A generated module.
    """
    hidden = [char for char in source if not (char.isprintable() or char == "\n")]
    assert hidden == []
    tree = ast.parse(source)
    compile(source, "model_def.py", "exec")
    stubs = {node.name for node in tree.body if _is_stub(node)}
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert not (stubs | defined) & {"keras", "layers", "np", "ops", *dir(builtins)}
    for statement in tree.body:
        _assert_top(statement)
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            assert isinstance(node, _STATEMENTS), ast.unparse(node)
        elif isinstance(node, ast.expr):
            assert isinstance(node, _EXPRESSIONS), ast.unparse(node)
        if isinstance(node, ast.Call) and not isinstance(node.func, ast.Call):
            target = ast.unparse(node.func)
            # `"text".encode()` is how bytes are written.
            if isinstance(node.func, ast.Attribute) and node.func.attr == "encode":
                assert isinstance(node.func.value, ast.Constant)
                continue
            assert target in _KERAS | _METHODS | stubs | defined | {
                "NotImplementedError"
            }, target
    for name in _KERAS - {"float", "np.array"}:
        path = name.removeprefix("keras.").split(".")
        found = keras
        for part in path:
            found = getattr(found, part)


def _is_stub(node: ast.stmt) -> bool:
    """A class or function that does nothing but raise."""
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return False
    body = node.body
    if isinstance(node, ast.ClassDef):
        assert len(body) == 2
        assert isinstance(body[1], ast.FunctionDef)
        assert body[1].name == "__init__"
        body = [body[0], *body[1].body]
    return len(body) == 2 and isinstance(body[1], ast.Raise)


def _assert_top(node: ast.stmt) -> None:
    if isinstance(node, ast.Import | ast.ImportFrom):
        assert ast.unparse(node) in _IMPORTS
    elif isinstance(node, ast.Expr):
        assert isinstance(node.value, ast.Constant)
    elif isinstance(node, ast.If):
        assert ast.unparse(node) == f"if __name__ == '__main__':\n    {_RUN}"
    else:
        assert isinstance(node, ast.FunctionDef | ast.ClassDef), type(node)
        assert not node.decorator_list
