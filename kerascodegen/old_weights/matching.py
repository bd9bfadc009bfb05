"""Bringing arrays of a file and slots of a model together."""

from __future__ import annotations

import collections
from collections.abc import Container, Sequence

from kerascodegen.errors import printable
from kerascodegen.old_weights.errors import WeightsError
from kerascodegen.old_weights.slots import Shape, Slot
from kerascodegen.old_weights.stored import Stored

# Arrays named in an error before "and N more".
_SHOWN = 6


def match(
    slots: Sequence[Slot], stored: Sequence[Stored], layer: str, file: str
) -> list[tuple[Slot, Stored]]:
    """Pair the arrays that a file has for a layer with the slots of that layer.

    Names decide where they tell all arrays apart, order else: that is how Keras 2
    loaded them itself. Shapes must agree either way.

    Args:
        slots: In the order of the file.
        stored: As the file lists them.
        layer: What to call the layer.
        file: What to call the file.

    Returns:
        The pairs.

    Raises:
        WeightsError: Shapes or numbers do not agree.
    """
    wanted = list(slots)
    if len(stored) > len(wanted):
        # What Discretization has learnt is in the source (`learnt.py`).
        stored = [one for one in stored if one.short != "summary"]
    if len(stored) < len(wanted):
        # What only counts was not always there (`count` of Normalization).
        wanted = [slot for slot in wanted if slot.shape != () or slot.name != "count"]
    pairs = _by_name(wanted, stored)
    if pairs is not None:
        return pairs
    if len(stored) != len(wanted):
        raise WeightsError(
            f'The weights of "{layer}" do not fit: the model takes '
            f"{_listed([(s.name, s.shape) for s in wanted])}; {file} has "
            f"{_listed([(s.short, s.shape) for s in stored])}."
        )
    for slot, one in zip(wanted, stored, strict=True):
        if not slot.takes(one.shape):
            raise WeightsError(misfit(slot, one, layer, file))
    _check_order(wanted, stored, layer, file)
    return list(zip(wanted, stored, strict=True))


def _check_order(
    slots: Sequence[Slot], stored: Sequence[Stored], layer: str, file: str
) -> None:
    """Refuse an order that is another one by the names of the variables alone."""
    wanted, found = [slot.name for slot in slots], [one.short for one in stored]
    if wanted != found and sorted(wanted) == sorted(found):
        raise WeightsError(
            f'The weights of "{layer}" are in another order in {file} than in the '
            "model, which comes of other parts being frozen. Set trainable as it was "
            "when they were saved."
        )


def misfit(slot: Slot, stored: Stored, layer: str, file: str) -> str:
    """Say that an array has another shape than its slot.

    Args:
        slot: The slot.
        stored: The array.
        layer: What to call the layer.
        file: What to call the file.

    Returns:
        A sentence.
    """
    inner = "/".join(printable(name, 60) for name in slot.path)
    place = f" (in {inner})" if inner and inner != layer else ""
    return (
        f'The weights of "{layer}" do not fit: {printable(slot.name, 60)}{place} is '
        f"expected to be {_shape(slot.shape)}, but in {file} it is "
        f"{_shape(stored.shape)}."
    )


def _by_name(
    slots: Sequence[Slot], stored: Sequence[Stored]
) -> list[tuple[Slot, Stored]] | None:
    """Pair layer by layer, where the names of weights say of which layer they are.

    In which order a file has the layers inside of a layer depends on what was frozen,
    and Keras 2's config does not have all of that (the backward half of a
    Bidirectional); within a layer the order is always the same.
    """
    names = [one.name.split("/")[:-1] for one in stored]
    known = {part for parts in names for part in parts}
    owners = [_owner(slot.path, known) for slot in slots]
    theirs = [_owner(parts, {one[0] for one in owners if one}) for parts in names]
    if None in owners or collections.Counter(owners) != collections.Counter(theirs):
        return None
    pairs = []
    for owner in dict.fromkeys(owners):
        ours = [slot for slot, its in zip(slots, owners, strict=True) if its == owner]
        arrays = [one for one, its in zip(stored, theirs, strict=True) if its == owner]
        pairs += _in_layer(ours, arrays)
    return pairs if all(slot.takes(one.shape) for slot, one in pairs) else None


def _owner(path: Sequence[str], known: Container[object]) -> tuple[str, str] | None:
    """Find the innermost layer that is known, and which half of it is meant."""
    name = next((part for part in reversed(path) if part in known), None)
    if name is None:
        return None
    halves = ("forward_", "backward_")
    found = [half for part in path for half in halves if part.startswith(half)]
    return name, found[-1] if found else ""


def _in_layer(
    slots: Sequence[Slot], stored: Sequence[Stored]
) -> list[tuple[Slot, Stored]]:
    names = [slot.name for slot in slots]
    by_name = {one.short: one for one in stored}
    if len(by_name) == len(set(names)) == len(names) and by_name.keys() == set(names):
        return [(slot, by_name[slot.name]) for slot in slots]
    return list(zip(slots, stored, strict=True))


def _listed(arrays: Sequence[tuple[str, Shape]]) -> str:
    if not arrays:
        return "none"
    texts = [f"{printable(name, 40)} {_shape(shape)}" for name, shape in arrays]
    rest = len(texts) - _SHOWN
    more = f" and {rest} more" if rest > 0 else ""
    return ", ".join(texts[:_SHOWN]) + more


def describe(slots: Sequence[Slot]) -> str:
    """List slots for a message.

    Args:
        slots: The slots.

    Returns:
        Names and shapes.
    """
    return _listed([(slot.name, slot.shape) for slot in slots])


def _shape(shape: Shape) -> str:
    return str(tuple(shape))
