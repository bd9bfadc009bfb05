"""Write a Sequential model as the Functional model that Keras builds inside it."""

from __future__ import annotations

from dataclasses import replace

from kerascodegen.errors import OptionError, UnsupportedModelError, printable
from kerascodegen.graph.model import (
    ClassRef,
    Graph,
    GraphKind,
    Operation,
    OperationKind,
    TensorRef,
    TensorSpec,
)
from kerascodegen.passes.base import PassContext

_INPUT_NAME = "input_layer"


def as_functional(graph: Graph, context: PassContext) -> Graph:
    """Turn a top-level Sequential into a Functional graph.

    Args:
        graph: The outermost graph; nested Sequentials stay what they are, since their
            class is part of where their weights are stored.
        context: `options.input_shape` gives a missing input its shape.

    Returns:
        A Functional graph; one that is Functional already comes back as it is.

    Raises:
        UnsupportedModelError: The Sequential has no input, and no shape was given.
        OptionError: A shape was given for a model that has inputs.
    """
    shape = context.options.input_shape
    # Where the graph was traced from code, the shape is already in it.
    if shape is not None and graph.inputs is not None and not graph.traced:
        raise OptionError(
            f'--input-shape does not fit: the model "{printable(graph.name, 60)}" '
            "has inputs of its own."
        )
    if graph.kind is not GraphKind.SEQUENTIAL:
        return graph
    if not graph.nodes:
        raise UnsupportedModelError(
            f'The Sequential "{printable(graph.name, 60)}" has no layers.'
        )
    if graph.inputs is None:
        if shape is None:
            raise UnsupportedModelError(
                f'The Sequential "{printable(graph.name, 60)}" has no Input and was '
                "never built, so the shapes inside it are not known. Give the shape of "
                "one sample, for instance --input-shape 784 or --input-shape 28,28,1."
            )
        graph = _with_input(graph, (None, *shape))
    return replace(graph, kind=GraphKind.FUNCTIONAL)


def _with_input(graph: Graph, batch_shape: tuple[int | None, ...]) -> Graph:
    taken = {operation.name for operation in graph.operations}
    name, number = _INPUT_NAME, 0
    while name in taken:
        number += 1
        name = f"{_INPUT_NAME}_{number}"
    layer = Operation(
        name,
        OperationKind.INPUT,
        ClassRef("keras.layers", "InputLayer"),
        {"batch_shape": list(batch_shape), "dtype": "float32"},
    )
    tensor = TensorRef(name)
    first = replace(graph.nodes[0], args=(tensor,))
    return replace(
        graph,
        inputs=tensor,
        operations=(layer, *graph.operations),
        nodes=(first, *graph.nodes[1:]),
        specs={**graph.specs, tensor: TensorSpec(batch_shape, "float32")},
    )
