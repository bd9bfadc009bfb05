"""Originals whose forward pass is code, seen as the graph that source is written from.

What a rebuilt model is compared with is then the functional view, which holds the
original's own layers; beyond that the original's own call must give what the rebuilt
model gives.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kerascodegen.options import Options
from kerascodegen.verify.numbers import difference, tolerance_of
from kerascodegen.verify.parity import Feeds, call, match_values
from kerascodegen.verify.report import Check, Row, Status
from kerascodegen.verify.source import explain
from kerascodegen.verify.weights import preserved, to_numpy

_NAME = "own call"


@dataclass(frozen=True, slots=True)
class Traced:
    """The original as a graph.

    Attributes:
        model: A Functional or Sequential, or a model that has no graph.
        original: The model that the user gave.
        arguments: Names of the arguments of the original's `call`, where it takes its
            inputs one by one.
        training: Why the original may behave differently from any Functional in one
            of the two modes, or `""`.
    """

    model: Any
    original: Any
    arguments: tuple[str, ...] = ()
    training: str = ""

    @property
    def moved(self) -> bool:
        """Whether layers stand elsewhere than in the original."""
        return self.model is not self.original


@contextlib.contextmanager
def traced(model: Any, options: Options, *, alike: bool = False) -> Iterator[Traced]:
    """Look at a model as the graph that it makes.

    Args:
        model: The original.
        options: What the source was generated with.
        alike: Whether the source constructs the original's own class; then the two
            compare as they are.

    Yields:
        The view; the original is as it was when the context ends.

    Raises:
        UnsupportedModelError: The model cannot be brought into that form.
    """
    from kerascodegen.readers.tracing.view import functional_view

    if alike:
        yield Traced(model, model)
        return
    with functional_view(model, options) as found:
        if found is None:
            yield Traced(model, model)
        else:
            yield Traced(found.functional, model, found.arguments, found.training)


def check_own_call(
    seen: Traced, rebuilt: Any, feeds: Feeds, seed: int
) -> tuple[Check, ...]:
    """Compare what the original's own call gives with the rebuilt model.

    Args:
        seen: The view. Its state is put back.
        rebuilt: The rebuilt model, with the original's weights.
        feeds: Inputs, in the order of the view.
        seed: The seed.

    Returns:
        The check; none where the view is the original itself.
    """
    if not seen.moved:
        return ()
    if feeds.failure:
        return (Check(_NAME, Status.SKIPPED, feeds.failure),)
    tolerance = tolerance_of(seen.model)
    largest, rows, left_out = 0.0, list[Row](), ""
    for training in (False, True):
        mode = "training mode" if training else "inference"
        if seen.training and _may_differ(seen.training, training):
            left_out = f"; {mode} left out, since {seen.training}"
            continue
        for values in feeds.values:
            try:
                gap = _gap(seen, rebuilt, feeds, values, training, seed)
            except Exception as error:
                detail = f"the original fails in {mode}: {explain(error)}"
                return (Check(_NAME, Status.MISMATCH, detail),)
            largest = max(largest, gap)
            if not gap <= tolerance:
                rows.append(
                    Row("", f"output in {mode}", "its own", f"off by {gap:.3g}")
                )
    if rows:
        detail = f"the original itself gives something else: {rows[0].rebuilt}"
        return (Check(_NAME, Status.MISMATCH, detail, tuple(rows)),)
    detail = f"the original itself agrees, largest difference {largest:.3g}{left_out}"
    return (Check(_NAME, Status.OK, detail),)


def _may_differ(reason: str, training: bool) -> bool:
    """A call that sets training=True differs in inference, any other in training."""
    return ("training=True" in reason) is not training


def _gap(
    seen: Traced,
    rebuilt: Any,
    feeds: Feeds,
    values: Sequence[Any],
    training: bool,
    seed: int,
) -> float:
    import keras

    with preserved(seen.original, rebuilt):
        keras.utils.set_random_seed(seed)
        outputs = _call_original(seen, values, training)
        expected = [to_numpy(one) for one in keras.tree.flatten(outputs)]
        matched = match_values(feeds, rebuilt, values)
        found = call(rebuilt, seen.model, matched, training, seed)
    if len(expected) != len(found):
        return float("inf")
    return max(difference(*pair) for pair in zip(expected, found, strict=True))


def _call_original(seen: Traced, values: Sequence[Any], training: bool) -> Any:
    """Call the original the way that its author does."""
    import keras

    structure = seen.model._inputs_struct
    converted = [
        keras.ops.convert_to_tensor(value, dtype=tensor.dtype)
        for value, tensor in zip(values, seen.model.inputs, strict=True)
    ]
    packed = keras.tree.pack_sequence_as(structure, converted)
    if not seen.arguments:
        return seen.original(packed, training=training)
    named = dict(zip(seen.arguments, packed, strict=True))
    first = named.pop(seen.arguments[0])
    return seen.original(first, **named, training=training)
