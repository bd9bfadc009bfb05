"""See through masks: drop what Keras adds to a graph by itself.

`Embedding(mask_zero=True)` and `Masking` compute a mask with ops, layers pass it on,
and Keras records both the ops and a `mask=` argument on each call that took one. The
rebuilt model makes all of that again, so none of it belongs in source. But an author
may pass a mask too, and that one has to stay.

To tell them apart, this pass computes symbolically the mask that Keras would pass by
itself, following `Layer.__call__` and each layer's `compute_mask`, and drops a recorded
mask only where it is that very expression. Where a layer's rule is not known (custom
code), the recorded mask stays: passing it explicitly means the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kerascodegen.graph.model import (
    Graph,
    Node,
    NodeKey,
    OperationKind,
    TensorRef,
    node_refs,
    tensor_refs,
)
from kerascodegen.graph.traverse import nodes_by_key
from kerascodegen.passes.base import PassContext
from kerascodegen.passes.mask_propagation import Propagation


def drop_auto_masks(graph: Graph, context: PassContext) -> Graph:
    """Drop masks that Keras passes by itself, and the ops that only served them.

    Args:
        graph: The graph.
        context: Not used.

    Returns:
        The graph without automatic masks; one without masks comes back as it is.
    """
    empty = graph.decisions.empty_masks
    if not empty and not any("mask" in node.kwargs for node in graph.nodes):
        return graph
    propagation = Propagation(graph)
    automatic = propagation.automatic()
    # Where Keras had a mask to give, `None` was the author's.
    empty &= propagation.masked
    if empty:
        graph = replace(graph, nodes=tuple(_unmasked(n, empty) for n in graph.nodes))
    # A `None` that is still there was the author's (see call_noise.py).
    automatic -= {n.key for n in graph.nodes if n.kwargs.get("mask", 0) is None}
    automatic -= _shared_with_author(graph, automatic, propagation.made_again)
    if not automatic:
        return graph
    dropped = {
        ref
        for node in graph.nodes
        if node.key in automatic
        for ref in tensor_refs(node.kwargs["mask"])
    }
    nodes = tuple(_maskless(node, automatic) for node in graph.nodes)
    return _without_unused_ops(replace(graph, nodes=nodes), dropped)


def _unmasked(node: Node, empty: frozenset[NodeKey]) -> Node:
    if node.key not in empty:
        return node
    return replace(node, kwargs={**node.kwargs, "mask": None})


def _shared_with_author(
    graph: Graph, automatic: set[NodeKey], made_again: set[NodeKey]
) -> set[NodeKey]:
    """Find calls whose mask is also a value that the model computes with.

    Left out there, Keras would make that mask a second time.
    """
    nodes = nodes_by_key(graph)
    takers: dict[TensorRef, list[NodeKey]] = {}
    for key in made_again:
        for ref in tensor_refs(nodes[key].kwargs["mask"]):
            takers.setdefault(ref, []).append(key)
    shared: set[NodeKey] = set()
    seen: set[NodeKey] = set()
    pending = list(tensor_refs(graph.outputs))
    while pending:
        ref = pending.pop()
        for key in takers.pop(ref, ()):
            shared.add(key)
            pending.extend(tensor_refs(nodes[key].kwargs["mask"]))
        key = (ref.operation, ref.node_index)
        if key in nodes and key not in seen:
            seen.add(key)
            pending.extend(node_refs(_maskless(nodes[key], automatic)))
    return shared


def _maskless(node: Node, automatic: set[NodeKey]) -> Node:
    if node.key not in automatic:
        return node
    return replace(node, kwargs={k: v for k, v in node.kwargs.items() if k != "mask"})


def _without_unused_ops(graph: Graph, dropped: set[TensorRef]) -> Graph:
    """Remove ops that fed only the masks dropped, and ops that fed only those."""
    # Keras calls an op once. One that was called again keeps the numbers of its calls.
    again = {node.operation for node in graph.nodes if node.index > 0}
    ops = {o.name for o in graph.operations if o.kind is OperationKind.OP} - again
    nodes = nodes_by_key(graph)
    uses: dict[NodeKey, int] = {}
    for ref in _all_refs(graph):
        key = (ref.operation, ref.node_index)
        uses[key] = uses.get(key, 0) + 1
    removed: set[NodeKey] = set()
    candidates = [(ref.operation, ref.node_index) for ref in dropped]
    while candidates:
        key = candidates.pop()
        if key[0] not in ops or key in removed or uses.get(key, 0):
            continue
        removed.add(key)
        for ref in node_refs(nodes[key]):
            source = (ref.operation, ref.node_index)
            uses[source] -= 1
            candidates.append(source)
    kept = tuple(node for node in graph.nodes if node.key not in removed)
    gone = {name for name, _ in removed}
    operations = tuple(o for o in graph.operations if o.name not in gone)
    return replace(graph, operations=operations, nodes=kept)


def _all_refs(graph: Graph) -> Iterator[TensorRef]:
    for node in graph.nodes:
        yield from node_refs(node)
    yield from tensor_refs(graph.outputs)
