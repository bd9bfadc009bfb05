"""A live Keras model as a list of operations that two models can be compared by.

Layers are known by their names, ops (`x + y`, which Keras numbers as it goes) by their
class and their place on the way from the outputs back to the inputs.
"""

from __future__ import annotations

import collections
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# Classes of blocks, into which walks go.
_OPENED: set[type] = set()


@dataclass(slots=True)
class Op:
    """An operation of a graph and those of its calls that the graph uses.

    Attributes:
        key: Name of a layer, `Add#0` of an op; unique in its graph.
        operation: The Keras object.
        nodes: Its calls within this graph, in order.
    """

    key: str
    operation: Any
    nodes: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Graph:
    """What a Functional computes, or a Sequential through its hidden Functional.

    Attributes:
        functional: The Functional.
        ops: Operations in Keras' own order.
    """

    functional: Any
    ops: list[Op]
    _places: dict[int, tuple[str, int]]

    def place(self, tensor: Any) -> tuple[str, int, int]:
        """Say which output of which call a symbolic tensor is.

        Args:
            tensor: A KerasTensor of this graph.

        Returns:
            Key of the operation, index of its call in this graph, index of the output.
        """
        operation, node_index, tensor_index = tensor._keras_history
        node = operation._inbound_nodes[node_index]
        key, call = self._places.get(id(node), (operation.name, -1))
        return key, call, tensor_index

    @property
    def by_key(self) -> dict[str, Op]:
        """The operations by key."""
        return {op.key: op for op in self.ops}


def functional_of(model: Any) -> Any | None:
    """Find the Functional that a model is, or that a Sequential hides.

    Args:
        model: Any Keras operation.

    Returns:
        The Functional, or `None` for layers, ops and subclassed models.
    """
    import keras
    from keras.src.models.functional import Functional

    if isinstance(model, keras.Sequential):
        return model._functional
    return model if isinstance(model, Functional) else None


def is_sequential(model: Any) -> bool:
    """Whether a model is a Sequential."""
    import keras

    return isinstance(model, keras.Sequential)


def is_layer(operation: Any) -> bool:
    """Whether an operation is a layer (or model), rather than an op."""
    import keras

    return isinstance(operation, keras.layers.Layer)


def graph_of(model: Any) -> Graph | None:
    """List the operations of a Functional or Sequential model.

    Args:
        model: Any Keras operation.

    Returns:
        Its graph, or `None` where it has none.
    """
    functional = functional_of(model)
    if functional is None:
        return None
    used = _reachable(functional)
    keys = _keys(used)
    for operation in functional.operations:
        keys.setdefault(id(operation), operation.name)
    ops = []
    places = {}
    for operation in functional.operations:
        op = Op(keys[id(operation)], operation)
        for node in operation._inbound_nodes:
            if id(node) in used:
                places[id(node)] = (op.key, len(op.nodes))
                op.nodes.append(node)
        ops.append(op)
    return Graph(functional, ops, places)


def leaves(model: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Walk to the layers inside nested models; wrappers count as one layer.

    Args:
        model: A Keras model.
        prefix: Path of the model itself.

    Yields:
        Path and layer; the model itself when it is subclassed.
    """
    if type(model) in _OPENED:
        for index, layer in enumerate(model._layers):
            yield from leaves(layer, f"{prefix}/{index}")
        return
    graph = graph_of(model)
    if graph is None:
        yield prefix, model
        return
    for op in graph.ops:
        if is_layer(op.operation):
            path = f"{prefix}/{op.key}" if prefix else op.key
            yield from leaves(op.operation, path)


@contextlib.contextmanager
def opened(classes: frozenset[type]) -> Iterator[None]:
    """Let `leaves` go into layers of some classes, which count as one layer else.

    Args:
        classes: The classes. Layers inside are known by their numbers.

    Yields:
        Nothing.
    """
    _OPENED.update(classes)
    try:
        yield
    finally:
        _OPENED.difference_update(classes)


def walk_layers(model: Any) -> Iterator[Any]:
    """Walk to all layers of a model, those inside of others too.

    Args:
        model: A Keras model.

    Yields:
        The layers, each once.
    """
    yield from model._flatten_layers(include_self=False)


def _reachable(functional: Any) -> dict[int, Any]:
    """Find the calls that the outputs depend on, in post-order (id -> node)."""
    found: dict[int, Any] = {}
    entered = set()
    starts = [*functional.outputs, *functional.inputs]
    stack = [(_node(tensor), False) for tensor in reversed(starts)]
    while stack:
        node, done = stack.pop()
        if done:
            found.setdefault(id(node), node)
        elif id(node) not in entered:
            entered.add(id(node))
            stack.append((node, True))
            parents = [_node(tensor) for tensor in node.input_tensors]
            stack.extend((parent, False) for parent in reversed(parents))
    return found


def _node(tensor: Any) -> Any:
    operation, node_index, _ = tensor._keras_history
    return operation._inbound_nodes[node_index]


def _keys(nodes: dict[int, Any]) -> dict[int, str]:
    keys: dict[int, str] = {}
    counts: collections.Counter[str] = collections.Counter()
    for node in nodes.values():
        operation = node.operation
        if id(operation) in keys or is_layer(operation):
            continue
        name = type(operation).__name__
        keys[id(operation)] = f"{name}#{counts[name]}"
        counts[name] += 1
    return keys
