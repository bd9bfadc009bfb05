"""Walks over a graph: orders of calls, who consumes what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kerascodegen.errors import ReadError, printable
from kerascodegen.graph.model import (
    Graph,
    Node,
    NodeKey,
    Operation,
    TensorRef,
    node_refs,
    tensor_refs,
)


def nodes_by_key(graph: Graph) -> dict[NodeKey, Node]:
    """Map the identity of each call to the call."""
    return {node.key: node for node in graph.nodes}


def operations_by_name(graph: Graph) -> dict[str, Operation]:
    """Map the name of each operation to the operation."""
    return {operation.name: operation for operation in graph.operations}


def input_order(graph: Graph) -> list[str]:
    """Names of the input layers in the order of the model's inputs."""
    return list(dict.fromkeys(ref.operation for ref in tensor_refs(graph.inputs)))


def consumers(graph: Graph) -> dict[TensorRef, list[NodeKey]]:
    """Map each consumed tensor to the calls that take it, in the graph's order.

    A call that takes a tensor twice is listed once.
    """
    result: dict[TensorRef, list[NodeKey]] = {}
    for node in graph.nodes:
        for ref in dict.fromkeys(node_refs(node)):
            result.setdefault(ref, []).append(node.key)
    return result


def call_order(
    graph: Graph,
    roots: Iterable[TensorRef] | None = None,
    earlier: Mapping[NodeKey, NodeKey] | None = None,
) -> list[NodeKey]:
    """Order calls branch by branch, each behind all that it needs.

    A depth-first walk from the outputs, arguments first to last: it gives one branch
    whole before the next begins, as a person writes, where an order by depth would
    interleave them. A shared operation's calls keep their order, since Keras numbers
    its nodes by it.

    Args:
        graph: The graph.
        roots: Tensors to walk back from; the graph's outputs when left out.
        earlier: For a call another one that must come before it.

    Returns:
        The calls that the roots need, and those that must come before them.

    Raises:
        ReadError: The calls depend on each other in a circle.
    """
    nodes = nodes_by_key(graph)
    before = earlier or {}

    def needs_of(node: Node) -> Iterator[NodeKey]:
        if node.key in before:
            yield before[node.key]
        yield from _needs(node)

    order: list[NodeKey] = []
    done: set[NodeKey] = set()
    in_progress: set[NodeKey] = set()
    wanted = tensor_refs(graph.outputs) if roots is None else roots
    for root in wanted:
        start = (root.operation, root.node_index)
        stack: list[tuple[NodeKey, Iterator[NodeKey]]] = []
        if start in nodes and start not in done:
            stack.append((start, needs_of(nodes[start])))
        while stack:
            key, needs = stack[-1]
            in_progress.add(key)
            for need in needs:
                if need in in_progress:
                    raise ReadError(_circle(need))
                if need in nodes and need not in done:
                    stack.append((need, needs_of(nodes[need])))
                    break
            else:
                stack.pop()
                in_progress.discard(key)
                if key not in done:
                    done.add(key)
                    order.append(key)
    return order


def _needs(node: Node) -> Iterator[NodeKey]:
    if node.index > 0:
        yield (node.operation, node.index - 1)
    # Keywords first: `decoder(x, initial_state=state)`, `attention(x, value=memory)`.
    # People write the encoder that these come from before the decoder.
    for value in (*node.kwargs.values(), *node.args):
        for ref in tensor_refs(value):
            yield (ref.operation, ref.node_index)


def _circle(key: NodeKey) -> str:
    return (
        f'The layers of the model form a circle through "{printable(key[0], 60)}", '
        "so no order of calls builds it."
    )
