"""Blocks that differ in a part become one block with a flag.

The bodies are laid over each other: a common sequence of statements, each with the
variants that have it. Runs that only some variants have become branches on a flag.
Where variants take different tensors at one place, a branch before it must give the
one or the other; if that does not come out, the blocks stay apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kerascodegen.folding.alignment import COMMON, Line, align, likeness
from kerascodegen.folding.cost import READING, arguments_lines, block_lines, call_lines
from kerascodegen.folding.expand import inline
from kerascodegen.folding.expressions import (
    Const,
    Expr,
    Var,
    constant,
    substitute,
    variables,
)
from kerascodegen.folding.flags import generalise_flags
from kerascodegen.folding.joining import Joiner, wired_lines
from kerascodegen.folding.limits import Limits, within
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
from kerascodegen.folding.records import Cell
from kerascodegen.folding.rewriting import map_calls, renamed

MOST_FLAGS = 3


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
    if any(isinstance(s, Loop) for s in block.body.statements):
        return []
    tests = dict.fromkeys(
        s.test for s in block.body.statements if isinstance(s, Branch)
    )
    own = {variable for variable, _ in block.parameters}
    if not own.issuperset(v for test in tests for v in variables(test)):
        return []
    by_tests: dict[tuple[Expr, ...], list[Call]] = {}
    for call in sites:
        given = {
            v: a for (v, _), a in zip(block.parameters, call.arguments, strict=True)
        }
        known = tuple(substitute(test, given) for test in tests)
        by_tests.setdefault(known, []).append(call)
    if not all(isinstance(value, Const) for values in by_tests for value in values):
        return []
    return [
        Variant(_with_tests(block, dict(zip(tests, values, strict=True))), tuple(own))
        for values, own in by_tests.items()
    ]


def _with_tests(block: Block, tests: Mapping[Expr, Expr]) -> Block:
    """A block with its tests decided: branches gone, the rest as it was."""
    if not tests:
        return block
    names: dict[Tensor, Tensor] = {}
    statements: list[Statement] = []
    flags = {test: value for test, value in tests.items() if isinstance(test, Var)}

    def add(call: Statement) -> None:
        call = renamed(call, names)
        assert isinstance(call, Call)
        arguments = tuple(substitute(argument, flags) for argument in call.arguments)
        statements.append(replace(call, arguments=arguments))

    for statement in block.body.statements:
        if isinstance(statement, Branch):
            side = (
                statement.then if constant(tests[statement.test]) else statement.other
            )
            for inner in side.statements:
                add(inner)
            names[statement.outputs[0]] = names.get(side.results[0], side.results[0])
        else:
            add(statement)
    results = tuple(names.get(tensor, tensor) for tensor in block.body.results)
    return replace(block, body=Body(tuple(statements), results))


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
    joiner = Joiner(program, blocks, lines)
    wired = wired_lines(joiner, blocks, lines)
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
    values = {flag: [n in on for n in numbers] for on, flag in flags.items()}
    found, tests = generalise_flags(rows, columns, program.variable, values)
    if not within(found.names(), limits, len(lines)):
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
    chosen = {on: tests.get(flag, flag) for on, flag in flags.items()}
    statements = tuple(_statements(joiner, made, chosen))
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


def _flags(program: Program, joiner: Joiner) -> dict[frozenset[int], Var] | None:
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
    joiner: Joiner, made: Sequence[Call], flags: Mapping[frozenset[int], Expr]
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
