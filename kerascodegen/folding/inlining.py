"""Take back blocks that are not worth it: called once, or nothing but another one."""

from __future__ import annotations

from dataclasses import replace

from kerascodegen.folding.expand import inline
from kerascodegen.folding.program import (
    Body,
    Branch,
    Call,
    Loop,
    Program,
    Statement,
    Tensor,
    calls,
)
from kerascodegen.folding.rewriting import renamed


def inline_needless(program: Program) -> None:
    """Put the bodies of needless blocks where they are called.

    Args:
        program: The program, changed in place.
    """
    while (key := _needless(program)) is not None:
        for other, block in program.blocks.items():
            program.blocks[other] = replace(
                block, body=_without(program, block.body, key)
            )
        program.mains = [_without(program, body, key) for body in program.mains]
        del program.blocks[key]


def _needless(program: Program) -> str | None:
    times = dict.fromkeys(program.blocks, 0)
    for body in program.bodies():
        for call in calls(body.statements):
            if call.callee in times:
                times[call.callee] += 1
    for key, block in program.blocks.items():
        statements = block.body.statements
        if not all(isinstance(statement, Call) for statement in statements):
            continue
        if times[key] < 2 or len(statements) == 1:
            return key
    return None


def _without(program: Program, body: Body, key: str) -> Body:
    """Copy a body with the calls of a block replaced by what it does."""
    names: dict[Tensor, Tensor] = {}
    statements: list[Statement] = []
    for statement in body.statements:
        statement = renamed(statement, names)
        match statement:
            case Call(callee=callee) if callee == key:
                inner = inline(program, statement)
                statements.extend(inner.statements)
                names.update(zip(statement.outputs, inner.results, strict=True))
                continue
            case Branch(then=then, other=other):
                statement = replace(
                    statement,
                    then=_without(program, then, key),
                    other=_without(program, other, key),
                )
            case Loop(body=looped):
                statement = replace(statement, body=_without(program, looped, key))
        statements.append(statement)
    return Body(tuple(statements), tuple(names.get(t, t) for t in body.results))
