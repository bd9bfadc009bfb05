"""What can go wrong, as data: errors that end a run, diagnostics that do not.

The command line maps these to exit codes and is the only place that prints them. A
`CodegenError` is a problem of the model's, the file's or the user's request, said in
one or two plain sentences. Any other exception is a bug of ours.
"""

from __future__ import annotations

import enum
import unicodedata
from dataclasses import dataclass


class CodegenError(Exception):
    """The model cannot be turned into source; `str()` is what the user reads."""


class ReadError(CodegenError):
    """The file is missing, damaged, hostile, or not a model at all."""


class UnsupportedModelError(CodegenError):
    """The file is a model, but of a kind that source cannot be written for (yet)."""


class NoGraphError(UnsupportedModelError):
    """The model's forward pass is code, and no graph of layers can be had from it."""


class UntraceableError(NoGraphError):
    """The forward pass was tried on symbolic inputs and cannot become a graph."""


class OutputError(CodegenError):
    """The finished source could not be written where it was asked for."""


class OptionError(CodegenError):
    """An option is wrong or does not fit the model; exit code 2 on the command line."""


class InternalError(Exception):
    """An invariant of ours broke. Never the user's fault; asks for a report."""


class Level(enum.Enum):
    """How serious a diagnostic is. `--strict` turns warnings into exit code 1."""

    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing the user should know about the source that was generated.

    Attributes:
        level: A note informs; a warning says that the source is not the whole model.
        where: The layer or config key that it is about, or `""` for the whole model.
        message: One or two plain sentences.
    """

    level: Level
    where: str
    message: str

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{self.level.value}: {place}{self.message}"


# C0 and C1 controls, line and paragraph separators, bidirectional and other format
# characters: each can rewrite what a terminal or a diff viewer shows.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(text: object, limit: int = 200) -> str:
    """Make text from a model file safe to show in a message.

    Args:
        text: Anything; its `str()` is taken.
        limit: Longest result, in characters; what is cut is replaced by an ellipsis.

    Returns:
        One line without control, format or surrogate characters; those are escaped.
    """
    shown = "".join(
        (
            char.encode("unicode_escape").decode("ascii")
            if unicodedata.category(char) in _HIDDEN_CATEGORIES
            else char
        )
        for char in str(text)[: limit + 1]
    )
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
