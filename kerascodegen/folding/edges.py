"""Judge where a window begins and ends: by layer names, and by what stands beside it.

Names are a hint only: they rank windows, and make none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kerascodegen.folding.expressions import Const
from kerascodegen.folding.layer_names import Atoms, atoms
from kerascodegen.folding.program import NAME, Call, Program
from kerascodegen.folding.records import Cell
from kerascodegen.folding.row_names import row_prefix
from kerascodegen.folding.windows import Corpus, Window

# What it costs a window not to have all that is named after it.
CUT = 0.6


def share_cut(program: Program, corpus: Corpus, window: Window) -> float:
    """The share of occurrences whose edge goes through what has a name in common."""
    return sum(
        _is_cut(program, corpus, start, window.length) for start in window.starts
    ) / len(window.starts)


def _is_cut(program: Program, corpus: Corpus, start: int, length: int) -> bool:
    """Whether a neighbour has as much of a name in common as the window itself."""
    inside = list(window_calls(corpus, start, length))
    own = _prefix(program, inside)
    for beside in corpus.neighbours(start, length):
        if not isinstance(beside, Call):
            continue
        edge = inside[0] if beside is corpus.statements[start - 1] else inside[-1]
        across = _prefix(program, [beside, edge])
        if across is not None and len(across) >= len(own or ()):
            return True
    return False


def _prefix(program: Program, several: Sequence[Call]) -> Atoms | None:
    """What the names of calls have in common; not where only the number differs."""
    row: list[Cell] = []
    columns: list[str] = []
    for call in several:
        row.extend(call.arguments)
        columns.extend(c.argument for c in program.columns(call.callee))
    names = [
        atoms(cell)
        for cell, column in zip(row, columns, strict=True)
        if column == NAME and cell is not None and cell != Const(None)
    ]
    found = row_prefix(row, columns)
    if found is None:
        return None
    rests = [name[len(found) :] for name in names if name is not None]
    numbered = all("".join(map(str, rest)).strip("_").isdigit() for rest in rests)
    return None if numbered else found


def cuts_run(program: Program, corpus: Corpus, window: Window) -> bool:
    """Whether a window mostly takes only a part of a run of calls of one block."""
    ends = (window.starts[0], window.starts[0] + window.length - 1)
    inside = {getattr(corpus.statements[end], "callee", "") for end in ends}
    cut = sum(
        any(
            getattr(beside, "callee", None) in inside & program.blocks.keys()
            for beside in corpus.neighbours(start, window.length)
        )
        for start in window.starts
    )
    return cut * 2 > len(window.starts)


def is_apart(program: Program, corpus: Corpus, window: Window, at: int) -> bool:
    """Whether a window begins or ends with a block that could stand beside it."""
    first = window.starts[0]
    position = first if at == 0 else first + window.length - 1
    statement = corpus.statements[position]
    if getattr(statement, "callee", "") not in program.blocks:
        return False
    if at == 0:
        return len(corpus.exports(first, 1)) == 1 and not (
            set(corpus.external(first + 1, window.length - 1)) - set(statement.outputs)
        )
    return (
        not set(corpus.external(position, 1))
        - set(corpus.statements[position - 1].outputs)
        and len(corpus.exports(first, window.length - 1)) == 1
    )


def window_calls(corpus: Corpus, start: int, length: int) -> Iterator[Call]:
    """Yield the calls of an occurrence of a window."""
    for statement in corpus.statements[start : start + length]:
        assert isinstance(statement, Call)
        yield statement
