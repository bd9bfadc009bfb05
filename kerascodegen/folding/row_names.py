"""What the layer names of one use of a body have in common."""

from __future__ import annotations

from collections.abc import Sequence

from kerascodegen.folding.layer_names import Atoms, atoms
from kerascodegen.folding.program import NAME
from kerascodegen.folding.records import Cell


def row_prefix(row: Sequence[Cell], columns: Sequence[str]) -> Atoms | None:
    """What the names of one row have in common, up to a break.

    Args:
        row: The arguments of one use of a body.
        columns: What each of them feeds.

    Returns:
        The common beginning, taken apart; `None` where there is none.
    """
    names = [
        atoms(cell)
        for cell, column in zip(row, columns, strict=True)
        if column == NAME and cell is not None
    ]
    known = [name for name in names if name is not None]
    if len(known) != len(names) or not known:
        return None
    shortest = min(len(name) for name in known)
    length = 0
    while length < shortest and all(n[length] == known[0][length] for n in known):
        length += 1
    if not any(len(name) == length for name in known):
        while length and known[0][length - 1] not in ("_", "-", "/", "."):
            length -= 1
        while length and known[0][length - 1] in ("_", "-", "/", "."):
            length -= 1
    return known[0][:length] or None
