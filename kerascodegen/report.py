"""What is said to the user on stderr, and the exit code that goes with it."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Iterable

from kerascodegen.errors import (
    CodegenError,
    Diagnostic,
    Level,
    OptionError,
    printable,
)

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2

ISSUES = "https://github.com/kerascodegen/kerascodegen/issues"
TRACEBACK_VARIABLE = "KERASCODEGEN_TRACEBACK"

_LONGEST_LINE = 2_000
# The machine's state, never a bug of ours: disk full, quota, read-only, broken, and no
# more files or processes to be had.
_MACHINE = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EROFS,
        errno.EIO,
        errno.EPIPE,
        errno.EMFILE,
        errno.ENFILE,
        errno.EAGAIN,
        errno.ENOMEM,
    }
)


def diagnostic_lines(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Turn diagnostics into lines, warnings first.

    Args:
        diagnostics: What the passes reported.

    Returns:
        A line each, safe to print.
    """
    ordered = sorted(diagnostics, key=lambda found: found.level is Level.NOTE)
    return [printable(diagnostic, _LONGEST_LINE) for diagnostic in ordered]


def has_warnings(diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether `--strict` would refuse."""
    return any(found.level is Level.WARNING for found in diagnostics)


def failure(error: BaseException) -> tuple[str, int]:
    """Say what ended a run.

    Args:
        error: What was raised.

    Returns:
        The message, safe to print, and the exit code. What is not a `CodegenError` is a
        bug of ours, and the message says so.
    """
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted.", EXIT_FAILED
    if isinstance(error, OptionError):
        return _error(error), EXIT_USAGE
    if isinstance(error, CodegenError):
        return _error(error), EXIT_FAILED
    if isinstance(error, MemoryError):
        return "Error: There is not enough memory for this model.", EXIT_FAILED
    if isinstance(error, OSError) and error.errno in _MACHINE:
        return _error(_machine(error)), EXIT_FAILED
    return _internal(error), EXIT_FAILED


def _error(message: object) -> str:
    """Lines of ours stay lines; what came out of a model file is escaped."""
    lines = (printable(line, _LONGEST_LINE) for line in str(message).split("\n"))
    return "Error: " + "\n".join(lines)


def _machine(error: OSError) -> str:
    place = f" ({error.filename})" if error.filename else ""
    return f"The system gave up{place}: {error.strerror}."


def _internal(error: BaseException) -> str:
    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exception(error, file=sys.stderr)
    frames = traceback.extract_tb(error.__traceback__)
    place = ""
    if frames:
        name = frames[-1].filename.replace("\\", "/").rpartition("/")[2]
        place = f" ({name}:{frames[-1].lineno})"
    return (
        f"Internal error, please report it at {ISSUES}: "
        f"{type(error).__name__}: {printable(error, 400)}{place}. "
        f"Set {TRACEBACK_VARIABLE}=1 to see more."
    )
