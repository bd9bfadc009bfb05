"""The input of an old Sequential, which its first layer was told."""

from __future__ import annotations

from typing import Any

from kerascodegen.readers.keras2.context import Json, JsonObject

_MAX_NESTING = 24


def sequential_layers(
    layers: list[dict[str, Json]], config: JsonObject, report_change: Any
) -> list[dict[str, Json]]:
    """Give a Sequential its input as a layer of its own.

    `Sequential.add` of Keras 2 (engine/sequential.py) makes the input out of the first
    layer's `batch_input_shape` and calls it `<layer>_input`. Keras before 2.3 and
    TensorFlow before 2.2 did not write it down; Keras 3 ignores the argument.

    Args:
        layers: The layers as the config has them.
        config: The Sequential's config.
        report_change: Called with what was done, where something was.

    Returns:
        The layers, an `InputLayer` first where its shape is known.
    """
    if not layers or layers[0].get("class_name") == "InputLayer":
        return layers
    found = _input_of(layers[0], 0)
    if found is None:
        shape = config.get("build_input_shape")
        if not isinstance(shape, list) or not shape or isinstance(shape[0], list):
            return layers
        found = shape, None
    shape, dtype = found
    first = layers[0].get("config")
    name = first.get("name") if isinstance(first, dict) else None
    name = layers[0].get("name", name)
    if not isinstance(name, str):
        name = "sequential"
    report_change(f'an Input "{name}_input" is made of what the first layer was told')
    entry = {
        "class_name": "InputLayer",
        "config": {
            "batch_input_shape": shape,
            "dtype": dtype or "float32",
            "name": f"{name}_input",
        },
    }
    return [entry, *layers]


def _input_of(layer: JsonObject, depth: int) -> tuple[Json, Json] | None:
    """The shape and dtype that a first layer was told, or a first model has inside."""
    config = layer.get("config")
    inner = config if isinstance(config, list) else None
    if isinstance(config, dict):
        if isinstance(config.get("batch_input_shape"), list):
            dtype = config.get("dtype")
            dtype = dtype if isinstance(dtype, str) else None
            # What a layer computes in is not what it is given.
            if dtype is not None and dtype.startswith("mixed_"):
                dtype = None
            return config["batch_input_shape"], config.get("input_dtype") or dtype
        inner = config.get("layers")
    if not isinstance(inner, list) or not inner or depth > _MAX_NESTING:
        return None
    first = inner[0]
    # Of a model with several inputs there is no one shape.
    if isinstance(config, dict) and "input_layers" in config:
        named = _only_name(config["input_layers"])
        first = next(
            (
                item
                for item in inner
                if isinstance(item, dict)
                and isinstance(item.get("config"), dict)
                and item["config"].get("name") == named
                and named is not None
            ),
            None,
        )
    return _input_of(first, depth + 1) if isinstance(first, dict) else None


def _only_name(ends: Json) -> Json:
    while isinstance(ends, list) and len(ends) == 1:
        ends = ends[0]
    return ends[0] if isinstance(ends, list) and len(ends) == 3 else None
