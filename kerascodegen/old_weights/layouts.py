"""Arrangements of weights that Keras 3 does not have, turned into its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kerascodegen.old_weights.locally_connected import locally_connected
from kerascodegen.old_weights.slots import (
    Layout,
    OwnSlots,
    changed_slot,
)


def _by_gate(gates: int, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Change the kernel of each gate by itself; they stand side by side."""

    def changed(kernel: Any) -> Any:
        import numpy as np

        return np.concatenate(
            [change(part) for part in np.split(kernel, gates, axis=1)], axis=1
        )

    return changed


def _row_by_row(kernel: Any) -> Any:
    """cuDNN keeps an input kernel row by row of its transpose.

    `_convert_rnn_weights` of `tf_keras/src/saving/legacy/hdf5_format.py` says so.
    """
    return kernel.T.reshape(kernel.shape, order="F")


def _cudnn(gates: int, cls: str, bias: Callable[[Any], Any]) -> Layout:
    def slots(
        layer: Any, config: Mapping[str, object], path: tuple[str, ...]
    ) -> OwnSlots:
        kernel, recurrent, both = layer.cell._trainable_variables
        shape = (2 * gates * int(recurrent.shape[0]),)
        return OwnSlots(
            cls,
            [
                changed_slot(
                    kernel, path, tuple(kernel.shape), _by_gate(gates, _row_by_row)
                ),
                changed_slot(
                    recurrent,
                    path,
                    tuple(recurrent.shape),
                    _by_gate(gates, lambda part: part.T),
                ),
                changed_slot(both, path, shape, bias),
            ],
            whole=True,
        )

    return slots


def _summed(bias: Any) -> Any:
    """A CuDNNLSTM adds one bias to the inputs and one to the states."""
    half = bias.shape[0] // 2
    return bias[:half] + bias[half:]


def _stacked(bias: Any) -> Any:
    """A CuDNNGRU has the same two biases as a GRU with the reset behind the product."""
    return bias.reshape(2, -1)


LAYOUTS: dict[str, Layout] = {
    "cudnn_lstm": _cudnn(4, "CuDNNLSTM", _summed),
    "cudnn_gru": _cudnn(3, "CuDNNGRU", _stacked),
    "locally_connected_1d": locally_connected,
    "locally_connected_2d": locally_connected,
}
