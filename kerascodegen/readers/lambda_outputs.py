"""Lambdas that return several tensors, which only what takes them shows."""

from __future__ import annotations

from kerascodegen.graph.model import (
    Node,
    NodeKey,
    Operation,
    Value,
    node_refs,
    tensor_refs,
)

_LAMBDA = "keras.layers.Lambda"


def with_lambda_outputs(
    operations: list[Operation], nodes: list[Node], outputs: Value
) -> list[Node]:
    """Say of Lambdas that return more than a tensor that nothing tells how.

    Args:
        operations: A model's operations.
        nodes: Their calls.
        outputs: The model's outputs.

    Returns:
        The calls.
    """
    lambdas = {one.name for one in operations if one.cls.path == _LAMBDA}
    if not lambdas:
        return nodes
    refs = [ref for node in nodes for ref in node_refs(node)]
    several: set[NodeKey] = {
        (ref.operation, ref.node_index)
        for ref in (*refs, *tensor_refs(outputs))
        if ref.operation in lambdas and ref.tensor_index > 0
    }
    return [node.with_outputs(None) if node.key in several else node for node in nodes]
