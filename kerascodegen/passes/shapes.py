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
from kerascodegen.graph.shapes import first_shape, input_shape_of, output_shape
from kerascodegen.graph.traverse import nodes_by_key, operations_by_name
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
    operations = operations_by_name(graph)
    nodes = nodes_by_key(graph)
    for operation in graph.operations:
        if operation.kind is OperationKind.INPUT:
            given = input_shape_of(operation)
            if given is not None:
                specs.setdefault(TensorRef(operation.name), TensorSpec(given, ""))
    for key in graph.decisions.order:
        node = nodes[key]
        result = node.result()
        if isinstance(result, TensorRef) and result not in specs:
            shape = output_shape(operations[node.operation], first_shape(node, specs))
            if shape is not None:
                specs[result] = TensorSpec(shape, "")
    return replace(graph, specs=specs)
