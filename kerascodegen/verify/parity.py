"""Do the two models compute the same, in inference and in training mode?"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kerascodegen.errors import printable
from kerascodegen.verify import inputs
from kerascodegen.verify.divergence import first_divergence
from kerascodegen.verify.numbers import difference, has_finite, tolerance_of
from kerascodegen.verify.report import Check, Row, Status
from kerascodegen.verify.source import explain
from kerascodegen.verify.walk import functional_of
from kerascodegen.verify.weights import Pair, pair_variables, preserved, to_numpy


@dataclass(frozen=True, slots=True)
class Feeds:
    """Inputs that the original is known to take.

    Attributes:
        names: Names of the inputs, in the original's flat order.
        values: One flat list of arrays a batch size.
        failure: Why there are none, or `""`.
        sizes: The batch sizes.
    """

    names: tuple[str, ...]
    values: tuple[list[Any], ...] = ()
    failure: str = ""
    sizes: tuple[int, ...] = ()


def find_feeds(original: Any, rebuilt: Any, seed: int) -> Feeds:
    """Draw random inputs until the original takes them.

    Args:
        original: The original model.
        rebuilt: What the source built; it tells the inputs of a subclassed original.
        seed: Where the random values start.

    Returns:
        The inputs, or why the original refuses all that was tried.
    """
    described = inputs.inputs_of(original if functional_of(original) else rebuilt)
    names = tuple(one.name for one in described)
    if not described:
        return Feeds((), failure="neither model tells what inputs it takes")
    sizes = inputs.batch_sizes(described)
    failure = ""
    for attempt in range(inputs.attempts(described)):
        try:
            values = tuple(
                _feed(original, rebuilt, described, size, attempt, seed)
                for size in sizes
            )
        except Exception as error:
            failure = failure or explain(error)
            continue
        return Feeds(names, values, sizes=sizes)
    return Feeds(names, failure=failure)


def check_predictions(
    original: Any,
    rebuilt: Any,
    feeds: Feeds,
    *,
    training: bool,
    seed: int,
    names: Mapping[str, str] | None = None,
) -> Check:
    """Compare what both models make of the same inputs.

    Args:
        original: The original model.
        rebuilt: The rebuilt one, with the original's weights and seed states.
        feeds: The inputs.
        training: Call both in training mode, under one seed; dropout is active and
            moving statistics change. The state before is put back.
        seed: The seed.
        names: Where layers stand in the rebuilt model, if elsewhere.

    Returns:
        The check; a mismatch names the first layer whose output differs.
    """
    name = "training mode" if training else "predictions"
    if feeds.failure:
        detail = f"the original cannot predict on random inputs: {feeds.failure}"
        return Check(name, Status.SKIPPED, detail)
    tolerance = tolerance_of(original)
    largest, any_finite = 0.0, False
    pairs = pair_variables(original, rebuilt, names) if training else []
    for size, values in zip(feeds.sizes, feeds.values, strict=True):
        matched = match_values(feeds, rebuilt, values)
        with preserved(original, rebuilt):
            outputs = _run_both(original, rebuilt, (values, matched), training, seed)
            if isinstance(outputs, tuple):
                return Check(name, *outputs)
            rows = _output_rows(outputs, size, tolerance)
            rows += _state_rows(pairs, size, tolerance)
        if rows:
            both = (values, matched)
            return _mismatch(name, original, rebuilt, both, rows, training, seed)
        largest = max([largest, *(difference(*pair) for pair in outputs)])
        any_finite |= any(has_finite(expected) for expected, _ in outputs)
    sizes = " and ".join(map(str, feeds.sizes))
    detail = f"batch of {sizes}, largest difference {largest:.3g} of {tolerance:g}"
    if not any_finite:
        detail += ", but all outputs are NaN or infinite"
    return Check(name, Status.OK, detail)


def call(
    model: Any, other: Any, values: Sequence[Any], training: bool, seed: int
) -> list[Any]:
    """Call a model under a seed.

    Args:
        model: The model.
        other: Tells how inputs are arranged, where the model itself does not.
        values: Flat inputs.
        training: Whether in training mode.
        seed: Seed of everything that draws numbers.

    Returns:
        Its outputs, flat, as NumPy arrays.
    """
    import keras

    keras.utils.set_random_seed(seed)
    packed = inputs.pack(model if functional_of(model) else other, values)
    outputs = model(packed, training=training)
    return [to_numpy(output) for output in keras.tree.flatten(outputs)]


def match_values(feeds: Feeds, rebuilt: Any, values: Sequence[Any]) -> list[Any]:
    """Put values in the order in which the rebuilt model takes them.

    Args:
        feeds: Where the values come from.
        rebuilt: The model to feed.
        values: Flat values in the original's order.

    Returns:
        Values by input name where the names agree, else as they are.
    """
    names = [one.name for one in inputs.inputs_of(rebuilt)]
    if sorted(names) != sorted(feeds.names):
        return list(values)
    by_name = dict(zip(feeds.names, values, strict=True))
    return [by_name[name] for name in names]


def _feed(
    original: Any,
    rebuilt: Any,
    described: Sequence[inputs.Input],
    size: int,
    attempt: int,
    seed: int,
) -> list[Any]:
    # Optional inputs are left out of the larger batch, where the original allows it.
    if size > 1 and any(one.optional for one in described):
        values = inputs.draw(described, size, attempt, seed, omit=True)
        with contextlib.suppress(Exception):
            call(original, rebuilt, values, False, seed)
            return values
    values = inputs.draw(described, size, attempt, seed)
    call(original, rebuilt, values, False, seed)
    return values


def _run_both(
    original: Any,
    rebuilt: Any,
    values: tuple[Sequence[Any], Sequence[Any]],
    training: bool,
    seed: int,
) -> list[tuple[Any, Any]] | tuple[Status, str]:
    """Call both models; pair their outputs, or say why there are none to compare."""
    try:
        expected = call(original, rebuilt, values[0], training, seed)
    except Exception as error:
        detail = f"the original cannot run on random inputs: {explain(error)}"
        return Status.SKIPPED, detail
    try:
        found = call(rebuilt, original, values[1], training, seed)
    except Exception as error:
        return Status.MISMATCH, f"the rebuilt model fails to run: {explain(error)}"
    if len(expected) != len(found):
        detail = f"{len(expected)} outputs, but {len(found)} from the rebuilt model"
        return Status.MISMATCH, detail
    return list(zip(expected, found, strict=True))


def _output_rows(
    outputs: Sequence[tuple[Any, Any]], size: int, tolerance: float
) -> list[Row]:
    rows = []
    for index, (expected, found) in enumerate(outputs):
        gap = difference(expected, found)
        if not gap <= tolerance:
            what = f"output {index} for a batch of {size}"
            rows.append(Row("", what, _describe(expected), f"off by {gap:.3g}"))
    return rows


def _describe(value: Any) -> str:
    return f"{value.dtype} {value.shape}"


def _state_rows(pairs: Sequence[Pair], size: int, tolerance: float) -> list[Row]:
    rows = []
    for pair in pairs:
        if pair.original is None or pair.rebuilt is None:
            continue
        gap = difference(to_numpy(pair.original), to_numpy(pair.rebuilt))
        if not gap <= tolerance:
            what = f"state after a training-mode call on a batch of {size}"
            rows.append(Row(pair.path, what, "updated", f"off by {gap:.3g}"))
    return rows


def _mismatch(
    name: str,
    original: Any,
    rebuilt: Any,
    values: tuple[Sequence[Any], Sequence[Any]],
    rows: Sequence[Row],
    training: bool,
    seed: int,
) -> Check:
    row = first_divergence(original, rebuilt, values, training=training, seed=seed)
    if row is None:
        detail = f"{rows[0].where or 'the model'}: {rows[0].what} {rows[0].rebuilt}"
        return Check(name, Status.MISMATCH, detail, tuple(rows))
    detail = f"first layer that diverges: {printable(row.where)}, {row.rebuilt}"
    return Check(name, Status.MISMATCH, detail, (row, *rows))
