"""Break text into lines for a terminal."""

from __future__ import annotations

import textwrap

from kerascodegen.errors import printable

_WIDTH = 80


def wrap(lead: str, text: str, indent: str) -> list[str]:
    """Break a text into lines.

    Args:
        lead: What the first line begins with.
        text: Anything; what cannot be printed is escaped.
        indent: What all other lines begin with.

    Returns:
        The lines.
    """
    return textwrap.wrap(
        printable(text, 2_000),
        _WIDTH,
        initial_indent=lead,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
