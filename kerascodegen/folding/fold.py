"""Fold a program: blocks, their variants, loops."""

from __future__ import annotations

from kerascodegen.errors import InternalError
from kerascodegen.folding.adoption import adopt_alike
from kerascodegen.folding.blocks import fold_window
from kerascodegen.folding.cost import program_lines
from kerascodegen.folding.expand import FlatCall, expand
from kerascodegen.folding.families import fold_families
from kerascodegen.folding.inlining import inline_needless
from kerascodegen.folding.limits import Limits
from kerascodegen.folding.loops import fold_loops, unroll_loops
from kerascodegen.folding.program import Program
from kerascodegen.folding.variants import merge_variants

# What follows names reads better, also where it takes some lines more.
_NAMED = 1.2


def fold(program: Program, limits: Limits) -> Program:
    """Fold what repeats, in the way that takes the fewest lines.

    Args:
        program: A flat program; it stays as it is.
        limits: What the user allows.

    Returns:
        The folded program. It is expanded again to see that it is exact; one that is
        not is never returned.
    """
    blocks_first = program.copy()
    _fold_blocks(blocks_first, limits)
    fold_loops(blocks_first)
    loops_first = program.copy()
    fold_loops(loops_first)
    _fold_blocks(loops_first, limits)
    unroll_loops(loops_first)
    fold_loops(loops_first)
    flat = expand(program)
    ways = [blocks_first, loops_first]
    names_first = program.copy()
    if fold_families(names_first, limits):
        _fold_blocks(names_first, limits)
        fold_loops(names_first)
        ways.append(names_first)
    exact = [way for way in ways if _is_exact(way, flat)]
    best = min(exact, key=program_lines, default=program)
    named = ways[-1] in exact and len(ways) > 2
    if named and program_lines(ways[-1]) <= _NAMED * program_lines(best):
        return ways[-1]
    return best


def _is_exact(program: Program, flat: list[list[FlatCall]]) -> bool:
    """Whether a program expands to what it was made from."""
    try:
        return expand(program) == flat
    except InternalError:
        return False


def _fold_blocks(program: Program, limits: Limits) -> None:
    while fold_window(program, limits) or adopt_alike(program, limits):
        merge_variants(program, limits)
    inline_needless(program)
