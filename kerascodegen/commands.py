"""The commands: what they take, what they write to stdout and what they say on stderr.

Heavy imports stand inside functions: `--help` and shell completion are instant.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from kerascodegen import __version__
from kerascodegen.command_types import FileType, ShapeType, complete_style
from kerascodegen.errors import OutputError, printable
from kerascodegen.options import (
    BLOCK_CHOICES,
    NAME_CHOICES,
    TENSOR_CHOICES,
    Options,
)
from kerascodegen.report import (
    EXIT_FAILED,
    EXIT_OK,
    diagnostic_lines,
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
        default = self._default_context(ctx)
        shown = [p for p in generate.params if isinstance(p, click.Option)]
        rows = [
            row
            for option in (*shown, *self.get_params(ctx))
            if (row := option.get_help_record(default)) is not None
        ]
        with formatter.section("Options"):
            formatter.write_dl(rows)
        self.format_commands(ctx, formatter)

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[CompletionItem]:
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            known = {item.value for item in found}
            more = generate.shell_complete(self._default_context(ctx), incomplete)
            return [*(item for item in more if item.value not in known), *found]
        # A model file may stand there too. First: bash drops what comes before it.
        return [CompletionItem(incomplete, type="file"), *found]

    def _default_context(self, ctx: click.Context) -> click.Context:
        return click.Context(generate, info_name=DEFAULT_COMMAND, parent=ctx)


@click.group(
    cls=_DefaultGroup,
    context_settings=_HELP,
    options_metavar="",
    subcommand_metavar="MODEL [OPTIONS] | COMMAND ...",
    epilog='Shell completion: eval "$(_KERASCODEGEN_COMPLETE=bash_source kerascodegen)"'
    " (or zsh_source, fish_source).",
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
      kerascodegen explain model.keras
    """


