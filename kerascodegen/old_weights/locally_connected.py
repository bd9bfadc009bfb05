"""Kernels of LocallyConnected layers, which Keras 2 could store in three ways.

`implementation=1` has a row of values for each place of the output, as the layer that
is written into the source. `2` has a value for every pair of an input and an output,
most of them masked; `3` has those that are not masked, sorted by output and then by
input (`tf_keras/src/layers/locally_connected/`, `conv_kernel_idxs` of
`utils/conv_utils.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kerascodegen.old_weights.slots import OwnSlots, changed_slot, plain_slot


def locally_connected(
    layer: Any, config: Mapping[str, object], path: tuple[str, ...]
) -> OwnSlots:
    """Give the slots of a layer that stands in for LocallyConnected1D or 2D.

    Args:
        layer: The layer, built.
        config: `implementation`, as a text.
        path: The layer's names in the file.

    Returns:
        The slots.
    """
    implementation = str(config.get("implementation") or "1")
    slots = OwnSlots(type(layer).__name__)
    for variable in layer._trainable_variables:
        if variable.name == "kernel" and implementation != "1":
            places = _Places.of(layer)
            shape, change = places.dense() if implementation == "2" else places.sparse()
            slots.trainable.append(changed_slot(variable, path, shape, change))
        elif variable.name == "bias" and layer.data_format == "channels_first":
            shape = tuple(variable.shape)
            slots.trainable.append(changed_slot(variable, path, shape, _as_added))
        else:
            slots.trainable.append(plain_slot(variable, path))
    return slots


def _as_added(bias: Any) -> Any:
    """Give a bias as Keras 2 added it to channels that come first.

    `bias_add` (`tf_keras/src/backend.py`) reshapes places by filters to filters by
    places, where it should have exchanged axes.
    """
    import numpy as np

    return np.moveaxis(bias.reshape(bias.shape[-1], *bias.shape[:-1]), 0, -1)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the kernel of each output place looks; a sequence is one row.

    Attributes:
        size: Rows and columns of the input.
        channels: Channels of the input.
        places: Rows and columns of the output.
        filters: Channels of the output.
        kernel: Rows and columns of the kernel.
        strides: Steps of the kernel.
        before: How far the first place reaches before the first row and column.
        first: Whether channels come before rows and columns.
        flat: Whether the layer has no rows.
    """

    size: tuple[int, int]
    channels: int
    places: tuple[int, int]
    filters: int
    kernel: tuple[int, int]
    strides: tuple[int, int]
    before: tuple[int, int]
    first: bool
    flat: bool

    @classmethod
    def of(cls, layer: Any) -> _Places:
        shape = tuple(layer._inbound_nodes[0].input_tensors[0].shape)
        rows, columns, channels = layer.image_shape(shape)
        same = layer.padding == "same"
        kernel = tuple(layer.kernel_size)
        return cls(
            (rows, columns),
            channels,
            (layer.places(rows, 0), layer.places(columns, 1)),
            layer.filters,
            (kernel[0], kernel[1]),
            (layer.strides[0], layer.strides[1]),
            (kernel[0] // 2, kernel[1] // 2) if same else (0, 0),
            layer.data_format == "channels_first",
            len(shape) == 3,
        )

    def dense(self) -> tuple[tuple[int, ...], Callable[[Any], Any]]:
        """Shape and conversion of `implementation=2`."""
        old = self._shape(self.size, self.channels) + self._shape(
            self.places, self.filters
        )

        def change(kernel: Any) -> Any:
            return self._gather(kernel.reshape(-1), self._pairs())

        return old, change

    def sparse(self) -> tuple[tuple[int, ...], Callable[[Any], Any]]:
        """Shape and conversion of `implementation=3`."""
        pairs = self._pairs()

        def change(kernel: Any) -> Any:
            import numpy as np

            # The number of a value is its rank among all that are there, by output
            # and then by input.
            inside = pairs >= 0
            order = np.argsort(self._sparse_keys()[inside], kind="stable")
            rank = np.empty_like(order)
            rank[order] = np.arange(order.size)
            numbers = np.full(pairs.shape, -1, dtype=np.int64)
            numbers[inside] = rank
            return self._gather(kernel, numbers)

        return (int((pairs >= 0).sum()),), change

    def _shape(self, size: tuple[int, int], channels: int) -> tuple[int, ...]:
        kept = size[1:] if self.flat else size
        return (channels, *kept) if self.first else (*kept, channels)

    def _axes(self) -> tuple[Any, ...]:
        """Rows, columns and channels seen, and rows, columns and channels given.

        All of them broadcast to one value for each place, each thing that its kernel
        sees, and each filter.
        """
        import numpy as np

        count = self.channels
        taps = (count, *self.kernel) if self.first else (*self.kernel, count)
        grid = np.indices((*self.places, *taps, self.filters), sparse=True)
        row, column, *seen, filters = grid
        if self.first:
            channel, i, j = seen
        else:
            i, j, channel = seen
        rows = row * self.strides[0] - self.before[0] + i
        columns = column * self.strides[1] - self.before[1] + j
        return rows, columns, channel, row, column, filters

    def _flat(self, row: Any, column: Any, channel: Any, size: Any, count: int) -> Any:
        """Number of a pixel's channel in a flattened image."""
        height, width = size
        if self.first:
            return (channel * height + row) * width + column
        return (row * width + column) * count + channel

    def _numbers(self) -> tuple[Any, Any]:
        """Numbers of input and output; that of the input is -1 outside of the image."""
        import numpy as np

        rows, columns, channel, row, column, filters = self._axes()
        height, width = self.size
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        seen = self._flat(rows, columns, channel, self.size, self.channels)
        given = self._flat(row, column, filters, self.places, self.filters)
        both = np.broadcast_arrays(np.where(inside, seen, -1), given)
        return both[0], both[1]

    def _pairs(self) -> Any:
        """Number in a flattened dense kernel, -1 outside of the image."""
        import numpy as np

        seen, given = self._numbers()
        count = math.prod(self.places) * self.filters
        return np.where(seen >= 0, seen * count + given, -1)

    def _sparse_keys(self) -> Any:
        """What the values of a sparse kernel are sorted by: output, then input."""
        seen, given = self._numbers()
        return given * (math.prod(self.size) * self.channels) + seen

    def _gather(self, values: Any, numbers: Any) -> Any:
        import numpy as np

        found = np.where(numbers >= 0, values[np.maximum(numbers, 0)], 0)
        count = math.prod(self.places)
        return found.reshape(count, -1, self.filters).astype(values.dtype)
