"""The report as a table and as JSON."""

from __future__ import annotations

import json

from kerascodegen.verify.report import Check, Row, Status, VerifyReport, render_table

REPORT = VerifyReport(
    model="m.keras",
    source="s.py",
    environment={"keras": "3.15.1", "backend": "tensorflow"},
    checks=(
        Check(
            "structure",
            Status.MISMATCH,
            "differs at 1 place, first at dense_1",
            (
                Row("dense_1", "config.units", "64", "32"),
                Row(
                    "dense_2", "layer", "Dense (None, 2)", "Dense (None, 2)", Status.OK
                ),
            ),
        ),
        Check("weights", Status.OK, "4 variables equal bit for bit"),
        Check("predictions", Status.SKIPPED, "the original cannot predict"),
    ),
)


def test_table() -> None:
    assert render_table(REPORT) == (
        "check        result    detail\n"
        "structure    mismatch  differs at 1 place, first at dense_1\n"
        "    dense_1: config.units is 64, rebuilt 32\n"
        "weights      ok        4 variables equal bit for bit\n"
        "predictions  skipped   the original cannot predict\n"
        "\n"
        "MISMATCH: 1 of 3 checks differ; 1 skipped.\n"
    )


def test_verbose_table_lists_what_agrees() -> None:
    assert "    dense_2: layer Dense (None, 2)\n" in render_table(REPORT, verbose=True)


def test_json_round_trip() -> None:
    data = json.loads(REPORT.to_json())
    assert data["ok"] is False
    assert VerifyReport.from_dict(data) == REPORT


def test_skipped_checks_do_not_fail() -> None:
    report = VerifyReport("m", "s", {}, REPORT.checks[1:])
    assert report.ok
    assert render_table(report).endswith(
        "OK: the source builds the same model; 1 skipped.\n"
    )


def test_many_rows_are_cut_short_and_lines_kept_narrow() -> None:
    rows = tuple(Row(f"layer_{i}", "config.units", "1 " * 60, "2") for i in range(50))
    report = VerifyReport(
        "m", "s", {}, (Check("structure", Status.MISMATCH, "", rows),)
    )
    table = render_table(report, width=70)
    assert "... and 30 more (--verbose)" in table
    assert max(map(len, table.splitlines())) <= 70
    assert "more (--verbose)" not in render_table(report, verbose=True)


def test_hostile_names_cannot_drive_the_terminal() -> None:
    name = "a\x1b[2J\n\u202eb"
    check = Check(name, Status.MISMATCH, name, (Row(name, name, name, name),))
    report = VerifyReport(name, name, {}, (check,))
    assert not {"\x1b", "\u202e"} & set(render_table(report))
    assert "\\x1b" in render_table(report)
    assert report.to_json().isascii()
    assert "\x1b" not in report.to_json()
