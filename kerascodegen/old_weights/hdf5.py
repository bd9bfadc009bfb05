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
from kerascodegen.old_weights.errors import WeightsError

# Gzip brings weights, which are noise, to about nine tenths; zeros to a thousandth.
MAX_RATIO = 1100
# Attributes hold names: a layer of a thousand weights has some 100 KB of them.
MAX_NAMES_BYTES = 64 * 2**20
# The largest that people publish have some ten thousand.
MAX_DATASETS = 200_000
MAX_DEPTH = 64
# Models of tens of GB take a minute from a slow disk.
TIMEOUT = 1800.0
_SHOWN = 200
# The filters that come with the HDF5 library and load no plug-in: deflate, shuffle,
# fletcher32, szip, nbit, scaleoffset, and h5py's own lzf.
_FILTERS = frozenset({1, 2, 3, 4, 5, 6, 32000})


def check_hdf5(path: Path) -> None:
    """Read every dataset of a file once, in a process that may crash.

    Args:
        path: The file.

    Raises:
        WeightsError: It is damaged, or holds what Keras does not write.
    """
    if not sys.executable:
        # Python inside another program.
        with opened(path) as file:
            _read_all(file)
        return
    package = str(Path(__file__).parents[2])
    known = os.environ.get("PYTHONPATH", "")
    search = os.pathsep.join([package, known] if known else [package])
    shown = printable(path, _SHOWN)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", __name__, os.fspath(path.absolute())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            env={**os.environ, "PYTHONPATH": search},
        )
    except subprocess.TimeoutExpired:
        raise WeightsError(
            f"{shown} cannot be read in {TIMEOUT:.0f} seconds. Copy or download it "
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
def opened(path: Path) -> Iterator[Folder]:
    """Open an HDF5 file for reading.

    Args:
        path: The file, which `check_hdf5` has passed where it is a stranger's.

    Yields:
        Its root group.

    Raises:
        WeightsError: It is damaged, or h5py is not installed.
    """
    shown = printable(path, _SHOWN)
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
            if name == "." or not isinstance(here, h5py.Group) or name not in here:
                # HDF5 takes "." for the group itself; Keras writes no such name.
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
        """Go to a dataset that can be read; `None` where there is none of that path."""
        import h5py

        found = self.child(path)
        if not isinstance(found, h5py.Dataset):
            return None
        self._check_dataset(found)
        return found

    def names(self) -> list[str]:
        """List what is in the group."""
        return [str(name) for name in self._group]

    def attribute_text(self, name: str) -> str:
        """Read an attribute that is one short text; `""` where there is none."""
        listed = self._attribute(name)
        return listed[0] if len(listed) == 1 else ""

    def attribute_texts(self, name: str) -> list[str] | None:
        """Read a list of texts, which Keras cuts into pieces where it is long.

        Args:
            name: The attribute, without the number of a piece.

        Returns:
            The texts, or `None` where there is no such attribute.
        """
        if name in self._group.attrs:
            return self._attribute(name)
        texts: list[str] = []
        pieces = 0
        while f"{name}{pieces}" in self._group.attrs:
            texts += self._attribute(f"{name}{pieces}")
            pieces += 1
        return texts if pieces else None

    def walk(self) -> Iterator[tuple[str, Any]]:
        """Go to every dataset below, each once.

        Yields:
            Its path and the `h5py.Dataset`.
        """
        import h5py

        seen: set[Any] = set()
        stack: list[tuple[str, Any, int]] = [("", self._group, 0)]
        found = 0
        while stack:
            path, group, depth = stack.pop()
            if depth > MAX_DEPTH:
                raise WeightsError(f"{self.shown} has groups nested without end.")
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

    def _attribute(self, name: str) -> list[str]:
        if name not in self._group.attrs:
            return []
        kind = self._group.attrs.get_id(name)
        # An empty list has no storage, and h5py takes that for an error.
        size = kind.get_storage_size() if math.prod(kind.shape) else 0
        if size > MAX_NAMES_BYTES:
            raise WeightsError(
                f"The list {printable(name, 40)} in {self.shown} is {size:,} bytes "
                "long, which none is."
            )
        import numpy as np

        values = np.atleast_1d(self._group.attrs[name]).ravel().tolist()
        return [_text(value) for value in values]

    def _check_link(self, group: Any, name: str) -> None:
        import h5py

        link = group.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink):
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
        if dataset.dtype.kind not in "fiubSVO" or dataset.shape is None:
            raise WeightsError(f'"{name}" in {self.shown} holds no numbers.')
        plist = dataset.id.get_create_plist()
        filters = {plist.get_filter(n)[0] for n in range(plist.get_nfilters())}
        if filters - _FILTERS:
            raise WeightsError(
                f'"{name}" in {self.shown} is compressed by a plug-in, which none of '
                "Keras' files needs."
            )
        size = math.prod(dataset.shape) * dataset.dtype.itemsize
        stored = dataset.id.get_storage_size()
        compact = plist.get_layout() == h5py.h5d.COMPACT
        if size > MAX_RATIO * stored and not compact:
            raise WeightsError(
                f'"{name}" in {self.shown} claims {size:,} bytes, of which the file '
                f"holds {stored:,}."
            )


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def _read_all(root: Folder) -> None:
    for _, dataset in root.walk():
        if dataset.dtype.kind in "fiub":
            # In pieces, so that no more than one is in memory.
            for part in _parts(dataset):
                dataset[part]


def _parts(dataset: Any) -> Iterator[Any]:
    if not dataset.shape:
        yield ()
        return
    row = math.prod(dataset.shape[1:]) * dataset.dtype.itemsize
    step = max(1, (64 * 2**20) // max(row, 1))
    for start in range(0, dataset.shape[0], step):
        yield slice(start, start + step)


def main(path: str) -> None:
    """Read a file and write what is wrong with it, `""` for nothing, as JSON.

    Args:
        path: The file.
    """
    message = ""
    try:
        with opened(Path(path)) as root:
            _read_all(root)
    except WeightsError as error:
        message = str(error)
    sys.stdout.write(json.dumps(message))


if __name__ == "__main__":
    main(sys.argv[1])
