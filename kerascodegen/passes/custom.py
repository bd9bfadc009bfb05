"""Decide for all custom code of a model: imported, copied, or a stand-in.

A live reader says where the code of each custom object comes from; for a file, the
options may. What is left without code becomes a stand-in, and so does what would need
a name of the generated module for something else: copied code cannot be renamed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from kerascodegen.catalog.lookup import find_class, find_function
from kerascodegen.errors import printable
from kerascodegen.graph.custom import CustomCode, ImportedCode
from kerascodegen.graph.model import (
    ClassRef,
    FunctionSpec,
    Graph,
    LambdaSpec,
    Node,
    ObjectSpec,
    Operation,
    OperationKind,
    Value,
)
from kerascodegen.literals import is_dotted_name
from kerascodegen.options import Options, parse_custom_object
from kerascodegen.passes.base import PassContext
from kerascodegen.passes.custom_names import CustomNames

_Ref = TypeVar("_Ref", ClassRef, FunctionSpec, LambdaSpec)


def resolve_custom_code(graph: Graph, context: PassContext) -> Graph:
    """Decide where each custom class, function and lambda of a graph comes from.

    Args:
        graph: A graph as it was read.
        context: Options; the names that custom code has so far.

    Returns:
        The graph, with `code` on what is custom and not a stand-in for want of any.
    """
    return _Resolver(context.options, context.custom).graph(graph)


class _Resolver:
    def __init__(self, options: Options, names: CustomNames) -> None:
        self._options = options
        self._names = names
        self._mapped = _mapped(options)
        self._codes: dict[Any, CustomCode] = {}

    def graph(self, graph: Graph) -> Graph:
        settings = graph.compile_config
        return replace(
            graph,
            operations=tuple(self._operation(o) for o in graph.operations),
            nodes=tuple(self._node(node) for node in graph.nodes),
            compile_config=None if settings is None else self._dict(settings),
        )

    def _operation(self, operation: Operation) -> Operation:
        # A nested graph is resolved by itself.
        if operation.graph is not None or operation.kind is OperationKind.OP:
            return operation
        cls = self._class(operation.cls)
        config = self._dict(operation.config)
        return replace(operation, cls=cls, config=config)

    def _node(self, node: Node) -> Node:
        args = tuple(self._value(value) for value in node.args)
        return replace(node, args=args, kwargs=self._dict(node.kwargs))

    def _dict(self, values: Mapping[str, Value]) -> dict[str, Value]:
        return {key: self._value(value) for key, value in values.items()}

    def _value(self, value: Value) -> Value:
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict):
            return self._dict(value)
        if isinstance(value, ObjectSpec):
            if value.graph is not None:
                return value
            return replace(
                value, cls=self._class(value.cls), config=self._dict(value.config)
            )
        if isinstance(value, FunctionSpec):
            known = find_function(value.module, value.name) is not None
            return self._with_code(value, known, self._function_place)
        if isinstance(value, LambdaSpec):
            return self._with_code(value, True, lambda _: None)
        return value

    def _class(self, cls: ClassRef) -> ClassRef:
        known = find_class(cls.path) is not None
        return self._with_code(cls, known, self._class_place)

    def _with_code(
        self, ref: _Ref, known: bool, place: Callable[[_Ref], CustomCode | None]
    ) -> _Ref:
        code = ref.code
        if code is None:
            code = None if known else place(ref)
        if code is None:
            return ref
        if code not in self._codes:
            self._codes[code] = self._names.admit(code)
        return replace(ref, code=self._codes[code])

    def _class_place(self, cls: ClassRef) -> CustomCode | None:
        return self._place(cls.module, cls.name, cls.registered)

    def _function_place(self, function: FunctionSpec) -> CustomCode | None:
        registered = function.registered or function.name
        module = None if function.module == "builtins" else function.module
        return self._place(module, function.name, registered)

    def _place(
        self, module: str | None, name: str, registered: str | None
    ) -> CustomCode | None:
        """Where the options say that something in a file stands."""
        for key in (registered, name):
            if key in self._mapped:
                self._names.matched.add(str(key))
                return ImportedCode(*self._mapped[key])
        if module is None or not is_dotted_name(f"{module}.{name}"):
            return None
        for package in self._options.allow_import:
            if module == package or module.startswith(f"{package}."):
                self._names.matched.add(package)
                return ImportedCode(module, name)
        return None


def warn_of_unmatched(context: PassContext) -> None:
    """Say which options on custom code had nothing to do.

    Args:
        context: Behind all passes.
    """
    matched = context.custom.matched
    for package in context.options.allow_import:
        if package not in matched:
            context.note(
                "",
                f"--allow-import {printable(package, 60)}: no custom code of the "
                "model is from there.",
            )
    for name in _mapped(context.options):
        if name not in matched:
            context.warn(
                "",
                f"--custom-object {printable(name, 60)}: the model has no custom "
                "class or function of that name.",
            )


def _mapped(options: Options) -> dict[str, tuple[str, str]]:
    """Where the options say that custom objects stand: module and name by name."""
    parsed = map(parse_custom_object, options.custom_objects)
    return {name: (module, attribute) for name, module, attribute in parsed}
