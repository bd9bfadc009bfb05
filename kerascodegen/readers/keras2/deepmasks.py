"""Finds models in which masks have more axes than batch and time."""

from __future__ import annotations

from collections.abc import Sequence

from kerascodegen.readers.keras2.context import Json, JsonObject
from kerascodegen.readers.keras2.entries import entries
from kerascodegen.readers.keras2.layers import bare_class

_RANK_OF_SEQUENCES = 3


def has_deep_masks(layers: Sequence[JsonObject]) -> bool:
    """Tell whether a TimeDistributed of a model may meet a mask with further axes.

    Args:
        layers: The layers of one model, as the file has them.

    Returns:
        Whether there is a TimeDistributed, and one of them has a layer inside that
        makes masks, or texts in texts are embedded with a mask.
    """
    wrappers = [layer for layer in layers if _class(layer) == "TimeDistributed"]
    if not wrappers:
        return False
    if any(_makes_mask(_config(wrapper).get("layer")) for wrapper in wrappers):
        return True
    shapes = {_name(layer): _input_shape(layer) for layer in layers}
    for layer in layers:
        if not _makes_mask(layer):
            continue
        taken = [shapes.get(e[0]) for e in entries(layer.get("inbound_nodes"))]
        ranks = [len(shape) for shape in (*taken, _input_shape(layer)) if shape]
        deep = _RANK_OF_SEQUENCES + (_class(layer) == "Masking")
        if any(rank >= deep for rank in ranks):
            return True
    return False


def _makes_mask(layer: Json) -> bool:
    if not isinstance(layer, dict):
        return False
    if _class(layer) == "Embedding":
        return bool(_config(layer).get("mask_zero"))
    return _class(layer) == "Masking"


def _class(layer: JsonObject) -> str:
    return bare_class(layer)[0] if isinstance(layer.get("class_name"), str) else ""


def _config(layer: JsonObject) -> JsonObject:
    config = layer.get("config")
    return config if isinstance(config, dict) else {}


def _name(layer: JsonObject) -> Json:
    name = layer.get("name", _config(layer).get("name"))
    return name if isinstance(name, str) else None


def _input_shape(layer: JsonObject) -> list[Json] | None:
    for key in ("batch_input_shape", "batch_shape"):
        shape = _config(layer).get(key)
        if isinstance(shape, dict):
            shape = shape.get("items")
        if isinstance(shape, list):
            return shape
    return None
