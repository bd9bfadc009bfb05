"""The expressions of a statement, one behind the other, and copies with other ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kerascodegen.folding.expressions import Const, Expr, linear
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
)


def cells(statement: Statement) -> Iterator[Expr]:
    """Yield all expressions of a statement, in a fixed order."""
    match statement:
        case Call(arguments=arguments):
            yield from arguments
        case Loop(over=over, body=body):
            if isinstance(over, Range):
                # The last value tells more than the one behind it: how many there are.
                yield over.start
                yield linear(over.stop, 1, -1) if counts(over) else over.stop
            else:
                for row in over.rows:
                    yield from row
            for inner in body.statements:
                yield from cells(inner)


def counts(over: Range) -> bool:
    """Tell whether a range begins late enough for its last value to be a count."""
    return isinstance(over.start, Const) and over.start != Const(0)


def cell_columns(program: Program, statement: Statement) -> Iterator[str]:
    """Yield what each expression of a statement feeds, in the same order."""
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
                yield from cell_columns(program, inner)


def with_cells(statement: Statement, values: Iterator[Expr]) -> Statement:
    """Copy a statement with other expressions, in the order of `cells`."""
    match statement:
        case Call(arguments=arguments):
            return replace(statement, arguments=tuple(next(values) for _ in arguments))
        case Loop(over=over, body=body):
            new: Range | Table
            if isinstance(over, Range):
                start, stop = next(values), next(values)
                new = Range(start, linear(stop, 1, 1) if counts(over) else stop)
            else:
                new = Table(tuple(tuple(next(values) for _ in r) for r in over.rows))
            inner = tuple(with_cells(item, values) for item in body.statements)
            return replace(statement, over=new, body=Body(inner, body.results))
    return statement


def copied(
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
            inner = tuple(copied(program, item, names) for item in body.statements)
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
