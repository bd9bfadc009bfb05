"""Verification as callers use it: in a child process, or here on a live model.

The parent process never imports keras: the source and the original are run in a child,
which can be stopped, may crash, and may print what it likes.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, TypeVar

from kerascodegen import errors
from kerascodegen.errors import CodegenError, InternalError, OptionError, printable
from kerascodegen.old_weights.errors import WeightsError
from kerascodegen.options import Options
from kerascodegen.readers.importing import is_live_spec, require_live
from kerascodegen.verify.errors import StandInError, VerifyError
from kerascodegen.verify.keep import check_target, keep_file
from kerascodegen.verify.original import is_archive
from kerascodegen.verify.report import VerifyReport
from kerascodegen.verify.source import check_source

# The child imports what this process would import (as multiprocessing does), and
# leaves without waiting for threads that user code may have started.
_BOOTSTRAP = """\
import json, os, sys
with open(sys.argv[1], encoding="utf-8") as file:
    sys.path[:] = json.load(file)["sys_path"]
from kerascodegen.verify.child import main
status = main(sys.argv[1:])
sys.stdout.flush()
sys.stderr.flush()
os._exit(status)
"""
_Error = TypeVar("_Error", bound=CodegenError)
_OUTPUT_KEPT = 200  # lines of the child's output


def verify_source(
    model: str | Path | Sequence[str],
    source: Path,
    *,
    timeout: float = 600.0,
    weights_out: Path | None = None,
    archive_out: Path | None = None,
    weights_from: Path | None = None,
    force: bool = False,
    seed: int = 0,
    options: Options | None = None,
) -> VerifyReport:
    """Run the source in a child process and compare what it builds with the original.

    Args:
        model: A `.keras` archive, an `.h5` file, a `model.to_json()` file, or a live
            spec; or several live specs.
        source: The generated module.
        timeout: Seconds that the child may take.
        weights_out: Where to save the transferred weights (`.weights.h5`).
        archive_out: Where to save the rebuilt model with them (`.keras`).
        weights_from: Another file that has an old model's weights.
        force: Overwrite both even when their content differs.
        seed: Seed of the random inputs and of everything else that is drawn.
        options: What the source was generated with; those that change which model it
            builds matter, such as `input_shape`.

    Returns:
        The report. A mismatch is part of it, never an exception.

    Raises:
        ReadError: The original is missing or cannot be loaded.
        OptionError: `weights_out` has a name that Keras would not load, or there are
            several models.
        VerifyError: The source is missing or fails, or the child crashes or hangs.
        InternalError: Verification itself broke.
    """
    check_target(weights_out, ".weights.h5")
    check_target(archive_out, ".keras")
    _check_paths(model, source, weights_out)
    with tempfile.TemporaryDirectory(prefix="kerascodegen-") as folder:
        weights = Path(folder) / "transferred.weights.h5"
        archive = Path(folder) / "rebuilt.keras"
        request = {
            "model": str(model) if isinstance(model, str | Path) else list(model),
            "source": str(source),
            "seed": seed,
            "options": (options or Options()).to_dict(),
            "weights": str(weights) if weights_out else None,
            "archive": str(archive) if archive_out else None,
            "weights_from": str(weights_from) if weights_from else None,
            "sys_path": _search_path(options or Options()),
            "parent": os.getpid(),
        }
        report = _ask_child(request, Path(folder), timeout)
        checks, proved = report.checks, report.ok
        for name, made, wanted in (
            ("weights file", weights, weights_out),
            ("model file", archive, archive_out),
        ):
            if wanted is not None:
                checks = (*checks, keep_file(name, made, wanted, force, proved))
        return replace(report, checks=checks)


def _search_path(options: Options) -> list[str]:
    """Where the child looks for modules: the user may work where allowed ones are."""
    path = [entry or os.getcwd() for entry in sys.path]
    if options.allow_import or options.custom_objects:
        path.append(os.getcwd())
    return path


def verify_live(
    model: object, source: str | Path, options: Options | None = None
) -> VerifyReport:
    """Compare a live model with what the source builds, in this process.

    The source is executed here, so this is for source that the caller trusts. Weights,
    seed states and random state of the caller's are put back as they were.

    Args:
        model: A `keras.Model`, or several in a list, tuple or dict.
        source: Path of the module, or its text.
        options: What the source was generated with.

    Returns:
        The report.

    Raises:
        VerifyError: The source is missing, or fails.
        UnsupportedModelError: The object is no Keras model.
    """
    from kerascodegen.verify.live import verify_object

    return verify_object(model, source, options or Options())


def _check_paths(
    model: str | Path | Sequence[str], source: Path, weights_out: Path | None
) -> None:
    check_source(source)
    if not isinstance(model, str | Path):
        if weights_out is not None:
            raise OptionError("--weights saves the weights of one model.")
        require_live(model)
        return
    if not is_live_spec(str(model)):
        is_archive(Path(model))


def _ask_child(request: dict[str, Any], folder: Path, timeout: float) -> VerifyReport:
    question, answer = folder / "request.json", folder / "report.json"
    question.write_text(json.dumps(request), encoding="utf-8")
    command = [sys.executable, "-P", "-c", _BOOTSTRAP, str(question), str(answer)]
    code, output = _run(command, request["source"], timeout)
    if not answer.is_file():
        raise _crash(code, output, request["source"])
    reply = json.loads(answer.read_text(encoding="utf-8"))
    if "internal" in reply:
        raise InternalError(
            "internal error, please report: verifying failed with "
            f"{printable(reply['internal'])}"
        )
    if "error" in reply:
        raise _as_error(reply["error"], output)
    return VerifyReport.from_dict(reply["report"])


def _run(command: list[str], source: str, timeout: float) -> tuple[int, str]:
    environment = dict(os.environ)
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=True,  # so that what the source starts is stopped as well
    )
    assert process.stdout is not None
    tail = _Tail(process.stdout)
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise VerifyError(
            f"Verifying {printable(source)} took longer than {timeout:g} s and was "
            "stopped. Allow more with --timeout."
        ) from None
    finally:
        _kill(process)
    return code, tail.text()


def _kill(process: subprocess.Popen[bytes]) -> None:
    # The group outlives its leader when the source has started processes of its own.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


class _Tail(threading.Thread):
    """Drains a pipe and keeps its last lines, however much is printed."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._lines: collections.deque[bytes] = collections.deque(maxlen=_OUTPUT_KEPT)
        self.start()

    def run(self) -> None:
        """Read until every writer has closed the pipe."""
        with self._pipe:
            while line := self._pipe.readline(4096):
                self._lines.append(line)

    def text(self) -> str:
        """Return what was kept, waiting a moment for the pipe to close."""
        self.join(timeout=5)
        return b"".join(list(self._lines)).decode("utf-8", "replace")


def _crash(code: int, output: str, source: str) -> VerifyError:
    if code < 0:
        try:
            how = f"was killed by {signal.Signals(-code).name}"
        except ValueError:
            how = f"was killed by signal {-code}"
        if -code == getattr(signal, "SIGKILL", None):
            how += " (out of memory, perhaps)"
    else:
        how = f"ended with exit code {code}"
    text = f"The process that ran {printable(source)} {how} before it could report."
    last = output.strip().rpartition("\n")[2].strip()
    if last:
        text += f" The last it printed: {printable(last)}"
    return _with_output(VerifyError(text), output)


def _as_error(reply: dict[str, str], output: str) -> CodegenError:
    kinds: dict[str, type[CodegenError]] = {
        kind.__name__: kind
        for kind in (
            errors.ReadError,
            errors.UnsupportedModelError,
            OptionError,
            StandInError,
            WeightsError,
        )
    }
    kind = kinds.get(reply["kind"], VerifyError)
    return _with_output(kind(reply["message"]), output)


def _with_output(error: _Error, output: str) -> _Error:
    if output.strip():
        error.add_note(output)
    return error
