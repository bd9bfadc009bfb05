"""How the results of custom layers are arranged, which no config tells.

Nor does it for Keras' own layers around custom ones, such as an RNN of a custom cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kerascodegen.graph.model import Graph, Node, OperationKind, Value


def with_custom_outputs(graph: Graph, model: Any) -> Graph:
    """Add the arrangement of what layers return, where the catalog does not know it.

    Args:
        graph: The graph of a live model.
        model: The model.

    Returns:
        The graph; the calls of custom layers with several results, and of layers that
        hold custom objects, say how they are arranged.
    """
    if not hasattr(model, "_nodes"):
        return graph
    live = {operation.name: operation for operation in model.operations}
    operations = tuple(
        (
            replace(
                operation,
                graph=with_custom_outputs(operation.graph, live[operation.name]),
            )
            if operation.graph is not None and operation.name in live
            else operation
        )
        for operation in graph.operations
    )
    custom = {
        operation.name: operation.cls.code is not None
        or operation.cls.path == "keras.layers.Lambda"
        for operation in operations
        if operation.kind is OperationKind.LAYER
        and operation.graph is None
        and operation.name in live
    }
    calls = {name: list(_calls(model, live[name])) for name in custom}
    nodes = tuple(
        (
            _arranged(node, live[node.operation], calls[node.operation])
            # What the catalog has no answer for holds a custom object somewhere.
            if node.operation in custom
            and (custom[node.operation] or node.outputs is None)
            else node
        )
        for node in graph.nodes
    )
    return replace(graph, operations=operations, nodes=nodes)


def _calls(model: Any, operation: Any) -> Iterator[Any]:
    """Yield the calls of an operation that are the model's, as its config has them."""
    from keras.src.ops.function import make_node_key

    for index, node in enumerate(operation._inbound_nodes):
        if make_node_key(operation, index) in model._nodes:
            yield node


def _arranged(node: Node, operation: Any, calls: list[Any]) -> Node:
    if node.index >= len(calls):
        return node
    arguments = calls[node.index].arguments
    try:
        # As Keras did when the layer was called; it does not keep the arrangement.
        spec = operation.compute_output_spec(*arguments.args, **arguments.kwargs)
        outputs = _numbered(spec, iter(range(len(calls[node.index].outputs))))
    except Exception:
        return node
    # A single tensor is what everything takes a call for that nothing is known of.
    return node if outputs == 0 else node.with_outputs(outputs)


def _numbered(spec: Any, numbers: Iterator[int]) -> Value:
    """Number the tensors of a structure in the order that `keras.tree` flattens it."""
    if isinstance(spec, list | tuple):
        return [_numbered(item, numbers) for item in spec]
    if isinstance(spec, dict):
        found = {key: _numbered(spec[key], numbers) for key in sorted(spec)}
        return {str(key): found[key] for key in spec}
    return next(numbers)
