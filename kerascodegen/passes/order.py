"""Decide the order in which calls are written."""

from __future__ import annotations

from kerascodegen.errors import printable
from kerascodegen.graph.model import Graph, GraphKind
from kerascodegen.graph.traverse import call_order
from kerascodegen.passes.base import PassContext


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
    if graph.kind is GraphKind.FUNCTIONAL and len(order) != len(graph.nodes):
        written = set(order)
        for node in graph.nodes:
            if node.key not in written:
                context.warn(
                    printable(node.operation, 60),
                    "leads to no output of the model and is left out.",
                )
    return graph.decide(order=tuple(order))
