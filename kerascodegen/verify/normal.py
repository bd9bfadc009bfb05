"""Configs and call arguments in one comparable form.

What Keras writes by chance (object ids, automatic names of inner objects, tuple or
list) is taken out; what the user decided stays.
"""

from __future__ import annotations

import hashlib
import inspect
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from kerascodegen.catalog.lookup import find_op

# Keys beside a serialised object's config that say nothing about what it computes.
_BESIDE = {"module", "registered_name", "build_config", "shared_object_id"}
_AUTOMATIC = "<automatic>"
_FAILED = "<failed>"


def snake_case(name: str) -> str:
    """Turn a class name into the stem of the names that Keras gives its objects.

    Args:
        name: A class name.

    Returns:
        As `keras.src.utils.naming.to_snake_case` has it.
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def is_automatic(name: object, class_name: str) -> bool:
    """Tell whether Keras could have given an object of that class this name.

    Args:
        name: The name in a config.
        class_name: The bare class name.

    Returns:
        Whether it is the class in snake case, perhaps with a number.
    """
    if not isinstance(name, str):
        return False
    return (
        re.fullmatch(rf"{re.escape(snake_case(class_name))}(_\d+)?", name) is not None
    )


def object_config(thing: Any) -> dict[str, Any]:
    """Serialise a layer, op or optimizer and normalise its config.

    Args:
        thing: A Keras object.

    Returns:
        The config without the object's own name.
    """
    import keras

    try:
        serialized = keras.saving.serialize_keras_object(thing)
    except Exception as error:
        # A custom class may have a get_config that fails; the original's does too.
        return {_FAILED: type(error).__name__}
    config = normalize(serialized.get("config", {}))
    if not isinstance(config, dict):
        return {"config": config}
    config.pop("name", None)
    return config


def has_failed(config: dict[str, Any]) -> bool:
    """Tell whether `object_config` found that an object's `get_config` fails.

    Args:
        config: What it gave.

    Returns:
        Whether there is nothing to compare.
    """
    return _FAILED in config


def normalize(value: Any) -> Any:
    """Bring a serialised value into comparable form, recursively.

    Args:
        value: What Keras' serialiser gives.

    Returns:
        JSON-like data in which equal means the same to Keras.
    """
    if isinstance(value, Mapping):
        if "class_name" in value and "config" in value:
            return _serialized_object(value)
        if "layers" in value and "output_layers" in value:
            value = _with_plain_ops(value)
        return {str(key): normalize(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [normalize(item) for item in value]
    if isinstance(value, float) and math.isnan(value):
        return "<nan>"
    if _is_array(value):
        return describe_array(value)
    return value


def describe_array(value: Any) -> Any:
    """Stand in for an array: itself when it is a scalar, else what it holds.

    Args:
        value: A NumPy array or scalar.

    Returns:
        A number, or text with dtype, shape and a digest of the bytes.
    """
    import numpy as np

    array = np.asarray(value)
    if array.ndim == 0:
        return array.item()
    digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]
    return f"<array {array.dtype} {array.shape} {digest}>"


def class_path(thing: Any) -> str:
    """Name a class such that two definitions of one custom class agree.

    Args:
        thing: A Keras object.

    Returns:
        The dotted path of a class of Keras' own, the bare name of any other. A
        Functional is told from a Sequential, its hidden base classes are not named.
    """
    cls = type(thing)
    module = cls.__module__
    return f"{module}.{cls.__name__}" if module.startswith("keras.") else cls.__name__


def bound_arguments(operation: Any, node: Any) -> dict[str, Any]:
    """Read the arguments of a call by parameter name, defaults left out.

    Args:
        operation: The layer or op that was called.
        node: The call.

    Returns:
        Arguments that differ from the default. `training=False` is left out, since
        Keras records it on calls whose author wrote nothing.
    """
    args, kwargs = node.arguments.args, node.arguments.kwargs
    parameters: Mapping[str, inspect.Parameter] = {}
    try:
        signature = inspect.signature(operation.call)
        bound = signature.bind(*args, **kwargs)
        parameters = signature.parameters
        named: dict[str, Any] = dict(bound.arguments)
    except (TypeError, ValueError):
        named = {f"argument {i}": value for i, value in enumerate(args)} | dict(kwargs)
    return {
        name: value
        for name, value in named.items()
        if not _is_default(value, parameters.get(name))
        and not (name == "training" and value is False)
    }


def argument(value: Any, place: Callable[[Any], Any]) -> Any:
    """Bring an argument of a call into comparable form.

    Args:
        value: A tensor, a constant, or a nest of them.
        place: How to name a symbolic tensor.

    Returns:
        JSON-like data.
    """
    import keras

    if isinstance(value, keras.KerasTensor):
        return place(value)
    if isinstance(value, Mapping):
        return {str(key): argument(item, place) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [argument(item, place) for item in value]
    if isinstance(value, slice):
        parts = (value.start, value.stop, value.step)
        return {"slice": [argument(part, place) for part in parts]}
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return normalize(value)
    if value is Ellipsis:
        return "..."
    if _is_array(value):
        return describe_array(value)
    if keras.ops.is_tensor(value) or isinstance(value, keras.Variable):
        return describe_array(keras.ops.convert_to_numpy(value))
    try:
        return normalize(keras.saving.serialize_keras_object(value))
    except Exception:
        return f"<{type(value).__name__}>"


def differences(
    original: Any, rebuilt: Any, path: str = ""
) -> list[tuple[str, str, str]]:
    """List where two normalised values differ.

    Args:
        original: Normalised data.
        rebuilt: Normalised data.
        path: Dotted path so far.

    Returns:
        Path, original and rebuilt value as text, for the innermost differing values.
    """
    if isinstance(original, dict) and isinstance(rebuilt, dict):
        found = []
        for key in dict.fromkeys([*original, *rebuilt]):
            inner = f"{path}.{key}" if path else key
            if key not in original:
                found.append((inner, "absent", show(rebuilt[key])))
            elif key not in rebuilt:
                found.append((inner, show(original[key]), "absent"))
            else:
                found.extend(differences(original[key], rebuilt[key], inner))
        return found
    if isinstance(original, list) and isinstance(rebuilt, list):
        if len(original) == len(rebuilt):
            found = []
            for index, (left, right) in enumerate(zip(original, rebuilt, strict=True)):
                found.extend(differences(left, right, f"{path}[{index}]"))
            return found
    elif original == rebuilt:
        return []
    return [(path, show(original), show(rebuilt))]


def show(value: Any) -> str:
    """Write a value down, not too long.

    Args:
        value: Normalised data.

    Returns:
        Its `repr`, cut in the middle.
    """
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:120]}…{text[-30:]}"


def _is_array(value: Any) -> bool:
    return hasattr(value, "tolist") and hasattr(value, "dtype")


def _is_default(value: Any, parameter: inspect.Parameter | None) -> bool:
    if parameter is None or parameter.default is inspect.Parameter.empty:
        return value is None
    if value is None:
        return parameter.default is None
    plain = isinstance(value, bool | int | float | str)
    return (
        plain and type(value) is type(parameter.default) and value == parameter.default
    )


def _serialized_object(value: Mapping[str, Any]) -> Any:
    class_name = value["class_name"]
    if class_name == "__lambda__":
        return "<lambda>"  # bytecode names its file and lines; predictions compare it
    config = normalize(value["config"])
    if class_name in ("__numpy__", "__tensor__"):
        return _serialized_array(config)
    module = value.get("module")
    if isinstance(config, dict) and is_automatic(config.get("name"), class_name):
        config["name"] = _AUTOMATIC
    known = {
        key: normalize(item)
        for key, item in value.items()
        if key not in _BESIDE and key not in ("config", "compile_config", "name")
    }
    if isinstance(module, str) and module.split(".")[0] in ("keras", "builtins"):
        known["module"] = module
    return known | {"config": config}


def _serialized_array(config: Mapping[str, Any]) -> Any:
    import numpy as np

    try:
        return describe_array(np.array(config["value"], config["dtype"]))
    except (KeyError, TypeError, ValueError):
        return dict(config)  # a dtype that NumPy does not have, bfloat16 say


def _with_plain_ops(config: Mapping[str, Any]) -> dict[str, Any]:
    """Rename the ops of a Functional's config by class and position."""
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for layer in config["layers"]:
        # Not by the module: `keras.activations.relu` makes an op as well.
        if find_op(f"{layer.get('module')}.{layer['class_name']}") is not None:
            kind = layer["class_name"]
            names[layer["name"]] = f"{kind}#{counts.get(kind, 0)}"
            counts[kind] = counts.get(kind, 0) + 1

    def rename(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {
                key: (
                    names.get(item, item)
                    if key == "name" and isinstance(item, str)
                    # A KerasTensor in a call, and the references in output_layers.
                    else (
                        _reference(item, names)
                        if key == "keras_history"
                        else rename(item)
                    )
                )
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return _reference(value, names) or [rename(item) for item in value]
        return value

    renamed = {key: value for key, value in config.items() if key != "layers"}
    renamed = {key: rename(value) for key, value in renamed.items()}
    renamed["layers"] = [rename(layer) for layer in config["layers"]]
    return renamed


def _reference(value: Any, names: Mapping[str, str]) -> list[Any] | None:
    is_reference = (
        isinstance(value, list | tuple)
        and len(value) == 3
        and isinstance(value[0], str)
        and all(type(part) is int for part in value[1:])
    )
    return [names.get(value[0], value[0]), *value[1:]] if is_reference else None
