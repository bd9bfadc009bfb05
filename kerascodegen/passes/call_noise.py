"""Drop keyword arguments that Keras recorded on calls but nobody wrote.

`Layer.__call__` fills in `training` and `mask` and, when a layer is called with one
tensor, records what it filled in (keras/src/layers/layer.py). Nothing in the file tells
a recorded `training=False` from one that the author wrote. Keras up to 3.15 overrides
it at run time; later versions honour it, so writing it out would switch dropout off for
ever.
"""

from __future__ import annotations

from dataclasses import replace

from kerascodegen.errors import printable
from kerascodegen.graph.model import Graph, Node, Value
from kerascodegen.passes.base import PassContext

# Call arguments whose default is None in every Keras layer that has them.
_NONE_BY_DEFAULT = frozenset({"mask", "training", "initial_state"})


def drop_call_noise(graph: Graph, context: PassContext) -> Graph:
    """Drop `training=False`, and `None` where that is the default.

    Args:
        graph: The graph.
        context: `options.keep_training` keeps `training=False`.

    Returns:
        The graph with fewer keyword arguments. `training=True` stays and is noted.
    """
    dropped_training = False
    nodes: list[Node] = []
    for node in graph.nodes:
        kwargs = {
            key: value
            for key, value in node.kwargs.items()
            if not _is_noise(key, value, context.options.keep_training)
        }
        dropped_training |= "training" in node.kwargs and "training" not in kwargs
        if kwargs.get("training") is True:
            context.note(
                printable(node.operation, 60),
                "called with training=True, which stays in force at inference too.",
            )
        unchanged = len(kwargs) == len(node.kwargs)
        nodes.append(node if unchanged else replace(node, kwargs=kwargs))
    if dropped_training:
        context.note(
            "",
            "training=False on calls is left out, since Keras records it by itself; "
            "--keep-training keeps it.",
        )
    return replace(graph, nodes=tuple(nodes))


def _is_noise(key: str, value: Value, keep_training: bool) -> bool:
    if key == "training" and value is False:
        return not keep_training
    if key not in _NONE_BY_DEFAULT:
        return False
    return value is None or (
        isinstance(value, list) and bool(value) and all(v is None for v in value)
    )
