"""Bringing arrays of a file and slots of a model together."""

from __future__ import annotations

import collections
from collections.abc import Sequence

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
    ordered = _by_direction(wanted, stored)
    for slot, one in zip(wanted, ordered, strict=True):
        if not slot.takes(one.shape):
            raise WeightsError(misfit(slot, one, layer, file))
    return list(zip(wanted, ordered, strict=True))


def _by_direction(slots: Sequence[Slot], stored: Sequence[Stored]) -> list[Stored]:
    """Put the halves of Bidirectional layers into the order of the slots.

    Keras 2's config does not have whether the backward layer was frozen, on which the
    order depends; names of weights say which half they are of.
    """
    wanted = [
        _direction(slot.path, ("forward_layer", "backward_layer")) for slot in slots
    ]
    found = [
        _direction(one.name.split("/"), ("forward_", "backward_")) for one in stored
    ]
    if wanted == found or collections.Counter(wanted) != collections.Counter(found):
        return list(stored)
    sorted_ = {
        half: iter([one for one, its in zip(stored, found, strict=True) if its == half])
        for half in set(found)
    }
    return [next(sorted_[half]) for half in wanted]


def _direction(path: Sequence[str], starts: Sequence[str]) -> int:
    """Which half of a Bidirectional something is of, by its names; -1 for none."""
    for name in reversed(path):
        for half, start in enumerate(starts):
            if name.startswith(start):
                return half
    return -1


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
    """Pair by names of layers and variables, where those leave no doubt."""
    if len(slots) != len(stored):
        return None
    named = collections.Counter((slot.path[-1:], slot.name) for slot in slots)
    if any(count > 1 for count in named.values()):
        return None
    by_name: dict[tuple[str, str], Stored] = {}
    for one in stored:
        parts = one.name.split("/")
        if len(parts) < 2 or (parts[-2], one.short) in by_name:
            return None
        by_name[parts[-2], one.short] = one
    pairs = []
    for slot in slots:
        found = by_name.get((slot.path[-1] if slot.path else "", slot.name))
        if found is None or not slot.takes(found.shape):
            return None
        pairs.append((slot, found))
    return pairs


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
