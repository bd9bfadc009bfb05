"""Writing: whole or not at all, and what is there already stays."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import kerascodegen as package
from kerascodegen.errors import OutputError
from kerascodegen.output import write_file
from tests.e2e.command import (
    Result,
    assert_plain,
    environment,
    kerascodegen,
    shell,
    snapshot,
)
from tests.modelfiles import ModelFiles

# Tells on stderr of each module, as soon as it is loaded.
MEASURED = [sys.executable, "-X", "importtime", "-m", "kerascodegen"]


@pytest.fixture(scope="module")
def source(files: ModelFiles) -> str:
    return str(package.generate(files["tiny.keras"]))


def test_file_is_written_once(files: ModelFiles, source: str, tmp_path: Path) -> None:
    words = [files["tiny.keras"], "-o", "out.py"]
    assert kerascodegen(*words, cwd=tmp_path) == Result(0, "", "")
    out = tmp_path / "out.py"
    assert out.read_bytes() == source.encode()
    before = out.stat()
    again = kerascodegen(*words, cwd=tmp_path)
    assert again == Result(0, "", "out.py has this content already.\n")
    assert out.stat().st_mtime_ns == before.st_mtime_ns

    out.write_text("mine")
    refused = kerascodegen(*words, cwd=tmp_path)
    assert (refused.code, refused.out) == (1, "")
    assert "out.py exists and has other content. Use --force" in refused.err
    assert out.read_text() == "mine"
    assert kerascodegen(*words, "--force", cwd=tmp_path) == Result(0, "", "")
    assert out.read_bytes() == source.encode()
    assert list(tmp_path.iterdir()) == [out]


def test_places_that_cannot_be_written(files: ModelFiles, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    before = snapshot(tmp_path)
    for place, said in (
        (".", ". is a directory; name a file"),
        ("folder", "folder is a directory"),
        ("gone/out.py", "There is no directory gone"),
        ("file/out.py", "file/out.py cannot be written: Not a directory"),
        ("/dev/full", "/dev/full cannot be written: No space left on device"),
        # The tests may run as root, whom only such a file system refuses.
        ("/sys/out.py", "/sys/out.py cannot be written: Permission denied"),
        ("/proc/out.py", "/proc/out.py cannot be written"),
        ("a" * 300, "cannot be written: File name too long"),
    ):
        result = kerascodegen(files["tiny.keras"], "-o", place, cwd=tmp_path)
        assert (result.code, result.out) == (1, ""), place
        assert said in result.err
        assert result.err.startswith("Error: ")
        assert_plain(result.err)
    assert snapshot(tmp_path) == before


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX permissions")
def test_read_only_folder(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "out.py").write_text("mine")
    script = textwrap.dedent(f"""
        import os, pathlib
        from kerascodegen.errors import OutputError
        from kerascodegen.output import write_file
        os.chdir({str(tmp_path)!r})
        os.chmod("locked", 0o555)
        os.geteuid() or os.setuid(65534)
        for name, force in (("new.py", False), ("out.py", True)):
            try:
                write_file(pathlib.Path("locked", name), b"x", force=force)
            except OutputError as error:
                print(error)
        """)
    for parent in (tmp_path, *list(tmp_path.parents)[:2]):
        parent.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines() == [
        f"locked/{name} cannot be written: Permission denied. Nothing was changed."
        for name in ("new.py", "out.py")
    ], done
    folder.chmod(0o755)
    assert snapshot(folder) == {"out.py": b"mine"}


def test_permissions_and_links(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_file(tmp_path / "new.py", b"1", force=False)
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new.py").stat().st_mode) == 0o640
    old, link = tmp_path / "old.py", tmp_path / "link.py"
    old.write_text("old")
    old.chmod(0o700)
    link.symlink_to("old.py")
    with pytest.raises(OutputError, match="exists and has other content"):
        write_file(link, b"2", force=False)
    assert write_file(link, b"2", force=True)
    assert link.is_symlink()
    assert old.read_bytes() == b"2"
    assert stat.S_IMODE(old.stat().st_mode) == 0o700
    dangling, loop = tmp_path / "dangling.py", tmp_path / "loop.py"
    dangling.symlink_to("target.py")
    assert write_file(dangling, b"3", force=False)
    assert (tmp_path / "target.py").read_bytes() == b"3"
    loop.symlink_to("loop.py")
    with pytest.raises(OutputError, match=r"loop\.py cannot be written"):
        write_file(loop, b"4", force=True)
    assert write_file(Path(os.devnull), b"5", force=False)
    names = {"new.py", "old.py", "link.py", "dangling.py", "target.py", "loop.py"}
    assert {path.name for path in tmp_path.iterdir()} == names


BROKEN_STDOUT = {
    "kerascodegen {} > /dev/full": "Standard output cannot be written to: No space",
    "kerascodegen {} >&-": "Standard output is closed",
    "kerascodegen --help > /dev/full": "No space left on device",
    "_KERASCODEGEN_COMPLETE=bash_source kerascodegen > /dev/full": "No space left",
}


def test_stdout_that_takes_nothing(files: ModelFiles, tmp_path: Path) -> None:
    model = f"'{files['tiny.keras']}'"
    for line, said in BROKEN_STDOUT.items():
        result = shell(line.format(model), cwd=tmp_path)
        assert (result.code, result.out) == (1, ""), line
        assert result.err.count("\n") == 1
        assert result.err.startswith("Error: ")
        assert said in result.err
        assert_plain(result.err)
    # Closed early, by `head` or before the first byte.
    line = f"kerascodegen {model} | :; echo ${{PIPESTATUS[0]}}"
    result = shell(line, cwd=tmp_path)
    assert result.out == "1\n"
    assert result.err == (
        "Error: Standard output was closed before all of the output was written.\n"
    )
    help_ = shell("kerascodegen --help | :; echo ${PIPESTATUS[0]}", cwd=tmp_path)
    assert (help_.out, help_.err) in {("1\n", ""), ("0\n", "")}


def test_stderr_that_takes_nothing(files: ModelFiles, tmp_path: Path) -> None:
    for model, code in ((files["lambda.keras"], 0), (Path("missing"), 1)):
        for end in ("2>/dev/full", "2>&-"):
            line = f"kerascodegen '{model}' {end}"
            result = shell(
                f"{line} | grep -c build_model; echo ${{PIPESTATUS[0]}}", tmp_path
            )
            assert result.out.splitlines()[-1] == str(code), line
            assert result.err == ""


def _modules_in_order(files: ModelFiles, cwd: Path) -> list[str]:
    """Modules as a run loads them, behind the program's own start."""
    done = subprocess.run(
        [*MEASURED, files["tiny.keras"]],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    names = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]
    start = names.index("kerascodegen.cli") + 1
    return [name for name in names[start:] if name not in names[:start]]


