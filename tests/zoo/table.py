"""What became of each model: a line as it is done, a table at the end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

_BAR = 24


@dataclass
class Row:
    """One model of the zoo.

    Attributes:
        kind: Where it comes from: applications, layers, keras_hub.
        name: The class or function that made it.
        layers: How many layers it has, nested ones not counted.
        parameters: How many parameters it has.
        lines: Lines of source written for it.
        seconds: What generating took.
        exact: Whether all comparisons held.
    """

    kind: str
    name: str
    layers: int = 0
    parameters: int = 0
    lines: int = 0
    seconds: float = 0.0
    exact: bool = False


ROWS = pytest.StashKey[list[Row]]()
_HEADER = ("model", "layers", "parameters", "lines", "seconds", "exact")


def progress(config: pytest.Config, row: Row, total: int) -> None:
    """Tell on standard error that a model is done.

    Args:
        config: Holds the rows of this session.
        row: The model.
        total: How many models the session has.
    """
    rows = config.stash.setdefault(ROWS, [])
    rows.append(row)
    done = len(rows) * _BAR // total
    bar = "#" * done + "-" * (_BAR - done)
    said = (
        f"[{bar}] {len(rows):3}/{total}  {row.name}{'' if row.exact else '  DIFFERS'}"
    )
    capture = config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        # On a terminal each line takes the place of the last.
        start, end = ("\r\033[K", "") if sys.stderr.isatty() else ("\n", "")
        print(f"{start}{said}", end=end, file=sys.stderr, flush=True)


def lines(rows: Sequence[Row]) -> list[str]:
    """Lay the table out.

    Args:
        rows: The models.

    Returns:
        Its lines, and a last one that counts.
    """
    cells = [_HEADER] + [
        (
            row.name,
            str(row.layers),
            f"{row.parameters:,}",
            str(row.lines),
            f"{row.seconds:.1f}",
            "yes" if row.exact else "NO",
        )
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    made = [
        "  ".join(
            [
                name.ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(rest, widths[1:], strict=True)),
            ]
        )
        for name, *rest in cells
    ]
    exact = sum(row.exact for row in rows)
    return [*made, f"{exact} of {len(rows)} exact"]
