"""What a functional view leaves out of a model, said to the user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerascodegen.errors import Diagnostic, Level, printable
from kerascodegen.readers.tracing.blocks import training_methods
from kerascodegen.readers.tracing.state import Kept, parts
from kerascodegen.readers.tracing.tracer import Tracer

_SHOWN = 4


def remarks(
    model: Any, functional: Any, tracer: Tracer, kept: Kept
) -> Iterator[Diagnostic]:
    """Say what the source of a view does not hold.

    Args:
        model: The original.
        functional: Its view.
        tracer: What made the view.
        kept: Layers as they were before.

    Yields:
        Warnings for what is lost, notes for what was decided.
    """
    name = printable(type(model).__name__, 60)
    yield from tracer.notes
    methods = training_methods(model)
    if methods:
        yield _warning(
            f"{name} has a {_listed(methods)} of its own, which is not part of the "
            "source: it holds the forward pass only."
        )
    for owner, places in tracer.branches:
        yield _warning(
            f"{printable(type(owner).__name__, 60)} branches on training "
            f"({places[0]}); the source holds the branch for inference only."
        )
    for layer, pin in tracer.pinned.values():
        yield Diagnostic(
            Level.NOTE,
            printable(layer.name, 60),
            f"call sets training={pin} for it; Keras up to 3.15 lets the training that "
            "a Functional model itself is called with override that.",
        )
    for owner in tracer.lost:
        yield _warning(
            f"the loss that {owner} adds in call is not part of the source, since a "
            "Functional model has no add_loss."
        )
    for block in tracer.entered.values():
        changed = kept.changed(block)
        if changed:
            yield _warning(
                f"{printable(type(block).__name__, 60)} sets {_listed(changed)} in "
                "call, which is not part of the source."
            )
        if block.activity_regularizer is not None:
            yield _warning(
                f'the activity regularizer of "{printable(block.name, 60)}" is left '
                "out, since its layers are written out one by one."
            )
    unused = _unused(model, functional, tracer)
    if unused:
        yield _warning(
            f"{_listed(unused)} {'is' if len(unused) == 1 else 'are'} not reached from "
            "the inputs, so not part of the source."
        )


def _warning(message: str) -> Diagnostic:
    return Diagnostic(Level.WARNING, "", message)


def _listed(names: list[str]) -> str:
    shown = [printable(one, 60) for one in names[:_SHOWN]]
    if len(names) > _SHOWN:
        return f"{', '.join(shown)} and {len(names) - _SHOWN} more"
    if len(shown) == 1:
        return shown[0]
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def _unused(model: Any, functional: Any, tracer: Tracer) -> list[str]:
    """Name the layers with weights that do not stand in the view."""
    used: set[int] = set()
    waiting = [functional]
    while waiting:
        one = waiting.pop()
        if id(one) not in used:
            used.add(id(one))
            waiting.extend(parts(one))
    held: dict[int, str] = {}
    waiting = list(model._layers)
    seen = set(used)
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        # Somebody's own weights are in no layer of the view; those are refused.
        own = one._trainable_variables or one._non_trainable_variables
        if own:
            held[id(one)] = str(one.name)
        else:
            waiting.extend(one._layers)
    return list(held.values())
