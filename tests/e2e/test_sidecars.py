"""`-o FILE` with files beside it: all or nothing, and loaded from there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kerascodegen import output
from kerascodegen.errors import OutputError
from kerascodegen.output import write_files
from tests.e2e.command import Result, assert_plain, kerascodegen, run, shell, snapshot

NOTE = "note: out.py loads what stands beside it in out_constants.npz.\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a constant that is too long for its source."""
    import keras
    import numpy as np

    inputs = keras.Input((200,), name="x")
    centred = inputs - np.linspace(0, 1, 200).astype("float32")
    outputs = keras.layers.Dense(2, name="d")(centred)
    path = tmp_path_factory.mktemp("large") / "large.keras"
    keras.Model(inputs, outputs, name="large").save(path)
    return path


def test_files_stand_beside_the_output(model: Path, tmp_path: Path) -> None:
    done = kerascodegen(model, "-o", "out.py", cwd=tmp_path)
    assert done == Result(0, "", NOTE)
    names = ["out.py", "out_constants.npz"]
    assert sorted(snapshot(tmp_path)) == names
    again = kerascodegen(model, "-o", "out.py", cwd=tmp_path)
    assert again == Result(0, "", "out.py has this content already.\n")
    # Loaded from beside the source, wherever one stands.
    script = "import runpy, sys; runpy.run_path(sys.argv[1])['build_model']()"
    away = tmp_path / "away"
    away.mkdir()
    done = run([sys.executable, "-W", "error::ResourceWarning", "-c", script,
                tmp_path / "out.py"], cwd=away, KERAS_BACKEND="jax")  # fmt: skip
    assert done.code == 0, done.err


def test_quiet_and_other_names(model: Path, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    done = kerascodegen(model, "-q", "-o", "deep/my model.v1.py", cwd=tmp_path)
    assert done == Result(0, "", "")
    names = ["my model.v1.py", "my model.v1_constants.npz"]
    assert sorted(snapshot(tmp_path / "deep")) == names


def test_other_content_stays(model: Path, tmp_path: Path) -> None:
    npz, out = tmp_path / "out_constants.npz", tmp_path / "out.py"
    npz.write_bytes(b"mine")
    refused = kerascodegen(model, "-o", "out.py", cwd=tmp_path)
    assert (refused.code, refused.out) == (1, "")
    assert "out_constants.npz exists and has other content. Use --for" in refused.err
    assert snapshot(tmp_path) == {npz.name: b"mine"}
    forced = kerascodegen(model, "-o", "out.py", "--force", cwd=tmp_path)
    assert forced == Result(0, "", NOTE)
    made = snapshot(tmp_path)

    out.write_text("mine")
    npz.unlink()
    refused = kerascodegen(model, "-o", "out.py", cwd=tmp_path)
    assert (refused.code, refused.out) == (1, "")
    assert snapshot(tmp_path) == {"out.py": b"mine"}

    # One of the two is enough to be written again.
    out.write_bytes(made["out.py"])
    assert kerascodegen(model, "-o", "out.py", cwd=tmp_path).code == 0
    assert snapshot(tmp_path) == made


def test_a_folder_in_the_way(model: Path, tmp_path: Path) -> None:
    (tmp_path / "out_constants.npz").mkdir()
    done = kerascodegen(model, "-o", "out.py", "--force", cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert "out_constants.npz is a directory" in done.err
    assert_plain(done.err)
    assert sorted(snapshot(tmp_path)) == ["out_constants.npz"]


@pytest.mark.parametrize("place", ["-", "/dev/stdout", "/dev/null", ""])
def test_no_place_for_files(model: Path, place: str, tmp_path: Path) -> None:
    plain = kerascodegen(model, cwd=tmp_path)
    assert "0.005025125574320555,\n" in plain.out
    words = f"kerascodegen {model} -q" + (f" -o {place}" if place else "")
    done = shell(f"{words} | cat", tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out == ("" if place == "/dev/null" else plain.out)
    assert snapshot(tmp_path) == {}


@pytest.mark.parametrize("words", [["-o", "out.py"], []], ids=["file", "stdout"])
def test_verify(model: Path, words: list[str], tmp_path: Path) -> None:
    done = kerascodegen(model, "--verify", *words, cwd=tmp_path, KERAS_BACKEND="jax")
    assert done.code == 0, done.err
    if words:
        # What stands beside the source takes part.
        (tmp_path / "out_constants.npz").unlink()
        done = kerascodegen(
            "verify", model, "out.py", cwd=tmp_path, KERAS_BACKEND="jax"
        )
        assert done.code == 1
        assert "out_constants.npz" in done.err
        assert_plain(done.err)


def _pair(folder: Path) -> dict[Path, bytes]:
    return {folder / "a.npz": b"1", folder / "b.py": b"2"}


def test_nothing_is_left_where_the_second_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def failing(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(output.os, "fsync", failing)
    with pytest.raises(OutputError, match=r"b\.py .*No space left .*Nothing was chan"):
        write_files(_pair(tmp_path), force=False)
    assert snapshot(tmp_path) == {}


def test_an_interrupt_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(output.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_files(_pair(tmp_path), force=False)
    assert snapshot(tmp_path) == {}


def test_the_source_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if target.name == "b.py":
            raise PermissionError(13, "Permission denied")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OutputError, match=r"b\.py .*Permission .*written already"):
        write_files(_pair(tmp_path), force=False)
    assert snapshot(tmp_path) == {"a.npz": b"1"}


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX permissions")
def test_a_folder_that_nothing_may_be_written_to(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    script = (
        "import os, pathlib\n"
        "from kerascodegen.errors import OutputError\n"
        "from kerascodegen.output import write_files\n"
        f"os.chdir({str(tmp_path)!r})\n"
        "os.chmod('locked', 0o555)\n"
        "os.geteuid() or os.setuid(65534)\n"
        "folder = pathlib.Path('locked')\n"
        "try:\n"
        "    write_files({folder / 'a.npz': b'1', folder / 'b.py': b'2'}, force=True)\n"
        "except OutputError as error:\n"
        "    print(error)\n"
    )
    for parent in (tmp_path, *list(tmp_path.parents)[:2]):
        parent.chmod(0o755)
    done = run([sys.executable, "-c", script], cwd=tmp_path)
    folder.chmod(0o755)
    said = "locked/a.npz cannot be written: Permission denied. Nothing was changed.\n"
    assert done.out == said, done
    assert snapshot(folder) == {}
