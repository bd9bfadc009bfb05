"""Warn of layers that are one object in several models, which source cannot say yet."""

from __future__ import annotations

from kerascodegen.errors import printable
from kerascodegen.graph.model import Graph
from kerascodegen.passes.base import PassContext


def warn_of_lost_sharing(graph: Graph, context: PassContext) -> Graph:
    """Warn where weights that were shared will not be.

    A config names a layer once for each model that it stands in. `keras.models`
    itself makes it anew for each when it loads the file.

    Args:
        graph: The graph.
        context: Takes the warnings.

    Returns:
        The graph as it is.
    """
    for name in graph.shared:
        context.warn(
            printable(name, 60),
            "is one layer in several models or wrappers, which a Keras config does not "
            "tell. The source makes one for each, so their weights are not shared.",
        )
    return graph
