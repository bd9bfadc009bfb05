"""Flags of optional parts, and what tells the same as they do.

Where a part runs when the stride is 2, people write `if strides == 2:`; where it is the
only one to need a parameter, `if rate is not None:`. Neither takes a flag.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kerascodegen.folding.expressions import (
    Const,
    Equal,
    Expr,
    Given,
    Var,
    substitute,
)
from kerascodegen.folding.parameters import generalise
from kerascodegen.folding.records import Cell, Generalised, Parameter

# Arguments whose value decides whether a part is there.
_TELLING = frozenset({"strides"})


def generalise_flags(
    rows: Sequence[Sequence[Cell]],
    columns: Sequence[str],
    make_variable: Callable[[], Var],
    flags: Mapping[Var, Sequence[bool]],
) -> tuple[Generalised, dict[Var, Expr]]:
    """Find the parameters of a body with optional parts, with as few flags as will do.

    Args:
        rows: The arguments of each use; `None` for those of a part that it has not.
        columns: The argument that each position feeds.
        make_variable: Makes a variable for a parameter.
        flags: Whether each use has each optional part.

    Returns:
        The parameters, and for each flag that is not one of them the test that takes
        its place.
    """
    told = {
        flag: column
        for flag, values in flags.items()
        if (column := _told(rows, columns, values)) is not None
    }
    rest = [(flag, values) for flag, values in flags.items() if flag not in told]
    found = generalise(rows, columns, make_variable, flags=rest)
    tests: dict[Var, Expr] = {}
    for flag, (index, value) in told.items():
        argument = found.arguments[index]
        if not isinstance(argument, Var):
            # What decides is no parameter itself: flags for all.
            rest = list(flags.items())
            found, tests = generalise(rows, columns, make_variable, flags=rest), {}
            break
        tests[flag] = Equal(argument, value)
    for flag, values in rest:
        given = _given(found.parameters, values)
        if given is not None:
            tests[flag] = Given(given)
    kept = [p for p in found.parameters if p.variable not in tests]
    arguments = [substitute(argument, tests) for argument in found.arguments]
    return Generalised(kept, arguments), tests


def _told(
    rows: Sequence[Sequence[Cell]], columns: Sequence[str], values: Sequence[bool]
) -> tuple[int, Const] | None:
    """The column that has a value of its own where the flag is set."""
    for index, column in enumerate(columns):
        cells = [row[index] for row in rows]
        if column not in _TELLING or len(set(cells)) != 2:
            continue
        on = {cell for cell, value in zip(cells, values, strict=True) if value}
        off = {cell for cell, value in zip(cells, values, strict=True) if not value}
        if len(on) == 1 and not on & off:
            (value,) = on
            if isinstance(value, Const) and None not in off:
                return index, value
    return None


def _given(parameters: Sequence[Parameter], values: Sequence[bool]) -> Var | None:
    """The parameter that is left out where the flag is not set, and only there."""
    for parameter in parameters:
        if parameter.unused == Const(None):
            given = [cell != Const(None) for cell in parameter.cells]
            if given == list(values):
                return parameter.variable
    return None
