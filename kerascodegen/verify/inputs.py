"""Random inputs that a model can digest.

Noise of the right shape is not enough: ids must fit their Embedding, text should hit
the vocabulary, padding should be masked somewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kerascodegen.verify.walk import functional_of

# What to put for unknown dimensions, tried in turn: images need to survive pooling,
# sequences must not outgrow position embeddings, and sound is long.
_SPATIAL_SIZES = (32, 64, 128, 224, 299, 16, 512, 8, 4)
_SEQUENCE_SIZES = (12, 8, 16, 5, 32, 64, 1024, 4, 1)

_WORDS = ("the", "quick", "brown", "fox", "zyzzyva", "jumps", "", "Over", "42")
_DEFAULT_INTS = 10


@dataclass(slots=True)
class Demands:
    """What the layers that read an input accept.

    Attributes:
        limit: Ids must be below this (the smallest `input_dim`), if any.
        words: Vocabulary of a text layer.
        sentences: Strings are split into words.
        mask_value: What a Masking layer takes for padding.
        zero_masks: Id 0 is padding.
    """

    limit: int | None = None
    words: list[str] = field(default_factory=list)
    sentences: bool = False
    mask_value: float | None = None
    zero_masks: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a model and what may be fed to it."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str
    optional: bool
    demands: Demands


def inputs_of(model: Any) -> list[Input]:
    """Describe the inputs of a model, in flat order.

    Args:
        model: A Keras model.

    Returns:
        One description an input; none for a subclassed model, which has no list.
    """
    functional = functional_of(model)
    if functional is None:
        return []
    found = []
    for tensor in functional.inputs:
        layer = tensor._keras_history.operation
        demands = Demands()
        _read_demands(tensor, demands, set())
        found.append(
            Input(
                name=layer.name,
                shape=tuple(tensor.shape),
                dtype=str(tensor.dtype),
                optional=bool(getattr(layer, "optional", False)),
                demands=demands,
            )
        )
    return found


def attempts(inputs: Sequence[Input]) -> int:
    """Say how many ways of drawing are worth trying.

    Args:
        inputs: The inputs of the model.

    Returns:
        1 where shapes and dtypes leave nothing to choose.
    """
    open_shape = any(None in one.shape[1:] for one in inputs)
    open_ids = any("int" in one.dtype and one.demands.limit is None for one in inputs)
    return len(_SPATIAL_SIZES) if open_shape or open_ids else 1


def batch_sizes(inputs: Sequence[Input]) -> tuple[int, ...]:
    """Choose the batch sizes to predict with.

    Args:
        inputs: The inputs of the model.

    Returns:
        1 and 4, or the one size that an input insists on.
    """
    fixed = [one.shape[0] for one in inputs if one.shape and one.shape[0] is not None]
    return (fixed[0],) if fixed else (1, 4)


def draw(
    inputs: Sequence[Input], batch: int, attempt: int, seed: int, *, omit: bool = False
) -> list[Any]:
    """Draw a value for every input.

    Args:
        inputs: The inputs of the model.
        batch: Batch size.
        attempt: Which sizes to try for unknown dimensions, below `attempts(inputs)`.
        seed: The same seed draws the same values.
        omit: Leave optional inputs out.

    Returns:
        NumPy arrays, or `None` for an input left out.
    """
    import numpy as np

    generator = np.random.default_rng([seed, batch])
    return [
        None if omit and one.optional else _draw_one(one, batch, attempt, generator)
        for one in inputs
    ]


def pack(model: Any, values: Sequence[Any]) -> Any:
    """Arrange flat values the way that a model takes them.

    Args:
        model: The model that will be called.
        values: One a flat input.

    Returns:
        A single value, list or dict.
    """
    import keras

    functional = functional_of(model)
    structure = getattr(functional, "_inputs_struct", None)
    if structure is None:
        return values[0] if len(values) == 1 else list(values)
    if not isinstance(structure, Mapping | list | tuple):
        return values[0]
    return keras.tree.pack_sequence_as(structure, list(values))


def _draw_one(one: Input, batch: int, attempt: int, generator: Any) -> Any:
    import numpy as np

    unknown = _SPATIAL_SIZES if len(one.shape) >= 4 else _SEQUENCE_SIZES
    size = unknown[attempt]
    shape = tuple(
        (batch if axis == 0 else size) if dim is None else dim
        for axis, dim in enumerate(one.shape)
    )
    if one.dtype == "string":
        return _draw_text(one.demands, shape, generator)
    if one.dtype == "bool":
        return generator.random(shape) < 0.5
    is_int = one.dtype.startswith(("int", "uint"))
    if is_int or one.demands.limit is not None:
        # The last attempts keep to 0 and 1, for whatever takes few categories.
        small = 2 if attempt >= len(_SPATIAL_SIZES) - 2 else _DEFAULT_INTS
        limit = one.demands.limit if one.demands.limit is not None else small
        ids = [int(word) for word in one.demands.words if word.lstrip("-").isdigit()]
        value = generator.integers(0, max(limit, 1), shape)
        if ids:  # an IntegerLookup: most of what it sees should be known to it
            value = np.where(value % 4, generator.choice(ids, shape), value)
        padding: float | None = 0 if one.demands.zero_masks else None
    else:
        value = generator.standard_normal(shape)
        padding = one.demands.mask_value
    if padding is not None and len(shape) > 1 and shape[1] > 2:
        value[: max(1, batch // 2), -2:] = padding
    return _as_dtype(value, one.dtype)


def _as_dtype(value: Any, dtype: str) -> Any:
    # NumPy has no bfloat16 of its own; Keras casts inputs to what the model wants.
    return value.astype("float32" if dtype in ("bfloat16",) else dtype)


def _draw_text(demands: Demands, shape: tuple[int, ...], generator: Any) -> Any:
    import numpy as np

    words = [*demands.words[:50], *_WORDS]

    def text() -> str:
        count = int(generator.integers(1, 8)) if demands.sentences else 1
        return " ".join(str(generator.choice(words)) for _ in range(count))

    flat = [text() for _ in range(int(np.prod(shape)))]
    return np.array(flat, dtype=object).reshape(shape)


def _read_demands(tensor: Any, demands: Demands, seen: set[int]) -> None:
    """Follow a tensor to the layers that read it, through what keeps ids intact."""
    if id(tensor) in seen:
        return
    seen.add(id(tensor))
    for node in tensor._keras_history.operation._outbound_nodes:
        positions = [
            index for index, one in enumerate(node.input_tensors) if one is tensor
        ]
        if not positions:
            continue
        nested = functional_of(node.operation)
        if nested is not None:
            for index in positions:
                if index < len(nested.inputs):
                    _read_demands(nested.inputs[index], demands, seen)
        elif _read_layer(node.operation, demands):
            for output in node.outputs:
                _read_demands(output, demands, seen)


def _read_layer(operation: Any, demands: Demands) -> bool:
    """Note what an operation accepts; tell whether its output may still hold ids."""
    import keras

    parts = list(_parts(operation))
    for part in parts:
        limit = _limit(part)
        if limit is not None:
            demands.limit = min(limit, demands.limit or limit)
            demands.zero_masks |= bool(getattr(part, "mask_zero", False))
        if hasattr(part, "get_vocabulary"):
            demands.words.extend(str(word) for word in part.get_vocabulary())
            demands.sentences |= isinstance(part, keras.layers.TextVectorization)
        if isinstance(part, keras.layers.Masking):
            demands.mask_value = float(part.mask_value)
    through = (
        keras.layers.Reshape,
        keras.layers.Flatten,
        keras.layers.Identity,
        keras.layers.Permute,
        keras.layers.RepeatVector,
        keras.layers.Lambda,
    )
    return isinstance(operation, through) or not isinstance(
        operation, keras.layers.Layer
    )


def _parts(operation: Any) -> Iterator[Any]:
    flatten = getattr(operation, "_flatten_layers", None)
    if flatten is None:
        yield operation
    else:
        yield from flatten()


def _limit(layer: Any) -> int | None:
    import keras

    if isinstance(layer, keras.layers.Embedding):
        return int(layer.input_dim)
    if isinstance(layer, keras.layers.CategoryEncoding):
        return int(layer.num_tokens) if layer.num_tokens else None
    return None
