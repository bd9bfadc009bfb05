"""How one row of numbers follows from another one."""

from __future__ import annotations

from collections.abc import Sequence

from kerascodegen.folding.expressions import Const, Expr, Share, as_linear, linear


def relation(base: Sequence[Expr], wanted: Sequence[Expr]) -> tuple[int, int] | None:
    """Find the factor and offset by which numbers follow from others.

    Args:
        base: Whole numbers, or expressions that stand for them.
        wanted: As many.

    Returns:
        `(factor, offset)` with `wanted == factor * base + offset` everywhere; `None`
        where there are none, or the factor is not positive.
    """
    found = _guess(base, wanted)
    if found is None or found[0] < 1:
        return None
    factor, offset = found
    for known, cell in zip(base, wanted, strict=True):
        if as_linear(known) is None or linear(known, factor, offset) != cell:
            return None
    return found


def _guess(base: Sequence[Expr], wanted: Sequence[Expr]) -> tuple[int, int] | None:
    """What two rows, or one that is no constant, say."""
    points: list[tuple[int, int]] = []
    for known, cell in zip(base, wanted, strict=True):
        first, second = as_linear(known), as_linear(cell)
        if first is None or second is None or first[0] != second[0]:
            return None
        if first[0] is not None:
            factor = second[1] // first[1]
            return factor, second[2] - factor * first[2]
        if not points or first[2] != points[0][0]:
            points.append((first[2], second[2]))
        if len(points) == 2:
            (x0, y0), (x1, y1) = points
            factor = (y1 - y0) // (x1 - x0)
            return factor, y0 - factor * x0
    return None


def share_of(known: Expr, base: Sequence[Expr], wanted: Sequence[Expr]) -> Share | None:
    """Express shares by what numbers follow from.

    Args:
        known: What stands for the numbers.
        base: The numbers: whole ones, or expressions that stand for them.
        wanted: As many shares.

    Returns:
        The share; `None` where they are not of one kind, or do not follow.
    """
    alike = [cell for cell in wanted if isinstance(cell, Share)]
    if len(alike) != len(wanted) or not alike:
        return None
    first = alike[0]
    if any((c.factor, c.divisor) != (first.factor, first.divisor) for c in alike):
        return None
    found = relation(base, [cell.of for cell in alike])
    if found is None:
        return None
    return Share(linear(known, *found), first.factor, first.divisor)


def multiple(base: Sequence[Expr], wanted: Sequence[Expr]) -> int | None:
    """Find the factor by which numbers are multiples of others.

    Args:
        base: Whole numbers, or expressions that stand for them.
        wanted: As many.

    Returns:
        The factor; 1 where they are equal.
    """
    factor = None
    for known, cell in zip(base, wanted, strict=True):
        first, second = as_linear(known), as_linear(cell)
        if first is None or second is None or first[0] != second[0]:
            return None
        if factor is None:
            one, other = (
                (line[2] if line[0] is None else line[1]) for line in (first, second)
            )
            factor = other // one if one > 0 else 0
        if factor < 1 or linear(known, factor) != cell:
            return None
    return factor


def distinct(cells: Sequence[Expr]) -> int:
    """Count different cells."""
    return len(set(cells))


def is_constant(cells: Sequence[Expr]) -> bool:
    """Tell whether all cells are one constant."""
    return isinstance(cells[0], Const) and all(cell == cells[0] for cell in cells)
