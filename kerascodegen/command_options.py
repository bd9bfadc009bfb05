"""Options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kerascodegen.command_types import ShapeType, complete_style
from kerascodegen.options import BLOCK_CHOICES, NAME_CHOICES, TENSOR_CHOICES

_Command = TypeVar("_Command", bound=Callable[..., Any])

# What changes which model is written, and so what a source is compared with.
INPUT_SHAPE = click.option(
    "--input-shape",
    type=ShapeType(),
    metavar="SHAPE",
    help="Shape of one sample, for a model that does not know it: 784 or 28,28,1.",
)
INLINE = click.option(
    "--inline", is_flag=True, help="Trace into custom blocks of a subclassed model."
)
_MODEL_OPTIONS = (
    INPUT_SHAPE,
    click.option(
        "--flatten",
        is_flag=True,
        help="Write nested models' layers into the model itself.",
    ),
    click.option(
        "--submodel", metavar="LAYER", help="Write the model up to this layer's output."
    ),
    INLINE,
    click.option(
        "--allow-import",
        multiple=True,
        metavar="PACKAGE",
        help="Import custom code of MODEL from this package; may be repeated.",
    ),
    click.option(
        "--custom-object",
        "custom_objects",
        multiple=True,
        metavar="NAME=MODULE:ATTR",
        help="Where a custom class or function stands; may be repeated.",
    ),
    click.option(
        "--lambda",
        "lambdas",
        multiple=True,
        metavar="LAYER=LAMBDA",
        help="Source of a lambda that MODEL has as bytecode; may be repeated.",
    ),
)
_STYLE_OPTIONS = (
    click.option(
        "--style",
        default="functional",
        show_default=True,
        metavar="STYLE",
        help="Kind of source to write.",
        shell_complete=complete_style,
    ),
    click.option(
        "--shapes", is_flag=True, help="Comment each line with shape and parameters."
    ),
    click.option(
        "--tensors",
        type=click.Choice(TENSOR_CHOICES),
        default="named",
        show_default=True,
        help="Name every tensor, or rebind x along straight runs.",
    ),
    click.option(
        "--names",
        type=click.Choice(NAME_CHOICES),
        default="keep",
        show_default=True,
        help="Write every layer name, or leave out those Keras gives itself.",
    ),
    click.option("--no-compile", is_flag=True, help="Leave out compile_model()."),
    click.option("--keep-training", is_flag=True, help="Keep training=False on calls."),
)
_LAYOUT_OPTIONS = (
    click.option(
        "--block-kind",
        type=click.Choice(BLOCK_CHOICES),
        default="function",
        show_default=True,
        help="Style blocks: write blocks as functions or as layers.",
    ),
    click.option(
        "--min-repeats",
        type=click.IntRange(min=2),
        default=2,
        show_default=True,
        metavar="TIMES",
        help="Style blocks: how often a part must occur to become a block.",
    ),
    click.option(
        "--min-size",
        type=click.IntRange(min=1),
        default=2,
        show_default=True,
        metavar="CALLS",
        help="Style blocks: how many calls a block must have.",
    ),
    click.option(
        "--max-parameters",
        type=click.IntRange(min=0),
        default=8,
        show_default=True,
        metavar="COUNT",
        help="Style blocks: how many parameters a block may have beside its name.",
    ),
    click.option(
        "--line-length",
        type=click.IntRange(40, 1000),
        default=88,
        show_default=True,
        metavar="COLUMNS",
        help="Columns that lines are broken to fit in.",
    ),
    click.option(
        "--templates",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        metavar="DIR",
        help="Jinja templates that come before the packaged ones.",
    ),
)
TIMEOUT = click.option(
    "--timeout",
    type=click.FloatRange(min=1.0),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up on the child process after this long.",
)
QUIET = click.option(
    "-q", "--quiet", is_flag=True, help="Say nothing but warnings and errors."
)
STRICT = click.option(
    "--strict", is_flag=True, help="Exit 1 on a warning, and write nothing."
)
WEIGHTS_FROM = click.option(
    "--weights-from",
    type=click.Path(path_type=Path),
    metavar="OLD.h5",
    help="Take the weights of an older model from this file.",
)


def model_options(command: _Command) -> _Command:
    """Give a command the options that change which model is written."""
    return _with(command, _MODEL_OPTIONS)


def style_options(command: _Command) -> _Command:
    """Give a command the options that change how it is written."""
    return _with(command, _STYLE_OPTIONS)


def layout_options(command: _Command) -> _Command:
    """Give a command the options of blocks, of lines and of templates."""
    return _with(command, _LAYOUT_OPTIONS)


def _with(command: _Command, options: tuple[Callable[..., Any], ...]) -> _Command:
    for option in reversed(options):
        command = option(command)
    return command