# What changes which model is written, and so what a source is compared with.
_INPUT_SHAPE = click.option(
    "--input-shape",
    type=ShapeType(),
    metavar="SHAPE",
    help="Shape of one sample, for a model that does not know it: 784 or 28,28,1.",
)
_INLINE = click.option(
    "--inline", is_flag=True, help="Trace into custom blocks of a subclassed model."
)
_MODEL_OPTIONS = (
    _INPUT_SHAPE,
    click.option(
        "--flatten",
        is_flag=True,
        help="Write nested models' layers into the model itself.",
    ),
    click.option(
        "--submodel", metavar="LAYER", help="Write the model up to this layer's output."
    ),
    _INLINE,
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
_Command = TypeVar("_Command", bound=Callable[..., Any])


def _model_options(command: _Command) -> _Command:
    """Give a command the options that change which model is written."""
    for option in reversed(_MODEL_OPTIONS):
        command = option(command)
    return command


@cli.command(context_settings=_HELP, short_help="Write the source of MODEL (default).")
@click.argument("models", type=FileType(), nargs=-1, required=True, metavar="MODEL...")
@click.option(
    "-o",
    "--output",
    type=FileType(),
    metavar="FILE",
    help="Write to FILE, whole or not at all.",
)
@click.option("--force", is_flag=True, help="Overwrite a file with other content.")
@click.option(
    "--style",
    default="functional",
    show_default=True,
    metavar="STYLE",
    help="Kind of source to write.",
    shell_complete=complete_style,
)
@click.option(
    "--shapes", is_flag=True, help="Comment each line with shape and parameters."
)
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
@_model_options
@click.option(
    "--block-kind",
    type=click.Choice(BLOCK_CHOICES),
    default="function",
    show_default=True,
    help="Style blocks: write blocks as functions or as layers.",
)
@click.option(
    "--min-repeats",
    type=click.IntRange(min=2),
    default=2,
    show_default=True,
    metavar="TIMES",
    help="Style blocks: how often a part must occur to become a block.",
)
@click.option(
    "--min-size",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    metavar="CALLS",
    help="Style blocks: how many calls a block must have.",
)
@click.option(
    "--max-parameters",
    type=click.IntRange(min=0),
    default=8,
    show_default=True,
    metavar="COUNT",
    help="Style blocks: how many parameters a block may have beside its name.",
)
@click.option(
    "--line-length",
    type=click.IntRange(40, 1000),
    default=88,
    show_default=True,
    metavar="COLUMNS",
    help="Columns that lines are broken to fit in.",
)
@click.option(
    "--templates",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Jinja templates that come before the packaged ones.",
)
@click.option("--strict", is_flag=True, help="Exit 1 on a warning, and write nothing.")
@click.option("--verify", is_flag=True, help="Run the source and compare (see verify).")
@click.option(
    "-q", "--quiet", is_flag=True, help="Say nothing but warnings and errors."
)
def generate(
    models: tuple[str, ...],
    output: str | None,
    force: bool,
    no_compile: bool,
    strict: bool,
    verify: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Write the source of MODEL to standard output or to a file.

    Several MODELs are live ones that share layers; the source then has build_models().

    \b
    Examples:
      kerascodegen model.keras > model_def.py
      kerascodegen model.keras --shapes --tensors chain
      kerascodegen my_package.models:build_unet -o unet.py
      kerascodegen models.py:autoencoder models.py:encoder -o models_def.py
    """
    from kerascodegen.pipeline import generate_from_graph, load_graph

    made = Options(compile=not no_compile, sidecars=_sidecars(output), **options)
    model = models[0] if len(models) == 1 else list(models)
    result = generate_from_graph(load_graph(model, made), made)
    _say_diagnostics(result, quiet=quiet)
    if strict and has_warnings(result.diagnostics):
        raise OutputError(
            "There are warnings and --strict was given; nothing was written."
        )
    if verify:
        sys.exit(_write_verified(model, result, output, (force, quiet), made))
    _write(result, output, force, quiet)


@cli.command(context_settings=_HELP, short_help="Run SOURCE and compare it with MODEL.")
@click.argument("models", type=FileType(), nargs=-1, metavar="MODEL...")
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
@_model_options
@click.option("-v", "--verbose", is_flag=True, help="Show every row of the report.")
def verify(
    models: tuple[str, ...],
    source: Path,
    as_json: bool,
    weights: Path | None,
    force: bool,
    timeout: float,
    verbose: bool,
    **options: Any,
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
    if not models:
        # Of one word alone, click takes the last argument for given.
        raise click.UsageError("Missing argument 'SOURCE'.")
    from kerascodegen.verify.run import verify_source

    report = verify_source(
        models[0] if len(models) == 1 else models,
        source,
        timeout=timeout,
        weights_out=weights,
        force=force,
        options=Options(**options),
    )
    text = report.to_json() if as_json else _table(report, verbose=verbose)
    _write_stdout(f"{text.rstrip()}\n")
    sys.exit(EXIT_OK if report.ok else EXIT_FAILED)


@cli.command(context_settings=_HELP, short_help="Say what MODEL is, and what is odd.")
@click.argument("model", type=FileType())
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@_INPUT_SHAPE
@_INLINE
def explain(model: str, as_json: bool, **options: Any) -> None:
    """Say which Keras API can express MODEL and why, and what may be wrong in it.

    Of a model of Keras 2 also: what Keras 3 would have refused, what each became, and
    what is missing. A file is only read, as for generate; nothing in it is run.

    \b
    Examples:
      kerascodegen explain model.keras
      kerascodegen explain old_model.h5
      kerascodegen explain model.keras --json
    """
    from kerascodegen.explain.run import explain_model

    found = explain_model(model, Options(**options))
    text = found.to_json() if as_json else found.to_text()
    _write_stdout(f"{text.rstrip()}\n")


def _write_stdout(text: str) -> None:
    from kerascodegen.output import write_stream

    # The raw stream: no newline translation, UTF-8 whatever the locale.
    write_stream(text.encode("utf-8"), getattr(sys.stdout, "buffer", None))


def _write(
    result: GeneratedSource, output: str | None, force: bool, quiet: bool
) -> None:
    if output is None or output == "-":
        _write_stdout(result.source)
        return
    if not result.write(output, force=force):
        _say(f"{printable(output)} has this content already.")
    elif result.files and not quiet:
        names = ", ".join(printable(name) for name in result.files)
        _say(f"note: {printable(output)} loads what stands beside it in {names}.")


def _sidecars(output: str | None) -> str | None:
    """Files beside the source are named after it; without `-o` there are none."""
    if output is None or output == "-":
        return None
    from kerascodegen.output import can_have_sidecars

    path = Path(output)
    return path.stem if can_have_sidecars(path) else None


def _write_verified(
    model: str | list[str],
    result: GeneratedSource,
    output: str | None,
    how: tuple[bool, bool],
    options: Options,
) -> int:
    """Write the source and verify it; a file that does not verify stays to look at."""
    import tempfile

    from kerascodegen.verify.run import verify_source

    _write(result, output, *how)
    with tempfile.TemporaryDirectory(prefix="kerascodegen-") as folder:
        source = Path(output or "-")
        # Not so for `-` and the like of /dev/null.
        if not source.is_file():
            source = Path(folder, "model_def.py")
            source.write_text(result.source, encoding="utf-8", newline="\n")
        report = verify_source(model, source, options=options)
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
    # That nobody listens is no reason to stop.
    with contextlib.suppress(OSError, ValueError):
        click.echo(text, err=True)
