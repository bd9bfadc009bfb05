"""Shorthand that tests of single modules share: rebuild a model, make small graphs."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from kerascodegen.graph.model import (
    ClassRef,
    Graph,
    GraphKind,
    Node,
    Operation,
    OperationKind,
    TensorRef,
    Value,
)
from kerascodegen.options import Options
from kerascodegen.passes.base import PassContext
from kerascodegen.pipeline import generate_from_graph, load_graph
from tests import roundtrip

ROOT = Path(__file__).parent.parent
GOLDENS = sorted((ROOT / "golden").glob("*/*.py"))


def make_context(**options: Any) -> PassContext:
    """A pass context with some options set."""
    return PassContext(Options.make(options))


def source_of(model: keras.Model, **options: Any) -> str:
    """What is generated for a live model."""
    made = Options.make(options)
    return str(generate_from_graph(load_graph(model, made), made))


def rebuild(model: keras.Model, **options: Any) -> keras.Model:
    """Build the model that the generated source describes."""
    return roundtrip.execute(source_of(model, **options)).build_model()


def assert_rebuilds(model: keras.Model, **options: Any) -> keras.Model:
    """Rebuild a model, and compare its structure and its predictions.

    Returns:
        The rebuilt model.
    """
    rebuilt = rebuild(model, **options)
    roundtrip.assert_same_model(model, rebuilt)
    assert_same_predictions(model, rebuilt)
    return rebuilt


def assert_same_predictions(model: keras.Model, rebuilt: keras.Model) -> None:
    """Give both the same random weights and inputs, and compare the outputs' bits."""
    roundtrip.randomise_weights(model)
    rebuilt.set_weights(model.get_weights())
    inputs = roundtrip.random_inputs(model)
    expected, actual = model(inputs), rebuilt(inputs)
    keras.tree.assert_same_structure(expected, actual)
    for pair in zip(
        keras.tree.flatten(expected), keras.tree.flatten(actual), strict=True
    ):
        first, second = (keras.ops.convert_to_numpy(tensor) for tensor in pair)
        np.testing.assert_array_equal(first, second)


def input_operation(name: str, *shape: int) -> Operation:
    """An input layer of a graph made by hand."""
    cls = ClassRef("keras.layers", "InputLayer")
    config = {"batch_shape": [None, *shape], "dtype": "float32"}
    return Operation(name, OperationKind.INPUT, cls, config)


def layer(name: str, cls: str = "Identity", **config: Value) -> Operation:
    """A Keras layer of a graph made by hand."""
    return Operation(name, OperationKind.LAYER, ClassRef("keras.layers", cls), config)


def op(name: str, cls: str, **config: Value) -> Operation:
    """An op of a graph made by hand."""
    return Operation(
        name, OperationKind.OP, ClassRef("keras.src.ops.numpy", cls), config
    )


def call(name: str, *args: Value, index: int = 0, **kwargs: Value) -> Node:
    """One call; a text among the arguments is the tensor of that operation."""
    refs = tuple(TensorRef(arg) if isinstance(arg, str) else arg for arg in args)
    return Node(name, index, refs, kwargs)


def make_graph(
    operations: Iterable[Operation],
    nodes: Iterable[Node],
    outputs: Value,
    inputs: Value = None,
    **fields: Any,
) -> Graph:
    """A Functional graph; its inputs are all its input layers unless given."""
    operations = tuple(operations)
    if inputs is None:
        kinds = [o for o in operations if o.kind is OperationKind.INPUT]
        refs: list[Value] = [TensorRef(o.name) for o in kinds]
        inputs = refs[0] if len(refs) == 1 else refs
    values: Mapping[str, Any] = {
        "kind": GraphKind.FUNCTIONAL,
        "name": "model",
        "trainable": True,
        **fields,
    }
    return Graph(
        inputs=inputs,
        outputs=outputs,
        operations=operations,
        nodes=tuple(nodes),
        **values,
    )
