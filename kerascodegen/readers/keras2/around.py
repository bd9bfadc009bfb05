"""Nodes around a layer that Keras 3 has in another way: behind it, and before it."""

from __future__ import annotations

from kerascodegen.readers.keras2.calls import Calls
from kerascodegen.readers.keras2.context import Item, Json
from kerascodegen.readers.keras2.entries import keras_tensor
from kerascodegen.readers.keras2.names import unique_name

_NUMPY_OPS = "keras.src.ops.numpy"


def follower_layer(item: Item, name: str, taken: set[str]) -> dict[str, Json]:
    """Make the layer that is called on what another one gives.

    Args:
        item: That one, which has a `follower`.
        name: Its name.
        taken: Names of the model, to which that of the new layer is added.

    Returns:
        The layer, without calls.
    """
    assert item.follower is not None
    cls, config = item.follower
    own = unique_name(f"{name}_{cls.lower()}", taken)
    return {
        "module": "keras.layers",
        "class_name": cls,
        "config": {"name": own, **config},
        "registered_name": None,
        "name": own,
    }


def put_behind(
    item: Item, old_name: str, name: str, calls: Calls, taken: set[str]
) -> list[dict[str, Json]]:
    """Write what stands behind a layer, and point at it what took from the layer.

    Args:
        item: The layer, as rules left it.
        old_name: The name that the file has it under.
        name: Its name.
        calls: The calls of the model.
        taken: Names of the model.

    Returns:
        Layers and op nodes; none for nearly all layers.
    """
    count = len(calls.old_calls(old_name))
    if item.follower is not None:
        layer = follower_layer(item, name, taken)
        layer["inbound_nodes"] = [
            {"args": [keras_tensor(name, call, 0)], "kwargs": {}}
            for call in range(count)
        ]
        for call in range(count):
            calls.results[old_name, call] = [keras_tensor(layer["name"], call, 0)]
        return [layer]
    if not item.time_major or not item.config.get("return_sequences"):
        return []
    made = []
    for call in range(count):
        node = _transpose(item, keras_tensor(name, call, 0), taken)
        made.append(node)
        states = 4 if item.config.get("return_state") else 0
        calls.results[old_name, call] = [
            keras_tensor(node["name"], 0, 0),
            *(keras_tensor(name, call, 1 + state) for state in range(states)),
        ]
    return made


def put_before(item: Item, nodes: list[Json], taken: set[str]) -> list[dict[str, Json]]:
    """Write what stands before a layer, and have its calls take that.

    Args:
        item: The layer, as rules left it.
        nodes: Its calls in the form of Keras 3, which are changed.
        taken: Names of the model.

    Returns:
        Op nodes; none for nearly all layers.
    """
    if not item.time_major:
        return []
    made = []
    for node in nodes:
        turned = _transpose(item, node["args"][0], taken)
        node["args"][0] = keras_tensor(turned["name"], 0, 0)
        made.append(turned)
    return made


def op_node(
    cls: str,
    args: list[Json],
    taken: set[str],
    made: list[dict[str, Json]],
    **config: Json,
) -> Json:
    """Write a call of an op of `keras.ops.numpy`.

    Args:
        cls: Its class, `"NotEqual"`.
        args: What it is called with.
        taken: Names of the model, to which its own is added.
        made: Takes the node.
        **config: Its config.

    Returns:
        The tensor that it gives.
    """
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in cls).lstrip("_")
    name = unique_name(snake, taken)
    made.append(
        {
            "module": _NUMPY_OPS,
            "class_name": cls,
            "config": {"name": name, **config},
            "registered_name": cls,
            "name": name,
            "inbound_nodes": [{"args": args, "kwargs": {}}],
        }
    )
    return keras_tensor(name, 0, 0)


def _transpose(item: Item, tensor: Json, taken: set[str]) -> dict[str, Json]:
    """Exchange the first two axes of a tensor."""
    rank = {"ConvLSTM1D": 4, "ConvLSTM2D": 5, "ConvLSTM3D": 6}.get(item.cls, 3)
    name = unique_name("transpose", taken)
    return {
        "module": _NUMPY_OPS,
        "class_name": "Transpose",
        "config": {"name": name, "axes": [1, 0, *range(2, rank)]},
        "registered_name": "Transpose",
        "name": name,
        "inbound_nodes": [{"args": [tensor], "kwargs": {}}],
    }
