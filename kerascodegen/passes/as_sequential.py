"""Write a straight line of layers as a Sequential, nested ones too."""

from __future__ import annotations

from dataclasses import replace

from kerascodegen.errors import UnsupportedModelError, printable
from kerascodegen.graph.model import (
    ClassRef,
    Graph,
    GraphKind,
    Operation,
    tensor_refs,
)
from kerascodegen.graph.straight import find_bends
from kerascodegen.graph.traverse import call_order, input_order, operations_by_name
from kerascodegen.passes.base import PassContext

# Reasons in a refusal before "and N more".
MAX_REASONS = 12
_SEQUENTIAL = ClassRef("keras", "Sequential")


def as_sequential(graph: Graph, context: PassContext) -> Graph:
    """Turn a straight line into a Sequential.

    Args:
        graph: The outermost graph, Functional, behind the passes that drop what Keras
            recorded on calls by itself.
        context: Takes notes on nested models that are no straight line.

    Returns:
        A Sequential graph. A nested model that is a straight line is one too, and any
        other stays Functional.

    Raises:
        UnsupportedModelError: The graph is no straight line; the message has each node
            that has more than one input, output or consumer.
    """
    bends = find_bends(graph)
    if bends:
        reasons = ", ".join(str(bend) for bend in bends[:MAX_REASONS])
        rest = len(bends) - MAX_REASONS
        more = f" and {rest} more" if rest > 0 else ""
        raise UnsupportedModelError(
            f'The model "{printable(graph.name, 60)}" is no straight line of layers, '
            f"so it cannot be a Sequential: {reasons}{more}. Leave out --style "
            "sequential to write it as Functional."
        )
    for what, value in (("input", graph.inputs), ("output", graph.outputs)):
        if isinstance(value, list):
            context.note(
                "",
                f"has its one {what} in a list; a Sequential has the tensor itself.",
            )
    graph, moved = _straighten(graph, context)
    return graph.decide(transfer=graph.decisions.transfer or ("",)) if moved else graph


def _straighten(graph: Graph, context: PassContext) -> tuple[Graph, bool]:
    """Straighten a graph and those in it; tell whether a nested one was changed."""
    moved = False
    operations = operations_by_name(graph)
    order = [*input_order(graph), *(name for name, _ in call_order(graph))]
    line: list[Operation] = []
    for name in order:
        operation, changed = _straighten_operation(operations[name], context)
        moved |= changed
        line.append(operation)
    nodes = {node.operation: node for node in graph.nodes}
    straight = replace(
        graph,
        kind=GraphKind.SEQUENTIAL,
        inputs=next(tensor_refs(graph.inputs), None),
        outputs=next(tensor_refs(graph.outputs)),
        operations=tuple(line),
        nodes=tuple(nodes[name] for name in order if name in nodes),
    )
    return straight, moved


def _straighten_operation(
    operation: Operation, context: PassContext
) -> tuple[Operation, bool]:
    if operation.graph is None:
        return operation, False
    nested = operation.graph
    if nested.kind is GraphKind.SEQUENTIAL:
        return operation, False
    bends = find_bends(nested)
    if bends or isinstance(nested.inputs, list) or isinstance(nested.outputs, list):
        context.note(
            printable(operation.name, 60),
            "is no straight line and stays a Functional model inside the Sequential.",
        )
        return operation, False
    straight, _ = _straighten(nested, context)
    return replace(operation, cls=_SEQUENTIAL, graph=straight), True
