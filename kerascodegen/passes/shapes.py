"""Fill in shapes that the config leaves out, as far as they follow from it."""

from __future__ import annotations

from dataclasses import replace

from kerascodegen.graph.model import (
    Graph,
    GraphKind,
    OperationKind,
    TensorRef,
    TensorSpec,
)
from kerascodegen.graph.shapes import first_shape, output_shape
from kerascodegen.passes.base import PassContext


def infer_shapes(graph: Graph, context: PassContext) -> Graph:
    """Add the shapes that `--shapes` shows and the config does not hold.

    Args:
        graph: A graph whose order is decided.
        context: Without `options.shapes` nothing is done.

    Returns:
        The graph with more specs. What the config recorded is never replaced.
    """
    if not context.options.shapes or graph.kind is GraphKind.SEQUENTIAL:
        return graph
    specs = dict(graph.specs)
    operations = {operation.name: operation for operation in graph.operations}
    nodes = {node.key: node for node in graph.nodes}
    for operation in graph.operations:
        if operation.kind is OperationKind.INPUT:
            batch_shape = operation.config.get("batch_shape")
            if isinstance(batch_shape, list):
                dims = tuple(dim if type(dim) is int else None for dim in batch_shape)
                specs.setdefault(TensorRef(operation.name), TensorSpec(dims, ""))
    for key in graph.decisions.order:
        node = nodes[key]
        result = node.result()
        if isinstance(result, TensorRef) and result not in specs:
            shape = output_shape(operations[node.operation], first_shape(node, specs))
            if shape is not None:
                specs[result] = TensorSpec(shape, "")
    return replace(graph, specs=specs)
