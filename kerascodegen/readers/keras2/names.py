"""Layer names that Keras 3 takes."""

from __future__ import annotations

from collections.abc import Iterable


def clean_names(names: Iterable[str]) -> dict[str, str]:
    """Find a name for each layer without what Keras 3 refuses.

    A slash separates the parts of a variable's path there
    (`keras/src/ops/operation.py`), so it becomes an underscore.

    Args:
        names: The layers' names, in order; all differ.

    Returns:
        New names by old ones; all differ, and those that were fine are as they were.
    """
    listed = list(names)
    taken = {name for name in listed if is_clean(name)}
    result = {}
    for name in listed:
        result[name] = name if is_clean(name) else unique_name(_clean(name), taken)
        taken.add(result[name])
    return result


def is_clean(name: str) -> bool:
    """Tell whether Keras 3 takes a name as it is."""
    return "/" not in name


def _clean(name: str) -> str:
    return name.replace("/", "_") or "layer"


def unique_name(wanted: str, taken: set[str]) -> str:
    """Add a number to a name where another has it.

    Args:
        wanted: The name.
        taken: Names of others.

    Returns:
        The name, which `taken` then has as well.
    """
    name, number = wanted, 0
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    taken.add(name)
    return name
