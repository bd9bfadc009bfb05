"""Reduce a graph to what its outputs need, and rename operations all through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from kerascodegen.graph.layer_order import keras_order
from kerascodegen.graph.model import (
    Graph,
    Node,
    NodeKey,
    SliceSpec,
    TensorRef,
    Value,
    node_refs,
    tensor_refs,
)
from kerascodegen.graph.traverse import nodes_by_key


def prune(graph: Graph) -> Graph:
    """Drop the calls and operations that lead to no output.

    Args:
        graph: A Functional graph. All its inputs stay.

    Returns:
        The graph in Keras' order, its calls numbered without gaps.
    """
    nodes = nodes_by_key(graph)
    needed: set[NodeKey] = set()
    waiting = list(tensor_refs(graph.outputs))
    while waiting:
        ref = waiting.pop()
        key = (ref.operation, ref.node_index)
        if key in nodes and key not in needed:
            needed.add(key)
            waiting.extend(node_refs(nodes[key]))
    counts: dict[str, int] = {}
    moved: dict[NodeKey, int] = {}
    kept = [node for node in graph.nodes if node.key in needed]
    for node in kept:
        moved[node.key] = counts.get(node.operation, 0)
        counts[node.operation] = moved[node.key] + 1

    def move(ref: TensorRef) -> Value:
        index = moved.get((ref.operation, ref.node_index), ref.node_index)
        return replace(ref, node_index=index)

    specs = {
        move(ref): spec
        for ref, spec in graph.specs.items()
        if (ref.operation, ref.node_index) not in nodes
        or (ref.operation, ref.node_index) in moved
    }
    graph = replace(
        graph,
        nodes=tuple(
            replace(map_node(node, move), index=moved[node.key]) for node in kept
        ),
        outputs=map_tensors(graph.outputs, move),
        specs=specs,  # type: ignore[arg-type]
    )
    return in_keras_order(graph)


def in_keras_order(graph: Graph) -> Graph:
    """Sort operations as Keras does, and calls by operation and index.

    Args:
        graph: A Functional graph.

    Returns:
        The graph without operations that nothing needs.
    """
    operations = keras_order(graph)
    place = {operation.name: index for index, operation in enumerate(operations)}
    nodes = sorted(
        (node for node in graph.nodes if node.operation in place),
        key=lambda node: (place[node.operation], node.index),
    )
    return replace(graph, operations=operations, nodes=tuple(nodes))


def rename(graph: Graph, names: Mapping[str, str]) -> Graph:
    """Rename operations wherever the graph refers to them.

    Args:
        graph: The graph.
        names: New name by old name, for every operation.

    Returns:
        The same graph under other names.
    """

    def move(ref: TensorRef) -> Value:
        return replace(ref, operation=names[ref.operation])

    return replace(
        graph,
        inputs=map_tensors(graph.inputs, move),
        outputs=map_tensors(graph.outputs, move),
        operations=tuple(
            replace(operation, name=names[operation.name])
            for operation in graph.operations
        ),
        nodes=tuple(
            replace(map_node(node, move), operation=names[node.operation])
            for node in graph.nodes
        ),
        specs={
            replace(ref, operation=names[ref.operation]): spec
            for ref, spec in graph.specs.items()
            if ref.operation in names
        },
    )


def map_tensors(value: Value, change: Callable[[TensorRef], Value]) -> Value:
    """Put something in the place of each tensor of a value.

    Args:
        value: An argument of a call, or a structure of tensors.
        change: What to put in a tensor's place.

    Returns:
        The value with the same structure.
    """
    if isinstance(value, TensorRef):
        return change(value)
    if isinstance(value, list):
        return [map_tensors(item, change) for item in value]
    if isinstance(value, dict):
        return {key: map_tensors(item, change) for key, item in value.items()}
    if isinstance(value, SliceSpec):
        parts = (value.start, value.stop, value.step)
        return SliceSpec(*(map_tensors(part, change) for part in parts))
    return value


def map_node(node: Node, change: Callable[[TensorRef], Value]) -> Node:
    """Put something in the place of each tensor that a call takes.

    Args:
        node: The call.
        change: What to put in a tensor's place.

    Returns:
        The call on other tensors.
    """
    return replace(
        node,
        args=tuple(map_tensors(arg, change) for arg in node.args),
        kwargs={key: map_tensors(arg, change) for key, arg in node.kwargs.items()},
    )
