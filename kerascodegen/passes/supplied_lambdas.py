"""Put the lambdas that the user supplied where a file has only bytecode."""

from __future__ import annotations

from dataclasses import replace

from kerascodegen.errors import printable
from kerascodegen.graph.model import Graph, LambdaSpec, Operation
from kerascodegen.lambda_option import parse_lambda
from kerascodegen.passes.base import PassContext


def supply_lambdas(graph: Graph, context: PassContext) -> Graph:
    """Give the lambdas of a graph the source that the user supplied.

    Args:
        graph: A graph as it was read.
        context: `options.lambdas` has them by layer.

    Returns:
        The graph, with code on those lambdas.
    """
    known = dict(map(parse_lambda, context.options.lambdas))
    if not known:
        return graph

    def supplied(operation: Operation) -> Operation:
        code = known.get(operation.name)
        function = operation.config.get("function")
        if code is None or not isinstance(function, LambdaSpec):
            return operation
        context.custom.matched.add(f"--lambda {operation.name}")
        config = {**operation.config, "function": replace(function, code=code)}
        return replace(operation, config=config)

    return replace(graph, operations=tuple(map(supplied, graph.operations)))


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
