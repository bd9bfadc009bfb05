"""Finding the first layer whose output differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from kerascodegen.verify.numbers import difference, tolerance_of
from kerascodegen.verify.report import Row
from kerascodegen.verify.source import fresh_names
from kerascodegen.verify.structure import pair_ops
from kerascodegen.verify.walk import Graph, Op, functional_of, graph_of
from kerascodegen.verify.weights import preserved, to_numpy

Trace: TypeAlias = "dict[tuple[str, int, int], Any]"  # arrays by place in the graph


def first_divergence(
    original: Any,
    rebuilt: Any,
    values: tuple[Sequence[Any], Sequence[Any]],
    *,
    training: bool,
    seed: int,
) -> Row | None:
    """Compare the outputs of all layers in order, going into nested models.

    Args:
        original: The original model.
        rebuilt: What the source built.
        values: Flat inputs of the one and of the other.
        training: Whether to call both in training mode.
        seed: Seed of both calls.

    Returns:
        The first layer that differs with the largest difference there; `None` where
        all agree or the models cannot be taken apart.
    """
    tolerance = tolerance_of(original)
    with preserved(original, rebuilt), fresh_names():
        return _search(original, rebuilt, values, "", tolerance, training, seed)


def _search(
    original: Any,
    rebuilt: Any,
    values: tuple[Sequence[Any], Sequence[Any]],
    prefix: str,
    tolerance: float,
    training: bool,
    seed: int,
) -> Row | None:
    left, right = graph_of(original), graph_of(rebuilt)
    if left is None or right is None:
        return None
    try:
        with preserved(original, rebuilt):
            old = _trace(left, values[0], training, seed)
            new = _trace(right, values[1], training, seed)
    except Exception:
        return None  # the models as a whole ran; this is only for a better message
    partners = right.by_key
    pairs = pair_ops(original, rebuilt)
    for op in left.ops:
        partner = partners.get(pairs.get(op.key, ""))
        if partner is None:
            continue
        gap = _gap(op, partner, old, new)
        if gap <= tolerance:
            continue
        where = f"{prefix}/{op.key}" if prefix else op.key
        return _inside(op, partner, left, old, where, tolerance, training, seed) or Row(
            where,
            "output is the first to differ and",
            type(op.operation).__name__,
            f"off by {gap:.3g}",
        )
    return None


def _inside(
    op: Op,
    partner: Op,
    graph: Graph,
    trace: Trace,
    where: str,
    tolerance: float,
    training: bool,
    seed: int,
) -> Row | None:
    """Look into a nested model, fed with what the original gave it."""
    nested, other = op.operation, partner.operation
    if functional_of(nested) is None or not op.nodes:
        return None
    fed = [trace[graph.place(tensor)] for tensor in op.nodes[0].input_tensors]
    return _search(nested, other, (fed, fed), where, tolerance, training, seed)


def _trace(graph: Graph, values: Sequence[Any], training: bool, seed: int) -> Trace:
    import keras

    places, tensors = [], []
    for op in graph.ops:
        for call, node in enumerate(op.nodes):
            for index, tensor in enumerate(node.outputs):
                places.append((op.key, call, index))
                tensors.append(tensor)
    probe = keras.Model(list(graph.functional.inputs), tensors)
    keras.utils.set_random_seed(seed)
    outputs = keras.tree.flatten(probe(list(values), training=training))
    return {
        place: to_numpy(output) for place, output in zip(places, outputs, strict=True)
    }


def _gap(op: Op, partner: Op, old: Trace, new: Trace) -> float:
    places = [
        (call, index)
        for call, node in enumerate(op.nodes)
        for index in range(len(node.outputs))
    ]
    largest = 0.0
    for call, index in places:
        other = new.get((partner.key, call, index))
        if other is not None:
            here = old[op.key, call, index]
            largest = max(largest, difference(here, other))
    return largest
