"""Arrangements of Keras 1, where each gate had arrays of its own.

The facts are those of `preprocess_weights_for_loading` in Keras 2
(`keras/engine/saving.py` of 2.2, `tf_keras/src/saving/legacy/hdf5_format.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerascodegen.old_weights.slots import (
    OwnSlots,
    Slot,
    Target,
    changed_slot,
    plain_slot,
)

_Maker = Callable[[Any, "tuple[str, ...]"], OwnSlots]


def keras_1_slots(layer: Any, path: tuple[str, ...], *, gates: bool) -> OwnSlots | None:
    """Give the slots of a layer that Keras 1 stored in a way of its own.

    Args:
        layer: A built layer of Keras 3.
        path: The layer's names in the file.
        gates: Whether each gate has arrays of its own; with `consume_less="gpu"`
            Keras 1 joined them as Keras 2 does.

    Returns:
        The slots, or `None` where Keras 2 stores it alike.
    """
    name = type(layer).__name__
    maker = _MAKERS.get(name) or (_GATES.get(name) if gates else None)
    return maker(layer, path) if maker else None


def _gates(*order: int) -> _Maker:
    """Arrays by gate: its input kernel, its recurrent kernel, its bias.

    Args:
        *order: For each gate in the old order, its number in the new one.
    """

    def slots(layer: Any, path: tuple[str, ...]) -> OwnSlots:
        cell = layer.cell
        targets = [Target(variable) for variable in cell._trainable_variables]
        units = targets[0].shape[-1] // len(order)
        turned = getattr(cell, "data_format", "") == "channels_first"
        listed = [
            _column_slot(target, path, gate * units, units, turned)
            for gate in order
            for target in targets
        ]
        return OwnSlots(type(layer).__name__, listed, whole=True)

    return slots


def _column_slot(
    target: Target, path: tuple[str, ...], start: int, units: int, turned: bool
) -> Slot:
    shape = (*target.shape[:-1], units)
    turned = turned and len(shape) == 4

    def put(value: Any) -> None:
        # Rows and columns came last where channels came first.
        target.fill_columns(start, value.transpose(2, 3, 1, 0) if turned else value)

    if turned:
        shape = (shape[3], shape[2], shape[0], shape[1])
    return Slot(path, f"{target.name}[{start}:]", shape, put, target)


def _kernel(change: Callable[[Any, Any], tuple[Any, Any]]) -> _Maker:
    """Another arrangement of the kernel, which comes first; the bias is as it is."""

    def slots(layer: Any, path: tuple[str, ...]) -> OwnSlots:
        kernel, *rest = layer._trainable_variables
        shapes, changed = change(layer, tuple(kernel.shape))
        first = changed_slot(kernel, path, shapes[0], changed, tuple(shapes[1:]))
        others = [plain_slot(variable, path) for variable in rest]
        return OwnSlots(type(layer).__name__, [first, *others])

    return slots


def _conv_1d(layer: Any, shape: Any) -> tuple[Any, Any]:
    """Conv1D was a Conv2D of one column: (length, 1, channels, filters).

    Keras 1.1 had (filters, channels, length, 1).
    """
    length, channels, filters = shape
    now, before = (length, 1, channels, filters), (filters, channels, length, 1)

    def change(kernel: Any) -> Any:
        if kernel.shape != now:
            kernel = kernel.transpose(2, 3, 1, 0)
        return kernel[:, 0]

    return (now, before), change


def _transposed(first: tuple[int, ...], last: tuple[int, ...] | None) -> Any:
    """Axes of the kernel under channels_first and channels_last, to those of today."""

    def change(layer: Any, shape: Any) -> tuple[Any, Any]:
        axes = first if layer.data_format == "channels_first" else last
        if axes is None:
            return (shape,), lambda kernel: kernel
        old = [0] * len(shape)
        for place, axis in enumerate(axes):
            old[axis] = shape[place]
        return (tuple(old),), lambda kernel: kernel.transpose(axes)

    return change


_GATES: dict[str, _Maker] = {
    # i, c, f, o became i, f, c, o.
    "LSTM": _gates(0, 2, 1, 3),
    "ConvLSTM2D": _gates(0, 2, 1, 3),
    # z, r, h.
    "GRU": _gates(0, 1, 2),
}
_MAKERS: dict[str, _Maker] = {
    "Conv1D": _kernel(_conv_1d),
    # Rows and columns came last where channels came first.
    "Conv2D": _kernel(_transposed((2, 3, 1, 0), None)),
    "Conv2DTranspose": _kernel(_transposed((2, 3, 0, 1), (0, 1, 3, 2))),
    "Conv3D": _kernel(_transposed((2, 3, 4, 1, 0), None)),
}
