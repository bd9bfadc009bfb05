"""Where in the user's own code something happened, in words."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

from kerascodegen.errors import printable

# Frames of these are how, not where.
_LIBRARIES = frozenset(
    [
        "absl",
        "functools",
        "jax",
        "jaxlib",
        "keras",
        "kerascodegen",
        "ml_dtypes",
        "numpy",
        "optree",
        "tensorflow",
        "torch",
        "contextlib",
    ]
)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the user's code.

    Attributes:
        function: Qualified name, such as `Net.call`.
        line: Its number.
        file: Name of the file, without directories.
        text: What stands there.
    """

    function: str
    line: int
    file: str
    text: str

    def __str__(self) -> str:
        where = f"{self.function}, line {self.line} of {self.file}"
        return f'{where}: "{self.text}"' if self.text else where


def place_of(code: CodeType, line: int, scope: Mapping[str, Any]) -> Place | None:
    """Describe a line, where it is the user's.

    Args:
        code: The function's code.
        line: The line's number in its file.
        scope: The function's globals.

    Returns:
        The place, or `None` in a library's code.
    """
    module = str(scope.get("__name__", ""))
    if module.partition(".")[0] in _LIBRARIES or code.co_filename.startswith("<frozen"):
        return None
    function = code.co_qualname.rpartition("<locals>.")[2]
    text = linecache.getline(code.co_filename, line, dict(scope)).strip()
    return Place(
        printable(function, 80),
        line,
        printable(Path(code.co_filename).name, 60),
        printable(text, 100),
    )


def innermost(error: BaseException) -> Place | None:
    """Find the last line of the user's own that an exception came through.

    Args:
        error: An exception with its traceback.

    Returns:
        The place, or `None` where it came through none.
    """
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        place = place_of(frame.f_code, line, frame.f_globals)
        found = place or found
    return found


def modules(error: BaseException) -> list[str]:
    """List the modules that an exception came through, outermost first.

    Args:
        error: An exception with its traceback.

    Returns:
        Dotted names.
    """
    return [
        str(frame.f_globals.get("__name__", ""))
        for frame, _ in traceback.walk_tb(error.__traceback__)
    ]
