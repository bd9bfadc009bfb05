"""Shapes that ordinary Keras 2 layers give, from their configs.

Raw ops ask for shapes, which an old config does not record. What is not known here is
`None`; ops behind it then become stubs only where they need the shape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from kerascodegen.readers.keras2.tfops.dims import (
    Shape,
    Size,
    add,
    floor_divide,
    multiply,
    product,
)
from kerascodegen.readers.keras2.tfops.infer import broadcast, is_float, resolve

Config: TypeAlias = Mapping[str, Any]
Rule: TypeAlias = Callable[[Config, Sequence[Shape]], Shape | None]


def output_shapes(
    class_name: str, config: Config, inputs: Sequence[Shape | None]
) -> list[Shape | None]:
    """Tell the shapes of a layer's outputs.

    Args:
        class_name: The layer's class in Keras 2, without a package.
        config: Its config.
        inputs: Shapes of the tensors that it is called with.

    Returns:
        One shape for each output; a list of one `None` where nothing is known.
    """
    rule = _RULES.get(class_name)
    # Masks and states stand behind the tensor that matters.
    merges = rule in {_merged, _concatenate, _dot, _attention}
    taken = inputs if merges else inputs[:1]
    known = [shape for shape in taken if shape is not None]
    if rule is None or len(known) != len(taken) or not known:
        return [None]
    try:
        if class_name in _STATES and config.get("return_state"):
            state = (known[0][0], config["units"])
            return [rule(config, known), *[state] * _STATES[class_name]]
        return [rule(config, known)]
    except (KeyError, TypeError, ValueError, IndexError, ArithmeticError):
        return [None]


def output_dtype(class_name: str, config: Config, given: str | None) -> str | None:
    """Tell the dtype of a layer's outputs.

    Args:
        class_name: The layer's class.
        config: Its config, whose `dtype` is a name or a policy.
        given: The dtype of the first tensor that it takes.

    Returns:
        The dtype, where known. Layers cast fractions to their own; integers pass.
    """
    makes = class_name in {"Embedding", "Rescaling", "Normalization"}
    if given is not None and not is_float(given) and not makes:
        return given
    policy = config.get("dtype")
    if isinstance(policy, dict):
        inner = policy.get("config")
        policy = inner.get("name") if isinstance(inner, dict) else None
    if not isinstance(policy, str):
        return "float32" if makes else given
    return policy.removeprefix("mixed_")


_STATES = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1, "CuDNNLSTM": 2, "CuDNNGRU": 1}


def _same(config: Config, inputs: Sequence[Shape]) -> Shape:
    return inputs[0]


def _merged(config: Config, inputs: Sequence[Shape]) -> Shape:
    return broadcast(inputs)


def _last(config: Config) -> bool:
    return config.get("data_format") != "channels_first"


def _spatial(config: Config, shape: Shape) -> Shape:
    return shape[1:-1] if _last(config) else shape[2:]


def _joined(config: Config, shape: Shape, spatial: Shape, depth: Size) -> Shape:
    if _last(config):
        return (shape[0], *spatial, depth)
    return (shape[0], depth, *spatial)


def _depth(config: Config, shape: Shape) -> Size:
    return shape[-1] if _last(config) else shape[1]


def _each(value: Any, rank: int, default: int = 1) -> tuple[int, ...]:
    if value is None:
        value = default
    return (value,) * rank if isinstance(value, int) else tuple(value)


def _slid(config: Config, shape: Shape, window: Any, strides: Any) -> Shape:
    """Where a window that slides over space stands."""
    spatial = _spatial(config, shape)
    rank = len(spatial)
    windows, steps = _each(window, rank), _each(strides, rank)
    rates = _each(config.get("dilation_rate"), rank)
    padding = config.get("padding", "valid")
    sizes = []
    for size, width, step, rate in zip(spatial, windows, steps, rates, strict=True):
        reach = rate * (width - 1)
        less = reach if padding == "valid" else 0
        sizes.append(floor_divide(add(size, step - 1 - less), step))
    return tuple(sizes)


def _conv(config: Config, inputs: Sequence[Shape]) -> Shape:
    shape = inputs[0]
    sizes = _slid(config, shape, config["kernel_size"], config.get("strides", 1))
    return _joined(config, shape, sizes, config["filters"])


def _depthwise(config: Config, inputs: Sequence[Shape]) -> Shape:
    shape = inputs[0]
    sizes = _slid(config, shape, config["kernel_size"], config.get("strides", 1))
    depth = multiply(_depth(config, shape), config.get("depth_multiplier", 1))
    return _joined(config, shape, sizes, depth)


def _transposed(config: Config, inputs: Sequence[Shape]) -> Shape | None:
    shape = inputs[0]
    spatial = _spatial(config, shape)
    rank = len(spatial)
    if config.get("output_padding") is not None:
        return None
    if set(_each(config.get("dilation_rate"), rank)) != {1}:
        return None
    windows = _each(config["kernel_size"], rank)
    steps = _each(config.get("strides"), rank)
    more = config.get("padding", "valid") == "valid"
    sizes = tuple(
        add(multiply(size, step), max(width - step, 0) if more else 0)
        for size, width, step in zip(spatial, windows, steps, strict=True)
    )
    return _joined(config, shape, sizes, config["filters"])


def _pooling(config: Config, inputs: Sequence[Shape]) -> Shape:
    shape = inputs[0]
    window = config["pool_size"]
    strides = config.get("strides") or window
    sizes = _slid(config, shape, window, strides)
    return _joined(config, shape, sizes, _depth(config, shape))


def _global_pooling(config: Config, inputs: Sequence[Shape]) -> Shape:
    shape = inputs[0]
    depth = _depth(config, shape)
    if not config.get("keepdims"):
        return (shape[0], depth)
    return _joined(config, shape, (1,) * (len(shape) - 2), depth)


def _dense(config: Config, inputs: Sequence[Shape]) -> Shape:
    return (*inputs[0][:-1], config["units"])


def _flatten(config: Config, inputs: Sequence[Shape]) -> Shape:
    shape = inputs[0]
    return (shape[0], product(shape[1:]))


def _reshape(config: Config, inputs: Sequence[Shape]) -> Shape:
    shape = inputs[0]
    return (shape[0], *resolve(config["target_shape"], product(shape[1:])))


def _permute(config: Config, inputs: Sequence[Shape]) -> Shape:
    shape = inputs[0]
    return (shape[0], *(shape[axis] for axis in config["dims"]))


def _repeat_vector(config: Config, inputs: Sequence[Shape]) -> Shape:
    shape = inputs[0]
    return (shape[0], config["n"], *shape[1:])


def _concatenate(config: Config, inputs: Sequence[Shape]) -> Shape:
    axis = config.get("axis", -1) % len(inputs[0])
    total: Size = 0
    for shape in inputs:
        total = add(total, shape[axis])
    return (*inputs[0][:axis], total, *inputs[0][axis + 1 :])


def _embedding(config: Config, inputs: Sequence[Shape]) -> Shape:
    return (*inputs[0], config["output_dim"])


def _recurrent(config: Config, inputs: Sequence[Shape]) -> Shape:
    batch, steps = inputs[0][:2]
    if config.get("return_sequences"):
        return (batch, steps, config["units"])
    return (batch, config["units"])


def _bidirectional(config: Config, inputs: Sequence[Shape]) -> Shape | None:
    inner = config["layer"]
    if inner["config"].get("return_state"):
        return None
    (shape,) = output_shapes(inner["class_name"], inner["config"], inputs)
    if shape is None or config.get("merge_mode", "concat") is None:
        return None
    if config.get("merge_mode", "concat") == "concat":
        return (*shape[:-1], multiply(shape[-1], 2))
    return shape


def _time_distributed(config: Config, inputs: Sequence[Shape]) -> Shape | None:
    inner = config["layer"]
    shape = inputs[0]
    outer = [(shape[0], *shape[2:])]
    (result,) = output_shapes(inner["class_name"], inner["config"], outer)
    return None if result is None else (result[0], shape[1], *result[1:])


def _around(sign: int) -> Rule:
    """Layers that pad (1) or crop (-1) space."""

    def rule(config: Config, inputs: Sequence[Shape]) -> Shape:
        shape = inputs[0]
        spatial = _spatial(config, shape)
        widths = config["padding" if sign > 0 else "cropping"]
        if isinstance(widths, int):
            widths = [widths] * (2 if len(spatial) == 1 else len(spatial))
        if len(spatial) == 1:
            widths = [widths]
        sizes = tuple(
            add(size, sign * (2 * w if isinstance(w, int) else sum(w)))
            for size, w in zip(spatial, widths, strict=True)
        )
        return _joined(config, shape, sizes, _depth(config, shape))

    return rule


def _up_sampling(config: Config, inputs: Sequence[Shape]) -> Shape:
    shape = inputs[0]
    spatial = _spatial(config, shape)
    factors = _each(config["size"], len(spatial))
    sizes = tuple(multiply(a, b) for a, b in zip(spatial, factors, strict=True))
    return _joined(config, shape, sizes, _depth(config, shape))


def _resizing(config: Config, inputs: Sequence[Shape]) -> Shape:
    shape = inputs[0]
    return (*shape[:-3], config["height"], config["width"], shape[-1])


def _dot(config: Config, inputs: Sequence[Shape]) -> Shape:
    first, second = inputs
    axes = config["axes"]
    a, b = (axes, axes) if isinstance(axes, int) else axes
    a, b = a % len(first), b % len(second)
    left = (*first[:a], *first[a + 1 :])
    right = (*second[1:b], *second[b + 1 :])
    result = (*left, *right)
    return result if len(result) > 1 else (*result, 1)


def _attention(config: Config, inputs: Sequence[Shape]) -> Shape:
    query, value = inputs[:2]
    return (*query[:-1], value[-1])


def _multi_head(config: Config, inputs: Sequence[Shape]) -> Shape:
    query = inputs[0]
    wanted = config.get("output_shape")
    if wanted is None:
        return query
    inner = (wanted,) if isinstance(wanted, int) else tuple(wanted)
    return (*query[: len(query) - 1], *inner)


_SAME = """Activation ReLU LeakyReLU PReLU ELU ThresholdedReLU Softmax Dropout
SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianDropout GaussianNoise
AlphaDropout BatchNormalization SyncBatchNormalization BatchNormalizationV1
LayerNormalization GroupNormalization UnitNormalization ActivityRegularization Masking
Rescaling Normalization RandomFlip RandomRotation RandomZoom RandomTranslation
RandomContrast RandomBrightness Identity"""

_RULES: dict[str, Rule] = {
    **dict.fromkeys(_SAME.split(), _same),
    **dict.fromkeys(
        ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), _merged
    ),
    **dict.fromkeys(
        [f"{kind}Conv{n}D" for n in (1, 2, 3) for kind in ("", "Separable")], _conv
    ),
    **dict.fromkeys(("Convolution1D", "Convolution2D", "Convolution3D"), _conv),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), _depthwise),
    **dict.fromkeys([f"Conv{n}DTranspose" for n in (1, 2, 3)], _transposed),
    **dict.fromkeys(
        [f"{kind}Pooling{n}D" for kind in ("Max", "Average") for n in (1, 2, 3)],
        _pooling,
    ),
    **dict.fromkeys(
        [f"Global{k}Pooling{n}D" for k in ("Max", "Average") for n in (1, 2, 3)],
        _global_pooling,
    ),
    **dict.fromkeys([f"ZeroPadding{n}D" for n in (1, 2, 3)], _around(1)),
    **dict.fromkeys([f"Cropping{n}D" for n in (1, 2, 3)], _around(-1)),
    **dict.fromkeys([f"UpSampling{n}D" for n in (1, 2, 3)], _up_sampling),
    **dict.fromkeys(("Resizing", "CenterCrop", "RandomCrop"), _resizing),
    **dict.fromkeys(_STATES, _recurrent),
    **dict.fromkeys(("Attention", "AdditiveAttention"), _attention),
    "Dense": _dense,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
    "RepeatVector": _repeat_vector,
    "Concatenate": _concatenate,
    "Embedding": _embedding,
    "Bidirectional": _bidirectional,
    "TimeDistributed": _time_distributed,
    "Dot": _dot,
    "MultiHeadAttention": _multi_head,
}
