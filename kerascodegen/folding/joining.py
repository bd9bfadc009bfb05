"""Find out how the statements of variants are wired once they are one body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kerascodegen.folding.alignment import Line
from kerascodegen.folding.program import Block, Call, Program, Tensor


@dataclass(slots=True)
class Segment:
    """A run of lines that the same variants have."""

    variants: frozenset[int]
    lines: list[int]


class Joiner:
    """Builds the body that several variants have in common.

    Tensors of the body are named by where they come from: an input, a line, or the
    branch that a segment becomes.
    """

    def __init__(self, program: Program, bodies: Sequence[Block], lines: list[Line]):
        self._program = program
        self.blocks = bodies
        self._lines = lines
        self._all = frozenset(range(len(bodies)))
        self.inputs = tuple(program.tensor() for _ in bodies[0].inputs)
        # By variant: tensors of its body in those of the common one.
        self._known: list[dict[Tensor, Tensor]] = [
            dict(zip(block.inputs, self.inputs, strict=True)) for block in bodies
        ]
        self.outputs: list[tuple[Tensor, ...]] = []
        # By line, as far as they are wired.
        self.taken: list[tuple[Tensor, ...]] = []
        for index, line in enumerate(lines):
            variant, position = next(iter(line.at.items()))
            count = len(self.call(variant, position).outputs)
            self.outputs.append(tuple(program.tensor() for _ in range(count)))
            for variant, position in line.at.items():
                made = self.call(variant, position).outputs
                self._known[variant].update(zip(made, self.outputs[index], strict=True))
        self.segments = self._segments()
        self.segment_of = {
            tensor: number
            for number, segment in enumerate(self.segments)
            for index in segment.lines
            for tensor in self.outputs[index]
        }
        # By segment: the tensor of it that goes on, what stands in for it, the result.
        self.joins: dict[int, tuple[Tensor, Tensor, Tensor]] = {}

    def call(self, variant: int, position: int) -> Call:
        """The call at a position of a variant."""
        statement = self.blocks[variant].body.statements[position]
        assert isinstance(statement, Call)
        return statement

    def _segments(self) -> list[Segment]:
        segments: list[Segment] = []
        for index, line in enumerate(self._lines):
            variants = frozenset(line.at)
            last = segments[-1] if segments else None
            if last is not None and last.variants == variants != self._all:
                last.lines.append(index)
            else:
                segments.append(Segment(variants, [index]))
        return segments

    def source(self, wanted: dict[int, Tensor], inside: int | None) -> Tensor | None:
        """The one tensor that is right for each variant.

        Args:
            wanted: By variant, the tensor of its own body.
            inside: The segment that asks.

        Returns:
            A tensor of the common body; `None` where none is right for all.
        """
        options = {v: self._known[v][tensor] for v, tensor in wanted.items()}
        made = sorted(set(options.values()), key=self._position)
        if len(made) == 1 and self._visible(made[0], inside, frozenset(wanted)):
            return made[0]
        current = made[0]
        if not self._visible(current, inside, frozenset(wanted)) and len(made) == 1:
            return self._gone_on(current, options)
        if not self._visible(current, inside, frozenset(wanted)):
            # Each variant has a part of its own here: `if ...: else: ...`.
            return self._either(made, options)
        for tensor in made[1:]:
            joined = self._join(tensor, current)
            if joined is None:
                return None
            current = joined
        right = all(
            self._value(current, variant) == tensor
            for variant, tensor in options.items()
        )
        return current if right else None

    def _gone_on(self, tensor: Tensor, options: dict[int, Tensor]) -> Tensor | None:
        """An optional part's tensor, or what the part works on where it does not run.

        For another optional part behind it, of variants that all have the first one.
        """
        segment = self.segment_of[tensor]
        first = self.segments[segment].lines[0]
        if first >= len(self.taken) or not self.taken[first]:
            return None
        joined = self._join(tensor, self.taken[first][0])
        if joined is None or any(
            self._value(joined, variant) != made for variant, made in options.items()
        ):
            return None
        return joined

    def _either(self, made: list[Tensor], options: dict[int, Tensor]) -> Tensor | None:
        if len(made) != 2:
            return None
        joined = self._join(made[1], made[0])
        first = self.segment_of.get(made[0])
        second = self.segment_of.get(made[1])
        if joined is None or first is None or second != first + 1:
            return None
        one, two = self.segments[first], self.segments[second]
        if one.variants | two.variants != self._all or one.variants & two.variants:
            return None
        right = all(
            self._value(joined, variant) == tensor
            for variant, tensor in options.items()
        )
        return joined if right else None

    def _position(self, tensor: Tensor) -> int:
        return self.segment_of.get(tensor, -1)

    def _visible(
        self, tensor: Tensor, inside: int | None, variants: frozenset[int]
    ) -> bool:
        """Whether a tensor can be taken as it is: it is always made, or made here."""
        segment = self.segment_of.get(tensor)
        if segment is None or segment == inside:
            return True
        return self.segments[segment].variants == self._all

    def _join(self, tensor: Tensor, other: Tensor) -> Tensor | None:
        """Make a segment's branch give one tensor, or another where it does not run."""
        segment = self.segment_of.get(tensor)
        if segment is None or self.segments[segment].variants == self._all:
            return None
        known = self.joins.get(segment)
        if known is not None:
            return known[2] if known[:2] == (tensor, other) else None
        result = self._program.tensor()
        self.joins[segment] = (tensor, other, result)
        return result

    def _value(self, tensor: Tensor, variant: int) -> Tensor:
        """What a joined tensor is in one variant."""
        for segment, (made, other, result) in self.joins.items():
            if result == tensor:
                has = variant in self.segments[segment].variants
                return self._value(made if has else other, variant)
        return tensor


def wired_lines(
    joiner: Joiner, blocks: Sequence[Block], lines: list[Line]
) -> tuple[list[tuple[Tensor, ...]], tuple[Tensor, ...]] | None:
    """The inputs of every line, and the results."""
    inside = {
        index: number
        for number, segment in enumerate(joiner.segments)
        for index in segment.lines
    }
    inputs = joiner.taken
    for index, line in enumerate(lines):
        taken = {v: joiner.call(v, position).inputs for v, position in line.at.items()}
        if len({len(tensors) for tensors in taken.values()}) != 1:
            return None
        made = []
        for slot in range(len(next(iter(taken.values())))):
            wanted = {v: tensors[slot] for v, tensors in taken.items()}
            source = joiner.source(wanted, inside[index])
            if source is None:
                return None
            made.append(source)
        inputs.append(tuple(made))
    results = []
    for slot in range(len(blocks[0].body.results)):
        wanted = {v: block.body.results[slot] for v, block in enumerate(blocks)}
        source = joiner.source(wanted, None)
        if source is None:
            return None
        results.append(source)
    if not _all_joined(joiner, len(blocks)):
        return None
    return inputs, tuple(results)


def _all_joined(joiner: Joiner, count: int) -> bool:
    """Whether each optional segment is a branch, or the first half of one."""
    for number, segment in enumerate(joiner.segments):
        if len(segment.variants) == count or number in joiner.joins:
            continue
        following = joiner.joins.get(number + 1)
        if following is None or joiner.segment_of.get(following[1]) != number:
            return False
    return True
