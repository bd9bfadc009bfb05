"""The child process: what it is asked, what it may do, what is said when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import keras
import pytest

from kerascodegen.errors import OptionError, ReadError
from kerascodegen.verify.errors import VerifyError
from kerascodegen.verify.report import Status, render_table
from kerascodegen.verify.run import verify_source
from tests.verify.support import Bench, build, check

BODY = """
print("printed while importing")


def build_model():
    print("printed while building")
    x = keras.Input(shape=(3,), name="x")
    return keras.Model(x, layers.Dense(2, name="d")(x), name="m")
"""


def test_child_verifies_and_saves_weights(
    bench: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    model = build(BODY)
    archive, source = bench.archive(model), bench.source(BODY)
    weights = bench.folder / "out.weights.h5"
    capfd.readouterr()
    report = verify_source(archive, source, weights_out=weights)
    assert report.ok, render_table(report)
    assert capfd.readouterr() == ("", "")
    assert report.environment["backend"] == keras.config.backend()
    other = build(BODY)
    other.load_weights(weights)
    assert (other.get_layer("d").kernel.numpy() == model.get_layer("d").kernel).all()
    assert list(bench.folder.glob("tmp*")) == []

    before = weights.stat().st_mtime_ns
    report = verify_source(archive, source, weights_out=weights)
    assert "is up to date" in check(report, "weights file").detail
    assert weights.stat().st_mtime_ns == before

    weights.write_bytes(b"something else")
    report = verify_source(archive, source, weights_out=weights)
    assert check(report, "weights file").status is Status.MISMATCH
    assert weights.read_bytes() == b"something else"


def test_live_model_in_a_child(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (bench.folder / "my_models.py").write_text(
        "import keras\nfrom keras import layers\n" + textwrap.dedent(BODY)
    )
    monkeypatch.chdir(bench.folder)
    source = bench.source(BODY)
    report = verify_source("my_models:build_model", source)
    assert report.ok, render_table(report)
    assert check(report, "weights").status is Status.OK


def test_hanging_source_is_stopped(bench: Bench) -> None:
    marker = bench.folder / "pid"
    source = bench.source(
        f"""
    import os, pathlib, subprocess, sys, time
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)"])
    pathlib.Path({str(marker)!r}).write_text(str(grandchild.pid))
    time.sleep(99)
    """,
        header="",
    )
    archive = bench.archive(build(BODY))
    with pytest.raises(VerifyError, match="took longer than 15 s and was stopped"):
        verify_source(archive, source, timeout=15)
    pid = int(marker.read_text())
    for _ in range(50):
        if not _alive(pid):
            break
        time.sleep(0.1)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_crashes_are_told(bench: Bench) -> None:
    archive = bench.archive(build(BODY))
    source = bench.source(
        'import os\nprint("last\\x1b[2J words", flush=True)\nos._exit(3)\n', header=""
    )
    with pytest.raises(VerifyError) as caught:
        verify_source(archive, source)
    assert "ended with exit code 3 before it could report" in str(caught.value)
    assert str(caught.value).endswith("The last it printed: last\\x1b[2J words")
    source = bench.source("import os\nos.kill(os.getpid(), 11)\n", header="")
    with pytest.raises(VerifyError, match="was killed by SIGSEGV"):
        verify_source(archive, source)


def test_error_of_the_child_is_raised_here(bench: Bench) -> None:
    source = bench.source("def build_model():\n    return 1 / 0\n")
    path = bench.folder / "original.json"
    path.write_text("{}")
    with pytest.raises(VerifyError, match="ZeroDivisionError") as caught:
        verify_source(path, source)
    assert "\n" not in str(caught.value)


def test_what_is_refused_before_a_child_is_started(bench: Bench) -> None:
    source = bench.source(BODY)
    with pytest.raises(ReadError, match=r"nothing\.keras does not exist"):
        verify_source(bench.folder / "nothing.keras", source)
    with pytest.raises(VerifyError, match=r"source file .* does not exist"):
        verify_source(source, bench.folder / "nothing.py")
    with pytest.raises(ReadError, match="neither a"):
        verify_source(source, source)
    broken = bench.folder / "broken.py"
    broken.write_text("x = (")
    with pytest.raises(VerifyError, match="syntax error in line 1"):
        verify_source(source, broken)
    away = bench.folder / "nowhere" / "a.weights.h5"
    with pytest.raises(OptionError, match="There is no directory"):
        verify_source(source, source, weights_out=away)
    with pytest.raises(OptionError, match="must end in"):
        verify_source(source, source, weights_out=Path("x.h5"))


def test_parent_imports_no_framework() -> None:
    code = (
        "import sys, kerascodegen.verify.run, kerascodegen.verify.report\n"
        "from kerascodegen.readers import importing\n"
        "bad = {'keras', 'tensorflow', 'jax', 'torch', 'numpy', 'h5py'}\n"
        "sys.exit(', '.join(bad & set(sys.modules)) or 0)\n"
    )
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path)))
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
