"""The body of a block as a class needs it: no loops, no functions that make layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from kerascodegen.folding.expressions import Const, Environment, Expr, Var, substitute
from kerascodegen.folding.program import (
    Block,
    Body,
    Branch,
    Call,
    Loop,
    Program,
    Range,
    Statement,
    Tensor,
    calls,
)

# Calls that a class may have more of than the body that it is made of.
_MOST_UNROLLED = 12


class CannotUnrollError(Exception):
    """A loop in a block runs as often as a parameter says, or too often."""


def unrolled(program: Program, block: Block, kept: frozenset[str]) -> Body:
    """Copy a block's body without loops and without calls of other functions.

    Args:
        program: The program; it gives the new tensors.
        block: The block. What it is given keeps its numbers.
        kept: Blocks whose calls stay calls.

    Returns:
        The body.

    Raises:
        CannotUnrollError: A loop depends on a parameter or is too long.
    """
    unroller = _Unroller(program, kept)
    return unroller.body(block.body, {}, {})


class _Unroller:
    def __init__(self, program: Program, kept: frozenset[str]) -> None:
        self._program = program
        self._kept = kept

    def body(
        self, body: Body, tensors: Mapping[Tensor, Tensor], environment: Environment
    ) -> Body:
        known = dict(tensors)
        statements = [
            made
            for statement in body.statements
            for made in self._statement(statement, known, environment)
        ]
        return Body(tuple(statements), tuple(known.get(t, t) for t in body.results))

    def _statement(
        self,
        statement: Statement,
        known: dict[Tensor, Tensor],
        environment: Environment,
    ) -> Iterator[Statement]:
        match statement:
            case Call():
                yield from self._call(statement, known, environment)
            case Branch(test, then, other, outputs):
                chosen = substitute(test, environment)
                if isinstance(chosen, Const):
                    side = self.body(
                        then if chosen.value else other, known, environment
                    )
                    yield from side.statements
                    known[outputs[0]] = side.results[0]
                    return
                made = (self._program.tensor(),)
                sides = [self.body(side, known, environment) for side in (then, other)]
                yield Branch(chosen, sides[0], sides[1], made)
                known[outputs[0]] = made[0]
            case Loop():
                yield from self._loop(statement, known, environment)

    def _call(
        self, call: Call, known: dict[Tensor, Tensor], environment: Environment
    ) -> Iterator[Statement]:
        arguments = tuple(substitute(a, environment) for a in call.arguments)
        inputs = tuple(known.get(tensor, tensor) for tensor in call.inputs)
        block = self._program.blocks.get(call.callee)
        if block is not None and call.callee not in self._kept:
            inner = dict(
                zip((var for var, _ in block.parameters), arguments, strict=True)
            )
            body = self.body(
                block.body, dict(zip(block.inputs, inputs, strict=True)), inner
            )
            yield from body.statements
            known.update(zip(call.outputs, body.results, strict=True))
            return
        outputs = tuple(self._program.tensor() for _ in call.outputs)
        yield replace(call, arguments=arguments, inputs=inputs, outputs=outputs)
        known.update(zip(call.outputs, outputs, strict=True))

    def _loop(
        self, loop: Loop, known: dict[Tensor, Tensor], environment: Environment
    ) -> Iterator[Statement]:
        runs = list(_runs(loop, environment))
        size = sum(1 for _ in calls(loop.body.statements))
        if len(runs) * size > _MOST_UNROLLED:
            raise CannotUnrollError
        state = known.get(loop.initial, loop.initial)
        for values in runs:
            inside = {**known, loop.state: state}
            body = self.body(loop.body, inside, {**environment, **values})
            yield from body.statements
            state = body.results[0]
        known[loop.outputs[0]] = state


def _runs(loop: Loop, environment: Environment) -> Iterator[dict[Var, Expr]]:
    if isinstance(loop.over, Range):
        start = substitute(loop.over.start, environment)
        stop = substitute(loop.over.stop, environment)
        if not isinstance(start, Const) or not isinstance(stop, Const):
            raise CannotUnrollError
        assert isinstance(start.value, int)
        assert isinstance(stop.value, int)
        for value in range(start.value, stop.value):
            yield {loop.variables[0]: Const(value)}
        return
    for row in loop.over.rows:
        cells = (substitute(cell, environment) for cell in row)
        yield dict(zip(loop.variables, cells, strict=True))
