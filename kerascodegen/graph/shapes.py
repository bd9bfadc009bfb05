"""Output shapes and parameter counts of common layers, from their configs alone.

A config records the shape of every tensor that something consumes, so only the model's
outputs and a few others are missing. What is not known here is left out, never guessed:
the formulas are those of each layer's `build` and `compute_output_shape` in Keras 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from kerascodegen.graph.model import (
    Config,
    Graph,
    GraphKind,
    Node,
    ObjectSpec,
    Operation,
    OperationKind,
    TensorRef,
    TensorSpec,
    Value,
    tensor_refs,
)

Shape = tuple[int | None, ...]
Specs = Mapping[TensorRef, TensorSpec]


def first_shape(node: Node, specs: Specs) -> Shape | None:
    """The shape of the first tensor that a call takes, where known."""
    for arg in node.args[:1]:
        for ref in tensor_refs(arg):
            spec = specs.get(ref)
            return spec.shape if spec else None
    return None


def parameter_count(operation: Operation, node: Node, specs: Specs) -> int | None:
    """Count the parameters that a layer has once it is called.

    Args:
        operation: The layer.
        node: Its first call.
        specs: Shapes of the tensors.

    Returns:
        The count, trainable or not; `None` where it is not known.
    """
    if operation.kind is OperationKind.OP:
        return 0
    if operation.graph is not None:
        return model_parameter_count(operation.graph, first_shape(node, specs))
    if not (operation.cls.module or "").startswith("keras."):
        return None
    return layer_parameters(
        operation.cls.name, operation.config, first_shape(node, specs)
    )


def model_parameter_count(graph: Graph, input_shape: Shape | None = None) -> int | None:
    """Count all parameters of a model, each shared layer once.

    Args:
        graph: The model.
        input_shape: Shape that a Sequential without an input is called with.

    Returns:
        The count; `None` where one layer's is not known.
    """
    total = 0
    specs: dict[TensorRef, TensorSpec] = dict(graph.specs)
    operations = {operation.name: operation for operation in graph.operations}
    if graph.kind is GraphKind.SEQUENTIAL:
        specs = sequential_specs(graph, input_shape)
    for node in graph.nodes:
        if node.index > 0:
            continue
        count = parameter_count(operations[node.operation], node, specs)
        if count is None:
            return None
        total += count
    return total


def sequential_specs(
    graph: Graph, input_shape: Shape | None
) -> dict[TensorRef, TensorSpec]:
    """Infer the shapes inside a Sequential, which its config does not record.

    Args:
        graph: The Sequential.
        input_shape: Shape of its input, where it has no input layer.

    Returns:
        What could be inferred, from the first layer on.
    """
    specs: dict[TensorRef, TensorSpec] = {}
    operations = {operation.name: operation for operation in graph.operations}
    shape = input_shape
    for operation in graph.operations:
        if operation.kind is OperationKind.INPUT:
            batch_shape = operation.config.get("batch_shape")
            if isinstance(batch_shape, list):
                shape = tuple(d if isinstance(d, int) else None for d in batch_shape)
                specs[TensorRef(operation.name)] = TensorSpec(shape, "float32")
    for node in graph.nodes:
        # Without an input layer, the first call takes a tensor that has no name.
        known = first_shape(node, specs) or (shape if not specs else None)
        operation = operations[node.operation]
        result = output_shape(operation, known)
        if result is None or not isinstance(node.result(), TensorRef):
            return specs
        specs[TensorRef(node.operation, node.index)] = TensorSpec(result, "float32")
    return specs


def output_shape(operation: Operation, shape: Shape | None) -> Shape | None:
    """Infer the shape of a layer's only output.

    Args:
        operation: The layer.
        shape: Shape of its only input.

    Returns:
        The shape, batch included; `None` where it is not known.
    """
    if shape is None or operation.kind is not OperationKind.LAYER:
        return None
    if not (operation.cls.module or "").startswith("keras."):
        return None
    name, config = operation.cls.name, operation.config
    if name in _SAME_SHAPE:
        return shape
    rule = _SHAPE_RULES.get(name)
    return rule(config, shape) if rule else None


def layer_parameters(name: str, config: Config, shape: Shape | None) -> int | None:
    """Count the parameters of one layer class.

    Args:
        name: The class of a Keras layer.
        config: Its arguments.
        shape: Shape of the input it was built with.

    Returns:
        The count; `None` where the class or a dimension is not known.
    """
    if name in _SAME_SHAPE or name in _NO_PARAMETERS:
        return 0
    rule = _PARAMETER_RULES.get(name)
    if rule is None or shape is None or "lora_rank" in config:
        return None
    try:
        return rule(config, shape)
    except (TypeError, ValueError, KeyError, IndexError):
        # A dimension that is not known, or an argument of an unexpected kind.
        return None


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
    size = math.prod(_dims(config["kernel_size"], len(shape) - 2))
    channels = _channels(shape, config) // _int(config, "groups", 1)
    return size * channels * filters + _bias(config, filters)


def _depthwise(config: Config, shape: Shape) -> int:
    size = math.prod(_dims(config["kernel_size"], len(shape) - 2))
    made = _channels(shape, config) * _int(config, "depth_multiplier", 1)
    return size * made + _bias(config, made)


def _separable(config: Config, shape: Shape) -> int:
    size = math.prod(_dims(config["kernel_size"], len(shape) - 2))
    made = _channels(shape, config) * _int(config, "depth_multiplier", 1)
    filters = _int(config, "filters")
    return size * made + made * filters + _bias(config, filters)


def _axis_size(config: Config, shape: Shape) -> int:
    axis = config.get("axis", -1)
    axes = axis if isinstance(axis, list) else [axis]
    sizes = [shape[index] for index in axes if isinstance(index, int)]
    if not sizes or None in sizes:
        raise TypeError("axis")
    return math.prod(size for size in sizes if size is not None)


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


def _inner_layer(config: Config) -> ObjectSpec:
    layer = config.get("layer")
    if not isinstance(layer, ObjectSpec) or layer.graph is not None:
        raise TypeError("layer")
    return layer


def _bidirectional(config: Config, shape: Shape) -> int:
    if config.get("backward_layer") is not None:
        raise TypeError("backward_layer")
    layer = _inner_layer(config)
    return 2 * _PARAMETER_RULES[layer.cls.name](layer.config, shape)


def _time_distributed(config: Config, shape: Shape) -> int:
    layer = _inner_layer(config)
    count = layer_parameters(layer.cls.name, layer.config, (shape[0], *shape[2:]))
    if count is None:
        raise TypeError("layer")
    return count


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

_SAME_SHAPE = frozenset(
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


def _unchanged(config: Config, shape: Shape) -> Shape | None:
    return shape


def _dense_shape(config: Config, shape: Shape) -> Shape | None:
    units = config.get("units")
    return (*shape[:-1], units) if isinstance(units, int) else None


def _flatten_shape(config: Config, shape: Shape) -> Shape | None:
    rest = shape[1:]
    if any(dim is None for dim in rest):
        return (shape[0], None)
    return (shape[0], math.prod(dim for dim in rest if dim is not None))


def _global_pooling_shape(config: Config, shape: Shape) -> Shape | None:
    if config.get("data_format") == "channels_first":
        kept, ones = shape[:2], (1,) * (len(shape) - 2)
        return (*kept, *ones) if config.get("keepdims") else kept
    middle = (1,) * (len(shape) - 2) if config.get("keepdims") else ()
    return (shape[0], *middle, shape[-1])


def _embedding_shape(config: Config, shape: Shape) -> Shape | None:
    size = config.get("output_dim")
    return (*shape, size) if isinstance(size, int) else None


def _recurrent_shape(config: Config, shape: Shape) -> Shape | None:
    units = config.get("units")
    if not isinstance(units, int) or config.get("return_state"):
        return None
    return (*shape[:2], units) if config.get("return_sequences") else (shape[0], units)


_SHAPE_RULES: dict[str, Callable[[Config, Shape], Shape | None]] = {
    **dict.fromkeys(
        (
            "AlphaDropout",
            "BatchNormalization",
            "Dropout",
            "GaussianDropout",
            "GaussianNoise",
            "LayerNormalization",
            "GroupNormalization",
        ),
        _unchanged,
    ),
    "Dense": _dense_shape,
    "Flatten": _flatten_shape,
    "Embedding": _embedding_shape,
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), _recurrent_shape),
    **dict.fromkeys(
        (
            f"Global{kind}Pooling{rank}D"
            for kind in ("Average", "Max")
            for rank in (1, 2, 3)
        ),
        _global_pooling_shape,
    ),
}
