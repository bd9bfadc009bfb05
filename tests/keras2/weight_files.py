"""Files of weights made by hand, and proof of which other files were opened."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Arrays = Mapping[str, Mapping[str, Any]]
_IN_OPEN = 0x20


def dense_arrays() -> dict[str, dict[str, Any]]:
    """The weights of a Dense layer `d` from three to two, each value another."""
    kernel = np.arange(6, dtype="float32").reshape(3, 2)
    return {"d": {"d/kernel:0": kernel, "d/bias:0": np.array([7, 8], "float32")}}


def write_weights(
    path: Path,
    arrays: Arrays,
    *,
    version: str = "2.9.0",
    backend: str = "tensorflow",
    pieces: int = 0,
    **how: Any,
) -> Path:
    """Write arrays as `save_weights("….h5")` of Keras 2 does.

    Args:
        path: The file.
        arrays: For each layer its arrays, by name and in order.
        version: The Keras to name, or `""` as before 2.0.
        backend: The backend to name, or `""`.
        pieces: Into how many attributes to cut the list of layers.
        **how: Goes to `create_dataset`.

    Returns:
        The path.
    """
    with h5py.File(path, "w") as file:
        if version:
            file.attrs["keras_version"] = version.encode()
        if backend:
            file.attrs["backend"] = backend.encode()
        names = [name.encode() for name in arrays]
        if pieces:
            for number, part in enumerate(np.array_split(names, pieces)):
                file.attrs[f"layer_names{number}"] = part
        else:
            file.attrs["layer_names"] = names
        for layer, weights in arrays.items():
            group = file.require_group(layer)
            group.attrs["weight_names"] = [name.encode() for name in weights]
            for name, value in weights.items():
                extra = how if np.ndim(value) else {}
                group.create_dataset(name, data=value, **extra)
    return path


@contextmanager
def watched(path: Path) -> Iterator[Callable[[], bool]]:
    """Watch a file for being opened, by whichever process.

    Args:
        path: The file.

    Yields:
        Tells whether it was opened so far. Linux only.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    assert watch >= 0
    assert libc.inotify_add_watch(watch, os.fsencode(path), _IN_OPEN) >= 0

    def was_opened() -> bool:
        try:
            return bool(os.read(watch, 4096))
        except BlockingIOError:
            return False

    try:
        yield was_opened
    finally:
        os.close(watch)
