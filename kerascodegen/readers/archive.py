"""Read a `.keras` archive without keras: a zip with `config.json` inside.

Only named members are read, as streams and within bounds; nothing is extracted, and no
path is derived from what the archive says.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kerascodegen.errors import ReadError, printable
from kerascodegen.graph.model import Graph
from kerascodegen.readers.assets import needs_assets, with_vocabularies
from kerascodegen.readers.config import read_model_config
from kerascodegen.readers.jsontext import MAX_CONFIG_BYTES, SHOWN_PATH, parse_json

CONFIG_NAME = "config.json"
METADATA_NAME = "metadata.json"
MAX_METADATA_BYTES = 100_000
# An archive has a config, metadata, weights and a few assets.
MAX_MEMBERS = 10_000
# JSON configs compress to about a twentieth; a bomb to a thousandth.
MAX_RATIO = 300
# All vocabularies of a model together; Wikipedia's words take about as much.
MAX_ASSET_BYTES = 64 * 1024 * 1024
# The largest that people publish have two million words.
MAX_WORDS = 4_000_000
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
    shown = printable(path, SHOWN_PATH)
    with _opened(path, shown) as archive:
        reader = _MemberReader(archive, shown)
        data = parse_json(reader.read_config(), f"{CONFIG_NAME} in {shown}")
        version = reader.read_version()
        if version.startswith("2.") and isinstance(data, dict):
            from kerascodegen.readers.keras2.read import read_keras_2

            graph = read_keras_2(data, version=version, container="keras")
        else:
            graph = read_model_config(data)
        if needs_assets(graph):
            graph = with_vocabularies(graph, reader.read_asset)
        return graph


def read_config(path: Path) -> bytes:
    """Read the config out of a `.keras` archive, as its JSON text.

    Args:
        path: The archive.

    Returns:
        The text.

    Raises:
        ReadError: Not an archive, or a damaged or hostile one.
    """
    shown = printable(path, SHOWN_PATH)
    with _opened(path, shown) as archive:
        return _MemberReader(archive, shown).read_config()


def read_version(path: Path) -> str:
    """Read which Keras wrote a `.keras` archive.

    Args:
        path: The archive.

    Returns:
        Such as `"2.15.0"`; `""` where it does not say.

    Raises:
        ReadError: Not an archive, or a damaged or hostile one.
    """
    shown = printable(path, SHOWN_PATH)
    with _opened(path, shown) as archive:
        return _MemberReader(archive, shown).read_version()


@contextmanager
def _opened(path: Path, shown: str) -> Iterator[zipfile.ZipFile]:
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
        yield archive


class _MemberReader:
    """Reads members by their exact names, each and all together within bounds."""

    def __init__(self, archive: zipfile.ZipFile, shown: str) -> None:
        self._archive = archive
        self._shown = shown
        self._asset_bytes = 0
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise ReadError(
                f"{shown} has {len(members)} members; a .keras archive has a few."
            )
        self._members: dict[str, list[zipfile.ZipInfo]] = {}
        for info in members:
            self._members.setdefault(info.filename, []).append(info)

    def read_config(self) -> bytes:
        """Read the config, which every archive has."""
        data = self.read(CONFIG_NAME, MAX_CONFIG_BYTES)
        if data is None:
            raise ReadError(
                f"{self._shown} is a zip file without {CONFIG_NAME}, so it is not a "
                ".keras archive."
            )
        return data

    def read_version(self) -> str:
        """Read which Keras wrote the archive, `""` where it does not say."""
        data = self.read(METADATA_NAME, MAX_METADATA_BYTES)
        if data is None:
            return ""
        metadata = parse_json(data, f"{METADATA_NAME} in {self._shown}")
        version = metadata.get("keras_version") if isinstance(metadata, dict) else ""
        return version if isinstance(version, str) else ""

    def read_asset(self, name: str) -> bytes | None:
        """Read a vocabulary, counted together with those before it."""
        data = self.read(name, MAX_ASSET_BYTES - self._asset_bytes)
        self._asset_bytes += len(data or b"")
        if data is not None and data.count(b"\n") > MAX_WORDS:
            raise ReadError(
                f"{name} in {self._shown} has more than {MAX_WORDS:,} lines, which no "
                "vocabulary has."
            )
        return data

    def read(self, name: str, limit: int) -> bytes | None:
        """Read a member, or give `None` where there is none of that name."""
        named = self._members.get(name, [])
        if not named:
            return None
        shown = self._shown
        if len(named) > 1:
            which = "the model" if name == CONFIG_NAME else "the layer's vocabulary"
            raise ReadError(
                f"{shown} holds {name} {len(named)} times, "
                f"so it is not clear which one is {which}."
            )
        self._check(named[0], limit)
        try:
            with self._archive.open(named[0]) as stream:
                return _read_bounded(stream, named[0], shown)
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
                f"{name} in {shown} {what}{why}. Copy or download the file again."
            ) from error

    def _check(self, info: zipfile.ZipInfo, limit: int) -> None:
        """Refuse a member that Keras would not have written."""
        name, shown = info.filename, self._shown
        instead = " and pass config.json" if name == CONFIG_NAME else ""
        if info.flag_bits & _ENCRYPTED:
            raise ReadError(
                f"{name} in {shown} is encrypted. Unpack it with its password{instead}."
            )
        if info.compress_type not in _METHODS:
            raise ReadError(
                f"{name} in {shown} is compressed in a way that Keras does not use. "
                f"Unpack it{instead}."
            )
        too_dense = info.file_size > MAX_RATIO * max(info.compress_size, 1024)
        if info.file_size > limit or too_dense:
            what = "model config" if name == CONFIG_NAME else "vocabulary"
            raise ReadError(
                f"{name} in {shown} unpacks to {info.file_size:,} bytes from "
                f"{info.compress_size:,}, which no {what} does."
            )


def _read_bounded(stream: IO[bytes], info: zipfile.ZipInfo, shown: str) -> bytes:
    """Read to the end, but never past the declared size: headers can lie."""
    chunks: list[bytes] = []
    size = 0
    while chunk := stream.read(min(_CHUNK, info.file_size - size + 1)):
        size += len(chunk)
        if size > info.file_size:
            raise ReadError(
                f"{info.filename} in {shown} is longer than the archive declares."
            )
        chunks.append(chunk)
    return b"".join(chunks)
