"""Parameter counts of common layer classes, from their configs alone.

The formulas are those of each class' `build` in Keras 3. What is not known here is left
out, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kerascodegen.graph.model import Config, ObjectSpec, Value

Shape = tuple[int | None, ...]
# Elements of a tensor; addresses end there too.
MAX_SIZE = 2**63


def layer_parameters(name: str, config: Config, shape: Shape | None) -> int | None:
    """Count the parameters of one layer class.

    Args:
        name: The class of a Keras layer.
        config: Its arguments.
        shape: Shape of the input it was built with.

    Returns:
        The count; `None` where the class or a dimension is not known.
    """
    if _adds_parameters(config):
        return None
    if name in SAME_SHAPE or name in _NO_PARAMETERS:
        return 0
    rule = _PARAMETER_RULES.get(name)
    if rule is None or shape is None:
        return None
    try:
        return rule(config, shape)
    except (TypeError, ValueError, KeyError, IndexError, ArithmeticError):
        # A dimension that is not known, or an argument of an unexpected kind.
        return None


def product(dims: Iterable[int]) -> int:
    """Multiply dimensions.

    Args:
        dims: The dimensions.

    Returns:
        Their product.

    Raises:
        ValueError: It is larger than any tensor; a hostile config can make it so large
            that computing and writing it takes for ever.
    """
    result = 1
    for dim in dims:
        result *= dim
        if abs(result) > MAX_SIZE:
            raise ValueError("larger than any tensor")
    return result


def _adds_parameters(config: Config) -> bool:
    """Tell whether a layer may have parameters that are not its class' own."""
    policy = config.get("dtype", "float32")
    return (
        config.get("lora_rank") is not None
        or config.get("quantization_config") is not None
        # A quantized layer has scales; their policies are called `int8_from_float32`.
        or not isinstance(policy, str)
        or "_from_" in policy
        # An activation may be a layer.
        or isinstance(config.get("activation"), ObjectSpec)
        or isinstance(config.get("recurrent_activation"), ObjectSpec)
    )


def _int(config: Config, key: str, default: int | None = None) -> int:
    value = config.get(key, default)
    if type(value) is not int:
        raise TypeError(key)
    return value


def _dims(value: Value, rank: int) -> list[int]:
    items = value if isinstance(value, list) else [value] * rank
    if not all(type(item) is int for item in items):
        raise TypeError("dims")
    return [int(str(item)) for item in items]


def _channels(shape: Shape, config: Config) -> int:
    axis = 1 if config.get("data_format") == "channels_first" else -1
    channels = shape[axis]
    if channels is None:
        raise TypeError("channels")
    return channels


def _bias(config: Config, size: int) -> int:
    return size if config.get("use_bias", True) else 0


def _dense(config: Config, shape: Shape) -> int:
    units = _int(config, "units")
    width = shape[-1]
    if width is None:
        raise TypeError("width")
    return width * units + _bias(config, units)


def _conv(config: Config, shape: Shape) -> int:
    filters = _int(config, "filters")
    size = product(_dims(config["kernel_size"], len(shape) - 2))
    channels = _channels(shape, config) // _int(config, "groups", 1)
    return size * channels * filters + _bias(config, filters)


def _depthwise(config: Config, shape: Shape) -> int:
    size = product(_dims(config["kernel_size"], len(shape) - 2))
    made = _channels(shape, config) * _int(config, "depth_multiplier", 1)
    return size * made + _bias(config, made)


def _separable(config: Config, shape: Shape) -> int:
    size = product(_dims(config["kernel_size"], len(shape) - 2))
    made = _channels(shape, config) * _int(config, "depth_multiplier", 1)
    filters = _int(config, "filters")
    return size * made + made * filters + _bias(config, filters)


def _axis_size(config: Config, shape: Shape) -> int:
    axis = config.get("axis", -1)
    axes = axis if isinstance(axis, list) else [axis]
    sizes = [shape[index] for index in axes if isinstance(index, int)]
    if not sizes or None in sizes:
        raise TypeError("axis")
    return product(size for size in sizes if size is not None)


