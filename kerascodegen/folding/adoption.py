"""What is almost a block becomes a call of the block, with a flag."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kerascodegen.folding.alignment import likeness
from kerascodegen.folding.blocks import apply_window
from kerascodegen.folding.cost import READING, block_lines, call_lines, lines
from kerascodegen.folding.edges import CUT, share_cut
from kerascodegen.folding.limits import Limits
from kerascodegen.folding.program import Body, Program, calls
from kerascodegen.folding.variants import (
    Plan,
    Variant,
    apply_plan,
    plan_merge,
    variants_of,
)
from kerascodegen.folding.windows import Corpus, Window

# How much of the longer one must be common, and how long a place to search is at most.
_ALIKE = 0.55
_LONGEST = 160
_TRIES = 8


@dataclass(frozen=True, slots=True)
class _Place:
    """A run of statements that is like a block."""

    alike: float
    start: int
    length: int
    key: str


def adopt_alike(program: Program, limits: Limits) -> bool:
    """Make calls of what is a variant of a block but not worth a block of its own.

    Args:
        program: The program, changed in place.
        limits: What the user allows.

    Returns:
        Whether there was any that saves lines.
    """
    corpus = Corpus(program)
    groups: dict[tuple[object, ...], list[_Place]] = {}
    for place in _places(program, corpus):
        signature = corpus.signature(place.start, place.length)
        groups.setdefault((place.key, signature), []).append(place)
    ranked = sorted(
        groups.values(),
        key=lambda g: (-len(g) * g[0].alike * g[0].length, g[0].start, g[0].key),
    )
    best: tuple[float, Program, Plan] | None = None
    for group in ranked[:_TRIES]:
        found = _trial(program, corpus, group, limits)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    if best is None:
        return False
    apply_plan(best[1], best[2])
    program.take(best[1])
    return True


def _trial(
    program: Program, corpus: Corpus, group: Sequence[_Place], limits: Limits
) -> tuple[float, Program, Plan] | None:
    """Merge runs into the block that they are like; what that saves."""
    length = group[0].length
    starts: list[int] = []
    for place in group:
        if not starts or place.start >= starts[-1] + length:
            starts.append(place.start)
    trial = program.copy()
    window = Window(length, tuple(starts), 0)
    key = apply_window(trial, corpus, window)
    plan = plan_merge(trial, (group[0].key, key), limits)
    if plan is None:
        return None
    # There was no function before, nor calls of it.
    made = block_lines(trial, trial.blocks[key]) + READING
    for body in trial.bodies():
        for call in calls(body.statements):
            if call.callee == key:
                made += call_lines(trial, key, call.arguments)
    flat = sum(
        lines(program, statement)
        for start in starts
        for statement in corpus.statements[start : start + length]
    )
    gain = plan.gain - made + flat
    # As for any window, what has one name should not be cut apart.
    worth = gain * (1 - CUT * share_cut(program, corpus, window))
    return (worth, trial, plan) if gain > 0 else None


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
