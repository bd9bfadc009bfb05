"""Find runs of calls that occur more than once: same callees, wired in the same way.

All occurrences of a first call grow in step, one call at a time, and part ways where
they differ. What is left at each length is a window: a run of calls with the places
that it stands in. The work is bounded by the length of what repeats, since a window
that holds its own repetition is given up: loops are for that.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from kerascodegen.folding.program import (
    Body,
    Program,
    Statement,
    Tensor,
    sequences,
    taken,
)

LONGEST = 400
MOST_INPUTS = 3
MOST_OUTPUTS = 2
# Steps of growth, for each statement; far more than any model of a person's making.
_BUDGET = 400


@dataclass(frozen=True, slots=True)
class Window:
    """A run of statements that occurs more than once.

    Attributes:
        length: How many statements.
        starts: Positions of its occurrences in the corpus; none overlap.
        inputs: How many tensors it takes from outside.
    """

    length: int
    starts: tuple[int, ...]
    inputs: int


class Corpus:
    """All sequences of statements of a program, one behind the other.

    Attributes:
        statements: The statements.
        bodies: The bodies that they stand in, in order.
        begins: The position of the first statement of each body.
    """

    def __init__(self, program: Program) -> None:
        self.statements: list[Statement] = []
        self.bodies: list[Body] = []
        self.begins: list[int] = []
        # Behind the last statement of the body that a position is in.
        self._ends: list[int] = []
        for outer in program.bodies():
            for body in sequences(outer):
                self.bodies.append(body)
                self.begins.append(len(self.statements))
                end = len(self.statements) + len(body.statements)
                self._ends.extend([end] * len(body.statements))
                self.statements.extend(body.statements)
        self._begin_set = frozenset(self.begins)
        self._foldable = [program.foldable(item) for item in self.statements]
        self._producer: dict[Tensor, tuple[int, int]] = {
            tensor: (position, index)
            for position, statement in enumerate(self.statements)
            for index, tensor in enumerate(statement.outputs)
        }
        self._last = self._last_uses(program)
        self._alive = self._alive_behind()

    def _last_uses(self, program: Program) -> dict[Tensor, int]:
        """The last position that takes a tensor; past all of them for a result.

        What a statement inside a branch or loop takes, that statement and the branch
        or loop take.
        """
        last: dict[Tensor, int] = {}
        for position, statement in enumerate(self.statements):
            for tensor in taken(statement):
                last[tensor] = max(position, last.get(tensor, 0))
        for body in self.bodies:
            for tensor in body.results:
                last[tensor] = len(self.statements)
        return last

    def _alive_behind(self) -> list[list[tuple[int, int]]]:
        """For each position, where the tensors needed behind it were made, sorted.

        The position and the index among the outputs there.
        """
        alive: list[list[tuple[int, int]]] = []
        current: list[tuple[int, int, int]] = []
        for position, statement in enumerate(self.statements):
            if position in self._begin_set:
                current = []
            current = [item for item in current if item[2] > position]
            for index, tensor in enumerate(statement.outputs):
                last = self._last.get(tensor, -1)
                if last > position:
                    current.append((position, index, last))
            alive.append([item[:2] for item in current])
        return alive

    def external(self, start: int, length: int) -> tuple[Tensor, ...]:
        """The tensors that a window takes from outside, in order of first use."""
        found: dict[Tensor, None] = {}
        for statement in self.statements[start : start + length]:
            for tensor in taken(statement):
                made = self._producer.get(tensor)
                if made is None or not start <= made[0] < start + length:
                    found[tensor] = None
        return tuple(found)

    def neighbours(self, start: int, length: int) -> Iterator[Statement]:
        """The statements right before and behind a window, in the same body."""
        if start not in self._begin_set:
            yield self.statements[start - 1]
        if start + length < self._ends[start]:
            yield self.statements[start + length]

    def exports(self, start: int, length: int) -> tuple[tuple[int, int], ...]:
        """What is used outside: offset in the window and index among the outputs."""
        alive = self._alive[start + length - 1]
        first = bisect_left(alive, (start, 0))
        return tuple((position - start, index) for position, index in alive[first:])

    def is_one(self, start: int, length: int) -> bool:
        """Whether a window is of statements of one body that may be in a block."""
        stop = start + length
        return stop <= self._ends[start] and all(self._foldable[start:stop])

    def signature(self, start: int, length: int) -> tuple[object, ...]:
        """What is equal for two occurrences of a window."""
        numbers: dict[Tensor, int] = {}
        keys = (
            self._key(position, start, numbers)
            for position in range(start, start + length)
        )
        return (*keys, self.exports(start, length))

    def windows(self, min_repeats: int, min_size: int) -> Iterator[Window]:
        """Yield the windows that could become blocks.

        Args:
            min_repeats: How often a window must occur.
            min_size: How many statements it must have.

        Yields:
            Windows with few inputs and outputs, the shortest first.
        """
        groups: list[list[int]] = [
            [p for p, foldable in enumerate(self._foldable) if foldable]
        ]
        numbering: dict[int, dict[Tensor, int]] = {p: {} for p in groups[0]}
        budget = _BUDGET * len(self.statements)
        for length in range(1, LONGEST + 1):
            groups = self._grown(groups, length, numbering, min_repeats)
            budget -= sum(len(group) for group in groups)
            if not groups or budget < 0:
                return
            if length >= min_size:
                for group in groups:
                    yield from self._closed(group, length, min_repeats, numbering)

    def _grown(
        self,
        groups: list[list[int]],
        length: int,
        numbering: dict[int, dict[Tensor, int]],
        min_repeats: int,
    ) -> list[list[int]]:
        """Grow every occurrence by a statement; keep together what is still equal."""
        grown: list[list[int]] = []
        for group in groups:
            parts: dict[tuple[object, ...], list[int]] = {}
            for start in group:
                position = start + length - 1
                if position < self._ends[start] and self._foldable[position]:
                    key = self._key(position, start, numbering[start])
                    if len(numbering[start]) <= MOST_INPUTS:
                        parts.setdefault(key, []).append(start)
            for part in parts.values():
                part = _without_squares(part, length)
                if len(part) >= min_repeats:
                    grown.append(part)
        return grown

    def _key(
        self, position: int, start: int, numbers: dict[Tensor, int]
    ) -> tuple[object, ...]:
        """What must be equal: the callee, and where its inputs are from.

        Inner ones count by their distance, outer ones by the order of first use.
        """
        statement = self.statements[position]
        sources: list[object] = []
        for tensor in taken(statement):
            made, index = self._producer.get(tensor, (-1, 0))
            if made >= start:
                sources.append((made - start, index))
            else:
                sources.append(numbers.setdefault(tensor, len(numbers)))
        return (getattr(statement, "callee", None), *sources)

    def _closed(
        self,
        group: list[int],
        length: int,
        min_repeats: int,
        numbering: dict[int, dict[Tensor, int]],
    ) -> Iterator[Window]:
        """Yield the group as windows, apart by what is used outside of them."""
        parts: dict[tuple[tuple[int, int], ...], list[int]] = {}
        for start in group:
            exports = self.exports(start, length)
            if 0 < len(exports) <= MOST_OUTPUTS:
                parts.setdefault(exports, []).append(start)
        for part in parts.values():
            apart = _without_overlaps(part, length)
            if len(apart) >= min_repeats:
                yield Window(length, tuple(apart), len(numbering[apart[0]]))


def _without_squares(starts: list[int], length: int) -> list[int]:
    """Drop what repeats inside itself: `abab` where `ab` is there too."""
    following = [*starts[1:], None]
    return [
        start
        for start, after in zip(starts, following, strict=True)
        if after is None or (after - start) * 2 > length
    ]


def _without_overlaps(starts: list[int], length: int) -> list[int]:
    apart: list[int] = []
    for start in starts:
        if not apart or start >= apart[-1] + length:
            apart.append(start)
    return apart
