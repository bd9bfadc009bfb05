"""Blocks that layer names tell: what is named after one thing is one thing.

`block2a_expand_conv` and `block2a_project_bn` are of `block2a`, which is an instance of
the family `block#@`, as `block3b` is. The instances of a family are made one block,
whatever some of them lack, where that saves lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kerascodegen.folding.blocks import block_window, replace_windows
from kerascodegen.folding.cost import program_lines
from kerascodegen.folding.expressions import Const
from kerascodegen.folding.limits import Limits, within
from kerascodegen.folding.program import NAME, Call, Program, Statement
from kerascodegen.folding.variants import apply_plan, plan_merge
from kerascodegen.folding.windows import MOST_INPUTS, MOST_OUTPUTS, Corpus, Window

_BREAK = re.compile("[-_/. ]+")
_NUMBER = re.compile("[0-9]+")
_LETTER = re.compile("(?<=#)[a-z]$")
# Calls in an instance, on average: what is shorter is found by what repeats.
_FEWEST = 4
_MOST_SHAPES = 12
# What is so large and has a name of its own is a block in its readers' minds already,
# even where that takes a few lines more.
_LARGE = 6
_LARGE_COST = 5


@dataclass(frozen=True, slots=True)
class Instance:
    """A run of statements that are named after one thing.

    Attributes:
        prefix: What their names have in common.
        start: Position of the first in the corpus.
        length: How many.
    """

    prefix: str
    start: int
    length: int


def fold_families(program: Program, limits: Limits) -> bool:
    """Make blocks of families, the ones with the longest names first.

    Args:
        program: The program, changed in place.
        limits: What the user allows.

    Returns:
        Whether any block was made.
    """
    tried: set[str] = set()
    changed = False
    while (found := _next_family(program, limits, tried)) is not None:
        family, instances = found
        tried.add(family)
        trial = program.copy()
        if not _fold_family(trial, instances, limits):
            continue
        size = sum(one.length for one in instances) / len(instances)
        allowed = _LARGE_COST if size >= _LARGE else 0
        if program_lines(trial) < program_lines(program) + allowed:
            program.take(trial)
            changed = True
    return changed


def _next_family(
    program: Program, limits: Limits, tried: set[str]
) -> tuple[str, list[Instance]] | None:
    families: dict[str, list[Instance]] = {}
    corpus = Corpus(program)
    for instance in _instances(program, corpus):
        families.setdefault(family_of(instance.prefix), []).append(instance)
    usable = [
        (family, instances)
        for family, instances in families.items()
        if family not in tried
        and len(instances) >= limits.min_repeats
        and len({one.prefix for one in instances}) == len(instances)
        and sum(one.length for one in instances) >= _FEWEST * len(instances)
    ]
    # The longest name first: parts before what they are parts of.
    return max(usable, key=lambda item: (item[0].count("_"), item[0]), default=None)


def family_of(prefix: str) -> str:
    """What is common to the names of like things: numbers and counting letters away.

    Args:
        prefix: Such as `block2a_se`.

    Returns:
        Such as `block#@_se`.
    """
    parts = _BREAK.split(prefix)
    return "_".join(_LETTER.sub("@", _NUMBER.sub("#", part)) for part in parts)


def _instances(program: Program, corpus: Corpus) -> Iterator[Instance]:
    """Yield the runs that have a beginning of their names in common."""
    for begin, body in zip(corpus.begins, corpus.bodies, strict=True):
        names = [_name(program, statement) for statement in body.statements]
        depth = max((len(_BREAK.split(name)) for name in names if name), default=0)
        for level in range(1, depth + 1):
            prefixes = [name and _beginning(name, level) for name in names]
            yield from _runs(prefixes, begin)


def _runs(prefixes: Sequence[str | None], begin: int) -> Iterator[Instance]:
    """Runs of one prefix; what has no name belongs to what is around it."""
    start = 0
    while start < len(prefixes):
        prefix = prefixes[start]
        stop = last = start + 1
        while prefix and stop < len(prefixes) and prefixes[stop] in (prefix, None):
            stop += 1
            if prefixes[stop - 1]:
                last = stop
        if prefix and last - start > 1:
            yield Instance(prefix, begin + start, last - start)
        start = last


def _beginning(name: str, level: int) -> str:
    """The first parts of a name, with what stands between them."""
    ends = [found.start() for found in _BREAK.finditer(name)]
    return name[: ends[level - 1]] if level <= len(ends) else name


def _name(program: Program, statement: Statement) -> str | None:
    """The name of a layer, or what the names inside a block begin with."""
    if not isinstance(statement, Call) or not program.foldable(statement):
        return "" if not isinstance(statement, Call) else None
    for column, argument in zip(
        program.columns(statement.callee), statement.arguments, strict=True
    ):
        if column.argument == NAME and isinstance(argument, Const):
            return argument.value if isinstance(argument.value, str) else None
    return None


def _fold_family(
    program: Program, instances: Iterable[Instance], limits: Limits
) -> bool:
    """Make the instances one block, or as few as they can be."""
    corpus = Corpus(program)
    shapes: dict[tuple[object, ...], list[int]] = {}
    for one in instances:
        outside = len(corpus.external(one.start, one.length))
        results = len(corpus.exports(one.start, one.length))
        fits = 0 < outside <= MOST_INPUTS and 0 < results <= MOST_OUTPUTS
        if fits and corpus.is_one(one.start, one.length):
            signature = corpus.signature(one.start, one.length)
            shapes.setdefault((one.length, signature), []).append(one.start)
    if not 0 < len(shapes) <= _MOST_SHAPES:
        return False
    keys: list[str] = []
    calls: dict[int, tuple[int, Call]] = {}
    for (length, _), starts in shapes.items():
        assert isinstance(length, int)
        inputs = len(corpus.external(starts[0], length))
        key, made = block_window(program, corpus, Window(length, tuple(starts), inputs))
        block = program.blocks[key]
        if not within([column.argument for column in block.columns], limits, length):
            return False
        keys.append(key)
        calls.update(made)
    replace_windows(program, corpus, calls)
    _merge(program, keys, limits)
    return True


def _merge(program: Program, keys: list[str], limits: Limits) -> None:
    """Merge blocks into as few as possible, beginning with the largest."""
    rest = sorted(keys, key=lambda key: -len(program.blocks[key].body.statements))
    while rest:
        chosen = [rest.pop(0)]
        plan = None
        for key in list(rest):
            wider = plan_merge(program, (*chosen, key), limits)
            if wider is not None and (plan is None or wider.gain > plan.gain):
                plan = wider
                chosen.append(key)
                rest.remove(key)
        if plan is not None:
            apply_plan(program, plan)
