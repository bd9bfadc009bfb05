"""Put the code that the user supplied where a file has only bytecode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kerascodegen.errors import printable
from kerascodegen.graph.custom import CustomCode, ImportedCode
from kerascodegen.graph.model import Graph, LambdaSpec, ObjectSpec, Operation, Value
from kerascodegen.lambda_option import parse_lambda
from kerascodegen.options import parse_custom_object
from kerascodegen.passes.base import PassContext

_FUNCTION = "function"


def supply_lambdas(graph: Graph, context: PassContext) -> Graph:
    """Give the lambdas of a graph the code that the user supplied.

    Args:
        graph: A graph as it was read.
        context: `options.lambdas` and `options.custom_objects` have it by layer.

    Returns:
        The graph, with code on those lambdas; also of those that are wrapped.
    """
    supplier = _Supplier(context)
    if not supplier.codes:
        return graph
    return replace(graph, operations=tuple(map(supplier.operation, graph.operations)))


class _Supplier:
    def __init__(self, context: PassContext) -> None:
        self._matched = context.custom.matched
        # The code, and what the option is called when it has found its layer.
        self.codes: dict[str, tuple[CustomCode, str]] = {}
        for entry in context.options.custom_objects:
            name, module, attribute = parse_custom_object(entry)
            self.codes[name] = ImportedCode(module, attribute), name
        for entry in context.options.lambdas:
            name, code = parse_lambda(entry)
            self.codes[name] = code, f"--lambda {name}"

    def operation(self, operation: Operation) -> Operation:
        config = self._config(operation.name, operation.config)
        return replace(operation, config=config)

    def _config(self, name: str, config: Mapping[str, Value]) -> Mapping[str, Value]:
        changed = {
            key: self._wrapped(name, value)
            for key, value in config.items()
            if isinstance(value, ObjectSpec)
        }
        function = config.get(_FUNCTION)
        if isinstance(function, LambdaSpec) and name in self.codes:
            code, option = self.codes[name]
            self._matched.add(option)
            changed[_FUNCTION] = replace(function, code=code)
        return {**config, **changed} if changed else config

    def _wrapped(self, outer: str, layer: ObjectSpec) -> Value:
        if layer.graph is not None:
            return layer
        own = str(layer.config.get("name"))
        # The layer of the model is the name that messages give.
        name = own if own in self.codes else outer
        return replace(layer, config=self._config(name, layer.config))


def warn_of_unmatched_lambdas(context: PassContext) -> None:
    """Say which lambdas belong to no layer of the model.

    Args:
        context: Behind all passes.
    """
    for entry in context.options.lambdas:
        name, _ = parse_lambda(entry)
        if f"--lambda {name}" not in context.custom.matched:
            context.warn(
                "",
                f"--lambda {printable(name, 60)}: the model has no Lambda layer of "
                "that name.",
            )
