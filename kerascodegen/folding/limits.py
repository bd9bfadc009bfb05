"""What a block may cost its readers."""

from __future__ import annotations

from dataclasses import dataclass

from kerascodegen.folding.program import Block
from kerascodegen.folding.records import NAMING, Generalised

# Parameters that only name layers; a large block may have one more.
MOST_NAMES = 2
LARGE = 12


@dataclass(frozen=True, slots=True)
class Limits:
    """What the user allows.

    Attributes:
        min_repeats: How often a run must occur to become a block.
        min_size: How many calls it must have.
        max_parameters: How many parameters a block may have, its name not counted.
    """

    min_repeats: int = 2
    min_size: int = 2
    max_parameters: int = 8


def is_within(block: Block, limits: Limits) -> bool:
    """Tell the same of a block that is made."""
    names = sum(column.argument in NAMING for column in block.columns)
    others = len(block.columns) - names
    large = len(block.body.statements) > LARGE
    return names <= MOST_NAMES + large and others <= limits.max_parameters


def within(generalised: Generalised, limits: Limits, size: int) -> bool:
    """Tell whether a block has no more parameters than it may.

    Args:
        generalised: Its parameters.
        limits: What the user allows.
        size: How many statements it has; a large one may have a name more.

    Returns:
        Whether there are few enough, and few enough of those that only name layers.
    """
    names = sum(p.names for p in generalised.parameters)
    others = len(generalised.parameters) - names
    return names <= MOST_NAMES + (size > LARGE) and others <= limits.max_parameters
