"""Reads a call out of `inbound_nodes`, as Keras 2 wrote them for op layers.

One call is `["x", 0, 0, {"y": ["z", 0, 0]}]`: the first argument, and all others by
name. Where the first argument is a list (`tf.concat`), each of its items repeats the
others. A first argument that is no tensor is `["_CONSTANT_VALUE", -1, 2.0, {...}]`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerascodegen.readers.keras2.tfops.expr import Slice, Tensor, UntranslatableError

CONSTANT = "_CONSTANT_VALUE"
COMPOSITE = "_COMPOSITE_TYPE"
_MAX_DEPTH = 40


def decode_call(
    data: Any, is_layer: Callable[[str], bool]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Read one entry of an op layer's `inbound_nodes`.

    Args:
        data: The entry.
        is_layer: Tells whether the model has a layer of a name; without, a list of a
            name and two numbers is a constant.

    Returns:
        Positional and keyword arguments, with `Tensor` and `Slice` inside. A tensor's
        `ref` is `(layer, number of the call, number of the output)` as in the file.

    Raises:
        UntranslatableError: It is damaged.
    """
    kwargs: dict[str, Any] = {}

    def first(value: Any, depth: int = 0) -> Any:
        if depth > _MAX_DEPTH:
            raise UntranslatableError("its arguments are nested too deeply")
        if not isinstance(value, list):
            raise UntranslatableError("its call is damaged in the file")
        if len(value) in {3, 4} and isinstance(value[0], str):
            if len(value) == 4 and isinstance(value[3], dict):
                kwargs.update(value[3])
            if value[0] == CONSTANT:
                return decode_argument(value[2], is_layer)
            return _tensor(value)
        return [first(item, depth + 1) for item in value]

    argument = first(data)
    # Models that were written before Keras kept the structure have a list of one.
    decoded = {key: decode_argument(item, is_layer) for key, item in kwargs.items()}
    return (argument,), decoded


def _tensor(value: list[Any]) -> Tensor:
    name, node, tensor = value[:3]
    numbers = all(type(number) is int and number >= 0 for number in (node, tensor))
    if not isinstance(name, str) or not numbers:
        raise UntranslatableError("its call is damaged in the file")
    return Tensor((name, node, tensor))


def decode_argument(value: Any, is_layer: Callable[[str], bool], depth: int = 0) -> Any:
    """Read an argument: tensors, slices, the ellipsis, numbers, lists of those."""
    if depth > _MAX_DEPTH:
        raise UntranslatableError("its arguments are nested too deeply")
    if isinstance(value, dict):
        if value.get("class_name") == "__ellipsis__":
            return ...
        if set(value) == {"start", "stop", "step"}:
            ends = (value["start"], value["stop"], value["step"])
            return Slice(*(decode_argument(end, is_layer, depth + 1) for end in ends))
        return {
            key: decode_argument(item, is_layer, depth + 1)
            for key, item in value.items()
        }
    if not isinstance(value, list):
        return value
    if value and value[0] == COMPOSITE:
        raise UntranslatableError("an argument is a ragged or sparse constant")
    if len(value) >= 3 and isinstance(value[0], str):
        if value[0] == CONSTANT:
            return decode_argument(value[2], is_layer, depth + 1)
        plain = all(type(number) is int for number in value[1:3])
        if plain and is_layer(value[0]):
            return _tensor(value)
    return [decode_argument(item, is_layer, depth + 1) for item in value]
