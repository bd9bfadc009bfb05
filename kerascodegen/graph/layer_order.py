"""The order of `model.layers`, which Keras derives from the graph and not from calls.

Keras sorts operations by depth, the distance to the outputs, and operations of equal
depth by when a walk back from the outputs first meets them (`map_graph` in
keras/src/ops/function.py). A file holds the order; a graph that a pass has rearranged
needs it worked out.
"""

from __future__ import annotations

from collections.abc import Iterator

from kerascodegen.graph.model import (
    Graph,
    Node,
    NodeKey,
    Operation,
    TensorRef,
    Value,
)
from kerascodegen.graph.traverse import (
    input_order,
    nodes_by_key,
    operations_by_name,
)


def keras_order(graph: Graph) -> tuple[Operation, ...]:
    """Put operations in the order in which Keras keeps them.

    Args:
        graph: A Functional graph without circles.

    Returns:
        The operations that the outputs need, and all inputs.
    """
    finished, met = _walk_back(graph)
    nodes = nodes_by_key(graph)
    known = set(finished)
    node_depth: dict[NodeKey, int] = {}
    depth: dict[str, int] = {}
    for key in reversed(finished):
        # A shared operation is as deep as the deepest of its calls met so far.
        deepest = max(node_depth.get(key, 0), depth.get(key[0], 0))
        depth[key[0]] = deepest
        for parent in _parents(nodes.get(key)):
            if parent in known:
                node_depth[parent] = max(node_depth.get(parent, 0), deepest + 1)
    for name in input_order(graph):
        if name not in depth:
            depth[name], met[name] = 0, -1
    operations = operations_by_name(graph)
    names = sorted(depth, key=lambda name: (-depth[name], met[name]))
    return tuple(operations[name] for name in names)


def flat(value: Value) -> Iterator[Value]:
    """Yield the leaves of a structure as `keras.tree.flatten` does, dict keys sorted.

    Args:
        value: A structure of lists and dicts.

    Yields:
        What stands at its leaves.
    """
    if isinstance(value, list):
        for item in value:
            yield from flat(item)
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from flat(value[key])
    else:
        yield value


def _walk_back(graph: Graph) -> tuple[list[NodeKey], dict[str, int]]:
    """Walk from the outputs: calls behind all that they need, and when each is met."""
    nodes = nodes_by_key(graph)
    finished: dict[NodeKey, None] = {}
    met: dict[str, int] = {}
    for output in flat(graph.outputs):
        if not isinstance(output, TensorRef):
            continue
        stack = [_enter((output.operation, output.node_index), nodes, met)]
        while stack:
            key, parents = stack[-1]
            for parent in parents:
                if parent not in finished:
                    stack.append(_enter(parent, nodes, met))
                    break
            else:
                finished.setdefault(key)
                stack.pop()
    return list(finished), met


def _enter(
    key: NodeKey, nodes: dict[NodeKey, Node], met: dict[str, int]
) -> tuple[NodeKey, Iterator[NodeKey]]:
    met.setdefault(key[0], len(met))
    return key, _parents(nodes.get(key))


def _parents(node: Node | None) -> Iterator[NodeKey]:
    """The calls that a call takes tensors of, in the order of Keras' flat arguments."""
    if node is None:
        return
    for value in flat([*node.args, dict(node.kwargs)]):
        if isinstance(value, TensorRef):
            yield (value.operation, value.node_index)
