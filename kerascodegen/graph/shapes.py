"""Output shapes and parameter counts of common layers, from their configs alone.

A config records the shape of every tensor that something consumes, so only the model's
outputs and a few others are missing. What is not known here is left out, never guessed:
the formulas are those of each layer's `build` and `compute_output_shape` in Keras 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

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
from kerascodegen.graph.parameters import SAME_SHAPE, Shape, layer_parameters, product
from kerascodegen.graph.traverse import operations_by_name

Specs = Mapping[TensorRef, TensorSpec]
_UNNAMED = TensorRef("")


def input_shape_of(operation: Operation) -> Shape | None:
    """The shape that an input layer declares, batch included, where it has one."""
    batch_shape = operation.config.get("batch_shape")
    if not isinstance(batch_shape, list):
        return None
    return tuple(dim if type(dim) is int else None for dim in batch_shape)


def first_shape(node: Node, specs: Specs) -> Shape | None:
    """The shape of the first tensor that a call takes, where known."""
    for arg in node.args[:1]:
        for ref in tensor_refs(arg):
            spec = specs.get(ref)
            return spec.shape if spec else None
    return None


def parameter_count(
    operation: Operation, node: Node, specs: Specs, seen: set[int] | None = None
) -> int | None:
    """Count the parameters that a layer has once it is called.

    Args:
        operation: The layer.
        node: Its first call.
        specs: Shapes of the tensors.
        seen: Numbers of the shared layers counted so far, which have no more.

    Returns:
        The count, trainable or not; `None` where it is not known.
    """
    if operation.kind is OperationKind.OP:
        return 0
    if seen is not None and operation.shared_id is not None:
        if operation.shared_id in seen:
            return 0
        seen.add(operation.shared_id)
    if operation.graph is not None:
        return model_parameter_count(operation.graph, first_shape(node, specs), seen)
    if any(_holds_shared(value) for value in operation.config.values()):
        return None
    if not (operation.cls.module or "").startswith("keras."):
        return None
    return layer_parameters(
        operation.cls.name, operation.config, first_shape(node, specs)
    )


def _holds_shared(value: Value) -> bool:
    if isinstance(value, ObjectSpec):
        inner: Iterable[Value] = value.config.values()
        return value.shared_id is not None or any(map(_holds_shared, inner))
    if isinstance(value, list):
        return any(map(_holds_shared, value))
    return False


def model_parameter_count(
    graph: Graph, input_shape: Shape | None = None, seen: set[int] | None = None
) -> int | None:
    """Count all parameters of a model, each shared layer once.

    Args:
        graph: The model.
        input_shape: Shape that a Sequential without an input is called with.
        seen: As for `parameter_count`, from the model around this one.

    Returns:
        The count; `None` where one layer's is not known.
    """
    total = 0
    seen = set() if seen is None else seen
    specs: dict[TensorRef, TensorSpec] = dict(graph.specs)
    operations = operations_by_name(graph)
    nodes = graph.nodes
    if graph.kind is GraphKind.SEQUENTIAL:
        specs = sequential_specs(graph, input_shape)
        if graph.inputs is None and input_shape is not None and nodes:
            # The first call takes a tensor that has no name.
            specs[_UNNAMED] = TensorSpec(input_shape, "")
            nodes = (replace(nodes[0], args=(_UNNAMED,)), *nodes[1:])
    for node in nodes:
        if node.index > 0:
            continue
        count = parameter_count(operations[node.operation], node, specs, seen)
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
    operations = operations_by_name(graph)
    shape = input_shape
    for operation in graph.operations:
        if operation.kind is OperationKind.INPUT:
            given = input_shape_of(operation)
            if given is not None:
                shape = given
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
    if name in SAME_SHAPE:
        return shape
    rule = _SHAPE_RULES.get(name)
    return rule(config, shape) if rule else None


def _unchanged(config: Config, shape: Shape) -> Shape | None:
    return shape


def _dense_shape(config: Config, shape: Shape) -> Shape | None:
    units = config.get("units")
    return (*shape[:-1], units) if type(units) is int else None


def _flatten_shape(config: Config, shape: Shape) -> Shape | None:
    rest = shape[1:]
    if any(dim is None for dim in rest):
        return (shape[0], None)
    try:
        return (shape[0], product(dim for dim in rest if dim is not None))
    except ValueError:
        return (shape[0], None)


def _global_pooling_shape(config: Config, shape: Shape) -> Shape | None:
    if config.get("data_format") == "channels_first":
        kept, ones = shape[:2], (1,) * (len(shape) - 2)
        return (*kept, *ones) if config.get("keepdims") else kept
    middle = (1,) * (len(shape) - 2) if config.get("keepdims") else ()
    return (shape[0], *middle, shape[-1])


def _embedding_shape(config: Config, shape: Shape) -> Shape | None:
    size = config.get("output_dim")
    return (*shape, size) if type(size) is int else None


def _recurrent_shape(config: Config, shape: Shape) -> Shape | None:
    units = config.get("units")
    if type(units) is not int or config.get("return_state"):
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
