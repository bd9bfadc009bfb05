"""What a block may cost its readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kerascodegen.folding.records import NAMING

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


def within(arguments: Sequence[str], limits: Limits, size: int) -> bool:
    """Tell whether a block has no more parameters than it may.

    Args:
        arguments: What its parameters feed.
        limits: What the user allows.
        size: How many statements it has; a large one may have a name more.

    Returns:
        Whether there are few enough, and few enough of those that only name layers.
    """
    names = sum(argument in NAMING for argument in arguments)
    others = len(arguments) - names
    return names <= MOST_NAMES + (size > LARGE) and others <= limits.max_parameters
