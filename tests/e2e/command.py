"""The real command line, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(sys.executable).with_name("kerascodegen")


@dataclass(frozen=True)
class Result:
    """What a process left behind."""

    code: int
    out: str
    err: str


def environment(**changes: str) -> dict[str, str]:
    """The environment of the process, without what changes how it speaks."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("KERASCODEGEN")}
    return {**kept, "TF_CPP_MIN_LOG_LEVEL": "3", **changes}


def kerascodegen(
    *arguments: str | Path, cwd: Path, timeout: float = 120, **variables: str
) -> Result:
    """Run `kerascodegen` as a user would.

    Args:
        *arguments: Words behind the program's name.
        cwd: The working directory.
        timeout: Seconds until the test fails.
        **variables: Environment variables to set.

    Returns:
        Exit code, stdout and stderr.
    """
    return run([SCRIPT, *arguments], cwd=cwd, timeout=timeout, **variables)


def run(
    command: Sequence[str | Path], cwd: Path, timeout: float = 120, **variables: str
) -> Result:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def shell(line: str, cwd: Path, **variables: str) -> Result:
    """Run a line of bash in which `kerascodegen` is found."""
    path = f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}"
    return run(["bash", "-c", line], cwd, **{"PATH": path, **variables})


def assert_plain(message: str) -> None:
    """A message to the user: no traceback, no bug of ours, nothing a terminal obeys."""
    assert "Traceback" not in message
    assert "nternal error" not in message
    assert all(char.isprintable() or char == "\n" for char in message), ascii(message)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Everything below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }
