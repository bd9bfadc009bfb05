"""A copy of an old file for tf_keras, with nothing in it but what a model has.

tf_keras unpacks whole archives and opens them for writing, and what was looked at has
to be what is loaded.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kerascodegen.errors import CodegenError, ReadError, printable

# What reading an archive raises where it is damaged.
_DAMAGED = (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
_MEMBERS = frozenset({"config.json", "metadata.json", "model.weights.h5"})
# Weights are stored, not compressed; a bomb is a thousand times smaller than it says.
_MAX_RATIO = 300


def copy_model(path: Path, folder: Path) -> tuple[Path, Any]:
    """Copy a model's file and read the config inside.

    Args:
        path: The file.
        folder: Where the copy goes; an empty one.

    Returns:
        The copy, under a name that tf_keras knows the format by, and the config as far
        as tf_keras reads it.

    Raises:
        ReadError: The file is damaged, has no weights, or holds more than a model does.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
        if head.startswith(b"\x89HDF"):
            return _copy_h5(path, folder / "model.h5")
        if head.startswith(b"PK"):
            return _copy_archive(path, folder / "model.keras")
    except (CodegenError, *_DAMAGED) as error:
        text = str(error).replace(str(folder), "").replace("/model.", "model.")
        raise ReadError(printable(text, 400)) from None
    raise ReadError("a config alone has no weights to predict with")


def check_weights(copy: Path) -> None:
    """Refuse weights that lead into other files, are damaged or claim too much.

    Args:
        copy: What `copy_model` returned.

    Raises:
        ReadError: They are one of these.
    """
    from kerascodegen.old_weights.archive import unpacked
    from kerascodegen.old_weights.hdf5 import check_hdf5

    inner = copy
    try:
        if copy.suffix == ".h5":
            check_hdf5(copy)
        else:
            with unpacked(copy) as inner:
                check_hdf5(inner)
    except CodegenError as error:
        text = str(error).replace(str(inner), inner.name).replace(str(copy), copy.name)
        raise ReadError(printable(text, 400)) from None


def _copy_h5(path: Path, copy: Path) -> tuple[Path, Any]:
    from kerascodegen.readers.h5 import read_h5_config

    shutil.copyfile(path, copy)
    return copy, read_h5_config(copy)[0]


def _copy_archive(path: Path, copy: Path) -> tuple[Path, Any]:
    from kerascodegen.readers.archive import CONFIG_NAME, read_config
    from kerascodegen.readers.jsontext import parse_json

    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for info in _members(old):
            # Weights may be larger than 2 GiB.
            with (
                old.open(info) as source,
                new.open(info.filename, "w", force_zip64=True) as target,
            ):
                shutil.copyfileobj(source, target, 1 << 20)
    config = parse_json(read_config(copy), CONFIG_NAME)
    if isinstance(config, dict):
        # tf_keras forgets it where nothing is compiled, before it looks at anything.
        config.pop("compile_config", None)
    return copy, config


def _members(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    seen = set()
    for info in archive.infolist():
        name, shown = info.filename, printable(info.filename, 60)
        parts = name.split("/")
        is_asset = parts[0] == "assets" and not {"", ".", ".."} & set(parts)
        if name in seen or not (name in _MEMBERS or is_asset):
            raise ReadError(f"{shown} in the archive is none of tf_keras' own")
        if info.file_size > _MAX_RATIO * max(info.compress_size, 1024):
            raise ReadError(f"{shown} unpacks to far too much")
        seen.add(name)
        yield info
