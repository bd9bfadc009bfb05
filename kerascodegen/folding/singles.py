"""What is almost a block and occurs once becomes a call of the block, with a flag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kerascodegen.folding.blocks import Limits, replace_windows, single_block
from kerascodegen.folding.cost import READING, block_lines, call_lines, lines
from kerascodegen.folding.program import Body, Call, Program
from kerascodegen.folding.variants import (
    Plan,
    Variant,
    apply_plan,
    likeness,
    plan_merge,
    variants_of,
)
from kerascodegen.folding.windows import Corpus

# How much of the longer one must be common, and how long a place to search is at most.
_ALIKE = 0.55
_LONGEST = 160
_TRIES = 6


@dataclass(frozen=True, slots=True)
class _Place:
    """A run of statements that is like a block."""

    alike: float
    start: int
    length: int
    key: str


def adopt_single(program: Program, limits: Limits) -> bool:
    """Make a call of one run of statements that is a variant of a block.

    Args:
        program: The program, changed in place.
        limits: What the user allows.

    Returns:
        Whether there was one that saves lines.
    """
    corpus = Corpus(program)
    places = sorted(
        _places(program, corpus), key=lambda p: (-p.alike, -p.length, p.start, p.key)
    )
    best: tuple[int, Program, Plan] | None = None
    for place in places[:_TRIES]:
        trial = program.copy()
        single = single_block(trial, corpus, place.start, place.length)
        key = trial.add(single[0])
        call = Call(key, single[1], single[2], single[3])
        replace_windows(trial, corpus, {place.start: (place.length, call)})
        plan = plan_merge(trial, (place.key, key), limits)
        if plan is None:
            continue
        span = corpus.statements[place.start : place.start + place.length]
        # There was no function before, nor a call of it.
        function = block_lines(trial, single[0]) + READING
        before = function + call_lines(trial, key, single[1])
        gain = plan.gain - before + sum(lines(program, item) for item in span)
        if gain > 0 and (best is None or gain > best[0]):
            best = (gain, trial, plan)
    if best is None:
        return False
    apply_plan(best[1], best[2])
    program.take(best[1])
    return True


def _places(program: Program, corpus: Corpus) -> Iterator[_Place]:
    """Yield runs outside of blocks that are like one."""
    known = {key: variants_of(program, key) for key in program.blocks}
    mains = {id(body) for body in program.mains}
    for body, begin in zip(corpus.bodies, corpus.begins, strict=True):
        if id(body) not in mains:
            continue
        for start, stop in _gaps(program, body, begin):
            for key, variants in known.items():
                for variant in variants:
                    yield from _inside(corpus, start, stop, key, variant)


def _gaps(program: Program, body: Body, begin: int) -> Iterator[tuple[int, int]]:
    """Runs of statements that may go into a block."""
    start = begin
    for position, statement in enumerate(body.statements, begin):
        if not program.foldable(statement):
            if position - start > 1:
                yield start, position
            start = position + 1
    end = begin + len(body.statements)
    if end - start > 1:
        yield start, end


def _inside(
    corpus: Corpus, start: int, stop: int, key: str, variant: Variant
) -> Iterator[_Place]:
    size = len(variant.callees)
    shortest, longest = max(2, int(size * _ALIKE)), int(size / _ALIKE)
    if stop - start > _LONGEST * 4 or size > _LONGEST:
        return
    callees = [getattr(s, "callee", "") for s in corpus.statements[start:stop]]
    if key in callees and callees.count(key) == len(callees):
        return
    for first in range(start, stop - shortest + 1):
        for length in range(shortest, min(longest, stop - first) + 1):
            inner = callees[first - start : first - start + length]
            if key in inner or inner[0] not in variant.callees:
                break
            if inner[-1] not in variant.callees:
                continue
            if len(corpus.exports(first, length)) != variant.ends[1]:
                continue
            if len(corpus.external(first, length)) != variant.ends[0]:
                continue
            alike = likeness(variant.callees, inner)
            if alike >= _ALIKE:
                yield _Place(alike, first, length, key)
