"""Calling the operations of a Functional once more, in the order of its calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def run_again(functional: Any) -> Any:
    """Call every operation of a Functional as it was called, on the same inputs.

    Keras itself would go by depth. The calls of a layer that is called several times
    are numbered by their order, so here they keep it.

    Args:
        functional: The Functional; its own input tensors are used.

    Returns:
        Its outputs, of new nodes.
    """
    import keras

    tensors = {id(tensor): tensor for tensor in functional.inputs}
    for node in _call_order(functional):
        args, kwargs = node.arguments.fill_in(tensors)
        outputs = keras.tree.flatten(node.operation(*args, **kwargs))
        tensors.update(zip(map(id, node.outputs), outputs, strict=False))
    return keras.tree.map_structure(
        lambda tensor: tensors[id(tensor)], functional._outputs_struct
    )


def _call_order(functional: Any) -> Iterator[Any]:
    """Yield a Functional's calls, each behind what it needs and earlier calls."""
    depths = functional._nodes_by_depth
    nodes = [node for depth in sorted(depths, reverse=True) for node in depths[depth]]
    own = {id(node) for node in nodes}
    done: set[int] = set()
    for start in nodes:
        waiting = [(start, False)]
        while waiting:
            node, entered = waiting.pop()
            if id(node) in done or node.is_input:
                continue
            if entered:
                done.add(id(node))
                yield node
                continue
            waiting.append((node, True))
            waiting.extend((one, False) for one in _needs(node) if id(one) in own)


def _needs(node: Any) -> Iterator[Any]:
    for earlier in node.operation._inbound_nodes:
        if earlier is node:
            break
        yield earlier
    for tensor in node.input_tensors:
        history = tensor._keras_history
        yield history.operation._inbound_nodes[history.node_index]
