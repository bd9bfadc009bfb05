"""The only classes of a generated module with code of their own: blocks as layers.

Each method has one form. What is free in it, the construction of layers and their
calls, is handed back as plain statements, to be audited like those of any function.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_DECORATOR = "keras.saving.register_keras_serializable"
_BASE = "keras.layers.Layer"
_METHODS = ("__init__", "build", "compute_output_spec", "call", "get_config")
_NEEDED = ("__init__", "build", "call")


class UnknownFormError(Exception):
    """A class has something that no emitter writes.

    Attributes:
        node: Where.
        what: What it is.
    """

    def __init__(self, node: ast.AST, what: str) -> None:
        super().__init__(what)
        self.node = node
        self.what = what


def plain_class(node: ast.ClassDef, roots: dict[str, str]) -> ast.ClassDef:
    """Check the forms of a layer's class.

    Args:
        node: A class with a decorator.
        roots: What the names of imported modules stand for.

    Returns:
        A class without a decorator and with what was not checked: the layers that are
        made, and `call`. There `self.conv` is the variable `self_conv`, and neither
        `self` nor `kwargs` is known.

    Raises:
        UnknownFormError: The class is not of that form.
    """
    _check_head(node, roots)
    methods = {}
    for item in node.body[1:]:
        if not isinstance(item, ast.FunctionDef) or item.name not in _METHODS:
            raise UnknownFormError(item, "such a member of a class")
        if item.name in methods:
            raise UnknownFormError(item, "a second method of one name")
        if item.decorator_list or item.returns or item.type_comment:
            raise UnknownFormError(item, "such a method")
        methods[item.name] = item
    if not all(name in methods for name in _NEEDED):
        raise UnknownFormError(node, "a layer that lacks a method")
    parameters = _parameters(methods["__init__"], kwargs=True)
    made = _Attributes(parameters)
    init = made.init(methods["__init__"])
    for name, check in (
        ("build", _check_build),
        ("compute_output_spec", _check_spec),
        ("get_config", made.check_config),
    ):
        if name in methods:
            check(methods[name])
    body: list[ast.stmt] = [init, made.call(methods["call"])]
    return ast.ClassDef(
        name=node.name, bases=node.bases, keywords=[], body=body, decorator_list=[]
    )


def _check_head(node: ast.ClassDef, roots: dict[str, str]) -> None:
    decorator = node.decorator_list[0]
    known = (
        len(node.decorator_list) == 1
        and isinstance(decorator, ast.Call)
        and _path(decorator.func, roots) == _DECORATOR
        and not decorator.args
        and [keyword.arg for keyword in decorator.keywords] == ["package"]
        and _is_text(decorator.keywords[0].value)
    )
    if not known:
        raise UnknownFormError(node, "a decorator")
    based = len(node.bases) == 1 and _path(node.bases[0], roots) == _BASE
    if not based or node.keywords:
        raise UnknownFormError(node, "such a base class")
    first = node.body[0]
    if not isinstance(first, ast.Expr) or not _is_text(first.value):
        raise UnknownFormError(node, "a class without a docstring")


def _path(node: ast.expr, roots: dict[str, str]) -> str:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([roots.get(node.id, ""), *names])


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _parameters(method: ast.FunctionDef, *, kwargs: bool = False) -> list[str]:
    """The names of a method's parameters, without `self` and `kwargs`."""
    given = method.args
    names = [item.arg for item in given.args]
    known = not given.posonlyargs and given.vararg is None and names[:1] == ["self"]
    extra = given.kwarg is not None and given.kwarg.arg == "kwargs"
    if not known or extra is not kwargs or (given.kwarg is not None and not extra):
        raise UnknownFormError(method, "such parameters of a method")
    if any(item.annotation for item in (*given.args, *given.kwonlyargs)):
        raise UnknownFormError(method, "an annotation in a method")
    return [*names[1:], *(item.arg for item in given.kwonlyargs)]


def _without_self(method: ast.FunctionDef, body: list[ast.stmt]) -> ast.FunctionDef:
    given = method.args
    arguments = ast.arguments(
        posonlyargs=[],
        args=given.args[1:],
        vararg=None,
        kwonlyargs=given.kwonlyargs,
        kw_defaults=given.kw_defaults,
        kwarg=None,
        defaults=given.defaults,
    )
    made = ast.FunctionDef(
        name=method.name.strip("_"), args=arguments, body=body, decorator_list=[]
    )
    return ast.copy_location(made, method)


def _is_self(node: ast.AST, *names: str) -> bool:
    """Whether an expression is `self.name`, of any name where none is given."""
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and (not names or node.attr in names)
        and not node.attr.startswith("_")
    )


def _only(method: ast.FunctionDef, kind: type[ast.stmt]) -> ast.expr:
    """The value of the one statement that a method has."""
    first, *others = method.body
    if others or not isinstance(first, kind):
        raise UnknownFormError(method, f"such a {method.name}()")
    value = getattr(first, "value", None)
    if not isinstance(value, ast.expr):
        raise UnknownFormError(method, f"such a {method.name}()")
    return value


