"""Change the calls of a program, wherever they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from kerascodegen.folding.program import (
    Body,
    Branch,
    Call,
    Loop,
    Program,
    Statement,
    Tensor,
)


def map_calls(program: Program, change: Callable[[Call], Call]) -> None:
    """Change every call of a program.

    Args:
        program: The program, changed in place.
        change: Gives what replaces a call, or the call itself.
    """
    for key, block in program.blocks.items():
        program.blocks[key] = replace(block, body=mapped(block.body, change))
    program.mains = [mapped(body, change) for body in program.mains]


def mapped(body: Body, change: Callable[[Call], Call]) -> Body:
    """Change every call of a body, those inside branches and loops too."""

    def inside(statement: Statement) -> Statement:
        match statement:
            case Call():
                return change(statement)
            case Branch(then=then, other=other):
                return replace(
                    statement, then=mapped(then, change), other=mapped(other, change)
                )
            case Loop(body=inner):
                return replace(statement, body=mapped(inner, change))

    return Body(tuple(inside(s) for s in body.statements), body.results)


def renamed(statement: Statement, names: Mapping[Tensor, Tensor]) -> Statement:
    """Copy a statement that takes other tensors; what it makes stays."""

    def inside(body: Body) -> Body:
        results = tuple(names.get(tensor, tensor) for tensor in body.results)
        return Body(tuple(renamed(item, names) for item in body.statements), results)

    if not names:
        return statement
    match statement:
        case Call(inputs=inputs):
            return replace(statement, inputs=tuple(names.get(t, t) for t in inputs))
        case Branch(then=then, other=other):
            return replace(statement, then=inside(then), other=inside(other))
        case Loop(initial=initial, body=body):
            start = names.get(initial, initial)
            return replace(statement, initial=start, body=inside(body))
