"""Estimate how many lines a statement takes, without writing it.

As black breaks lines at 88 columns. Names are not known yet when this is asked, so it
is a guess; it only has to rank the ways to write a model.
"""

from __future__ import annotations

from collections.abc import Sequence

from kerascodegen.folding.expressions import (
    Const,
    Equal,
    Expr,
    Given,
    If,
    Items,
    Letter,
    Linear,
    Share,
    Sum,
    Text,
    Var,
)
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
)
from kerascodegen.graph.model import OperationKind

WIDTH = 88
_INDENT = 4
# A function costs its readers more than the lines `def` and `return`.
DEFINITION = 2
READING = 3
_VARIABLE = 8
_TENSOR = 3


def program_lines(program: Program) -> int:
    """Lines of a program, with what it costs to read its functions."""
    functions = sum(
        block_lines(program, block) + READING for block in program.blocks.values()
    )
    return functions + sum(body_lines(program, body, 1) for body in program.mains)


def block_lines(program: Program, block: Block) -> int:
    """Lines of a function: its head, its body, its `return`."""
    names = sum(len(column.argument) + 9 for column in block.columns)
    head = 1 if names + 30 <= WIDTH else 3
    # The last statement can be the `return`.
    return head + body_lines(program, block.body, 1)


def body_lines(program: Program, body: Body, depth: int) -> int:
    """Lines of statements, indented `depth` times."""
    return sum(statement_lines(program, body.statements, depth))


def statement_lines(
    program: Program, statements: Sequence[Statement], depth: int = 1
) -> list[int]:
    """Lines of each of some statements, as if they stood in loops where they may.

    Of a run of calls of one block the first is counted in full, the second for the
    loop, and the others not at all.
    """
    sizes = [lines(program, statement, depth) for statement in statements]
    run = 0
    for index in range(1, len(statements)):
        before, statement = statements[index - 1], statements[index]
        run = run + 1 if _same_block(program, before, statement) else 0
        if run > 1:
            sizes[index] = 0
    return sizes


def _same_block(program: Program, first: Statement, second: Statement) -> bool:
    return (
        isinstance(first, Call)
        and isinstance(second, Call)
        and first.callee == second.callee
        and first.callee in program.blocks
        and second.inputs[:1] == first.outputs[:1]
    )


def lines(program: Program, statement: Statement, depth: int = 1) -> int:
    """Lines of a statement.

    Args:
        program: What it stands in.
        statement: The statement.
        depth: How often it is indented.

    Returns:
        An estimate.
    """
    match statement:
        case Call():
            return call_lines(program, statement.callee, statement.arguments, depth)
        case Branch(then=then, other=other):
            inner = body_lines(program, then, depth + 1)
            if other.statements:
                return inner + 2 + body_lines(program, other, depth + 1)
            return inner + 1 + int(not _goes_on(then, other))
        case Loop(over=over, body=body):
            return loop_head_lines(over, depth) + body_lines(program, body, depth + 1)


def _goes_on(then: Body, other: Body) -> bool:
    """Whether an optional part only replaces the tensor that it works on."""
    first = then.statements[0]
    return isinstance(first, Call) and other.results[0] == first.inputs[0]


def loop_head_lines(over: object, depth: int) -> int:
    """Lines of `for ... in ...:`."""
    if isinstance(over, Range):
        return 1
    rows = [sum(_length(cell) + 2 for cell in row) + 2 for row in over.rows]  # type: ignore[attr-defined]
    names = 10 * len(over.rows[0])  # type: ignore[attr-defined]
    if sum(rows) + names + 12 + depth * _INDENT <= WIDTH:
        return 1
    return 2 + len(rows)


def call_lines(
    program: Program, callee: str, arguments: Sequence[Expr], depth: int = 1
) -> int:
    """Lines of a call of a callee with some arguments."""
    primitive = program.primitives.get(callee)
    columns = program.columns(callee)
    if primitive is None:
        return arguments_lines(columns, arguments, depth)
    operation = primitive.operation
    known = {column.argument for column in columns if not column.inside}
    fixed = [
        _fixed_text(argument.value, argument.name)
        for argument in operation.arguments or ()
        if argument.name not in known
    ]
    if operation.kind is OperationKind.OP:
        fixed += [repr(value) for value in primitive.node.args[1:]]
    head = f"layers.{operation.cls.name}()"
    return arguments_lines(columns, arguments, depth, head, fixed)


def arguments_lines(
    columns: Sequence[Column],
    arguments: Sequence[Expr],
    depth: int = 1,
    head: str = "residual_block",
    fixed: Sequence[str] = (),
) -> int:
    """Lines of a call with some arguments.

    Args:
        columns: What the callee takes.
        arguments: An argument for each of them.
        depth: How often the statement is indented.
        head: Text as long as that of what is called.
        fixed: Source of further arguments, roughly.

    Returns:
        An estimate.
    """
    sizes = [_argument_length(c, a) for c, a in zip(columns, arguments, strict=True)]
    written = [size for size in sizes if size] + [len(part) for part in fixed]
    inner = sum(written) + 2 * max(0, len(written) - 1)
    if depth * _INDENT + 4 + len(head) + inner + 2 + _TENSOR <= WIDTH:
        return 1
    if (depth + 1) * _INDENT + inner <= WIDTH:
        return 3
    return 2 + len(written)


def _fixed_text(value: object, name: str) -> str:
    text = getattr(value, "cls", None)
    arguments = getattr(value, "arguments", None) or ()
    if text is None:
        return f"{name}={value!r}"
    inner = ", ".join(_fixed_text(a.value, a.name) for a in arguments)
    return f"{name}=keras.initializers.{text.name}({inner})"


def _argument_length(column: Column, argument: Expr) -> int:
    """Characters of an argument; none where it is left out."""
    if isinstance(argument, Const) and argument == column.default:
        return 0
    if column.argument == NAME and argument == Const(None):
        return 0
    name = 0 if column.positional else len(column.argument) + 1
    return name + _length(argument)


def _length(expr: Expr) -> int:
    match expr:
        case Const(key=key):
            return len(key)
        case Var():
            return _VARIABLE
        case Linear():
            return _VARIABLE + 4
        case Sum():
            return 2 * _VARIABLE
        case Given():
            return _VARIABLE + 12
        case Letter():
            return _VARIABLE + 7
        case Share(of):
            return _length(of) + 12
        case Equal():
            return _VARIABLE + 5
        case Text(parts):
            inner = (len(p) if isinstance(p, str) else _length(p) for p in parts)
            return 3 + sum(inner)
        case Items(items):
            return 2 + sum(_length(item) + 2 for item in items)
        case If(test, then, other):
            return _length(test) + _length(then) + _length(other) + 10
