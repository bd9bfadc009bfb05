"""Bodies of loops as blocks of their own, and what is left over of loops' tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from kerascodegen.folding.expressions import Const, Expr, Var, as_linear, variables
from kerascodegen.folding.program import (
    NAME,
    Block,
    Body,
    Branch,
    Call,
    Column,
    Loop,
    Program,
    Range,
    Statement,
    Table,
    Tensor,
    calls,
    taken,
)

# Fewer calls than this stay where they are.
LEAST_CALLS = 4


def outline_loops(program: Program) -> None:
    """Make blocks of the bodies of loops that are no calls of blocks already.

    Args:
        program: The program, changed in place.
    """
    for key, block in list(program.blocks.items()):
        program.blocks[key] = replace(block, body=_outlined(program, block.body))
    program.mains = [_outlined(program, body) for body in program.mains]


def _outlined(program: Program, body: Body) -> Body:
    return replace(body, statements=tuple(_each(program, body.statements)))


def _each(program: Program, statements: Iterable[Statement]) -> Iterator[Statement]:
    for statement in statements:
        if not isinstance(statement, Loop):
            yield statement
            continue
        loop = replace(statement, body=_outlined(program, statement.body))
        inside = list(calls(loop.body.statements))
        plain = all(program.foldable(call) for call in inside)
        own = all(call.callee in program.primitives for call in inside)
        if len(inside) < LEAST_CALLS or not plain or not own:
            yield loop
        else:
            yield _with_block(program, loop)


def _with_block(program: Program, loop: Loop) -> Loop:
    """The loop with nothing but a call in it."""
    body = loop.body
    made = {loop.state, *_made(body)}
    outside = dict.fromkeys(
        tensor for s in body.statements for tensor in taken(s) if tensor not in made
    )
    inputs = (loop.state, *outside)
    used = list(dict.fromkeys(used_variables(body)))
    columns = [Column(_feeds(program, body, variable)) for variable in used]
    # Each thing that a block is given has a number of its own.
    own = {tensor: program.tensor() for tensor in inputs}
    inner = _on_tensors(body, own)
    key = program.add(
        Block(
            tuple(own[tensor] for tensor in inputs),
            tuple(zip(used, columns, strict=True)),
            inner,
        )
    )
    output = program.tensor()
    call = Call(key, tuple(used), inputs, (output,))
    return replace(loop, body=Body((call,), (output,)))


def _on_tensors(body: Body, names: dict[Tensor, Tensor]) -> Body:
    from kerascodegen.folding.rewriting import renamed

    return Body(
        tuple(renamed(statement, names) for statement in body.statements),
        tuple(names.get(tensor, tensor) for tensor in body.results),
    )


def _made(body: Body) -> Iterator[Tensor]:
    """Yield the tensors that a body makes, at any depth."""
    for statement in body.statements:
        yield from statement.outputs
        match statement:
            case Branch(then=then, other=other):
                yield from _made(then)
                yield from _made(other)
            case Loop(state=state, body=inner):
                yield state
                yield from _made(inner)


def _feeds(program: Program, body: Body, variable: Var) -> str:
    """The argument that a variable is for."""
    found = ""
    for call in calls(body.statements):
        for column, argument in zip(
            program.columns(call.callee), call.arguments, strict=True
        ):
            if variable in set(variables(argument)):
                if column.argument != NAME:
                    return column.argument
                found = "index"
    return found or "variant"


def used_variables(body: Body) -> Iterator[Var]:
    """Yield the variables that a body reads and does not set itself, in order.

    Args:
        body: The body.

    Yields:
        Each variable, as often as it is read.
    """
    for statement in body.statements:
        match statement:
            case Call(arguments=arguments):
                yield from _in(arguments)
            case Branch(test=test, then=then, other=other):
                yield from variables(test)
                yield from used_variables(then)
                yield from used_variables(other)
            case Loop(variables=own, over=over, body=inner):
                if isinstance(over, Range):
                    yield from _in((over.start, over.stop))
                else:
                    for row in over.rows:
                        yield from _in(row)
                yield from (v for v in used_variables(inner) if v not in own)


def _in(expressions: Iterable[Expr]) -> Iterator[Var]:
    for expression in expressions:
        yield from variables(expression)


def without_unused(body: Body) -> Body:
    """Drop what loops set and nothing reads, once names are no longer made of it.

    Args:
        body: A body.

    Returns:
        The body, with narrower tables.
    """
    return replace(body, statements=tuple(_narrowed(s) for s in body.statements))


def _narrowed(statement: Statement) -> Statement:
    match statement:
        case Branch(then=then, other=other):
            return replace(
                statement, then=without_unused(then), other=without_unused(other)
            )
        case Loop(over=Table(rows=rows), body=body):
            inner = without_unused(body)
            used = set(used_variables(inner))
            kept = [i for i, v in enumerate(statement.variables) if v in used]
            if not kept:
                over: Range | Table = Range(Const(0), Const(len(rows)))
                return replace(
                    statement, variables=statement.variables[:1], over=over, body=inner
                )
            return replace(
                statement,
                variables=tuple(statement.variables[i] for i in kept),
                over=Table(tuple(tuple(row[i] for i in kept) for row in rows)),
                body=inner,
            )
        case Loop(over=Range() as over, body=body):
            inner = without_unused(body)
            if statement.variables[0] not in set(used_variables(inner)):
                over = _counted(over)
            return replace(statement, over=over, body=inner)
    return statement


def _counted(over: Range) -> Range:
    """A range from 0 of as many runs, where that does not depend on anything."""
    start, stop = as_linear(over.start), as_linear(over.stop)
    if start is None or stop is None or start[:2] != stop[:2]:
        return over
    return Range(Const(0), Const(stop[2] - start[2]))
