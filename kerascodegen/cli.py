"""Where the program starts and ends: only here it exits, whatever ended the run.

Nothing is imported before the `try`, not even click, so that a Ctrl-C while modules
load is caught like any other. The commands themselves stand in `commands.py`.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Args:
        arguments: Words behind the program's name; those of the process when left out.
    """
    own = arguments is None
    interrupts: list[int] = []
    try:
        if own:
            _note_interrupts(interrupts)
        code = _run(arguments)
    except BaseException as error:
        if own:
            _ignore_interrupts()
        if isinstance(error, KeyboardInterrupt):
            interrupts.append(0)
        code = _fail(KeyboardInterrupt() if interrupts else error)
    _let_go_of_stdout()
    if own:
        _ignore_interrupts()
        if interrupts:
            _leave(code)
    sys.exit(code)


def _note_interrupts(seen: list[int]) -> None:
    """Remember every Ctrl-C, since what loads modules may turn it into another error.

    Compiled modules do, and so does Python where a class is being made.
    """
    import signal

    def note(number: int, frame: object) -> None:
        seen.append(number)
        raise KeyboardInterrupt

    # Left alone where it is ignored, as in the background of a shell.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, note)


def _run(arguments: Sequence[str] | None) -> int:
    import atexit
    import gc

    import click

    # A short process that builds large trees and then ends: collecting garbage while it
    # runs, and once more at its exit, would take an eighth of its time.
    if arguments is None:
        gc.disable()
        atexit.register(gc.freeze)

    from kerascodegen.commands import cli

    try:
        # click hands back the exit code of --help and the like, and None of a command.
        code = cli.main(args=arguments, prog_name="kerascodegen", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    return code if isinstance(code, int) else 0


def _fail(error: BaseException) -> int:
    if isinstance(error, SystemExit) and isinstance(error.code, int | None):
        return error.code or 0
    from kerascodegen.report import failure

    message, code = failure(error)
    try:
        print(message, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        # Nobody listens; the exit code has to say it all.
        _redirect(sys.stderr, 2)
    return code


def _ignore_interrupts() -> None:
    """What is left is to say how it went; a Ctrl-C now would only print a traceback."""
    import contextlib
    import signal

    # Outside the main thread it cannot be set, and there none arrives either.
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _leave(code: int) -> NoReturn:
    # Python 3.11 ends with a signal, whatever was caught, when the interrupt came
    # inside exec() of a string, as dataclasses do while modules load.
    import os

    os._exit(code)


def _let_go_of_stdout() -> None:
    """Keep the interpreter from complaining at exit that stdout is gone."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        _redirect(sys.stdout, 1)


def _redirect(stream: object, descriptor: int) -> None:
    import os

    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
