"""Take back blocks that are not worth it: called once, or nothing but another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

# Statements that a block must have to stay though it is called in one place.
_PART = 4


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
    hosts: dict[str, str | None] = {}
    for host, body in _bodies(program):
        for call in calls(body.statements):
            if call.callee in times:
                times[call.callee] += 1
                hosts[call.callee] = host
    for key, block in program.blocks.items():
        statements = block.body.statements
        if not all(isinstance(statement, Call) for statement in statements):
            continue
        if times[key] < 1 or len(statements) == 1:
            return key
        host = hosts[key]
        if times[key] == 1 and not _is_part(program, key, host, times):
            return key
    return None


def _bodies(program: Program) -> Iterator[tuple[str | None, Body]]:
    for key, block in program.blocks.items():
        yield key, block.body
    for body in program.mains:
        yield None, body


def _is_part(
    program: Program, key: str, host: str | None, times: Mapping[str, int]
) -> bool:
    """Whether a block is a part by itself of one that is called more than once.

    As squeeze-and-excite in an inverted residual: it has a name that says more than its
    statements do, where it takes one tensor and gives one.
    """
    if host is None or times[host] < 2:
        return False
    block, around = program.blocks[key], program.blocks[host].body
    single = len(block.inputs) == len(block.body.results) == 1
    size = len(block.body.statements)
    long = len(list(calls(around.statements))) >= size
    return single and size >= _PART and long


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
