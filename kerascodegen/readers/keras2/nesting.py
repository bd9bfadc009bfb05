"""Which nested models and states Keras 3 would not have taken from an old `.h5`.

Nothing is changed here: calls are read in `calls.py`. What Keras 3 does is noted, for
`kerascodegen explain`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kerascodegen.graph.rescue import Change
from kerascodegen.readers.keras2.context import Json, JsonObject
from kerascodegen.readers.keras2.entries import entries

_READ = "its calls are counted as Keras 3 counts them"
# Parts of the names of layers that take inputs of one rank only.
_STRICT = (
    "Bidirectional",
    "Conv",
    "Cropping",
    "GRU",
    "LSTM",
    "Padding",
    "Pool",
    "RNN",
    "UpSampling",
)


def nested_in_functional(
    names: Mapping[str, JsonObject], model: str, where: str
) -> Change | None:
    """Note a model inside a Functional, whose first call Keras 2 gave the number 1.

    Keras 3 looks for a call 0 (`Functional.from_config`), but for a Functional that
    gives nothing but outputs of the whole.

    Args:
        names: The layers of the outer model by name.
        model: The nested model.
        where: Its path, to show.

    Returns:
        The change, where Keras 3 does not take it.
    """
    config = names[model].get("config")
    if not isinstance(config, dict) or "input_layers" not in config:
        return Change("nested_model", where, _READ, "Sequential")
    calls = (layer.get("inbound_nodes") for layer in names.values())
    taken = any(entry[0] == model for nodes in calls for entry in entries(nodes))
    return Change("nested_model", where, _READ, "Functional") if taken else None


def nested_in_sequential(layer: JsonObject, where: str, *, last: bool) -> Change | None:
    """Note a model inside a Sequential that Keras 3 does not take.

    Args:
        layer: The nested model.
        where: Its path, to show.
        last: Whether nothing stands behind it.

    Returns:
        The change, where Keras 3 does not take it.
    """
    config = layer.get("config")
    if isinstance(config, dict) and "input_layers" in config:
        what = "it is a layer like any other"
        return None if last else Change("nested_model", where, what, "in Sequential")
    if any("batch_input_shape" in inner for inner in _first_layers(config)):
        what = "its first layer's shape becomes an Input"
        return Change("nested_model", where, what, "in Sequential")
    return None


def input_rule(first: JsonObject) -> str:
    """Name what Keras 3 makes of a Sequential that has no InputLayer in the file.

    Args:
        first: Its first layer.

    Returns:
        A key of `VERDICTS`.
    """
    config = first.get("config")
    if not isinstance(config, dict) or "batch_input_shape" not in config:
        return "sequential_input"
    name = str(first.get("class_name"))
    strict = any(part in name for part in _STRICT)
    return "sequential_rank" if strict else "sequential_shape"


def _first_layers(config: Json) -> Iterator[JsonObject]:
    """The config of a Sequential's first layer, unless that is an input."""
    layers = config.get("layers") if isinstance(config, dict) else config
    for layer in layers if isinstance(layers, list) else ():
        if isinstance(layer, dict) and layer.get("class_name") != "InputLayer":
            inner = layer.get("config")
            if isinstance(inner, dict):
                yield inner
