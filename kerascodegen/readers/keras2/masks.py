"""Where masks went in Keras 2, and where those of Keras 3 would go another way.

A merge of Keras 2 masked what any of its inputs masked, and inputs without a mask had
no say (`_Merge.compute_mask` in layers/merging/base_merge.py). That of Keras 3 masks
what all of them mask, and nothing where one has no mask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kerascodegen.readers.keras2.context import Json, JsonObject
from kerascodegen.readers.keras2.deepmasks import class_of, config_of, makes_mask
from kerascodegen.readers.keras2.entries import entries

# Merges by name; those that kept the mask of a sequence.
MERGES = frozenset(
    {"Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract"}
)
_ATTENTION = frozenset({"AdditiveAttention", "Attention", "MultiHeadAttention"})
_RECURRENT = frozenset(
    {
        "Bidirectional",
        "ConvLSTM1D",
        "ConvLSTM2D",
        "ConvLSTM3D",
        "GRU",
        "LSTM",
        "RNN",
        "SimpleRNN",
    }
)
# Layers whose result depends on the mask.
_TAKERS = _ATTENTION | _RECURRENT | {"GlobalAveragePooling1D", "Softmax"}
# Layers that give on the mask they are given (`supports_masking` in layers/).
_KEEPERS = frozenset(
    {
        "Activation",
        "ActivityRegularization",
        "AlphaDropout",
        "BatchNormalization",
        "BatchNormalizationV1",
        "BatchNormalizationV2",
        "Dense",
        "Dropout",
        "ELU",
        "GaussianDropout",
        "GaussianNoise",
        "GroupNormalization",
        "LayerNormalization",
        "LeakyReLU",
        "PReLU",
        "ReLU",
        "Softmax",
        "SpatialDropout1D",
        "ThresholdedReLU",
        "TimeDistributed",
        "UnitNormalization",
        *_ATTENTION,
    }
)

Mask = frozenset[str]
_NONE: Mask = frozenset()
# Stands in masks that were put one behind another.
_JOINED = "joined in time"


@dataclass(frozen=True, slots=True)
class MaskSource:
    """What makes a mask.

    Attributes:
        entry: The tensor that it is made of, as the file names it.
        layer: The Embedding or Masking.
    """

    entry: list[Json]
    layer: str


@dataclass(frozen=True, slots=True)
class MaskNeeds:
    """Where the masks of Keras 3 would not be those of Keras 2.

    Attributes:
        merges: Names of merges whose mask is another one, and is asked for.
        recurrent: What makes the mask that a recurrent layer is given, by its name and
            the number of the call. Called with states, Keras 3 gives it none
            (`Layer.__call__` asks for the mask of a single argument only).
        unknown: Calls as in `recurrent` whose mask cannot be written down.
    """

    merges: frozenset[str] = frozenset()
    recurrent: Mapping[tuple[str, int], tuple[MaskSource, ...]] = field(
        default_factory=dict
    )
    unknown: frozenset[tuple[str, int]] = frozenset()


def mask_needs(
    layers: Mapping[str, JsonObject], order: Iterator[tuple[str, int]]
) -> MaskNeeds:
    """Follow the masks of a model.

    Args:
        layers: The layers of one model by name, as the file has them.
        order: Their calls, each behind those that it takes from.

    Returns:
        Where they have to be helped.
    """
    walk = _Walk(layers)
    for name, index in order:
        walk.visit(name, index)
    return MaskNeeds(frozenset(walk.found), walk.recurrent, frozenset(walk.unknown))


class _Walk:
    """Follows masks; each is the set of what made it and of merges on its way."""

    def __init__(self, layers: Mapping[str, JsonObject]) -> None:
        self._layers = layers
        self._masks: dict[str, Mask] = {}
        # MultiHeadAttention of Keras 3 takes the masks off the tensors it is given.
        self._stripped = {
            tuple(entry[:3])
            for layer in layers.values()
            if class_of(layer) == "MultiHeadAttention"
            for entry in entries(layer.get("inbound_nodes"))
        }
        self._sources: dict[str, MaskSource] = {}
        self.found: set[str] = set()
        self.recurrent: dict[tuple[str, int], tuple[MaskSource, ...]] = {}
        self.unknown: set[tuple[str, int]] = set()

    def visit(self, name: str, index: int) -> None:
        layer = self._layers[name]
        cls, config = class_of(layer), config_of(layer)
        calls = layer.get("inbound_nodes")
        call = calls[index] if isinstance(calls, list) and index < len(calls) else []
        taken = [entry for entry in entries(call) if entry[0] in self._layers]
        masks = [self._masks.get(str(entry[:3]), _NONE) for entry in taken]
        if cls in _RECURRENT and masks and masks[0]:
            self._record(name, index, masks[0])
        if self._takes_masks(layer):
            for mask in masks:
                self.found |= {origin for origin in mask if origin in self._layers}
        for entry, mask in self._given(name, index, taken, masks, cls, config):
            self._masks[entry] = mask

    def _record(self, name: str, index: int, mask: Mask) -> None:
        origins = sorted(mask - self._layers.keys())
        if _JOINED in origins:
            self.unknown.add((name, index))
        else:
            known = tuple(self._sources[origin] for origin in origins)
            self.recurrent[name, index] = known

    def _takes_masks(self, layer: JsonObject) -> bool:
        cls = class_of(layer)
        inner = config_of(layer).get("layer")
        if cls == "TimeDistributed" and isinstance(inner, dict):
            return self._takes_masks(inner)
        return cls in _TAKERS or "layers" in config_of(layer)

    def _given(
        self,
        name: str,
        index: int,
        taken: list[list[Json]],
        masks: list[Mask],
        cls: str,
        config: JsonObject,
    ) -> Iterator[tuple[str, Mask]]:
        """The mask of the first output; others, such as states, have none."""
        layer = self._layers[name]
        mask = masks[0] if masks else _NONE
        if makes_mask(layer) and taken:
            # The same mask where it is made of the same tensor.
            origin = f"{cls} of {taken[0][:3]}"
            mask = frozenset({origin})
            self._sources[origin] = MaskSource(taken[0][:3], name)
        elif cls in MERGES:
            mask = self._merged(name, taken, masks, config)
        elif cls in _RECURRENT:
            mask = mask if _gives_sequences(layer) else _NONE
        elif cls not in _KEEPERS:
            return
        if mask:
            yield str([name, index, 0]), mask

    def _merged(
        self,
        name: str,
        taken: list[list[Json]],
        masks: list[Mask],
        config: JsonObject,
    ) -> Mask:
        joined = frozenset().union(*masks)
        if not joined:
            return _NONE
        stripped = any(tuple(entry[:3]) in self._stripped for entry in taken)
        if class_of(self._layers[name]) == "Concatenate" and config.get("axis") == 1:
            return joined | {_JOINED}
        if len(set(masks)) == 1 and not stripped:
            return masks[0]
        return joined | {name}


def _gives_sequences(layer: JsonObject) -> bool:
    config = config_of(layer)
    inner = config.get("layer")
    if class_of(layer) == "Bidirectional" and isinstance(inner, dict):
        config = config_of(inner)
    return bool(config.get("return_sequences"))
