"""Lay sequences of calls over each other, so that what they have in common meets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

# Of the statements of the longest variant, how many another one must have.
COMMON = 0.5


@dataclass(slots=True)
class Line:
    """A statement of the common sequence.

    Attributes:
        callee: What it calls.
        at: By variant, the position of its call there.
    """

    callee: str
    at: dict[int, int] = field(default_factory=dict)


def likeness(first: Sequence[str], second: Sequence[str]) -> float:
    """The share of the longer sequence that is common; 0 where that is one line."""
    longest = max(len(first), len(second))
    if (Counter(first) & Counter(second)).total() < COMMON * longest:
        return 0.0
    lines = align([first, second])
    common = sum(len(line.at) == 2 for line in lines)
    return common / longest if common > 1 else 0.0


def align(variants: Sequence[Sequence[str]]) -> list[Line]:
    """Lay sequences over each other, one after the other.

    Args:
        variants: The callees of each variant.

    Returns:
        A sequence that has every variant in it, in order.
    """
    lines = [Line(callee, {0: i}) for i, callee in enumerate(variants[0])]
    for number, callees in enumerate(variants[1:], 1):
        lines = _with_variant(lines, callees, number)
    return lines


def _with_variant(lines: list[Line], callees: Sequence[str], number: int) -> list[Line]:
    """Add a variant by the longest common subsequence; ties go to the end."""
    rows, columns = len(lines), len(callees)
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if lines[i].callee == callees[j]:
                best[i][j] = max(best[i][j], best[i + 1][j + 1] + 1)
    merged: list[Line] = []
    i = j = 0
    while i < rows or j < columns:
        match = i < rows and j < columns and lines[i].callee == callees[j]
        if (
            match
            and best[i][j] == best[i + 1][j + 1] + 1
            and not (best[i + 1][j] == best[i][j] or best[i][j + 1] == best[i][j])
        ):
            lines[i].at[number] = j
            merged.append(lines[i])
            i, j = i + 1, j + 1
        elif i < rows and (j == columns or best[i + 1][j] == best[i][j]):
            merged.append(lines[i])
            i += 1
        elif j < columns and (i == rows or best[i][j + 1] == best[i][j]):
            merged.append(Line(callees[j], {number: j}))
            j += 1
        else:
            lines[i].at[number] = j
            merged.append(lines[i])
            i, j = i + 1, j + 1
    return merged
