"""The command line. Only here is anything printed, and only here the program exits.

Heavy imports stand inside functions: `--help` and shell completion are instant, and a
Ctrl-C while they load is caught like any other.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from kerascodegen import __version__
from kerascodegen.errors import OutputError
from kerascodegen.options import NAME_CHOICES, TENSOR_CHOICES, Options
from kerascodegen.report import (
    EXIT_FAILED,
    EXIT_OK,
    diagnostic_lines,
    failure,
    has_warnings,
)

if TYPE_CHECKING:
    from kerascodegen.pipeline import GeneratedSource
    from kerascodegen.verify.report import VerifyReport

DEFAULT_COMMAND = "generate"
_HELP = {"help_option_names": ["-h", "--help"]}


class _DefaultGroup(click.Group):
    """A group whose first word may be left out: a model file means `generate`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"-h", "--help", "--version"}
        if args and args[0] not in own and args[0] not in self.commands:
            args = [DEFAULT_COMMAND, *args]
        return super().parse_args(ctx, args)

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        # What people look for behind --help are the options of the default command.
        generate_context = click.Context(generate, info_name=DEFAULT_COMMAND, parent=ctx)
        generate.format_options(generate_context, formatter)
        self.format_commands(ctx, formatter)


class _ShapeType(click.ParamType):
    name = "shape"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | None, ...]:
        if isinstance(value, tuple):
            return value
        dims: list[int | None] = []
        for part in str(value).strip("() ").rstrip(",").split(","):
            word = part.strip()
            if word.lower() in {"none", "?"}:
                dims.append(None)
            elif word.isdigit() and int(word) > 0:
                dims.append(int(word))
            else:
                self.fail(
                    f"{value!r} is not a shape; write 784, or 28,28,1, or None,50.",
                    param,
                    ctx,
                )
        return tuple(dims)


@click.group(
    cls=_DefaultGroup,
    context_settings=_HELP,
    subcommand_metavar="MODEL [OPTIONS] | COMMAND ...",
)
@click.version_option(__version__, prog_name="kerascodegen")
def cli() -> None:
    """Turn a Keras model back into source that a person would want to keep.

    MODEL is a .keras archive, a model.to_json() file, or package.module:attr or
    file.py:attr for a live model or a function that returns one. Reading a file runs
    nothing in it and imports no framework.

    \b
    Examples:
      kerascodegen model.keras > model_def.py
      kerascodegen model.keras --shapes -o model_def.py
      kerascodegen model.keras --verify -o model_def.py
      kerascodegen verify model.keras model_def.py
    """


