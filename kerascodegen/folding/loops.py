"""Statements that follow one another and differ by a count become loops.

A loop hands one tensor on from run to run. What differs between the runs is a range, or
a table of values. Loops may stand in loops: first those that only count, then what
repeats with them inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kerascodegen.folding.cells import cell_columns, cells, copied, with_cells
from kerascodegen.folding.cost import lines
from kerascodegen.folding.expressions import (
    Const,
    Expr,
    Text,
    Var,
    as_linear,
    linear,
    substitute,
    variables,
)
from kerascodegen.folding.parameters import generalise
from kerascodegen.folding.program import (
    NAME,
    Body,
    Branch,
    Loop,
    Program,
    Range,
    Statement,
    Table,
    Tensor,
)
from kerascodegen.folding.records import Generalised, Parameter
from kerascodegen.folding.rewriting import renamed
from kerascodegen.folding.runs import (
    FEWEST_GROUPS,
    Run,
    find_runs,
    handed_on,
    output_of,
)

# Statements in the body of a loop, and columns of a table, at most.
_LONGEST = 12
_MOST_COLUMNS = 5
# Of a table with so many rows, as those of the stages of a network are.
_MANY_ROWS = 4
_MOST_COLUMNS_OF_MANY = 9
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
            flat.append(copied(program, with_cells(statement, values), names))
        state = names[loop.body.results[0]]
    return flat, state


def _counted(
    program: Program, statements: list[Statement], results: Sequence[Tensor]
) -> list[Statement]:
    """Make loops of calls that differ by a number that goes up by one."""
    done: list[Statement] = []
    position = 0
    runs = {run.start: run for run in find_runs(program, statements, results, 1)}
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
            if length >= FEWEST_GROUPS:
                part = _part(statements, run, position, length)
                loop = _loop(program, statements, part, counting=True)
            if loop is None:
                done.append(statements[position])
                position += 1
            else:
                done.append(loop)
                position += length
    return done


def _part(statements: Sequence[Statement], run: Run, position: int, length: int) -> Run:
    before = (
        statements[position - 1].outputs[0] if position > run.start else run.initial
    )
    return Run(position, 1, length, before)


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
        for run in find_runs(program, statements, results, period):
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


def _least_gain(loop: Loop, run: Run) -> int:
    """A table takes some reading, the more so where it has names or few rows."""
    if isinstance(loop.over, Range):
        return 1
    named = any(
        isinstance(cell.value if isinstance(cell, Const) else cell, str | Text)
        for row in loop.over.rows
        for cell in row
    )
    if run.count == FEWEST_GROUPS and run.period < _LONG:
        return _NEVER
    return 2 + 3 * named


def _generalised(
    program: Program, group: Sequence[Statement], rows: Sequence[Sequence[Expr]]
) -> Generalised:
    columns = [name for statement in group for name in cell_columns(program, statement)]
    return generalise(rows, columns, program.variable, loop=True)


def _loop(
    program: Program, statements: Sequence[Statement], run: Run, *, counting: bool
) -> Loop | None:
    """Make the loop of a run, over a range where that is possible."""
    groups = [
        statements[run.start + n * run.period : run.start + (n + 1) * run.period]
        for n in range(run.count)
    ]
    rows = [_row(group, groups[0]) for group in groups]
    found = _generalised(program, groups[0], rows)
    inner = set(_set_inside(groups[0]))
    told = (cell for parameter in found.parameters for cell in parameter.cells)
    if any(variable in inner for cell in told for variable in variables(cell)):
        # What only an inner loop knows cannot be handed to it.
        return None
    ranged = _as_range(found, run.count)
    over: Range | Table
    if ranged is not None:
        variable, over = ranged
        made: tuple[Var, ...] = (variable or program.variable(),)
    elif counting or not _is_table(found.parameters, run):
        return None
    else:
        made = tuple(p.variable for p in found.parameters)
        over = Table(tuple(zip(*(p.cells for p in found.parameters), strict=True)))
    return _built(program, groups, run, found, made, over)


def _set_inside(statements: Iterable[Statement]) -> Iterator[Var]:
    """The variables that loops among statements set."""
    for statement in statements:
        if isinstance(statement, Loop):
            yield from statement.variables
            yield from _set_inside(statement.body.statements)


def _is_table(parameters: Sequence[Parameter], run: Run) -> bool:
    """Whether values make a table that can be read: not too wide, and not of names."""
    most = _MOST_COLUMNS_OF_MANY if run.count >= _MANY_ROWS else _MOST_COLUMNS
    names = sum(parameter.argument == NAME for parameter in parameters)
    return 0 < len(parameters) <= most and names <= 1


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
    run: Run,
    found: Generalised,
    variables: tuple[Var, ...],
    over: Range | Table,
) -> Loop:
    state = program.tensor()
    values = iter(found.arguments)
    body = [with_cells(statement, values) for statement in groups[0]]
    names: dict[Tensor, Tensor] = {run.initial: state}
    renamed = tuple(copied(program, statement, names) for statement in body)
    second = handed_on(groups[0], groups[1])
    slot = second[1] if second else (len(body) - 1, 0)
    result = output_of(renamed, slot)
    outputs = (output_of(groups[-1], slot),)
    return Loop(variables, over, state, run.initial, Body(renamed, (result,)), outputs)
