"""The outcome of a verification as data, as JSON and as a table."""

from __future__ import annotations

import enum
import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kerascodegen.errors import printable


class Status(enum.StrEnum):
    """How a check ended. Only a mismatch makes a report fail."""

    OK = "ok"
    MISMATCH = "mismatch"
    SKIPPED = "skipped"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was compared.

    Attributes:
        where: Path of the layer, `encoder/dense_1`, or `""` for the whole model.
        what: What was compared there: `class`, `config.units`, `inputs of call 1` …
        original: The value in the original, as text.
        rebuilt: The value in what the source builds, as text.
        status: Whether they agree.
    """

    where: str
    what: str
    original: str
    rebuilt: str
    status: Status = Status.MISMATCH


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report.

    Attributes:
        name: What was checked.
        status: How it ended.
        detail: One plain sentence or less.
        rows: Single findings: mismatches always, agreements where a check lists them.
    """

    name: str
    status: Status
    detail: str = ""
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What `verify` found out.

    Attributes:
        model: The original, as the user named it.
        source: The source, as the user named it.
        environment: Versions and backend that the comparison ran on.
        checks: The checks in the order in which they ran.
    """

    model: str
    source: str
    environment: Mapping[str, str]
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether no check found a mismatch; skipped checks do not count."""
        return all(check.status is not Status.MISMATCH for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON-ready data."""
        return {
            "ok": self.ok,
            "model": self.model,
            "source": self.source,
            "environment": dict(self.environment),
            "checks": [
                {
                    "name": check.name,
                    "status": check.status.value,
                    "detail": check.detail,
                    "rows": [_row_to_dict(row) for row in check.rows],
                }
                for check in self.checks
            ],
        }

    def to_json(self) -> str:
        """Return the report as JSON text; ASCII only, so names cannot drive a tty."""
        return json.dumps(self.to_dict(), indent=2)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> VerifyReport:
        """Read what `to_dict` wrote.

        Args:
            data: The decoded JSON.

        Returns:
            An equal report.
        """
        checks = tuple(
            Check(
                name=check["name"],
                status=Status(check["status"]),
                detail=check["detail"],
                rows=tuple(_row_from_dict(row) for row in check["rows"]),
            )
            for check in data["checks"]
        )
        return cls(data["model"], data["source"], dict(data["environment"]), checks)


def _row_to_dict(row: Row) -> dict[str, str]:
    return {
        "where": row.where,
        "what": row.what,
        "status": row.status.value,
        "original": row.original,
        "rebuilt": row.rebuilt,
    }


def _row_from_dict(data: Mapping[str, str]) -> Row:
    return Row(
        data["where"],
        data["what"],
        data["original"],
        data["rebuilt"],
        Status(data["status"]),
    )


# A model with a thousand wrong layers is told by the first few; --verbose shows all.
_ROWS_SHOWN = 20


def render_table(
    report: VerifyReport, *, width: int = 88, verbose: bool = False
) -> str:
    """Lay the report out for a terminal, in plain text.

    Args:
        report: What to show.
        width: Columns to stay within, where words allow it.
        verbose: Show agreeing rows too, and all of them.

    Returns:
        Lines ending in a newline.
    """
    names = [printable(check.name) for check in report.checks]
    name_width = max(map(len, [*names, "check"]))
    lines = [f"{'check':<{name_width}}  {'result':<8}  detail"]
    for name, check in zip(names, report.checks, strict=True):
        lead = f"{name:<{name_width}}  {check.status.value:<8}  "
        lines.extend(_wrap(lead, printable(check.detail, 1000), width))
        lines.extend(_row_lines(check, " " * 4, width, verbose))
    lines.append("")
    lines.append(_verdict(report))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _verdict(report: VerifyReport) -> str:
    bad = sum(check.status is Status.MISMATCH for check in report.checks)
    skipped = sum(check.status is Status.SKIPPED for check in report.checks)
    left = f"; {skipped} skipped" if skipped else ""
    if bad:
        return f"MISMATCH: {bad} of {len(report.checks)} checks differ{left}."
    return f"OK: the source builds the same model{left}."


def _row_lines(check: Check, indent: str, width: int, verbose: bool) -> list[str]:
    rows = [row for row in check.rows if verbose or row.status is not Status.OK]
    shown = rows if verbose else rows[:_ROWS_SHOWN]
    lines = []
    for row in shown:
        where = printable(row.where) or "model"
        if row.status is Status.OK:
            text = f"{where}: {printable(row.what)} {printable(row.original)}"
        else:
            text = (
                f"{where}: {printable(row.what)} is {printable(row.original)}, "
                f"rebuilt {printable(row.rebuilt)}"
            )
        lines.extend(_wrap(indent, text, width))
    if len(shown) < len(rows):
        lines.append(f"{indent}... and {len(rows) - len(shown)} more (--verbose)")
    return lines


def _wrap(lead: str, text: str, width: int) -> list[str]:
    room = max(width, len(lead) + 20)
    return textwrap.wrap(
        text,
        room,
        initial_indent=lead,
        subsequent_indent=" " * max(len(lead), 4),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [lead]
