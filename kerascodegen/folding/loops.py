"""Statements that follow one another and differ by a count become loops.

A loop hands one tensor on from run to run. What differs between the runs is a range, or
a table of values. Loops may stand in loops: first those that only count, then what
repeats with them inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kerascodegen.folding.cost import lines
from kerascodegen.folding.expressions import (
    Const,
    Expr,
    Text,
    Var,
    as_linear,
    linear,
    substitute,
)
from kerascodegen.folding.parameters import Generalised, Parameter, generalise
from kerascodegen.folding.program import (
    Body,
    Branch,
    Call,
    Loop,
    Program,
    Range,
    Statement,
    Table,
    Tensor,
    taken,
)
from kerascodegen.folding.rewriting import renamed

# Statements in the body of a loop, and columns of a table, at most.
_LONGEST = 12
_MOST_COLUMNS = 5
_FEWEST_ROWS = 2
# A table of two rows is worth it for so many statements.
_LONG = 6
_NEVER = 10**6


def fold_loops(program: Program) -> None:
    """Make loops wherever that saves lines.

    Args:
        program: The program, changed in place.
    """
    for key, block in program.blocks.items():
        program.blocks[key] = replace(block, body=_folded(program, block.body))
    program.mains = [_folded(program, body) for body in program.mains]


def _folded(program: Program, body: Body) -> Body:
    statements = list(body.statements)
    # What only counts is a loop at once; it may make more alike.
    statements = _counted(program, statements, body.results)
    while found := _chosen(program, statements, body.results):
        # From behind, so that positions stay right.
        for start, stop, loop in sorted(found, key=lambda item: -item[0]):
            statements[start:stop] = [loop]
    return Body(tuple(statements), body.results)


def unroll_loops(program: Program) -> None:
    """Take back tables that save nothing once their bodies are calls of blocks.

    Args:
        program: The program, changed in place.
    """
    for key, block in program.blocks.items():
        program.blocks[key] = replace(block, body=_unrolled(program, block.body))
    program.mains = [_unrolled(program, body) for body in program.mains]


def _unrolled(program: Program, body: Body) -> Body:
    statements: list[Statement] = []
    names: dict[Tensor, Tensor] = {}
    for statement in body.statements:
        statement = renamed(statement, names)
        match statement:
            case Branch(then=then, other=other):
                then, other = _unrolled(program, then), _unrolled(program, other)
                statement = replace(statement, then=then, other=other)
            case Loop(over=over):
                inner = _unrolled(program, statement.body)
                loop = statement = replace(statement, body=inner)
                if isinstance(over, Table):
                    flat, result = _rows_of(program, loop, over)
                    size = sum(lines(program, item) for item in flat)
                    if size < lines(program, loop) + 2:
                        statements.extend(flat)
                        names[loop.outputs[0]] = result
                        continue
        statements.append(statement)
    return Body(tuple(statements), tuple(names.get(t, t) for t in body.results))


def _rows_of(
    program: Program, loop: Loop, over: Table
) -> tuple[list[Statement], Tensor]:
    """The statements of all runs of a loop, one behind the other."""
    flat: list[Statement] = []
    state = loop.initial
    for row in over.rows:
        environment = dict(zip(loop.variables, row, strict=True))
        names = {loop.state: state}
        for statement in loop.body.statements:
            values = (substitute(cell, environment) for cell in cells(statement))
            flat.append(_renamed(program, with_cells(statement, values), names))
        state = names[loop.body.results[0]]
    return flat, state


@dataclass(frozen=True, slots=True)
class _Run:
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


def _counted(
    program: Program, statements: list[Statement], results: Sequence[Tensor]
) -> list[Statement]:
    """Make loops of calls that differ by a number that goes up by one."""
    done: list[Statement] = []
    position = 0
    runs = {run.start: run for run in _runs(program, statements, results, 1)}
    while position < len(statements):
        run = runs.get(position)
        if run is None:
            done.append(statements[position])
            position += 1
            continue
        stop = position + run.count
        while position < stop:
            length = _counting(program, statements, position, stop)
            loop = None
            if length >= _FEWEST_ROWS:
                part = _part(statements, run, position, length)
                loop = _loop(program, statements, part, counting=True)
            if loop is None:
                done.append(statements[position])
                position += 1
            else:
                done.append(loop)
                position += length
    return done


def _part(
    statements: Sequence[Statement], run: _Run, position: int, length: int
) -> _Run:
    before = (
        statements[position - 1].outputs[0] if position > run.start else run.initial
    )
    return _Run(position, 1, length, before)


def _counting(
    program: Program, statements: Sequence[Statement], start: int, stop: int
) -> int:
    """How many statements from here on differ by a count only."""

    def fits(length: int) -> bool:
        rows = [list(cells(s)) for s in statements[start : start + length]]
        found = _generalised(program, statements[start : start + 1], rows)
        return _as_range(found, length) is not None

    most = stop - start
    good, bad = 1, most + 1
    step = 2
    while step <= most and fits(step):
        good, step = step, step * 2
    bad = min(bad, step)
    while bad - good > 1:
        middle = (good + bad) // 2
        if fits(middle):
            good = middle
        else:
            bad = middle
    return good


def _chosen(
    program: Program, statements: Sequence[Statement], results: Sequence[Tensor]
) -> list[tuple[int, int, Loop]]:
    """Loops that save lines and do not overlap, the best of them for sure."""
    sizes = [lines(program, statement) for statement in statements]
    found: list[tuple[int, int, int, Loop]] = []
    for period in range(1, min(_LONGEST, len(statements) // 2) + 1):
        for run in _runs(program, statements, results, period):
            stop = run.start + run.period * run.count
            loop = _loop(program, statements, run, counting=False)
            if loop is None:
                continue
            gain = sum(sizes[run.start : stop]) - lines(program, loop)
            if gain >= _least_gain(loop, run):
                found.append((-gain, run.start, stop, loop))
    chosen: list[tuple[int, int, Loop]] = []
    for _, start, stop, loop in sorted(found, key=lambda item: item[:3]):
        if all(stop <= first or start >= last for first, last, _ in chosen):
            chosen.append((start, stop, loop))
    return chosen


def _least_gain(loop: Loop, run: _Run) -> int:
    """A table takes some reading, the more so where it has names or few rows."""
    if isinstance(loop.over, Range):
        return 1
    named = any(
        isinstance(cell, Const)
        and isinstance(cell.value, str)
        or isinstance(cell, Text)
        for row in loop.over.rows
        for cell in row
    )
    if run.count == _FEWEST_ROWS and run.period < _LONG:
        return _NEVER
    return 2 + 3 * named


def _runs(
    program: Program,
    statements: Sequence[Statement],
    results: Sequence[Tensor],
    period: int,
) -> Iterator[_Run]:
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
) -> _Run | None:
    def group(number: int) -> Sequence[Statement]:
        begin = start + number * period
        return statements[begin : begin + period]

    first, second = group(0), group(1)
    state = _state(first, second)
    if state is None:
        return None
    initial, slot = state
    wanted = _signature(first, initial)
    count = 1
    while start + (count + 1) * period <= len(statements):
        following = group(count)
        output = _output(group(count - 1), slot)
        if _signature(following, output) != wanted:
            break
        end = start + (count + 1) * period - 1
        if not _handed_on(group(count - 1), output, used, start + count * period, end):
            break
        count += 1
    last = group(count - 1)
    behind = start + count * period - 1
    output = _output(last, slot)
    outside = [t for s in last for t in s.outputs if used.get(t, -1) > behind]
    if outside not in ([output], []):
        count -= 1
    if count < _FEWEST_ROWS:
        return None
    return _Run(start, period, count, initial)


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


def _state(
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


def _output(group: Sequence[Statement], slot: tuple[int, int]) -> Tensor:
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
                size = len(over.rows) if isinstance(over, Table) else 0
                made = ("loop", size, len(statement.variables), start, inner, ends)
            case Branch():
                return (id(statement),)
        for tensor in outputs:
            numbers[tensor] = len(numbers)
        return made

    return tuple(of(statement) for statement in group)


def cells(statement: Statement) -> Iterator[Expr]:
    """Yield all expressions of a statement, in a fixed order."""
    match statement:
        case Call(arguments=arguments):
            yield from arguments
        case Loop(over=over, body=body):
            if isinstance(over, Range):
                # The last value tells more than the one behind it: how many there are.
                yield over.start
                yield linear(over.stop, 1, -1) if _counts(over) else over.stop
            else:
                for row in over.rows:
                    yield from row
            for inner in body.statements:
                yield from cells(inner)


def _counts(over: Range) -> bool:
    """Whether a range begins late enough for its last value to be a count."""
    return isinstance(over.start, Const) and over.start != Const(0)


def _columns(program: Program, statement: Statement) -> Iterator[str]:
    match statement:
        case Call(callee=callee):
            for column in program.columns(callee):
                yield column.argument
        case Loop(over=over, body=body):
            if isinstance(over, Range):
                yield from ("start", "stop")
            else:
                for row in over.rows:
                    yield from ("row" for _ in row)
            for inner in body.statements:
                yield from _columns(program, inner)


def with_cells(statement: Statement, values: Iterator[Expr]) -> Statement:
    """Copy a statement with other expressions, in the order of `cells`."""
    match statement:
        case Call(arguments=arguments):
            return replace(statement, arguments=tuple(next(values) for _ in arguments))
        case Loop(over=over, body=body):
            new: Range | Table
            if isinstance(over, Range):
                start, stop = next(values), next(values)
                new = Range(start, linear(stop, 1, 1) if _counts(over) else stop)
            else:
                new = Table(tuple(tuple(next(values) for _ in r) for r in over.rows))
            inner = tuple(with_cells(item, values) for item in body.statements)
            return replace(statement, over=new, body=Body(inner, body.results))
    return statement


def _generalised(
    program: Program, group: Sequence[Statement], rows: Sequence[Sequence[Expr]]
) -> Generalised:
    columns = [name for statement in group for name in _columns(program, statement)]
    return generalise(rows, columns, program.variable, loop=True)


def _loop(
    program: Program, statements: Sequence[Statement], run: _Run, *, counting: bool
) -> Loop | None:
    """Make the loop of a run, over a range where that is possible."""
    groups = [
        statements[run.start + n * run.period : run.start + (n + 1) * run.period]
        for n in range(run.count)
    ]
    rows = [_row(group, groups[0]) for group in groups]
    found = _generalised(program, groups[0], rows)
    ranged = _as_range(found, run.count)
    over: Range | Table
    if ranged is not None:
        variable, over = ranged
        variables: tuple[Var, ...] = (variable or program.variable(),)
    elif counting or not 0 < len(found.parameters) <= _MOST_COLUMNS:
        return None
    else:
        variables = tuple(p.variable for p in found.parameters)
        over = Table(tuple(zip(*(p.cells for p in found.parameters), strict=True)))
    return _built(program, groups, run, found, variables, over)


def _row(group: Sequence[Statement], first: Sequence[Statement]) -> list[Expr]:
    """The expressions of a group, on the inner variables of the first one."""
    same: dict[Var, Expr] = {}
    for one, other in zip(group, first, strict=True):
        _pair_variables(one, other, same)
    return [substitute(cell, same) for statement in group for cell in cells(statement)]


def _pair_variables(one: Statement, other: Statement, same: dict[Var, Expr]) -> None:
    if isinstance(one, Loop) and isinstance(other, Loop):
        same.update(zip(one.variables, other.variables, strict=True))
        for a, b in zip(one.body.statements, other.body.statements, strict=True):
            _pair_variables(a, b, same)


def _as_range(found: Generalised, count: int) -> tuple[Var | None, Range] | None:
    """The range that the one parameter runs over; `None` where there is none."""
    if not found.parameters:
        return None, Range(Const(0), Const(count))
    if len(found.parameters) > 1:
        return None
    parameter = found.parameters[0]
    first = as_linear(parameter.cells[0])
    if first is None or not _goes_up(parameter):
        return None
    start = parameter.cells[0]
    return parameter.variable, Range(start, linear(start, 1, count))


def _goes_up(parameter: Parameter) -> bool:
    start = parameter.cells[0]
    return all(
        cell == linear(start, 1, number) for number, cell in enumerate(parameter.cells)
    )


def _built(
    program: Program,
    groups: Sequence[Sequence[Statement]],
    run: _Run,
    found: Generalised,
    variables: tuple[Var, ...],
    over: Range | Table,
) -> Loop:
    state = program.tensor()
    values = iter(found.arguments)
    body = [with_cells(statement, values) for statement in groups[0]]
    names: dict[Tensor, Tensor] = {run.initial: state}
    renamed = tuple(_renamed(program, statement, names) for statement in body)
    second = _state(groups[0], groups[1])
    slot = second[1] if second else (len(body) - 1, 0)
    result = _output(renamed, slot)
    outputs = (_output(groups[-1], slot),)
    return Loop(variables, over, state, run.initial, Body(renamed, (result,)), outputs)


def _renamed(
    program: Program, statement: Statement, names: dict[Tensor, Tensor]
) -> Statement:
    """Copy a statement on other tensors; what it makes is new."""
    match statement:
        case Call(inputs=inputs):
            new: Statement = replace(
                statement, inputs=tuple(names.get(tensor, tensor) for tensor in inputs)
            )
        case Loop(initial=initial, body=body):
            names[statement.state] = program.tensor()
            inner = tuple(_renamed(program, item, names) for item in body.statements)
            new = replace(
                statement,
                initial=names.get(initial, initial),
                state=names[statement.state],
                body=Body(inner, tuple(names.get(t, t) for t in body.results)),
            )
        case Branch():
            return statement
    for tensor in statement.outputs:
        names[tensor] = program.tensor()
    return replace(new, outputs=tuple(names[tensor] for tensor in statement.outputs))