def test_interrupt_at_any_moment(
    files: ModelFiles, source: str, tmp_path: Path
) -> None:
    modules = _modules_in_order(files, tmp_path)
    assert {"kerascodegen.commands", "black", "jinja2"} <= set(modules)
    step = max(len(modules) // 12, 1)
    codes = {
        moment: _interrupt_behind(moment, files, source, tmp_path)
        for moment in [*modules[::step], modules[-1]]
    }
    # The last ones may come when all is done.
    assert 1 in codes.values(), codes


def hear_interrupts() -> None:
    """Undo what a shell does to a job in its background, which children inherit."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _interrupt_behind(module: str, files: ModelFiles, source: str, folder: Path) -> int:
    """Send SIGINT as soon as a module is loaded."""
    process = subprocess.Popen(
        [*MEASURED, files["tiny.keras"], "-o", "out.py"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.rpartition("|")[2].strip() == module:
            process.send_signal(signal.SIGINT)
            break
    out, rest = process.communicate(timeout=120)
    said = [x for x in rest.splitlines() if x and not x.startswith("import time:")]
    made = folder / "out.py"
    if process.returncode == 0:
        assert said == []
        assert made.read_text() == source
    else:
        assert process.returncode == 1, (module, rest)
        assert said == ["Interrupted."], module
    assert out == ""
    # Whole where it came late, and nothing beside it.
    assert [path.name for path in folder.iterdir()] in ([], ["out.py"])
    if made.exists():
        assert made.read_text() == source
        made.unlink()
    return process.returncode
