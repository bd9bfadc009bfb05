"""Arrays as a file has them, before anything is known of where they belong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Stored:
    """An array of a file.

    Attributes:
        name: As the file calls it: `"dense/kernel:0"`, or `"0"`.
        shape: Its shape.
        read: Gives the values, a NumPy array.
    """

    name: str
    shape: tuple[int, ...]
    read: Callable[[], Any]

    @property
    def short(self) -> str:
        """The last part of the name, without TensorFlow's number of the output."""
        return self.name.rpartition("/")[2].partition(":")[0]


def from_dataset(name: str, dataset: Any) -> Stored:
    """Take a dataset of an HDF5 file.

    Args:
        name: What to call it.
        dataset: An `h5py.Dataset`; the file stays open.

    Returns:
        The array, not read yet.
    """

    def read() -> Any:
        return _numbers(dataset[()])

    return Stored(name, tuple(dataset.shape), read)


def _numbers(values: Any) -> Any:
    """Give bfloat16, which HDF5 has as two bytes of anything, as floats."""
    import numpy as np

    if np.asarray(values).dtype.kind != "V":
        return values
    halves = np.frombuffer(np.asarray(values).tobytes(), "<u2")
    floats = (halves.astype("<u4") << 16).view("<f4")
    return floats.reshape(np.shape(values))


def from_variable(variable: Any) -> Stored:
    """Take a live variable of tf_keras.

    Args:
        variable: A `tf.Variable`.

    Returns:
        The array, not read yet.
    """
    return Stored(str(variable.name), tuple(variable.shape), variable.numpy)
