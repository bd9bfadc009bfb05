"""Finds models in which masks have more axes than batch and time."""

from __future__ import annotations

from collections.abc import Sequence

from kerascodegen.readers.keras2.context import Json, JsonObject
from kerascodegen.readers.keras2.entries import bare_class, entries

_RANK_OF_SEQUENCES = 3


def has_deep_masks(layers: Sequence[JsonObject]) -> bool:
    """Tell whether a TimeDistributed of a model may meet a mask with further axes.

    Args:
        layers: The layers of one model, as the file has them.

    Returns:
        Whether there is a TimeDistributed, and one of them has a layer inside that
        makes masks, or texts in texts are embedded with a mask.
    """
    wrappers = [layer for layer in layers if class_of(layer) == "TimeDistributed"]
    if not wrappers:
        return False
    if any(makes_mask(config_of(wrapper).get("layer")) for wrapper in wrappers):
        return True
    shapes = {_name(layer): _input_shape(layer) for layer in layers}
    for layer in layers:
        if not makes_mask(layer):
            continue
        taken = [shapes.get(e[0]) for e in entries(layer.get("inbound_nodes"))]
        ranks = [len(shape) for shape in (*taken, _input_shape(layer)) if shape]
        deep = _RANK_OF_SEQUENCES + (class_of(layer) == "Masking")
        if any(rank >= deep for rank in ranks):
            return True
    return False


def makes_mask(layer: Json) -> bool:
    """Tell whether a layer makes a mask of what it is given."""
    if not isinstance(layer, dict):
        return False
    if class_of(layer) == "Embedding":
        return bool(config_of(layer).get("mask_zero"))
    return class_of(layer) == "Masking"


def class_of(layer: JsonObject) -> str:
    """Give the bare class of a layer."""
    return bare_class(layer)[0] if isinstance(layer.get("class_name"), str) else ""


def config_of(layer: JsonObject) -> JsonObject:
    """Give the config of a layer, empty for a damaged one."""
    config = layer.get("config")
    return config if isinstance(config, dict) else {}


def _name(layer: JsonObject) -> Json:
    name = layer.get("name", config_of(layer).get("name"))
    return name if isinstance(name, str) else None


def _input_shape(layer: JsonObject) -> list[Json] | None:
    for key in ("batch_input_shape", "batch_shape"):
        shape = config_of(layer).get(key)
        if isinstance(shape, dict):
            shape = shape.get("items")
        if isinstance(shape, list):
            return shape
    return None
