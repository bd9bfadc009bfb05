"""Live models on the command line: `package.module:attr` and `file.py:attr`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kerascodegen import ReadError, UnsupportedModelError, generate
from tests.e2e.command import assert_plain, kerascodegen
from tests.modelfiles import ModelFiles

BROKEN = {
    "raises.py": "1 / 0",
    "exits.py": "import sys; sys.exit(3)",
    "syntax.py": "def (",
    "imports.py": "import no_such_module_anywhere",
    "colours.py": 'raise ValueError("\\x1b[31mred\\x1b[0m\\nand a second line")',
    "plain.py": "number = 3\ndef nothing(): pass\ndef needs(argument): pass",
}
# None of these imports keras, so each takes a tenth of a second.
REFUSED = {
    "raises.py:model": "Running raises.py failed: ZeroDivisionError: division by zero",
    "raises:model": "Importing raises failed: ZeroDivisionError",
    "exits.py:model": "Running exits.py ended the program",
    "syntax.py:model": "Running syntax.py failed: SyntaxError",
    "imports.py:model": "No module named 'no_such_module_anywhere'",
    "colours.py:model": r"ValueError: \x1b[31mred\x1b[0m\nand a second line",
    "plain.py:gone": "plain.py has no attribute gone",
    "plain.py:number.gone": "plain.py has no attribute number.gone",
    "plain.py:number": "no keras.Model but of type int",
    "plain:nothing": "no keras.Model but of type NoneType",
    "plain.py:needs": "plain.py:needs needs arguments (argument)",
    "gone.py:model": "The file gone.py does not exist",
    "no_such_module_anywhere:model": "There is no module named no_such_module_anywhere",
    "plain.py:": "There is no file plain.py:",
    ":model": "There is no file :model",
}


@pytest.mark.parametrize("spec", REFUSED)
def test_refused(spec: str, tmp_path: Path) -> None:
    for name, text in BROKEN.items():
        (tmp_path / name).write_text(text)
    words = [spec, "-o", "out.txt"]
    result = kerascodegen(*words, cwd=tmp_path, PYTHONDONTWRITEBYTECODE="1")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("Error: ")
    assert result.err.count("\n") == 1
    assert REFUSED[spec] in result.err
    assert_plain(result.err)
    assert {path.name for path in tmp_path.iterdir()} == set(BROKEN)


def test_stdout_stays_clean(files: ModelFiles, tmp_path: Path) -> None:
    shutil.copy(files["live_model.py"], tmp_path)
    result = kerascodegen("live_model.py:Holder.model", cwd=tmp_path)
    assert result.code == 0
    compile(result.out, "model_def.py", "exec")
    assert "prints" not in result.out
    assert "this module prints while it is imported" in result.err
    assert "and its factory prints too" in result.err


def test_spellings_of_one_model(
    files: ModelFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files.folder)
    monkeypatch.syspath_prepend(files.folder)
    source = str(generate("live_model.py:build"))
    assert 'layers.Dense(2, name="d")' in source
    for spec in (
        "live_model:build",
        "live_model:Holder.model",
        f"{files['live_model.py']}:build",
    ):
        assert str(generate(spec)) == source


def test_no_model(files: ModelFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files.folder)
    with pytest.raises(
        UnsupportedModelError, match=r'of the input "x": give it with --input-shape'
    ):
        generate("live_model.py:Subclassed")
    with pytest.raises(ReadError, match="of type type"):
        generate(int)
    with pytest.raises(ReadError, match="of type dict"):
        generate([{}])
    with pytest.raises(ReadError, match="is not the name of a file"):
        generate("a\0b.keras")