@cli.command(context_settings=_HELP)
@click.argument("model")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE, whole or not at all.")
@click.option("--force", is_flag=True, help="Overwrite a file with other content.")
@click.option("--style", default="functional", show_default=True, metavar="STYLE")
@click.option("--shapes", is_flag=True, help="Comment each line with shape and parameters.")
@click.option(
    "--tensors",
    type=click.Choice(TENSOR_CHOICES),
    default="named",
    show_default=True,
    help="Name every tensor, or rebind x along straight runs.",
)
@click.option(
    "--names",
    type=click.Choice(NAME_CHOICES),
    default="keep",
    show_default=True,
    help="Write every layer name, or leave out those Keras gives itself.",
)
@click.option("--no-compile", is_flag=True, help="Leave out compile_model().")
@click.option("--keep-training", is_flag=True, help="Keep training=False on calls.")
@click.option(
    "--input-shape",
    type=_ShapeType(),
    metavar="SHAPE",
    help="Shape of one sample, for a Sequential without an Input: 784 or 28,28,1.",
)
@click.option("--line-length", default=88, show_default=True, metavar="COLUMNS")
@click.option(
    "--templates",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Jinja templates that come before the packaged ones.",
)
@click.option("--strict", is_flag=True, help="Exit 1 on a warning, and write nothing.")
@click.option("--verify", is_flag=True, help="Run the source and compare (see verify).")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but warnings and errors.")
def generate(
    model: str,
    output: str | None,
    force: bool,
    no_compile: bool,
    strict: bool,
    verify: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Write the source of MODEL to standard output or to a file.

    \b
    Examples:
      kerascodegen model.keras > model_def.py
      kerascodegen model.keras --shapes --tensors chain
      kerascodegen my_package.models:build_unet -o unet.py
    """
    from kerascodegen.pipeline import generate_from_graph, load_graph

    made = Options(compile=not no_compile, **options)
    result = generate_from_graph(load_graph(model), made)
    _say_diagnostics(result, quiet=quiet)
    if strict and has_warnings(result.diagnostics):
        _say("Error: There are warnings and --strict was given; nothing was written.")
        sys.exit(EXIT_FAILED)
    if verify:
        sys.exit(_write_verified(model, result, output, force, made))
    _write(result, output, force)


@cli.command(context_settings=_HELP)
@click.argument("model")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    metavar="OUT.weights.h5",
    help="Save the transferred weights.",
)
@click.option("--force", is_flag=True, help="Overwrite OUT with other content.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1.0),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up on the child process after this long.",
)
@click.option(
    "--input-shape",
    type=_ShapeType(),
    metavar="SHAPE",
    help="Shape of one sample, for a Sequential without an Input.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show every row of the report.")
def verify(
    model: str,
    source: Path,
    as_json: bool,
    weights: Path | None,
    force: bool,
    timeout: float,
    input_shape: tuple[int | None, ...] | None,
    verbose: bool,
) -> None:
    """Run SOURCE and compare what it builds with MODEL: layers, weights, predictions.

    This executes SOURCE, and loads MODEL with Keras, in a child process with a time
    limit. Do it only with files that you would run. Exits with 1 on any mismatch.

    \b
    Examples:
      kerascodegen verify model.keras model_def.py
      kerascodegen verify model.keras model_def.py --json > report.json
      kerascodegen verify model.keras model_def.py --weights model.weights.h5
    """
    from kerascodegen.verify.run import verify_source

    report = verify_source(
        model,
        source,
        timeout=timeout,
        weights_out=weights,
        force=force,
        input_shape=input_shape,
    )
    text = report.to_json() if as_json else _table(report, verbose=verbose)
    from kerascodegen.output import write_stream

    write_stream(f"{text.rstrip()}\n".encode(), sys.stdout.buffer)
    sys.exit(EXIT_OK if report.ok else EXIT_FAILED)


def _write(result: GeneratedSource, output: str | None, force: bool) -> None:
    from kerascodegen.output import write_file, write_stream

    data = result.source.encode("utf-8")
    if output is None or output == "-":
        write_stream(data, sys.stdout.buffer)
    elif not write_file(Path(output), data, force=force):
        _say(f"{output} has this content already.")


def _write_verified(
    model: str,
    result: GeneratedSource,
    output: str | None,
    force: bool,
    options: Options,
) -> int:
    """Write the source and verify it; a file that does not verify stays to look at."""
    import tempfile

    from kerascodegen.verify.run import verify_source

    _write(result, output, force)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(output) if output not in {None, "-"} else Path(folder, "model_def.py")
        if source.parent == Path(folder):
            source.write_bytes(result.source.encode("utf-8"))
        report = verify_source(model, source, input_shape=options.input_shape)
    _say(_table(report))
    return EXIT_OK if report.ok else EXIT_FAILED


def _table(report: VerifyReport, *, verbose: bool = False) -> str:
    import shutil

    from kerascodegen.verify.report import render_table

    width = min(max(shutil.get_terminal_size().columns, 60), 120)
    return render_table(report, width=width, verbose=verbose)


def _say_diagnostics(result: GeneratedSource, *, quiet: bool) -> None:
    shown = [d for d in result.diagnostics if not quiet or has_warnings([d])]
    for line in diagnostic_lines(shown):
        _say(line)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _close_stdout() -> None:
    """Keep the interpreter from complaining at exit that stdout is gone."""
    import os

    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Args:
        arguments: Words behind the program's name; those of the process when left out.
    """
    try:
        cli.main(args=arguments, prog_name="kerascodegen", standalone_mode=False)
        code = EXIT_OK
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        message, code = failure(KeyboardInterrupt())
        _say(message)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else EXIT_FAILED
    except BaseException as error:
        message, code = failure(error)
        _say(message)
        if isinstance(error, OutputError):
            _close_stdout()
    sys.exit(code)


