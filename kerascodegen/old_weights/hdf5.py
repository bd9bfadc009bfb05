"""HDF5 files that may be hostile: what they hold is looked at before it is read.

HDF5 lets a file point into other files (external links, external storage, virtual
datasets), at itself (soft links), and claim any size for data that it does not hold.
Keras writes none of these, so each is refused (CVE-2026-1669). A damaged file can also
bring the library down with the whole process: `check_hdf5` reads all of it once in a
process of its own, behind which it can be read here.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kerascodegen.errors import printable
from kerascodegen.isolated import (
    FOR_HDF5,
    can_isolate,
    limit_memory,
    run_isolated,
)
from kerascodegen.old_weights.errors import WeightsError

# Gzip brings weights, which are noise, to about nine tenths; zeros to a thousandth, but
# nobody has large arrays of them.
MAX_RATIO = 1100
MAX_RATIO_LARGE = 100
LARGE = 64 * 2**20
# Attributes hold names: a layer of a thousand weights has some 100 KB of them.
MAX_NAMES_BYTES = 16 * 2**20
# The largest that people publish have some ten thousand.
MAX_DATASETS = 200_000
MAX_DEPTH = 64
# Damage can also send the library round in circles. Sound files of any size are read
# at this speed from a slow disk.
TIMEOUT = 60.0
_BYTES_A_SECOND = 5e6
# What is read at once, many times over.
MAX_MEMORY = 4 * 2**30
_PIECE = 64 * 2**20
# A chunk is read as a whole; writers that cut arrays into chunks take small ones.
_SMALL_CHUNK = 2**20
_SHOWN = 200
# The filters that come with the HDF5 library and load no plug-in: deflate, shuffle,
# fletcher32, szip, nbit, scaleoffset, and h5py's own lzf.
_FILTERS = frozenset({1, 2, 3, 4, 5, 6, 32000})
# Attributes that are read of groups.
_LISTS = ("layer_names", "weight_names")
_TEXTS = ("keras_version", "backend")


def check_hdf5(path: Path, shown: str = "") -> None:
    """Read all of a file once, in a process that may crash.

    Args:
        path: The file.
        shown: What to call it in messages, where that is not its path.

    Raises:
        WeightsError: It is damaged, or holds what Keras does not write.
    """
    shown = shown or printable(path, _SHOWN)
    if not can_isolate():
        with opened(path, shown) as file:
            _read_all(file)
        return
    place = os.fspath(path.absolute())
    timeout = TIMEOUT + path.stat().st_size / _BYTES_A_SECOND
    try:
        done = run_isolated(__name__, [place, shown], timeout, **FOR_HDF5)
    except subprocess.TimeoutExpired:
        raise WeightsError(
            f"{shown} cannot be read in {timeout:.0f} seconds. Copy or download it "
            "again."
        ) from None
    message = None
    if done.returncode == 0:
        with contextlib.suppress(ValueError):
            message = json.loads(done.stdout)
    if message is None:
        raise WeightsError(
            f"{shown} is truncated or damaged: its weights cannot be read. Copy or "
            "download it again."
        )
    if message:
        raise WeightsError(str(message))


@contextlib.contextmanager
def opened(path: Path, shown: str = "") -> Iterator[Folder]:
    """Open an HDF5 file for reading.

    Args:
        path: The file, which `check_hdf5` has passed where it is a stranger's.
        shown: What to call it in messages, where that is not its path.

    Yields:
        Its root group.

    Raises:
        WeightsError: It is damaged, or h5py is not installed.
    """
    shown = shown or printable(path, _SHOWN)
    try:
        import h5py
    except ImportError:
        raise WeightsError(
            f"{shown} is an HDF5 file, for which h5py is needed: pip install h5py."
        ) from None
    try:
        with h5py.File(path, "r", locking=False) as file:
            yield Folder(file, shown)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        reason = printable(str(error).strip(), 120)
        raise WeightsError(
            f"{shown} is truncated or damaged ({reason}). Copy or download it again."
        ) from error


class Folder:
    """A group of an HDF5 file, from which nothing leads out of the file.

    Attributes:
        shown: What to call the file in messages.
    """

    def __init__(self, group: Any, shown: str) -> None:
        self._group = group
        self.shown = shown

    def child(self, path: str) -> Any:
        """Go to a group or dataset by its path, link by link.

        Args:
            path: Names with slashes between.

        Returns:
            The `h5py` object, or `None` where there is none.

        Raises:
            WeightsError: A link on the way is not a plain one.
        """
        import h5py

        here = self._group
        for name in path.split("/"):
            if not name:
                continue
            # HDF5 takes "." for the group itself; Keras writes no such name.
            if name == "." or not isinstance(here, h5py.Group):
                return None
            if not here.id.links.exists(_encoded(name)):
                return None
            self._check_link(here, name)
            here = here[name]
        return here

    def folder(self, path: str) -> Folder | None:
        """Go to a group; `None` where there is none of that path."""
        import h5py

        found = self.child(path)
        return Folder(found, self.shown) if isinstance(found, h5py.Group) else None

    def dataset(self, path: str) -> Any | None:
        """Go to numbers that can be read; `None` where there are none of that path."""
        import h5py

        found = self.child(path)
        if not isinstance(found, h5py.Dataset):
            return None
        self._check_dataset(found)
        if not is_numbers(found):
            name = printable(found.name, 80)
            raise WeightsError(f'"{name}" in {self.shown} holds no numbers.')
        return found

    def names(self) -> list[str]:
        """List what is in the group."""
        return [str(name) for name in self._group]

    def attribute_text(self, name: str) -> str:
        """Read an attribute that is one short text; `""` where there is none."""
        listed = self._attribute(name, MAX_NAMES_BYTES)
        return listed[0] if len(listed) == 1 else ""

    def attribute_texts(self, name: str) -> list[str] | None:
        """Read a list of texts, which Keras cuts into pieces where it is long.

        Args:
            name: The attribute, without the number of a piece.

        Returns:
            The texts, or `None` where there is no such attribute.
        """
        if name in self._group.attrs:
            return self._attribute(name, MAX_NAMES_BYTES)
        texts: list[str] = []
        pieces, left = 0, MAX_NAMES_BYTES
        while (piece := f"{name}{pieces}") in self._group.attrs:
            texts += self._attribute(piece, left)
            left -= self._group.attrs.get_id(piece).get_storage_size()
            pieces += 1
        return texts if pieces else None

    def walk(self) -> Iterator[tuple[str, Any]]:
        """Go to every dataset below, each once.

        Yields:
            Its path and the `h5py.Dataset`.
        """
        import h5py

        for path, one in self.visit():
            if isinstance(one, h5py.Dataset):
                yield path, one

    def visit(self) -> Iterator[tuple[str, Any]]:
        """Go to every group and dataset below, each once.

        Yields:
            Its path, and a `Folder` or an `h5py.Dataset`.
        """
        import h5py

        seen: set[Any] = set()
        stack: list[tuple[str, Any, int]] = [("", self._group, 0)]
        found = 0
        while stack:
            path, group, depth = stack.pop()
            if depth > MAX_DEPTH:
                raise WeightsError(f"{self.shown} has groups nested without end.")
            yield path, Folder(group, self.shown)
            for name in group:
                self._check_link(group, name)
                one = group[name]
                key = h5py.h5o.get_info(one.id).addr
                if key in seen:
                    continue
                seen.add(key)
                if isinstance(one, h5py.Group):
                    stack.append((f"{path}{name}/", one, depth + 1))
                elif isinstance(one, h5py.Dataset):
                    found += 1
                    if found > MAX_DATASETS:
                        raise WeightsError(
                            f"{self.shown} has more than {MAX_DATASETS:,} arrays, "
                            "which no model has."
                        )
                    self._check_dataset(one)
                    yield f"{path}{name}", one

    def _attribute(self, name: str, limit: int) -> list[str]:
        import h5py

        if name not in self._group.attrs:
            return []
        kind = self._group.attrs.get_id(name)
        if kind.shape is not None and not math.prod(kind.shape):
            # An empty list has no storage, and h5py takes that for an error.
            return []
        shown = f"The list {printable(name, 40)} in {self.shown}"
        if kind.shape is None or h5py.check_string_dtype(kind.dtype) is None:
            raise WeightsError(
                f"{shown} is not one of texts, which it is in every file."
            )
        size = kind.get_storage_size()
        if size > limit:
            raise WeightsError(f"{shown} is {size:,} bytes long, which none is.")
        import numpy as np

        values = np.atleast_1d(self._group.attrs[name]).ravel().tolist()
        return [_text(value) for value in values]

    def _check_link(self, group: Any, name: str) -> None:
        import h5py

        # The link itself is looked at, not where it leads.
        link = group.id.links.get_info(_encoded(name))
        if link.type != h5py.h5l.TYPE_HARD:
            raise WeightsError(
                f'"{printable(name, 60)}" in {self.shown} is a link to another place '
                "or file, which Keras does not write; it is not followed."
            )

    def _check_dataset(self, dataset: Any) -> None:
        import h5py

        name = printable(dataset.name, 80)
        if dataset.external or dataset.is_virtual:
            raise WeightsError(
                f'"{name}" in {self.shown} takes its values from another file, which '
                "Keras does not write; none is opened."
            )
        plist = dataset.id.get_create_plist()
        filters = [plist.get_filter(n)[0] for n in range(plist.get_nfilters())]
        if set(filters) - _FILTERS or len(set(filters)) < len(filters):
            raise WeightsError(
                f'"{name}" in {self.shown} is compressed by a plug-in or in a way of '
                "its own, which none of Keras' files needs."
            )
        if dataset.shape is None:
            return
        size = math.prod(dataset.shape) * dataset.dtype.itemsize
        compact = plist.get_layout() == h5py.h5d.COMPACT
        stored = size if compact else dataset.id.get_storage_size()
        ratio = MAX_RATIO if size <= LARGE else MAX_RATIO_LARGE
        chunk = math.prod(dataset.chunks or ()) * dataset.dtype.itemsize
        claimed = max(size, chunk if chunk > _SMALL_CHUNK else 0)
        if size > ratio * stored or claimed > size:
            raise WeightsError(
                f'"{name}" in {self.shown} claims {claimed:,} bytes, of which the file '
                f"holds {stored:,}."
            )


def is_numbers(dataset: Any) -> bool:
    """Tell whether a dataset is numbers, which alone are weights.

    Args:
        dataset: An `h5py.Dataset`.

    Returns:
        Whether they are floats, integers, booleans, or two bytes of anything: the
        form in which TensorFlow's bfloat16 is stored.
    """
    kind = dataset.dtype
    if dataset.shape is None:
        return False
    return kind.kind in "fiub" or (kind.kind == "V" and kind.str == "|V2")


def _encoded(name: str) -> bytes:
    """The bytes of a link's name, of which `h5py` makes such a text."""
    return name.encode("utf-8", "surrogateescape")


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def _read_all(root: Folder) -> None:
    for _, one in root.visit():
        if isinstance(one, Folder):
            for name in _LISTS:
                one.attribute_texts(name)
            for name in _TEXTS:
                one.attribute_text(name)
        elif is_numbers(one):
            # In pieces, so that no more than one is in memory.
            for part in _parts(tuple(one.shape), one.dtype.itemsize):
                one[part]


def _parts(shape: tuple[int, ...], itemsize: int) -> Iterator[tuple[Any, ...]]:
    """Cut an array into pieces."""
    row = math.prod(shape[1:]) * itemsize
    if not shape or not row:
        yield ()
    elif row > _PIECE:
        for index in range(shape[0]):
            for inner in _parts(shape[1:], itemsize):
                yield index, *inner
    else:
        step = max(1, _PIECE // row)
        for start in range(0, shape[0], step):
            yield (slice(start, start + step),)


def main(path: str, shown: str) -> None:
    """Read a file and write what is wrong with it, `""` for nothing, as JSON.

    Args:
        path: The file.
        shown: What to call it.
    """
    limit_memory(MAX_MEMORY)
    sys.stdout.write(json.dumps(whats_wrong(Path(path), shown)))


def whats_wrong(path: Path, shown: str) -> str:
    """Read all of a file once, in this very process.

    Args:
        path: The file.
        shown: What to call it.

    Returns:
        What is wrong with it, `""` for nothing.
    """
    try:
        with opened(path, shown) as root:
            _read_all(root)
    except WeightsError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main(*sys.argv[1:])
