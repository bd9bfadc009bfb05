"""Write finished source where the user asked for it, all of it or nothing."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kerascodegen.errors import OutputError, printable
from kerascodegen.sidecars import is_file_stem

# Longer than any path that people have; a message shows it in full.
_SHOWN_PATH = 400


def write_stream(data: bytes, stream: BinaryIO | None) -> None:
    """Write to standard output.

    Args:
        data: What to write.
        stream: The raw stream behind `sys.stdout`; `None` where there is no such.

    Raises:
        OutputError: The reader closed it early, or it cannot take more.
    """
    if stream is None:
        raise OutputError("Standard output is closed. Use -o FILE to write to a file.")
    try:
        stream.write(data)
        stream.flush()
    except BrokenPipeError:
        raise OutputError(
            "Standard output was closed before all of the output was written."
        ) from None
    except OSError as error:
        raise OutputError(
            f"Standard output cannot be written to: {error.strerror or error}."
        ) from None


def write_file(path: Path, data: bytes, *, force: bool) -> bool:
    """Write a file so that at every moment it is whole: the old one or the new one.

    Args:
        path: Where to write. What is not a regular file, such as `/dev/null`, is
            written to directly.
        data: What to write.
        force: Overwrite a file with other content.

    Returns:
        False where the file had this very content already and was left alone.

    Raises:
        OutputError: The file exists with other content, or cannot be written.
    """
    return write_files({path: data}, force=force)


def write_files(contents: Mapping[Path, bytes], *, force: bool) -> bool:
    """Write files that belong together: all of them, or none.

    Nothing is replaced before every file is known to be allowed and has been written
    beside its place; then they take their places in the order given.

    Args:
        contents: What to write where.
        force: Overwrite files with other content.

    Returns:
        False where all of them had this very content already and were left alone.

    Raises:
        OutputError: One exists with other content, or cannot be written.
    """
    ready: list[_Ready] = []
    try:
        for path, data in contents.items():
            with _explained(path):
                if (plan := _plan(path, data, force)) is not None:
                    ready.append(plan)
        for plan in ready:
            with _explained(plan.path):
                plan.stage()
        for number, plan in enumerate(ready):
            with _explained(plan.path, changed=number):
                plan.finish()
    finally:
        for plan in ready:
            plan.clean_up()
    return bool(ready)


@contextlib.contextmanager
def _explained(path: Path, changed: int = 0) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kept = "Nothing was changed."
        if changed:
            kept = "Files that it belongs to were written already; try again."
        raise OutputError(
            f"{_shown(path)} cannot be written: {error.strerror or error}. {kept}"
        ) from None


def _shown(path: Path) -> str:
    return printable(path, _SHOWN_PATH)


@dataclass(slots=True)
class _Ready:
    """A file that is to be written.

    Attributes:
        path: As the user named it.
        data: Its content.
        target: The file that is replaced; `None` for what is no regular file.
        mode: Permissions of the one that is replaced, or `None`.
        beside: Where the new one waits, while it does.
    """

    path: Path
    data: bytes
    target: Path | None
    mode: int | None
    beside: Path | None = None

    def stage(self) -> None:
        """Write the new file beside its place."""
        if self.target is None:
            return
        # The name is chosen before the file exists, so that an interrupt at any moment
        # leaves nothing behind.
        name = f".{self.target.name[:40]}.{os.urandom(8).hex()}.tmp"
        self.beside = self.target.with_name(name)
        with self.beside.open("xb") as stream:
            stream.write(self.data)
            stream.flush()
            os.fsync(stream.fileno())
        if self.mode is not None:
            self.beside.chmod(self.mode)

    def finish(self) -> None:
        """Put the new file into its place."""
        if self.target is None:
            with self.path.open("wb") as stream:
                stream.write(self.data)
        elif self.beside is not None:
            self.beside.replace(self.target)
            self.beside = None

    def clean_up(self) -> None:
        """Take away what did not get into its place."""
        if self.beside is not None:
            with contextlib.suppress(OSError):
                self.beside.unlink()


def _plan(path: Path, data: bytes, force: bool) -> _Ready | None:
    """Look whether a file may be written; `None` where it is there already."""
    status = _status(path)
    if status is not None and stat.S_ISDIR(status.st_mode):
        raise OutputError(f"{_shown(path)} is a directory; name a file to write.")
    if status is not None and not stat.S_ISREG(status.st_mode):
        return _Ready(path, data, None, None)
    if status is not None:
        if status.st_size == len(data) and path.read_bytes() == data:
            return None
        if not force:
            raise OutputError(
                f"{_shown(path)} exists and has other content. Use --force to "
                "overwrite it, or give another name."
            )
    # A link stays a link: what it points to is replaced.
    target = path.resolve()
    if not target.parent.is_dir():
        raise OutputError(f"There is no directory {_shown(path.parent)} to write into.")
    mode = None if status is None else stat.S_IMODE(status.st_mode)
    return _Ready(path, data, target, mode)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def can_have_sidecars(path: Path) -> bool:
    """Tell whether other files can be written beside an output, and loaded from there.

    Args:
        path: Where the source goes.

    Returns:
        False for `/dev/null`, a pipe and the like, and for names that no source could
        spell.
    """
    try:
        status = _status(path)
    except OSError:
        return False
    regular = status is None or stat.S_ISREG(status.st_mode)
    return regular and is_file_stem(path.stem)
