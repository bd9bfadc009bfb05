"""Find groups of statements that follow one another, each on the result of the last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kerascodegen.folding.cells import counts
from kerascodegen.folding.program import (
    Branch,
    Call,
    Loop,
    Program,
    Statement,
    Table,
    Tensor,
    taken,
)

FEWEST_GROUPS = 2


@dataclass(frozen=True, slots=True)
class Run:
    """Groups of statements that repeat, each taking the tensor of the one before.

    Attributes:
        start: Position of the first statement.
        period: Statements in a group.
        count: How many groups.
        initial: The tensor that the first group takes.
    """

    start: int
    period: int
    count: int
    initial: Tensor


def find_runs(
    program: Program,
    statements: Sequence[Statement],
    results: Sequence[Tensor],
    period: int,
) -> Iterator[Run]:
    """Yield the longest runs of groups of a length, none inside another."""
    used = _uses(statements, results)
    kinds = [
        _kind(s) if _loopable(program, s) else position
        for position, s in enumerate(statements)
    ]
    # How many statements from each on are of the kind of the one a period later.
    alike = [0] * (len(statements) + 1)
    for position in range(len(statements) - period - 1, -1, -1):
        if kinds[position] == kinds[position + period]:
            alike[position] = alike[position + 1] + 1
    start = 0
    while start + 2 * period <= len(statements):
        run = None
        if alike[start] >= period:
            run = _run_at(statements, used, start, period)
        if run is None:
            start += 1
        else:
            yield run
            start += run.count * period


def _uses(
    statements: Sequence[Statement], results: Sequence[Tensor]
) -> dict[Tensor, int]:
    """The last position at which each tensor is taken."""
    used: dict[Tensor, int] = {}
    for position, statement in enumerate(statements):
        for tensor in taken(statement):
            used[tensor] = position
    for tensor in results:
        used[tensor] = len(statements)
    return used


def _run_at(
    statements: Sequence[Statement],
    used: dict[Tensor, int],
    start: int,
    period: int,
) -> Run | None:
    def group(number: int) -> Sequence[Statement]:
        begin = start + number * period
        return statements[begin : begin + period]

    first, second = group(0), group(1)
    state = handed_on(first, second)
    if state is None:
        return None
    initial, slot = state
    wanted = _signature(first, initial)
    count = 1
    while start + (count + 1) * period <= len(statements):
        following = group(count)
        output = output_of(group(count - 1), slot)
        if _signature(following, output) != wanted:
            break
        end = start + (count + 1) * period - 1
        if not _handed_on(group(count - 1), output, used, start + count * period, end):
            break
        count += 1
    last = group(count - 1)
    behind = start + count * period - 1
    output = output_of(last, slot)
    outside = [t for s in last for t in s.outputs if used.get(t, -1) > behind]
    if outside not in ([output], []):
        count -= 1
    if count < FEWEST_GROUPS:
        return None
    return Run(start, period, count, initial)


def _kind(statement: Statement) -> object:
    return statement.callee if isinstance(statement, Call) else type(statement)


def _loopable(program: Program, statement: Statement) -> bool:
    match statement:
        case Call():
            return program.foldable(statement) and len(statement.outputs) == 1
        case Loop(body=body):
            return all(_loopable(program, inner) for inner in body.statements)
        case Branch():
            return False


def handed_on(
    first: Sequence[Statement], second: Sequence[Statement]
) -> tuple[Tensor, tuple[int, int]] | None:
    """The tensor that is handed on: what the first takes for it, and who makes it."""
    made = {
        tensor: (position, index)
        for position, statement in enumerate(first)
        for index, tensor in enumerate(statement.outputs)
    }
    for one, two in zip(first, second, strict=True):
        for a, b in zip(taken(one), taken(two), strict=False):
            if b in made:
                return a, made[b]
    return None


def output_of(group: Sequence[Statement], slot: tuple[int, int]) -> Tensor:
    """The tensor that a group hands on: which statement's, which of its outputs."""
    return group[slot[0]].outputs[slot[1]]


def _handed_on(
    group: Sequence[Statement],
    output: Tensor,
    used: dict[Tensor, int],
    begin: int,
    end: int,
) -> bool:
    """Whether nothing but the next group takes anything of a group."""
    for statement in group:
        for tensor in statement.outputs:
            limit = end if tensor == output else begin - 1
            if used.get(tensor, -1) > limit:
                return False
    return True


def _signature(group: Sequence[Statement], state: Tensor) -> tuple[object, ...]:
    """How statements are wired, on a tensor that they are given."""
    numbers: dict[Tensor, int] = {state: 0}

    def of(statement: Statement) -> tuple[object, ...]:
        match statement:
            case Call(callee=callee, inputs=inputs, outputs=outputs):
                sources = [
                    numbers.get(tensor, ("outside", tensor)) for tensor in inputs
                ]
                made: tuple[object, ...] = (callee, *sources)
            case Loop(over=over, body=body, initial=initial, outputs=outputs):
                start = numbers.get(initial, ("outside", initial))
                numbers[statement.state] = len(numbers)
                inner = tuple(of(item) for item in body.statements)
                ends = tuple(numbers.get(t, t) for t in body.results)
                size = len(over.rows) if isinstance(over, Table) else counts(over)
                made = ("loop", size, len(statement.variables), start, inner, ends)
            case Branch():
                return (id(statement),)
        for tensor in outputs:
            numbers[tensor] = len(numbers)
        return made

    return tuple(of(statement) for statement in group)
