"""Types of arguments and options of the command line, and how shells complete them."""

from __future__ import annotations

import re
from typing import Any

import click
from click.shell_completion import CompletionItem


class FileType(click.ParamType):  # type: ignore[type-arg]
    """Text that shells complete as a file; what it is, is found out by its content."""

    name = "file"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Check what was typed."""
        # `kerascodegen "$MODEL"` with the variable not set.
        if not value:
            self.fail("the name is empty.", param, ctx)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Complete it as a file."""
        return [CompletionItem(incomplete, type="file")]


class ShapeType(click.ParamType):  # type: ignore[type-arg]
    """A shape without its batch, such as `784`, `28,28,1` or `None,50`."""

    name = "shape"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | None, ...]:
        """Check what was typed."""
        if isinstance(value, tuple):
            return value
        dims: list[int | None] = []
        for part in str(value).strip("() ").rstrip(",").split(","):
            word = part.strip()
            if word.lower() in {"none", "?"}:
                dims.append(None)
            elif re.fullmatch("[1-9][0-9]{0,8}", word):
                dims.append(int(word))
            else:
                self.fail(
                    f"{value!r} is not a shape; write 784, or 28,28,1, or None,50.",
                    param,
                    ctx,
                )
        return tuple(dims)


def complete_style(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[str]:
    """Complete the name of a style.

    Args:
        ctx: The context of the command.
        param: The option.
        incomplete: What is typed so far.

    Returns:
        The names of installed styles that begin so.
    """
    from importlib.metadata import entry_points

    from kerascodegen.pipeline import STYLE_GROUP

    names = {entry.name for entry in entry_points(group=STYLE_GROUP)}
    return sorted(name for name in names if name.startswith(incomplete))
