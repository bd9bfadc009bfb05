"""Tell the config of an older Keras from one of Keras 3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# Models inside models further down tell nothing new.
_DEPTH = 24


def is_keras_2(data: Mapping[str, Any]) -> bool:
    """Tell whether a serialised model was written by a Keras before 3.

    Keras 3 writes calls as objects with `args` and `kwargs`, inputs with a
    `batch_shape`, and a `module` beside each class. A version is believed where there
    is one.

    Args:
        data: Parsed JSON of a whole model.

    Returns:
        Whether the rules for old configs apply.
    """
    version = str(data.get("keras_version", ""))
    if version[:2] in {"0.", "1.", "2."}:
        return True
    if version.startswith("3."):
        return False
    config = data.get("config")
    if isinstance(config, list):
        return True
    signs = set(_signs(data, 0))
    return bool(signs & {"old", "bare"}) and "new" not in signs


def _signs(data: Any, depth: int) -> Iterator[str]:
    config = data.get("config") if isinstance(data, Mapping) else None
    layers = config.get("layers") if isinstance(config, Mapping) else None
    if not isinstance(layers, list) or depth > _DEPTH:
        return
    for layer in layers:
        if not isinstance(layer, Mapping):
            continue
        if "module" not in layer:
            yield "bare"
        calls = layer.get("inbound_nodes")
        for call in calls if isinstance(calls, list) else ():
            # Keras 2 also had dicts, of what a layer was given.
            yield "new" if isinstance(call, Mapping) and "args" in call else "old"
        inner = layer.get("config")
        if isinstance(inner, list):
            yield "old"
        elif isinstance(inner, Mapping):
            if "batch_input_shape" in inner:
                yield "old"
            if "batch_shape" in inner and layer.get("class_name") == "InputLayer":
                yield "new"
            yield from _signs(layer, depth + 1)