def _batch_normalization(config: Config, shape: Shape) -> int:
    vectors = 2 + bool(config.get("scale", True)) + bool(config.get("center", True))
    return vectors * _axis_size(config, shape)


def _affine_normalization(config: Config, shape: Shape) -> int:
    vectors = bool(config.get("scale", True)) + bool(config.get("center", True))
    return vectors * _axis_size(config, shape)


def _embedding(config: Config, shape: Shape) -> int:
    return _int(config, "input_dim") * _int(config, "output_dim")


def _recurrent(gates: int) -> Rule:
    def rule(config: Config, shape: Shape) -> int:
        units, width = _int(config, "units"), shape[-1]
        if width is None:
            raise TypeError("width")
        biases = units if config.get("use_bias", True) else 0
        # A GRU that resets after the product has a second bias for it.
        if config.get("reset_after") is True:
            biases *= 2
        return gates * (units * (width + units) + biases)

    return rule


def _inner_parameters(layer: Value, shape: Shape) -> int:
    if not isinstance(layer, ObjectSpec) or layer.graph is not None:
        raise TypeError("layer")
    is_keras = (layer.cls.module or "").startswith("keras.")
    count = layer_parameters(layer.cls.name, layer.config, shape) if is_keras else None
    if count is None:
        raise TypeError("layer")
    return count


def _bidirectional(config: Config, shape: Shape) -> int:
    # A config always has both; a backward layer that nobody gave is a clone.
    layers = (config.get("layer"), config.get("backward_layer"))
    return sum(_inner_parameters(layer, shape) for layer in layers)


def _time_distributed(config: Config, shape: Shape) -> int:
    return _inner_parameters(config.get("layer"), (shape[0], *shape[2:]))


Rule = Callable[[Config, Shape], int]

_PARAMETER_RULES: dict[str, Rule] = {
    "Dense": _dense,
    "Conv1D": _conv,
    "Conv2D": _conv,
    "Conv3D": _conv,
    "Conv1DTranspose": _conv,
    "Conv2DTranspose": _conv,
    "Conv3DTranspose": _conv,
    "DepthwiseConv1D": _depthwise,
    "DepthwiseConv2D": _depthwise,
    "SeparableConv1D": _separable,
    "SeparableConv2D": _separable,
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _affine_normalization,
    "GroupNormalization": _affine_normalization,
    "Embedding": _embedding,
    "LSTM": _recurrent(4),
    "GRU": _recurrent(3),
    "SimpleRNN": _recurrent(1),
    "Bidirectional": _bidirectional,
    "TimeDistributed": _time_distributed,
}

SAME_SHAPE = frozenset(
    {
        "Activation",
        "ActivityRegularization",
        "ELU",
        "Identity",
        "LeakyReLU",
        "Masking",
        "ReLU",
        "Rescaling",
        "Softmax",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
        "UnitNormalization",
    }
)
# Dropout-like layers have a seed generator, which is state but no parameter.
_NO_PARAMETERS = frozenset(
    {
        "Add",
        "AlphaDropout",
        "Average",
        "AveragePooling1D",
        "AveragePooling2D",
        "AveragePooling3D",
        "Concatenate",
        "Cropping1D",
        "Cropping2D",
        "Cropping3D",
        "Dot",
        "Dropout",
        "Flatten",
        "GaussianDropout",
        "GaussianNoise",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "GlobalAveragePooling3D",
        "GlobalMaxPooling1D",
        "GlobalMaxPooling2D",
        "GlobalMaxPooling3D",
        "MaxPooling1D",
        "MaxPooling2D",
        "MaxPooling3D",
        "Maximum",
        "Minimum",
        "Multiply",
        "Permute",
        "RepeatVector",
        "Reshape",
        "Subtract",
        "UpSampling1D",
        "UpSampling2D",
        "UpSampling3D",
        "ZeroPadding1D",
        "ZeroPadding2D",
        "ZeroPadding3D",
    }
)
