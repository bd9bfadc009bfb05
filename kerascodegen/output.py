"""Write finished source where the user asked for it, all of it or nothing."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import BinaryIO

from kerascodegen.errors import OutputError


def write_stream(data: bytes, stream: BinaryIO) -> None:
    """Write to standard output.

    Args:
        data: What to write.
        stream: The raw stream behind `sys.stdout`.

    Raises:
        OutputError: The reader closed it early, or it cannot take more.
    """
    try:
        stream.write(data)
        stream.flush()
    except BrokenPipeError:
        raise OutputError(
            "Standard output was closed before all of the source was written."
        ) from None
    except OSError as error:
        raise OutputError(
            f"The source cannot be written to standard output: {error.strerror}."
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
            f"{path} cannot be written: {error.strerror}. Nothing was changed."
        ) from None


def _write(path: Path, data: bytes, force: bool) -> bool:
    mode = _mode(path)
    if mode is not None and stat.S_ISDIR(mode):
        raise OutputError(f"{path} is a directory; name a file to write.")
    if mode is not None and not stat.S_ISREG(mode):
        with path.open("wb") as stream:
            stream.write(data)
        return True
    if mode is not None:
        if path.read_bytes() == data:
            return False
        if not force:
            raise OutputError(
                f"{path} exists and has other content. Use --force to overwrite it, or "
                "give another name."
            )
    # A link stays a link: what it points to is replaced.
    target = path.resolve()
    if not target.parent.is_dir():
        raise OutputError(f"There is no directory {path.parent} to write into.")
    _replace(target, data, mode)
    return True


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _replace(target: Path, data: bytes, mode: int | None) -> None:
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:80]}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if mode is None:
            mask = os.umask(0)
            os.umask(mask)
            mode = 0o666 & ~mask
        Path(name).chmod(stat.S_IMODE(mode))
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
