"""Undo the folding: run a program, and note the calls of layers and ops that it makes.

A folding is exact when the expanded program is the flat one, call by call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from kerascodegen.folding.expressions import (
    Const,
    Environment,
    Var,
    constant,
    substitute,
)
from kerascodegen.folding.program import (
    Block,
    Body,
    Branch,
    Call,
    Loop,
    Program,
    Range,
    Tensor,
)

# A call on tensors that are numbered in the order of their making.
FlatCall = tuple[str, tuple[str, ...], tuple[int, ...]]


def expand(program: Program) -> list[list[FlatCall]]:
    """Expand every graph of a program.

    Args:
        program: A program, folded or not.

    Returns:
        For each graph its calls of primitives: the callee, the arguments as text, and
        the tensors taken, and behind them a last entry for the graph's results. Tensors
        are numbered from 0 in the order of their making, inputs by their own negative
        numbers.
    """
    return [Expander(program).run(body) for body in program.mains]


class Expander:
    """Runs the body of a graph.

    Attributes:
        program: What the body belongs to.
        calls: The calls of primitives so far.
        made: How many tensors they have made.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.calls: list[FlatCall] = []
        self.made = 0

    def run(self, body: Body) -> list[FlatCall]:
        """Run a body and give its calls, with an entry for its results."""
        results = self._body(body, {}, {})
        self.calls.append(("results", (), tuple(results)))
        return self.calls

    def _body(
        self, body: Body, tensors: dict[Tensor, int], environment: Environment
    ) -> list[int]:
        for statement in body.statements:
            match statement:
                case Call():
                    outputs = self.call(statement, tensors, environment)
                case Branch(test, then, other):
                    known = constant(substitute(test, environment))
                    outputs = self._body(then if known else other, tensors, environment)
                case Loop():
                    outputs = self._loop(statement, tensors, environment)
            tensors.update(zip(statement.outputs, outputs, strict=True))
        return [_at(tensors, tensor) for tensor in body.results]

    def call(
        self, call: Call, tensors: Mapping[Tensor, int], environment: Environment
    ) -> list[int]:
        """Run a call and give the tensors that it makes."""
        inputs = [_at(tensors, tensor) for tensor in call.inputs]
        arguments = [substitute(argument, environment) for argument in call.arguments]
        block = self.program.blocks.get(call.callee)
        if block is not None:
            inner = zip((var for var, _ in block.parameters), arguments, strict=True)
            local = dict(zip(block.inputs, inputs, strict=True))
            return self._body(block.body, local, dict(inner))
        known = tuple(Const(constant(argument)).key for argument in arguments)
        self.calls.append((call.callee, known, tuple(inputs)))
        start, self.made = self.made, self.made + len(call.outputs)
        return list(range(start, self.made))

    def _loop(
        self, loop: Loop, tensors: dict[Tensor, int], environment: Environment
    ) -> list[int]:
        state = [_at(tensors, loop.initial)]
        for values in _runs(loop, environment):
            tensors[loop.state] = state[0]
            state = self._body(loop.body, tensors, {**environment, **values})
        return state


def _at(tensors: Mapping[Tensor, int], tensor: Tensor) -> int:
    return tensors.get(tensor, -tensor)


def _runs(loop: Loop, environment: Environment) -> Iterator[dict[Var, Const]]:
    """The values of a loop's variables, run by run."""
    if isinstance(loop.over, Range):
        start = constant(substitute(loop.over.start, environment))
        stop = constant(substitute(loop.over.stop, environment))
        assert isinstance(start, int)
        assert isinstance(stop, int)
        for value in range(start, stop):
            yield {loop.variables[0]: Const(value)}
        return
    for row in loop.over.rows:
        values = (Const(constant(substitute(cell, environment))) for cell in row)
        yield dict(zip(loop.variables, values, strict=True))


def inline(program: Program, call: Call, block: Block | None = None) -> Body:
    """The body of the block that a call calls, with the call's arguments and tensors.

    Args:
        program: The program.
        call: A call of a block without branches and loops at its outermost level.
        block: What stands for the block, where it is not the one of the program.

    Returns:
        A copy of the body on new tensors, but for the ones that the call takes.
    """
    block = block or program.blocks[call.callee]
    environment = dict(
        zip((var for var, _ in block.parameters), call.arguments, strict=True)
    )
    tensors = dict(zip(block.inputs, call.inputs, strict=True))
    statements = []
    for statement in block.body.statements:
        assert isinstance(statement, Call)
        outputs = tuple(program.tensor() for _ in statement.outputs)
        statements.append(
            replace(
                statement,
                arguments=tuple(
                    substitute(argument, environment)
                    for argument in statement.arguments
                ),
                inputs=tuple(tensors[tensor] for tensor in statement.inputs),
                outputs=outputs,
            )
        )
        tensors.update(zip(statement.outputs, outputs, strict=True))
    return Body(tuple(statements), tuple(tensors[t] for t in block.body.results))
