"""How old configs name tensors: `[layer, call, output]`, keywords behind that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerascodegen.errors import ReadError
from kerascodegen.readers.keras2.context import Json, JsonObject

CONSTANT = "_CONSTANT_VALUE"
_OWN_PACKAGES = frozenset({"keras", "tf_keras", "tensorflow", "builtins"})
# Layers that were made of a TensorFlow function called on symbolic tensors.
OP_CLASSES = frozenset(
    {
        "ClassMethod",
        "InstanceMethod",
        "InstanceProperty",
        "SlicingOpLambda",
        "TFOpLambda",
        "TensorFlowOpLayer",
    }
)


def bare_class(data: JsonObject) -> tuple[str, str | None, str | None]:
    """Read which class a serialised object names.

    Files of before 2.12 have only a name, `"package>Name"` for a registered class.

    Args:
        data: An object with `class_name`.

    Returns:
        The bare name, the registered name of a custom class, and its module, where
        the class is not Keras' own.

    Raises:
        ReadError: A name is not a string.
    """
    name, module = data.get("class_name"), data.get("module")
    registered = data.get("registered_name")
    if (
        not isinstance(name, str)
        or not isinstance(module, str | None)
        or not isinstance(registered, str | None)
    ):
        raise ReadError("A class in the config is not named by strings.")
    if ">" in name:
        return name.rpartition(">")[2], name, module
    if registered is not None and ">" in registered:
        return name, registered, module
    own = module is None or module.partition(".")[0] in _OWN_PACKAGES
    return (name, None, None) if own else (name, registered, module)


def is_op_layer(layer: JsonObject) -> bool:
    """Tell whether a layer is a TensorFlow function called on symbolic tensors."""
    name = layer.get("class_name")
    return isinstance(name, str) and name in OP_CLASSES


def is_entry(value: Any) -> bool:
    """Tell whether a value is a tensor as a call names it, or a constant there."""
    return (
        isinstance(value, list)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and type(value[1]) is int
        and (type(value[2]) is int or value[0] == CONSTANT)
        and (len(value) == 3 or isinstance(value[3], dict) or value[3] is None)
    )


def entries(value: Any) -> Iterator[list[Json]]:
    """Yield all tensors that a call or an end of the model names, in order.

    Args:
        value: The call as the file has it.

    Yields:
        `[layer, call, output]` and perhaps more. Keywords of the first tensor come
        behind it; those of others are the same.
    """
    stack: list[Any] = [value]
    seen_keywords = False
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            if is_entry(item):
                if item[0] != CONSTANT:
                    yield item
                if len(item) == 4 and item[3] and not seen_keywords:
                    seen_keywords = True
                    stack = [*reversed(list(item[3].values())), *stack]
                continue
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            stack.extend(reversed(list(item.values())))


def keras_tensor(name: str, node: int, output: int) -> dict[str, Json]:
    """Write a tensor as Keras 3 does.

    Args:
        name: The operation that makes it.
        node: Which call of it, from 0.
        output: Which output of the call.

    Returns:
        Its JSON.
    """
    return {
        "class_name": "__keras_tensor__",
        "config": {"keras_history": [name, node, output]},
    }
