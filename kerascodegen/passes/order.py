"""Decide the order in which calls are written."""

from __future__ import annotations

from itertools import pairwise

from kerascodegen.errors import ReadError, printable
from kerascodegen.graph.model import Graph, GraphKind, NodeKey, OperationKind
from kerascodegen.graph.traverse import call_order
from kerascodegen.passes.auto_names import automatic_stem, split_auto_name
from kerascodegen.passes.base import PassContext

# The share of layers that must be named automatically for their numbers to say more
# about the order than the graph does.
_MOSTLY = 0.6


def decide_order(graph: Graph, context: PassContext) -> Graph:
    """Order calls branch by branch, as a person writes.

    The order of `model.layers` does not follow from it: Keras sorts layers by their
    depth in the graph, whatever the order of calls.

    Args:
        graph: The graph.
        context: Takes a warning where a call leads to no output.

    Returns:
        The graph with `decisions.order`.
    """
    order = call_order(graph)
    auto = context.options.names == "auto"
    if auto or context.options.style == "blocks":
        order = _counted(graph, order, names_left_out=auto)
    if graph.kind is GraphKind.FUNCTIONAL and len(order) != len(graph.nodes):
        written = set(order)
        for node in graph.nodes:
            if node.key not in written:
                context.warn(
                    printable(node.operation, 60),
                    "leads to no output of the model and is left out.",
                )
    return graph.decide(order=tuple(order))


def _counted(
    graph: Graph, order: list[NodeKey], *, names_left_out: bool
) -> list[NodeKey]:
    """Follow the numbers of automatic names: the order in which the author wrote calls.

    It is the one in which names can be left out, and in which what repeats looks alike.
    Where the layers were made in another order than they are called in, there is none.
    """
    written = set(order)
    layers = 0
    by_prefix: dict[str, list[tuple[int, NodeKey]]] = {}
    for operation in graph.operations:
        layers += operation.kind is OperationKind.LAYER
        prefix, number = split_auto_name(operation.label)
        first = (operation.name, 0)
        if prefix == automatic_stem(operation) and first in written:
            by_prefix.setdefault(prefix, []).append((number, first))
    counted = sum(len(several) for several in by_prefix.values())
    if not names_left_out and counted < _MOSTLY * layers:
        return order
    earlier = {
        later: one
        for several in by_prefix.values()
        for (_, one), (_, later) in pairwise(sorted(several))
    }
    try:
        return call_order(graph, earlier=earlier)
    except ReadError:
        return order
