"""The README's table of exceptions is the one that the tests go by."""

from pathlib import Path

from tests.coverage import exceptions, op_calls

README = Path(__file__).parents[2] / "README.md"


def ops_in(table: dict[str, str]) -> set[str]:
    prefix = "keras.ops."
    return {path.removeprefix(prefix) for path in table if path.startswith(prefix)}


def test_ops_are_tried_as_listed():
    assert set(op_calls.STUBBED) == ops_in(exceptions.STUBS)
    assert set(op_calls.LIVE_ONLY) == ops_in(exceptions.LIVE_ONLY)
    assert set(op_calls.NOT_SAVED) == ops_in(exceptions.NOT_SAVED)


def test_readme_has_the_table():
    table = exceptions.readme_table()
    readme = README.read_text(encoding="utf-8")
    assert table in readme, f"the README should have this table:\n{table}"
