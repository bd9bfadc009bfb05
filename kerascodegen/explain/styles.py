"""Which of Sequential, Functional and subclassing can express a model, and why."""

from __future__ import annotations

from collections.abc import Iterator

from kerascodegen.explain.report import Verdict
from kerascodegen.graph.model import (
    Graph,
    GraphKind,
    Node,
    NodeKey,
    OperationKind,
    TensorRef,
    node_refs,
)
from kerascodegen.graph.straight import Bend, BendKind, find_bends, shown
from kerascodegen.graph.traverse import call_order, nodes_by_key, operations_by_name

_ENOUGH = (
    "but nothing here needs it: no call depends on the values of tensors, and a "
    "subclass has no graph to plot, to slice or to check before the first call."
)


def judge_styles(graph: Graph) -> tuple[Verdict, ...]:
    """Judge the three ways to write a model.

    Args:
        graph: The graph, behind the passes that drop what Keras recorded on calls by
            itself.

    Returns:
        A verdict on each.
    """
    subclassing = Verdict("subclassing", "yes", _ENOUGH)
    if graph.kind is GraphKind.SEQUENTIAL:
        functional = "every Sequential is also a graph of layers."
        if graph.inputs is None:
            functional = "once it has an Input: a graph begins with one."
        return (
            Verdict("sequential", "yes", "it is one straight line of layers."),
            Verdict("functional", "yes", functional),
            subclassing,
        )
    bends = find_bends(graph)
    functional = "it is a graph of layers, which is what the Functional API is for."
    if not bends:
        return (
            Verdict(
                "sequential",
                "yes",
                "it is one straight line of layers: try --style sequential.",
            ),
            Verdict("functional", "yes", "it is a graph of layers, if a simple one."),
            subclassing,
        )
    return (
        Verdict(
            "sequential",
            "no",
            "a Sequential hands one tensor from each layer to the next, and here:",
            tuple(_reasons(graph, bends)),
        ),
        Verdict("functional", "yes", functional),
        subclassing,
    )


def _reasons(graph: Graph, bends: list[Bend]) -> Iterator[str]:
    """Say each bend as a phrase; a branch that rejoins is said once, as residual."""
    residuals = dict(find_residuals(graph))
    starts = set(residuals.values())
    for bend in bends:
        name = shown(bend.name)
        if bend.kind is BendKind.MERGE and bend.name in residuals:
            start = shown(residuals[bend.name])
            yield f"residual branch from {start} to {name}, which {bend.reason}"
        elif bend.kind is BendKind.BRANCH and bend.name in starts:
            continue
        elif bend.kind is BendKind.MERGE:
            yield f"merge: {name} {bend.reason}"
        elif bend.kind is BendKind.BRANCH and "feeds" in bend.reason:
            yield f"branch: {name} {bend.reason}"
        elif bend.kind is BendKind.SHARED:
            yield f"shared: {name} {bend.reason}"
        else:
            yield f"{name} {bend.reason}"


def find_residuals(graph: Graph) -> Iterator[tuple[str, str]]:
    """Find merges of a tensor with something that is computed from it.

    Args:
        graph: The graph.

    Yields:
        The name of what merges, and of where the branch begins.
    """
    nodes, operations = nodes_by_key(graph), operations_by_name(graph)
    # What each call is computed from, as bits: sets would be large for deep models.
    bits: dict[NodeKey, int] = {}
    before: dict[NodeKey, int] = {}
    for number, name in enumerate(operations):
        if operations[name].kind is OperationKind.INPUT:
            bits[(name, 0)], before[(name, 0)] = 1 << number, 0
    for number, key in enumerate(call_order(graph), len(operations)):
        keys = list(dict.fromkeys(_made_by(ref) for ref in node_refs(nodes[key])))
        before[key] = 0
        for parent in keys:
            before[key] |= before[parent] | bits[parent]
        bits[key] = 1 << number
        start = _start(nodes[key], keys, bits, before)
        if start is not None:
            yield key[0], start[0]


def _start(
    node: Node,
    parents: list[NodeKey],
    bits: dict[NodeKey, int],
    before: dict[NodeKey, int],
) -> NodeKey | None:
    if len(parents) < 2:
        return None
    for one in parents:
        if any(before[other] & bits[one] for other in parents if other != one):
            return one
    return None


def _made_by(ref: TensorRef) -> NodeKey:
    return (ref.operation, ref.node_index)