def _own_call(method: ast.FunctionDef, kind: type[ast.stmt]) -> list[ast.expr]:
    """What `self.call` is given in a method that does nothing else."""
    value = _only(method, kind)
    if not isinstance(value, ast.Call) or not _is_self(value.func, "call"):
        raise UnknownFormError(method, f"such a {method.name}()")
    if value.keywords or method.args.defaults or method.args.kwonlyargs:
        raise UnknownFormError(method, f"such a {method.name}()")
    return value.args


def _check_spec(method: ast.FunctionDef) -> None:
    names = _parameters(method)
    given = _own_call(method, ast.Return)
    if [item.id if isinstance(item, ast.Name) else "" for item in given] != names:
        raise UnknownFormError(method, "such a compute_output_spec()")


def _check_build(method: ast.FunctionDef) -> None:
    names = _parameters(method)
    given = _own_call(method, ast.Expr)
    if [_shape_of(item) for item in given] != names:
        raise UnknownFormError(method, "such a build()")


def _shape_of(node: ast.expr) -> str:
    """The parameter in `keras.KerasTensor(input_shape, "int32")`."""
    if not isinstance(node, ast.Call) or node.keywords or not node.args:
        return ""
    made = _path(node.func, {"keras": "keras"}) == "keras.KerasTensor"
    first, *rest = node.args
    plain = len(rest) <= 1 and all(_is_text(item) for item in rest)
    return first.id if made and plain and isinstance(first, ast.Name) else ""


class _Attributes:
    """What a class keeps in `self`."""

    def __init__(self, parameters: list[str]) -> None:
        self._parameters = set(parameters)
        self._kept: set[str] = set()
        self._layers: set[str] = set()

    def init(self, method: ast.FunctionDef) -> ast.FunctionDef:
        """Check `__init__`, and give the layers that it makes."""
        first, *rest = method.body
        if not _is_super_init(first):
            raise UnknownFormError(method, "such an __init__()")
        body = list(self._made(rest)) or [ast.Pass()]
        return _without_self(method, body)

    def _made(self, statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
        for statement in statements:
            if isinstance(statement, ast.If):
                yield ast.If(
                    test=statement.test,
                    body=list(self._made(statement.body)),
                    orelse=list(self._made(statement.orelse)),
                )
                continue
            target = statement.targets if isinstance(statement, ast.Assign) else []
            if len(target) != 1 or not _is_self(target[0]):
                raise UnknownFormError(statement, "such a statement in __init__()")
            assert isinstance(statement, ast.Assign)
            assert isinstance(target[0], ast.Attribute)
            name, value = target[0].attr, statement.value
            if name in _METHODS:
                raise UnknownFormError(statement, "a new meaning of a method")
            if isinstance(value, ast.Call):
                self._layers.add(name)
                variable = ast.Name(f"self_{name}", ast.Store())
                yield ast.copy_location(
                    ast.Assign(targets=[variable], value=value), statement
                )
            elif isinstance(value, ast.Name) and value.id == name in self._parameters:
                self._kept.add(name)
            else:
                raise UnknownFormError(statement, "such a value in __init__()")

    def call(self, method: ast.FunctionDef) -> ast.FunctionDef:
        """Check what `call` takes from `self`, and give its statements."""
        _parameters(method)
        layers, kept = self._layers - self._kept, self._kept - self._layers
        used = {id(n.func) for n in ast.walk(method) if isinstance(n, ast.Call)}

        class Known(ast.NodeTransformer):
            def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
                known = layers if id(node) in used else kept
                if _is_self(node, *known) and known and isinstance(node.ctx, ast.Load):
                    made = ast.Name(f"self_{node.attr}", ast.Load())
                    return ast.copy_location(
                        made if id(node) in used else ast.Constant(None), node
                    )
                self.generic_visit(node)
                return node

        body = [Known().visit(statement) for statement in method.body]
        return _without_self(method, body)

    def check_config(self, method: ast.FunctionDef) -> None:
        """Check that `get_config` gives what `__init__` was given."""
        value = _only(method, ast.Return)
        if _parameters(method) or not isinstance(value, ast.Dict):
            raise UnknownFormError(method, "such a get_config()")
        first, *keys = value.keys
        inherited, *values = value.values
        if first is not None or not _is_super(inherited, "get_config"):
            raise UnknownFormError(method, "such a get_config()")
        for key, item in zip(keys, values, strict=True):
            if (
                not isinstance(key, ast.Constant)
                or key.value not in self._kept
                or not _is_self(item, str(key.value))
            ):
                raise UnknownFormError(method, "such a get_config()")


def _is_super_init(node: ast.stmt) -> bool:
    """Whether a statement is `super().__init__(**kwargs)`."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    if not node.value.keywords:
        return False
    *first, last = node.value.keywords
    plain = all(
        item.arg == "autocast"
        and isinstance(item.value, ast.Constant)
        and item.value.value is False
        for item in first
    )
    return (
        len(first) <= 1
        and plain
        and last.arg is None
        and isinstance(last.value, ast.Name)
        and last.value.id == "kwargs"
        and not node.value.args
        and _is_super_method(node.value.func, "__init__")
    )


def _is_super(node: ast.expr, name: str) -> bool:
    """Whether an expression is `super().name()`."""
    return (
        isinstance(node, ast.Call)
        and not node.args
        and not node.keywords
        and _is_super_method(node.func, name)
    )


def _is_super_method(node: ast.expr, name: str) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == name
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "super"
        and not node.value.args
        and not node.value.keywords
    )
