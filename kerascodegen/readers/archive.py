"""Read a `.keras` archive without keras: a zip with `config.json` inside.

Only the named member is read, as a stream and within bounds; nothing is extracted, and
no path is derived from what the archive says.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import IO

from kerascodegen.errors import ReadError, printable
from kerascodegen.graph.model import Graph
from kerascodegen.readers.config import read_model_config
from kerascodegen.readers.jsontext import MAX_CONFIG_BYTES, SHOWN_PATH, parse_json

CONFIG_NAME = "config.json"
# An archive has a config, metadata, weights and a few assets.
MAX_MEMBERS = 10_000
# JSON configs compress to about a twentieth; a bomb to a thousandth.
MAX_RATIO = 300
# What Keras' own writer uses; others only slow a reader down.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1
_CHUNK = 1 << 20


def read_archive(path: Path) -> Graph:
    """Read the model of a `.keras` archive.

    Args:
        path: The archive.

    Returns:
        Its graph.

    Raises:
        ReadError: Not an archive, or a damaged or hostile one.
        UnsupportedModelError: A model that source cannot be written for.
    """
    where = f"{CONFIG_NAME} in {printable(path, SHOWN_PATH)}"
    return read_model_config(parse_json(read_config(path), where))


def read_config(path: Path) -> bytes:
    """Read the raw `config.json` of an archive, within bounds.

    Args:
        path: The archive.

    Returns:
        The member's bytes.

    Raises:
        ReadError: Not a zip, no such member, a damaged member, or a bomb.
    """
    shown = printable(path, SHOWN_PATH)
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        # Offsets of a damaged archive lead to places where no file can be read.
        raise ReadError(
            f"{shown} begins like a .keras archive (a zip file), but is truncated or "
            "damaged. Copy or download it again."
        ) from error
    with archive:
        info = _config_member(archive, shown)
        try:
            with archive.open(info) as stream:
                return _read_bounded(stream, info.file_size, shown)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            RuntimeError,
            ValueError,
            OSError,
        ) as error:
            # A damaged offset leads to where nothing can be read.
            is_place = isinstance(error, OSError)
            what = "is not where the archive says" if is_place else "is damaged"
            why = "" if is_place else f": {printable(error)}"
            raise ReadError(
                f"{CONFIG_NAME} in {shown} {what}{why}. Copy or download the file "
                "again."
            ) from error


def _config_member(archive: zipfile.ZipFile, shown: str) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise ReadError(
            f"{shown} has {len(members)} members; a .keras archive has a few."
        )
    named = [info for info in members if info.filename == CONFIG_NAME]
    if not named:
        raise ReadError(
            f"{shown} is a zip file without {CONFIG_NAME}, so it is not a .keras "
            "archive."
        )
    if len(named) > 1:
        raise ReadError(
            f"{shown} holds {CONFIG_NAME} {len(named)} times, "
            "so it is not clear which one is the model."
        )
    info = named[0]
    if info.flag_bits & _ENCRYPTED:
        raise ReadError(
            f"{CONFIG_NAME} in {shown} is encrypted. Unpack it with its password and "
            "pass config.json."
        )
    if info.compress_type not in _METHODS:
        raise ReadError(
            f"{CONFIG_NAME} in {shown} is compressed in a way that Keras does not use. "
            "Unpack it and pass config.json."
        )
    if info.file_size > MAX_CONFIG_BYTES or info.file_size > MAX_RATIO * max(
        info.compress_size, 1024
    ):
        raise ReadError(
            f"{CONFIG_NAME} in {shown} unpacks to {info.file_size:,} bytes from "
            f"{info.compress_size:,}, which no model config does."
        )
    return info


def _read_bounded(stream: IO[bytes], declared: int, shown: str) -> bytes:
    """Read to the end, but never past the declared size: headers can lie."""
    chunks: list[bytes] = []
    size = 0
    while chunk := stream.read(min(_CHUNK, declared - size + 1)):
        size += len(chunk)
        if size > declared:
            raise ReadError(
                f"{CONFIG_NAME} in {shown} is longer than the archive declares."
            )
        chunks.append(chunk)
    return b"".join(chunks)
