"""The commands: what they take, what they write to stdout and what they say on stderr.

Heavy imports stand inside functions: `--help` and shell completion are instant.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from kerascodegen import __version__
from kerascodegen.command_options import (
    INLINE,
    INPUT_SHAPE,
    QUIET,
    STRICT,
    TIMEOUT,
    WEIGHTS_FROM,
    layout_options,
    model_options,
    style_options,
)
from kerascodegen.command_types import FileType
from kerascodegen.errors import OutputError, printable
from kerascodegen.options import Options
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

    MODEL is a .keras archive, an .h5 file, a model.to_json() file, or
    package.module:attr or file.py:attr for a live model or a function that returns one.
    Files of Keras 1 and 2 are read as well. Reading a file runs nothing in it and
    imports no framework.

    \b
    Examples:
      kerascodegen model.keras > model_def.py
      kerascodegen model.keras --shapes -o model_def.py
      kerascodegen model.keras --verify -o model_def.py
      kerascodegen verify model.keras model_def.py
      kerascodegen explain model.keras
      kerascodegen convert old_model.h5 -o new_model
    """


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
@style_options
@model_options
@layout_options
@STRICT
@click.option("--verify", is_flag=True, help="Run the source and compare (see verify).")
@QUIET
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
    _refuse_warnings(result, strict=strict)
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
@click.option(
    "--archive",
    type=click.Path(path_type=Path),
    metavar="OUT.keras",
    help="Save the whole model with them.",
)
@click.option("--force", is_flag=True, help="Overwrite OUT with other content.")
@TIMEOUT
@WEIGHTS_FROM
@model_options
@click.option("-v", "--verbose", is_flag=True, help="Show every row of the report.")
def verify(
    models: tuple[str, ...],
    source: Path,
    as_json: bool,
    weights: Path | None,
    archive: Path | None,
    weights_from: Path | None,
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
        archive_out=archive,
        weights_from=weights_from,
        force=force,
        options=Options(**options),
    )
    text = report.to_json() if as_json else _table(report, verbose=verbose)
    _write_stdout(f"{text.rstrip()}\n")
    sys.exit(EXIT_OK if report.ok else EXIT_FAILED)


@cli.command(context_settings=_HELP, short_help="Rescue an old MODEL, weights too.")
@click.argument("model", type=FileType(), metavar="MODEL")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Where to write; made where it does not exist.",
)
@click.option("--force", is_flag=True, help="Overwrite files with other content.")
@WEIGHTS_FROM
@style_options
@model_options
@layout_options
@STRICT
@TIMEOUT
@QUIET
def convert(model: str, output: Path, no_compile: bool, **options: Any) -> None:
    """Turn an old MODEL into one of Keras 3: source, weights and the whole model.

    Writes model_def.py, model.weights.h5 and model.keras into DIR. The source is run in
    a child process with a time limit, as by verify; weights are kept only where it
    agrees with MODEL. The state of an optimizer is left out.

    \b
    Examples:
      kerascodegen convert old_model.h5 -o new_model
      kerascodegen convert old_model.h5 -o new_model --lambda scale='lambda x: x / 255'
      kerascodegen convert config.json --weights-from weights.h5 -o new_model
    """
    from kerascodegen.pipeline import generate_from_graph, load_graph
    from kerascodegen.verify.supply import check_weights_from

    check_weights_from(options["weights_from"])
    say = {key: options.pop(key) for key in ("force", "strict", "quiet")}
    run = {key: options.pop(key) for key in ("timeout", "weights_from")}
    source = output / "model_def.py"
    made = Options(compile=not no_compile, sidecars=source.stem, **options)
    result = generate_from_graph(load_graph(model, made), made)
    _say_diagnostics(result, quiet=say["quiet"])
    _refuse_warnings(result, strict=say["strict"])
    _make_directory(output)
    _write(result, str(source), say["force"], say["quiet"])
    from kerascodegen.verify.errors import StandInError
    from kerascodegen.verify.run import verify_source

    weights, archive = _weights_files(model, output, run["weights_from"])
    try:
        report = verify_source(
            model,
            source,
            options=made,
            weights_out=weights,
            archive_out=archive,
            force=say["force"],
            **run,
        )
    except StandInError as error:
        words = _verify_words(model, source, weights, archive)
        raise StandInError(f"{error} Then run: {words}") from None
    if not say["quiet"] or not report.ok:
        _say(_table(report))
    sys.exit(EXIT_OK if report.ok else EXIT_FAILED)


@cli.command(context_settings=_HELP, short_help="Say what MODEL is, and what is odd.")
@click.argument("model", type=FileType())
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@INPUT_SHAPE
@INLINE
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


def _weights_files(
    model: str, output: Path, weights_from: Path | None
) -> tuple[Path | None, Path | None]:
    """Say where weights and the whole model go; nowhere where there are no weights."""
    from kerascodegen.verify.supply import has_weights

    if weights_from is None and not has_weights(model):
        # Random ones in their place would look like the model's own.
        _say(
            f"note: {printable(model)} has no weights, so only its source is written; "
            "--weights-from takes them from an .h5 file."
        )
        return None, None
    return output / "model.weights.h5", output / "model.keras"


def _verify_words(
    model: str, source: Path, weights: Path | None, archive: Path | None
) -> str:
    words = ["kerascodegen verify", printable(model), printable(source)]
    for flag, path in (("--weights", weights), ("--archive", archive)):
        words += [flag, printable(path)] if path is not None else []
    return " ".join(words)


def _refuse_warnings(result: GeneratedSource, *, strict: bool) -> None:
    if strict and has_warnings(result.diagnostics):
        raise OutputError(
            "There are warnings and --strict was given; nothing was written."
        )


def _make_directory(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The directory {printable(path)} cannot be made: {error.strerror}."
        ) from None


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
