"""What is said to the user on stderr, and the exit code that goes with it."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterable

from kerascodegen.errors import CodegenError, Diagnostic, Level, OptionError

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2

ISSUES = "https://github.com/kerascodegen/kerascodegen/issues"
TRACEBACK_VARIABLE = "KERASCODEGEN_TRACEBACK"


def diagnostic_lines(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Turn diagnostics into lines, warnings first.

    Args:
        diagnostics: What the passes reported.

    Returns:
        A line each.
    """
    ordered = sorted(diagnostics, key=lambda found: found.level is Level.NOTE)
    return [str(diagnostic) for diagnostic in ordered]


def has_warnings(diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether `--strict` would refuse."""
    return any(found.level is Level.WARNING for found in diagnostics)


def failure(error: BaseException) -> tuple[str, int]:
    """Say what ended a run.

    Args:
        error: What was raised.

    Returns:
        The message and the exit code. What is not a `CodegenError` is a bug of ours, and
        the message says so.
    """
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted; nothing was written.", EXIT_FAILED
    if isinstance(error, OptionError):
        return f"Error: {error}", EXIT_USAGE
    if isinstance(error, CodegenError):
        return f"Error: {error}", EXIT_FAILED
    if isinstance(error, MemoryError):
        return "Error: There is not enough memory for this model.", EXIT_FAILED
    return _internal(error), EXIT_FAILED


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
        f"{type(error).__name__}: {error}{place}. Set {TRACEBACK_VARIABLE}=1 to see more."
    )
