"""Warn of layers that are shared, though the file does not tell with which."""

from __future__ import annotations

from kerascodegen.errors import printable
from kerascodegen.graph.model import Graph
from kerascodegen.passes.base import PassContext


def warn_of_lost_sharing(graph: Graph, context: PassContext) -> Graph:
    """Warn where weights that were shared will not be.

    A `.keras` file marks the later places of a layer, not always the first; where
    several layers could be that one, none is taken.

    Args:
        graph: The graph.
        context: Takes the warnings.

    Returns:
        The graph as it is.
    """
    for name in graph.lost_sharing:
        context.warn(
            printable(name, 60),
            "is one layer in several models or wrappers, but the file does not tell in "
            "which: several are equal to it. The source makes one for each. Generate "
            "from the live model to keep the sharing.",
        )
    return graph
