"""Write finished source where the user asked for it, all of it or nothing."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from kerascodegen.errors import OutputError, printable

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
    try:
        return _write(path, data, force)
    except OSError as error:
        raise OutputError(
            f"{_shown(path)} cannot be written: {error.strerror or error}. "
            "Nothing was changed."
        ) from None


def _shown(path: Path) -> str:
    return printable(path, _SHOWN_PATH)


def _write(path: Path, data: bytes, force: bool) -> bool:
    status = _status(path)
    if status is not None and stat.S_ISDIR(status.st_mode):
        raise OutputError(f"{_shown(path)} is a directory; name a file to write.")
    if status is not None and not stat.S_ISREG(status.st_mode):
        with path.open("wb") as stream:
            stream.write(data)
        return True
    if status is not None:
        if status.st_size == len(data) and path.read_bytes() == data:
            return False
        if not force:
            raise OutputError(
                f"{_shown(path)} exists and has other content. Use --force to "
                "overwrite it, or give another name."
            )
    # A link stays a link: what it points to is replaced.
    target = path.resolve()
    if not target.parent.is_dir():
        raise OutputError(f"There is no directory {_shown(path.parent)} to write into.")
    _replace(target, data, status)
    return True


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _replace(target: Path, data: bytes, status: os.stat_result | None) -> None:
    # The name is chosen before the file exists, so that an interrupt at any moment
    # leaves nothing behind.
    beside = target.with_name(f".{target.name[:40]}.{os.urandom(8).hex()}.tmp")
    try:
        with beside.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if status is not None:
            beside.chmod(stat.S_IMODE(status.st_mode))
        beside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
