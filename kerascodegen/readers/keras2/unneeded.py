"""Nodes that only shapes or a loss were computed with, which are left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kerascodegen.readers.keras2.context import Json


def without_unneeded(
    layers: list[dict[str, Json]], ends: dict[str, Json], droppable: Collection[str]
) -> list[dict[str, Json]]:
    """Leave out nodes that lead to no output.

    Keras 2 kept raw ops of which only the shape was taken, and those that `add_loss`
    took. In Keras 3 nothing takes what they give.

    Args:
        layers: Layers and op nodes in the form of Keras 3.
        ends: The model's inputs and outputs in that form.
        droppable: Names of those that may be left out. Others stay in any case.

    Returns:
        The layers that are left, in order.
    """
    sources = {
        layer["name"]: set(_taken(layer.get("inbound_nodes"))) for layer in layers
    }
    needed: set[str] = set()
    waiting = [name for name in sources if name not in droppable]
    waiting += [entry[0] for entry in _ends(list(ends.values()))]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting.extend(sources.get(name, ()))
    return [layer for layer in layers if layer["name"] in needed]


def _taken(value: Json) -> Iterator[str]:
    """Yield the layers whose tensors stand in calls."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, dict):
            if item.get("class_name") == "__keras_tensor__":
                yield item["config"]["keras_history"][0]
            else:
                stack.extend(item.values())


def _ends(value: Json) -> Iterator[list[Json]]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            if len(item) == 3 and isinstance(item[0], str):
                yield item
            else:
                stack.extend(item)
