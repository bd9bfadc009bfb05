"""Blocks that differ in a part become one block with a flag.

The bodies are laid over each other: a common sequence of statements, each with the
variants that have it. Runs that only some variants have become branches on a flag.
Where variants take different tensors at one place, a branch before it must give the
one or the other; if that does not come out, the blocks stay apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kerascodegen.folding.blocks import Limits, within
from kerascodegen.folding.cost import READING, arguments_lines, block_lines, call_lines
from kerascodegen.folding.expand import inline
from kerascodegen.folding.expressions import (
    Const,
    Expr,
    Var,
    constant,
    substitute,
)
from kerascodegen.folding.parameters import Cell, generalise
from kerascodegen.folding.program import (
    Block,
    Body,
    Branch,
    Call,
    Loop,
    Program,
    Statement,
    Tensor,
    calls,
)
from kerascodegen.folding.rewriting import map_calls, renamed

MOST_FLAGS = 3
# Of the statements of the longest variant, how many all of them must have.
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


def merge_variants(program: Program, limits: Limits) -> bool:
    """Merge blocks that are variants of one, as long as that saves lines.

    Args:
        program: The program, changed in place.
        limits: What the user allows.

    Returns:
        Whether any were merged.
    """
    changed = False
    while (plan := _best_plan(program, limits)) is not None:
        apply_plan(program, plan)
        changed = True
    return changed


def _best_plan(program: Program, limits: Limits) -> Plan | None:
    """The first pair that is worth merging, with all blocks that go with it."""
    pairs = list(_pairs(program))
    for pair in pairs:
        plan = plan_merge(program, pair, limits)
        if plan is None or plan.gain <= 0:
            continue
        more = dict.fromkeys(k for other in pairs for k in other if k not in pair)
        for key in more:
            larger = plan_merge(program, (*plan.keys, key), limits)
            if larger is not None and larger.gain > plan.gain:
                plan = larger
        return plan
    return None


def _pairs(program: Program) -> Iterator[tuple[str, str]]:
    """Pairs of blocks that may be variants, the most alike first."""
    found = []
    known = [(key, variants_of(program, key)) for key in program.blocks]
    for index, (first, ones) in enumerate(known):
        for second, others in known[index + 1 :]:
            alike = max(
                (
                    likeness(one.callees, other.callees)
                    for one in ones
                    for other in others
                    if one.ends == other.ends
                ),
                default=0.0,
            )
            if alike >= COMMON:
                found.append((-alike, first, second))
    for _, first, second in sorted(found):
        yield first, second


@dataclass(frozen=True, slots=True)
class Variant:
    """A block as some of its calls have it: without branches.

    Attributes:
        block: The block with its flags set.
        sites: The calls.
    """

    block: Block
    sites: tuple[Call, ...]

    @property
    def callees(self) -> list[str]:
        """What its statements call."""
        statements = self.block.body.statements
        return [getattr(statement, "callee", "") for statement in statements]

    @property
    def ends(self) -> tuple[int, int]:
        """How many tensors it takes and gives."""
        return len(self.block.inputs), len(self.block.body.results)


def variants_of(program: Program, key: str) -> list[Variant]:
    """Take a block apart into what its calls make of its flags.

    Args:
        program: The program.
        key: The block.

    Returns:
        Its variants; none where a call's flags are not known, or it has loops.
    """
    block = program.blocks[key]
    sites = [
        call
        for body in program.bodies()
        for call in calls(body.statements)
        if call.callee == key
    ]
    branches = [s for s in block.body.statements if isinstance(s, Branch)]
    if any(isinstance(s, Loop) for s in block.body.statements):
        return []
    tests = {branch.test for branch in branches}
    flags = [i for i, (variable, _) in enumerate(block.parameters) if variable in tests]
    if len(flags) != len(tests):
        return []
    by_flags: dict[tuple[Expr, ...], list[Call]] = {}
    for call in sites:
        by_flags.setdefault(tuple(call.arguments[i] for i in flags), []).append(call)
    if not all(isinstance(value, Const) for values in by_flags for value in values):
        return []
    variables = [block.parameters[i][0] for i in flags]
    return [
        Variant(
            _with_flags(block, dict(zip(variables, values, strict=True))), tuple(own)
        )
        for values, own in by_flags.items()
    ]


def _with_flags(block: Block, flags: Mapping[Var, Expr]) -> Block:
    """A block with its flags set: branches gone, the rest as it was."""
    if not flags:
        return block
    names: dict[Tensor, Tensor] = {}
    statements: list[Statement] = []

    def add(call: Statement) -> None:
        call = renamed(call, names)
        assert isinstance(call, Call)
        arguments = tuple(substitute(argument, flags) for argument in call.arguments)
        statements.append(replace(call, arguments=arguments))

    for statement in block.body.statements:
        if isinstance(statement, Branch):
            side = statement.then
            if not constant(substitute(statement.test, flags)):
                side = statement.other
            for inner in side.statements:
                add(inner)
            names[statement.outputs[0]] = names.get(side.results[0], side.results[0])
        else:
            add(statement)
    results = tuple(names.get(tensor, tensor) for tensor in block.body.results)
    return replace(block, body=Body(tuple(statements), results))


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


@dataclass(frozen=True, slots=True)
class Plan:
    """What merging some blocks would give.

    Attributes:
        keys: The blocks.
        block: The one that stands for them.
        sites: Their calls.
        cells: The arguments of each call for the new block.
        gain: Lines saved.
    """

    keys: tuple[str, ...]
    block: Block
    sites: list[Call]
    cells: list[tuple[Expr, ...]]
    gain: int


@dataclass(slots=True)
class _Segment:
    """A run of lines that the same variants have."""

    variants: frozenset[int]
    lines: list[int]


class _Joiner:
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
        statement = self.blocks[variant].body.statements[position]
        assert isinstance(statement, Call)
        return statement

    def _segments(self) -> list[_Segment]:
        segments: list[_Segment] = []
        for index, line in enumerate(self._lines):
            variants = frozenset(line.at)
            last = segments[-1] if segments else None
            if last is not None and last.variants == variants != self._all:
                last.lines.append(index)
            else:
                segments.append(_Segment(variants, [index]))
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


def _wired(
    joiner: _Joiner, blocks: Sequence[Block], lines: list[Line]
) -> tuple[list[tuple[Tensor, ...]], tuple[Tensor, ...]] | None:
    """The inputs of every line, and the results."""
    inside = {
        index: number
        for number, segment in enumerate(joiner.segments)
        for index in segment.lines
    }
    inputs: list[tuple[Tensor, ...]] = []
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
    optional = [s for s in joiner.segments if len(s.variants) < len(blocks)]
    if any(joiner.segments.index(s) not in joiner.joins for s in optional):
        if not _all_joined(joiner, len(blocks)):
            return None
    return inputs, tuple(results)


def _all_joined(joiner: _Joiner, count: int) -> bool:
    """Whether each optional segment is a branch, or the first half of one."""
    for number, segment in enumerate(joiner.segments):
        if len(segment.variants) == count or number in joiner.joins:
            continue
        following = joiner.joins.get(number + 1)
        if following is None or joiner.segment_of.get(following[1]) != number:
            return False
    return True


def plan_merge(program: Program, keys: tuple[str, ...], limits: Limits) -> Plan | None:
    """Lay blocks over each other.

    Args:
        program: The program.
        keys: The blocks.
        limits: What the user allows.

    Returns:
        What that gives; `None` where they do not fit.
    """
    several = [variants_of(program, key) for key in keys]
    variants = [variant for found in several for variant in found]
    if not all(several) or len({variant.ends for variant in variants}) != 1:
        return None
    variants.sort(key=lambda variant: -len(variant.callees))
    blocks = [variant.block for variant in variants]
    lines = align([variant.callees for variant in variants])
    joiner = _Joiner(program, blocks, lines)
    wired = _wired(joiner, blocks, lines)
    flags = _flags(program, joiner)
    if wired is None or flags is None:
        return None
    sites = [call for variant in variants for call in variant.sites]
    numbers = [n for n, variant in enumerate(variants) for _ in variant.sites]
    rows = [
        list(_row(program, lines, call, blocks[number], number))
        for call, number in zip(sites, numbers, strict=True)
    ]
    columns = [c.argument for line in lines for c in program.columns(line.callee)]
    values = [(flag, [n in on for n in numbers]) for on, flag in flags.items()]
    found = generalise(rows, columns, program.variable, flags=values)
    if not within(found, limits, len(lines)):
        return None
    inputs, results = wired
    arguments = iter(found.arguments)
    made = [
        Call(
            line.callee,
            tuple(next(arguments) for _ in program.columns(line.callee)),
            inputs[index],
            joiner.outputs[index],
        )
        for index, line in enumerate(lines)
    ]
    statements = tuple(_statements(joiner, made, flags))
    parameters = tuple((p.variable, p.column()) for p in found.parameters)
    block = Block(joiner.inputs, parameters, Body(statements, results))
    cells = [tuple(p.cells[row] for p in found.parameters) for row in range(len(sites))]
    return Plan(keys, block, sites, cells, _gain(program, keys, block, sites, cells))


def _row(
    program: Program, lines: Sequence[Line], call: Call, block: Block, variant: int
) -> Iterator[Cell]:
    """The arguments of all lines in one call; nothing for lines that it has not."""
    body = inline(program, call, block)
    for line in lines:
        position = line.at.get(variant)
        if position is None:
            yield from (None for _ in program.columns(line.callee))
        else:
            statement = body.statements[position]
            assert isinstance(statement, Call)
            yield from statement.arguments


def _flags(program: Program, joiner: _Joiner) -> dict[frozenset[int], Var] | None:
    """A flag for each set of variants that has a part of its own.

    Parts of which a variant has either the one or the other share a flag.
    """
    everyone = frozenset(range(len(joiner.blocks)))
    flags: dict[frozenset[int], Var] = {}
    for segment in joiner.segments:
        on = segment.variants
        if on not in (everyone, *flags) and everyone - on not in flags:
            flags[on] = program.variable()
    return flags if len(flags) <= MOST_FLAGS else None


def _gain(
    program: Program,
    keys: Sequence[str],
    block: Block,
    sites: Sequence[Call],
    cells: Sequence[tuple[Expr, ...]],
) -> int:
    before = sum(block_lines(program, program.blocks[key]) + READING for key in keys)
    before += sum(call_lines(program, c.callee, c.arguments) for c in sites)
    after = block_lines(program, block) + READING
    after += sum(arguments_lines(block.columns, row) for row in cells)
    return before - after


def apply_plan(program: Program, plan: Plan) -> None:
    """Put the merged block in the place of those that it was made of.

    Args:
        program: The program, changed in place.
        plan: What merging them gives.
    """
    merged = program.add(plan.block)
    new = {
        call.outputs: replace(call, callee=merged, arguments=row)
        for call, row in zip(plan.sites, plan.cells, strict=True)
    }
    map_calls(program, lambda call: new.get(call.outputs, call))
    for key in plan.keys:
        del program.blocks[key]


def _statements(
    joiner: _Joiner, made: Sequence[Call], flags: Mapping[frozenset[int], Var]
) -> Iterator[Statement]:
    """The statements of the common body, with branches for the optional parts."""
    skip = False
    for number, segment in enumerate(joiner.segments):
        own = tuple(made[index] for index in segment.lines)
        if len(segment.variants) == len(joiner.blocks):
            yield from own
            continue
        if skip:
            skip = False
            continue
        following = joiner.joins.get(number + 1)
        if number not in joiner.joins and following is not None:
            # Both sides have a part of their own.
            skip = True
            segment = joiner.segments[number + 1]
            second = tuple(made[i] for i in segment.lines)
            tensor, other, result = following
            sides = Body(second, (tensor,)), Body(own, (other,))
        else:
            tensor, other, result = joiner.joins[number]
            sides = Body(own, (tensor,)), Body((), (other,))
        flag = flags.get(segment.variants)
        if flag is None:
            everyone = frozenset(range(len(joiner.blocks)))
            flag = flags[everyone - segment.variants]
            sides = sides[1], sides[0]
        yield Branch(flag, sides[0], sides[1], (result,))
