"""Read a `.keras` archive without keras: a zip with `config.json` inside.

Only named members are read, as streams and within bounds; nothing is extracted, and no
path is derived from what the archive says.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import IO

from kerascodegen.errors import ReadError
from kerascodegen.graph.model import Graph
from kerascodegen.readers.config import read_model_config
from kerascodegen.readers.jsontext import MAX_CONFIG_BYTES, parse_json

CONFIG_NAME = "config.json"
METADATA_NAME = "metadata.json"
# An archive has a config, metadata, weights and a few assets.
MAX_MEMBERS = 10_000
# JSON configs compress to about a twentieth; a bomb to a thousandth.
MAX_RATIO = 300
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
    return read_model_config(parse_json(read_config(path), CONFIG_NAME))


def read_config(path: Path) -> bytes:
    """Read the raw `config.json` of an archive, within bounds.

    Args:
        path: The archive.

    Returns:
        The member's bytes.

    Raises:
        ReadError: Not a zip, no such member, a damaged member, or a bomb.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _member(archive, path)
    except zipfile.BadZipFile:
        raise ReadError(
            f"{path} is not a .keras archive (not a zip file), or it is truncated."
        ) from None
    except (zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ReadError(
            f"The config inside {path} cannot be unpacked ({error})."
        ) from None


def _member(archive: zipfile.ZipFile, path: Path) -> bytes:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise ReadError(
            f"{path} has {len(members)} members; a .keras archive has a few."
        )
    named = [info for info in members if info.filename == CONFIG_NAME]
    if not named:
        raise ReadError(
            f"{path} is a zip file without {CONFIG_NAME}, so it is not a .keras archive."
        )
    if len(named) > 1:
        raise ReadError(
            f"{path} holds {CONFIG_NAME} {len(named)} times, "
            "so it is not clear which one is the model."
        )
    info = named[0]
    if info.file_size > MAX_CONFIG_BYTES or info.file_size > MAX_RATIO * max(
        info.compress_size, 1024
    ):
        raise ReadError(
            f"{CONFIG_NAME} in {path} unpacks to {info.file_size:,} bytes from "
            f"{info.compress_size:,}, which no model config does."
        )
    with archive.open(info) as stream:
        return _read_bounded(stream, info.file_size, path)


def _read_bounded(stream: IO[bytes], declared: int, path: Path) -> bytes:
    """Read to the end, but never past the declared size: headers can lie."""
    chunks: list[bytes] = []
    size = 0
    while chunk := stream.read(min(_CHUNK, declared - size + 1)):
        size += len(chunk)
        if size > declared:
            raise ReadError(
                f"{CONFIG_NAME} in {path} is longer than the archive declares."
            )
        chunks.append(chunk)
    return b"".join(chunks)


