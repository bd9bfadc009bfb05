"""Keeping what the child process saved, once the source is proved."""

from __future__ import annotations

import contextlib
import filecmp
import os
import re
import shutil
import tempfile
import zipfile
from pathlib import Path

from kerascodegen.errors import OptionError, printable
from kerascodegen.verify.report import Check, Status

# When a file was written; all else in it depends on the model alone.
_DATED = "metadata.json"
_CONFIG = "config.json"
# Keras numbers objects that occur twice by their addresses.
_OBJECT_ID = re.compile(rb'(?<="shared_object_id": )\d+')


def check_target(path: Path | None, ending: str) -> None:
    """Look whether something can be saved, before anything is run.

    Args:
        path: Where to save, or `None`.
        ending: What the name must end in.

    Raises:
        OptionError: The name, or the directory, will not do.
    """
    if path is None:
        return
    if not path.name.endswith(ending):
        raise OptionError(
            f"{printable(path)} must end in {ending}, or Keras will not load it."
        )
    if not path.parent.is_dir():
        raise OptionError(
            f"There is no directory {printable(path.parent)} to save weights in."
        )


def keep_file(name: str, made: Path, wanted: Path, force: bool, proved: bool) -> Check:
    """Move a file from where it was made to where it is wanted.

    Args:
        name: What to call the step in the report.
        made: The file; missing where the child did not get that far.
        wanted: Where to put it.
        force: Overwrite another one, whatever is in it.
        proved: Whether the models agree; else nothing is kept.

    Returns:
        What became of it.
    """
    shown = printable(wanted)
    if not proved or not made.is_file():
        detail = f"{shown} not written, because the models differ"
        return Check(name, Status.SKIPPED, detail)
    try:
        if wanted.exists() and not force:
            if _same(made, wanted):
                return Check(name, Status.OK, f"{shown} is up to date")
            detail = f"{shown} exists with other content; --force overwrites it"
            return Check(name, Status.MISMATCH, detail)
        _move(made, wanted)
    except OSError as error:
        detail = f"{shown} cannot be written: {error.strerror or error}"
        return Check(name, Status.MISMATCH, detail)
    return Check(name, Status.OK, f"{shown} written")


def _same(made: Path, wanted: Path) -> bool:
    if filecmp.cmp(made, wanted, shallow=False):
        return True
    try:
        with zipfile.ZipFile(made) as ours, zipfile.ZipFile(wanted) as theirs:
            return _contents(ours) == _contents(theirs)
    except (zipfile.BadZipFile, ValueError):
        return False


def _contents(archive: zipfile.ZipFile) -> dict[str, object]:
    """Give size and checksum of each member; the config without numbers of objects."""
    found: dict[str, object] = {
        one.filename: (one.file_size, one.CRC)
        for one in archive.infolist()
        if one.filename != _DATED
    }
    if _CONFIG in found:
        ids: dict[bytes, int] = {}
        found[_CONFIG] = _OBJECT_ID.sub(
            lambda one: b"%d" % ids.setdefault(one[0], len(ids)), archive.read(_CONFIG)
        )
    return found


def _move(made: Path, wanted: Path) -> None:
    # Beside its destination first: os.replace is atomic only within a file system.
    handle, beside = tempfile.mkstemp(dir=wanted.parent, suffix="".join(made.suffixes))
    os.close(handle)
    try:
        shutil.copyfile(made, beside)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(beside, 0o666 & ~mask)
        os.replace(beside, wanted)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
