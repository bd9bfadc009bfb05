"""Turn windows into blocks, the one that saves most first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kerascodegen.folding.cost import (
    READING,
    arguments_lines,
    block_lines,
    statement_lines,
)
from kerascodegen.folding.edges import CUT, cuts_run, is_apart, share_cut, window_calls
from kerascodegen.folding.expressions import Expr
from kerascodegen.folding.layer_names import atoms
from kerascodegen.folding.limits import Limits, within
from kerascodegen.folding.parameters import generalise
from kerascodegen.folding.program import (
    NAME,
    Block,
    Body,
    Branch,
    Call,
    Loop,
    Program,
    Statement,
    Tensor,
)
from kerascodegen.folding.records import Generalised
from kerascodegen.folding.windows import Corpus, Window

_DIGITS = re.compile("[0-9]+")
# How many windows are looked at closely, and how many occurrences of each.
_CLOSE = 48
_SAMPLE = 40
# Blocks that take one tensor read better than those cut through the middle.
_PER_INPUT = (0.0, 1.0, 0.6, 0.4)
_SEVERAL_OUTPUTS = 0.4
# Each name more than one that a block must be given.
_PER_NAME = 0.3
_LEAST_GAIN = 3
# What stands there so often has a name in its readers' minds already.
_LEAST_GAIN_OFTEN = 0
_OFTEN = 4
_OFTEN_LENGTH = 3
# A block that only begins or ends with another one, side by side.
_APART = 0.4
# What a block ends with when people write it.
_ENDS = frozenset({"Activation", "ReLU", "LeakyReLU", "Add", "Multiply", "Concatenate"})


@dataclass(frozen=True, slots=True)
class _Candidate:
    window: Window
    generalised: Generalised
    gain: int
    rank: tuple[float, ...]


def fold_window(program: Program, limits: Limits) -> bool:
    """Make a block of what repeats and saves the most lines.

    Args:
        program: The program, changed in place.
        limits: What the user allows.

    Returns:
        Whether there was anything that saves lines.
    """
    corpus = Corpus(program)
    best = _best(program, corpus, limits)
    if best is None:
        return False
    apply_window(program, corpus, best.window)
    return True


def _best(program: Program, corpus: Corpus, limits: Limits) -> _Candidate | None:
    sizes = statement_lines(program, corpus.statements)
    before = [0]
    for size in sizes:
        before.append(before[-1] + size)

    def saved(window: Window) -> float:
        """An upper bound: as if every call were one line."""
        size = before[window.starts[0] + window.length] - before[window.starts[0]]
        gain = (len(window.starts) - 1) * size - len(window.starts)
        return gain * _PER_INPUT[window.inputs]

    windows = list(corpus.windows(limits.min_repeats, limits.min_size))
    windows.sort(key=lambda window: (-saved(window), window.length, window.starts))
    best: _Candidate | None = None
    for window in windows[:_CLOSE]:
        if best is not None and saved(window) < best.rank[0]:
            break
        forms = _forms(program, corpus, window)
        sample = _sample(forms)
        candidate = _candidate(program, corpus, window, sample, sizes, limits)
        alike = replace(window, starts=tuple(forms[0]))
        if limits.min_repeats <= len(alike.starts) < len(window.starts):
            sample = alike.starts[:_SAMPLE]
            other = _candidate(program, corpus, alike, sample, sizes, limits)
            if candidate is None or (other and other.rank > candidate.rank):
                candidate = other
        if candidate is not None and (best is None or candidate.rank > best.rank):
            best = candidate
    return best


def _candidate(
    program: Program,
    corpus: Corpus,
    window: Window,
    starts: tuple[int, ...],
    sizes: Sequence[int],
    limits: Limits,
) -> _Candidate | None:
    """Judge a window by some of its occurrences."""
    if cuts_run(program, corpus, window):
        return None
    generalised = _generalised(program, corpus, replace(window, starts=starts))
    if not within(generalised.names(), limits, window.length):
        return None
    counted = [p for p in generalised.parameters if not p.names]
    block = _block(program, corpus, window, generalised)
    columns = block.columns
    called = sum(
        arguments_lines(columns, [p.cells[row] for p in generalised.parameters])
        for row in range(len(starts))
    )
    called = called * len(window.starts) // len(starts)
    first = window.starts[0]
    size = sum(sizes[first : first + window.length])
    own = block_lines(program, block) + READING
    gain = len(window.starts) * size - own - called
    often = len(window.starts) >= _OFTEN and window.length >= _OFTEN_LENGTH
    if gain < (_LEAST_GAIN_OFTEN if often else _LEAST_GAIN):
        return None
    names = len(generalised.parameters) - len(counted)
    whole = sum(p.argument == NAME for p in generalised.parameters)
    last = program.primitives.get(getattr(block.body.statements[-1], "callee", ""))
    ends = last is None or last.operation.cls.name in _ENDS
    single = len(block.inputs) == 1 and len(block.body.results) == 1
    worth = (gain - len(counted) / 2) * _PER_INPUT[len(block.inputs)]
    if len(block.body.results) > 1:
        worth *= _SEVERAL_OUTPUTS
    worth *= _PER_NAME ** max(0, whole - 1)
    if any(is_apart(program, corpus, window, at) for at in (0, -1)):
        worth *= _APART
    sample = replace(window, starts=starts)
    worth *= 1 - CUT * share_cut(program, corpus, sample)
    rank = (worth, -abs(names - 1), int(ends), int(single), -len(counted), -first)
    return _Candidate(window, generalised, gain, rank)


def _forms(program: Program, corpus: Corpus, window: Window) -> list[list[int]]:
    """The occurrences, apart by how their layer names are formed, most in front.

    The first of a kind has no number (`conv2d`, `conv2d_1`), some have names of their
    own: they may be better outside.
    """
    forms: dict[tuple[str, ...], list[int]] = {}
    for start in window.starts:
        form = tuple(
            _form(argument)
            for call in window_calls(corpus, start, window.length)
            for column, argument in zip(
                program.columns(call.callee), call.arguments, strict=True
            )
            if column.argument == NAME
        )
        forms.setdefault(form, []).append(start)
    return sorted(forms.values(), key=lambda form: -len(form))


def _sample(forms: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Some occurrences, of every form as long as there is room."""
    each = max(1, _SAMPLE // len(forms))
    chosen = [start for form in forms[:_SAMPLE] for start in form[:each]]
    return tuple(sorted(chosen))


def _form(name: Expr) -> str:
    """A name without its numbers and without what varies."""
    taken = atoms(name)
    if taken is None:
        return "-"
    return _DIGITS.sub("0", "".join(a if isinstance(a, str) else "0" for a in taken))


def _generalised(program: Program, corpus: Corpus, window: Window) -> Generalised:
    rows = [
        [
            cell
            for call in window_calls(corpus, start, window.length)
            for cell in call.arguments
        ]
        for start in window.starts
    ]
    columns = [
        column.argument
        for call in window_calls(corpus, window.starts[0], window.length)
        for column in program.columns(call.callee)
    ]
    return generalise(rows, columns, program.variable)


def _block(
    program: Program, corpus: Corpus, window: Window, generalised: Generalised
) -> Block:
    """The block of a window: its first occurrence, with what differs left open."""
    start = window.starts[0]
    tensors: dict[Tensor, Tensor] = {}
    outside = corpus.external(start, window.length)
    for tensor in outside:
        tensors[tensor] = program.tensor()
    arguments = iter(generalised.arguments)
    statements = []
    for call in window_calls(corpus, start, window.length):
        for tensor in call.outputs:
            tensors[tensor] = program.tensor()
        statements.append(
            Call(
                call.callee,
                tuple(next(arguments) for _ in call.arguments),
                tuple(tensors[tensor] for tensor in call.inputs),
                tuple(tensors[tensor] for tensor in call.outputs),
            )
        )
    results = tuple(
        statements[offset].outputs[index]
        for offset, index in corpus.exports(start, window.length)
    )
    parameters = tuple(
        (parameter.variable, parameter.column()) for parameter in generalised.parameters
    )
    inputs = tuple(tensors[tensor] for tensor in outside)
    return Block(inputs, parameters, Body(tuple(statements), results))


def apply_window(program: Program, corpus: Corpus, window: Window) -> str:
    """Make a block of a window and put calls of it where it occurs.

    Args:
        program: The program, changed in place.
        corpus: Its statements.
        window: The window.

    Returns:
        The block's key.
    """
    key, calls = block_window(program, corpus, window)
    replace_windows(program, corpus, calls)
    return key


def block_window(
    program: Program, corpus: Corpus, window: Window
) -> tuple[str, dict[int, tuple[int, Call]]]:
    """Make a block of a window.

    Args:
        program: The program, which gets the block.
        corpus: Its statements.
        window: The window.

    Returns:
        The block's key, and the calls for `replace_windows`.
    """
    generalised = _generalised(program, corpus, window)
    key = program.add(_block(program, corpus, window, generalised))
    calls: dict[int, tuple[int, Call]] = {}
    for row, start in enumerate(window.starts):
        outputs = tuple(
            corpus.statements[start + offset].outputs[index]
            for offset, index in corpus.exports(start, window.length)
        )
        arguments = tuple(p.cells[row] for p in generalised.parameters)
        inputs = corpus.external(start, window.length)
        calls[start] = (window.length, Call(key, arguments, inputs, outputs))
    return key, calls


def replace_windows(
    program: Program, corpus: Corpus, calls: Mapping[int, tuple[int, Statement]]
) -> None:
    """Put statements in the place of runs of statements.

    Args:
        program: The program, changed in place.
        corpus: Its statements.
        calls: By the position that a run begins at, its length and what replaces it.
    """
    begins = {
        id(body): begin
        for body, begin in zip(corpus.bodies, corpus.begins, strict=True)
    }

    def rebuilt(body: Body) -> Body:
        begin = begins.get(id(body))
        if begin is None:
            return body
        statements: list[Statement] = []
        position = begin
        while position < begin + len(body.statements):
            if position in calls:
                length, statement = calls[position]
                statements.append(statement)
                position += length
                continue
            statements.append(_rebuilt_inside(body.statements[position - begin]))
            position += 1
        return Body(tuple(statements), body.results)

    def _rebuilt_inside(statement: Statement) -> Statement:
        match statement:
            case Branch(then=then, other=other):
                return replace(statement, then=rebuilt(then), other=rebuilt(other))
            case Loop(body=body):
                return replace(statement, body=rebuilt(body))
        return statement

    for key, block in program.blocks.items():
        program.blocks[key] = replace(block, body=rebuilt(block.body))
    program.mains = [rebuilt(body) for body in program.mains]
