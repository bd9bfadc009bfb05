"""`axis` of normalisations as people write it: -1 for the last one.

`build` of Keras 2 put the number of the axis into the config, 3 for the -1 that most
people never wrote. It is -1 again where the layers before tell how many axes there are.
"""

from __future__ import annotations

import re
from typing import Any

Json = Any

_NORMALISATIONS = frozenset({"BatchNormalization", "LayerNormalization"})
# What gives as many axes as it takes; of merges, as its first input has.
_KEEPING = frozenset(
    {
        "Activation",
        "Add",
        "AdditiveAttention",
        "AlphaDropout",
        "Attention",
        "Average",
        "BatchNormalization",
        "Concatenate",
        "Dense",
        "Dropout",
        "ELU",
        "GaussianDropout",
        "GaussianNoise",
        "GroupNormalization",
        "Identity",
        "LayerNormalization",
        "LeakyReLU",
        "Maximum",
        "Minimum",
        "MultiHeadAttention",
        "Multiply",
        "PReLU",
        "ReLU",
        "Rescaling",
        "Softmax",
        "Subtract",
    }
)
_RECURRENT = frozenset({"GRU", "LSTM", "SimpleRNN"})
_SPATIAL = re.compile(r"(?!Global|ConvLSTM|Masking).*([123])D(Transpose)?")


def write_last_axes(layers: list[dict[str, Json]], *, chained: bool) -> None:
    """Write -1 for the last axis in the configs of normalisations.

    Args:
        layers: Layers of a model in Keras 3's form, which are changed.
        chained: Whether each is called on what the one before it gives.
    """
    before: dict[str, str | None] = {}
    previous: str | None = None
    for layer in layers:
        name = str(layer.get("name"))
        before[name] = previous if chained else _source(layer)
        previous = name
    by_name = {str(layer.get("name")): layer for layer in layers}
    known: dict[str, int | None] = {}
    for layer in layers:
        if layer.get("class_name") not in _NORMALISATIONS:
            continue
        config = layer["config"]
        axis = config.get("axis")
        number = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
        if type(number) is not int or number < 1:
            continue
        taken = before[str(layer.get("name"))]
        if _rank(taken, by_name, before, known) == number + 1:
            config["axis"] = -1


def _rank(
    name: str | None,
    layers: dict[str, dict[str, Json]],
    before: dict[str, str | None],
    known: dict[str, int | None],
) -> int | None:
    """Count the axes of what a layer gives, following chains of such as keep them."""
    passed: list[str] = []
    rank = None
    while name is not None and name in layers:
        if name in known:
            rank = known[name]
            break
        # For now; a model that goes round in a circle ends here.
        known[name] = None
        passed.append(name)
        layer = layers[name]
        if layer.get("class_name") not in _KEEPING:
            rank = _own_rank(str(layer.get("class_name")), layer["config"])
            taken = before[name]
            if layer.get("class_name") == "Embedding" and taken in layers:
                words = layers[taken]
                counted = _own_rank(str(words.get("class_name")), words["config"])
                rank = None if counted is None else counted + 1
            break
        name = before[name]
    known.update(dict.fromkeys(passed, rank))
    return rank


def _own_rank(cls: str, config: dict[str, Json]) -> int | None:
    shape = {"InputLayer": "batch_shape", "Reshape": "target_shape"}.get(cls)
    if shape is not None:
        sizes = config.get(shape)
        batch = 1 if cls == "Reshape" else 0
        return len(sizes) + batch if isinstance(sizes, list) else None
    if cls == "Flatten":
        return 2
    if cls == "Bidirectional" and isinstance(config.get("layer"), dict):
        inner = config["layer"]
        return _own_rank(str(inner.get("class_name")), inner.get("config") or {})
    if cls in _RECURRENT:
        return 3 if config.get("return_sequences") else 2
    spatial = _SPATIAL.fullmatch(cls)
    return int(spatial[1]) + 2 if spatial else None


def _source(layer: dict[str, Json]) -> str | None:
    """The layer that gives the first tensor of the first call."""
    nodes = layer.get("inbound_nodes")
    value: Json = nodes[0].get("args") if nodes else None
    while isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict) or value.get("class_name") != "__keras_tensor__":
        return None
    return str(value["config"]["keras_history"][0])
