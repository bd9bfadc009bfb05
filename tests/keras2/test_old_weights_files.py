"""Files of weights that no Keras of today writes: in pieces, of 2.12, of Keras 1."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from kerascodegen import generate, load_weights
from kerascodegen.old_weights import hdf5
from kerascodegen.old_weights.hdf5 import whats_wrong
from tests import roundtrip
from tests.keras2.predictions import assert_same_predictions, draw_weights
from tests.keras2.weight_files import write_weights

K = keras.layers


@pytest.fixture(autouse=True)
def check_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check files in this process."""

    def check(path: Path, shown: str = "") -> None:
        assert whats_wrong(path, shown) == ""

    monkeypatch.setattr(hdf5, "check_hdf5", check)


def _random(*shape: int) -> Any:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype("float32")


# Lists in pieces.


@pytest.mark.parametrize("pieces", [0, 7])
def test_a_list_of_layers_in_pieces(pieces: int, tmp_path: Path) -> None:
    """Keras cuts it where it is longer than 64 KB: from some thousand layers on."""
    names = [f"d{number}" for number in range(20)]
    layers = [K.Dense(1, use_bias=False, name=name) for name in names]
    model = keras.Sequential([keras.Input((1,)), *layers])
    arrays = {
        name: {f"{name}/kernel:0": np.full((1, 1), place, "float32")}
        for place, name in enumerate(names)
    }
    load_weights(model, write_weights(tmp_path / "w.h5", arrays, pieces=pieces))
    assert [float(w[0, 0]) for w in model.get_weights()] == list(range(20))


def test_a_list_of_weights_in_pieces(tmp_path: Path) -> None:
    path = write_weights(
        tmp_path / "w.h5",
        {"d": {"d/kernel:0": _random(3, 2), "d/bias:0": _random(2)}},
    )
    with h5py.File(path, "r+") as file:
        names = file["d"].attrs["weight_names"]
        del file["d"].attrs["weight_names"]
        for number, name in enumerate(names):
            file["d"].attrs[f"weight_names{number}"] = np.array([name.encode()])
    model = keras.Sequential([keras.Input((3,)), K.Dense(2, name="d")])
    load_weights(model, path)
    assert (model.get_weights()[1] == _random(2)).all()


# `.keras` of 2.12.


def test_keras_of_2_12(tmp_path: Path) -> None:
    """The list of layers had another name, and numbers were given to all trackables."""
    tk = pytest.importorskip("tf_keras")
    inputs = tk.Input((4,))
    inner = tk.Sequential(
        [tk.Input((4,)), *(tk.layers.Dense(4) for _ in range(3))], name="inner"
    )
    x = inner(tk.layers.Dense(4)(inputs))
    for _ in range(11):
        x = tk.layers.Dense(4)(x)
    model = tk.Model(inputs, x)
    draw_weights(model)
    model.save(tmp_path / "new.keras")
    _as_of_2_12(tmp_path / "new.keras", tmp_path / "old.keras")
    rebuilt = roundtrip.execute(str(generate(tmp_path / "old.keras"))).build_model()
    load_weights(rebuilt, tmp_path / "old.keras")
    assert_same_predictions(model, rebuilt)


def _as_of_2_12(new: Path, old: Path) -> None:
    weights = old.with_suffix(".h5")
    with zipfile.ZipFile(new) as source, zipfile.ZipFile(old, "w") as copy:
        weights.write_bytes(source.read("model.weights.h5"))
        with h5py.File(weights, "r+") as file:
            _renumber(file)
        for name in ("config.json", "metadata.json"):
            copy.writestr(name, source.read(name).replace(b"2.21.0", b"2.12.0"))
        copy.write(weights, "model.weights.h5")


def _renumber(group: Any) -> None:
    """Rename lists of layers, and leave gaps in their numbers."""
    for name in list(group):
        if not isinstance(group[name], h5py.Group):
            continue
        _renumber(group[name])
        stem, _, number = name.rpartition("_")
        if stem == "dense":
            group.move(name, f"dense_{100 + 3 * int(number)}")
        if name == "layers":
            # Backwards, since a larger number may be taken.
            group.move(name, "_layer_checkpoint_dependencies")


# Keras 1, with tf_keras' own converter to compare with.


def _by_gate(kernel: Any, recurrent: Any, bias: Any, order: str, old: str) -> list[Any]:
    """Cut arrays of today into those of each gate."""
    count = len(order)
    cut = [np.split(one, count, axis=-1) for one in (kernel, recurrent, bias)]
    return [part[order.index(gate)] for gate in old for part in cut]


def _named(layer: str, arrays: list[Any]) -> dict[str, dict[str, Any]]:
    return {layer: {f"{layer}_p{n}": one for n, one in enumerate(arrays)}}


LSTM = [_random(3, 16), _random(4, 16), _random(16)]
GRU = [_random(3, 12), _random(4, 12), _random(12)]
CONV_LSTM = [_random(2, 2, 3, 16), _random(2, 2, 4, 16), _random(16)]
_HOW = {"recurrent_activation": "hard_sigmoid", "name": "r"}
_FIRST: dict[str, Any] = {"data_format": "channels_first", "name": "c"}
_ONE: list[tuple[str, Any, Callable[[Any], Any], list[Any]]] = [
    (
        "lstm",
        (5, 3),
        lambda layers: layers.LSTM(4, **_HOW),
        _by_gate(*LSTM, "ifco", "icfo"),
    ),
    ("lstm joined", (5, 3), lambda layers: layers.LSTM(4, **_HOW), LSTM),
    (
        "gru",
        (5, 3),
        lambda layers: layers.GRU(4, reset_after=False, **_HOW),
        _by_gate(*GRU, "zrh", "zrh"),
    ),
    (
        "bidirectional",
        (5, 3),
        lambda layers: layers.Bidirectional(layers.LSTM(4, **_HOW), name="r"),
        _by_gate(*LSTM, "ifco", "icfo") + _by_gate(*LSTM, "ifco", "icfo"),
    ),
    (
        "conv_lstm",
        (2, 5, 5, 3),
        lambda layers: layers.ConvLSTM2D(4, 2, **_HOW),
        _by_gate(*CONV_LSTM, "ifco", "icfo"),
    ),
    (
        "conv1d",
        (6, 3),
        lambda layers: layers.Conv1D(4, 2, name="c"),
        [_random(2, 1, 3, 4), _random(4)],
    ),
    (
        "conv1d of 1.1",
        (6, 3),
        lambda layers: layers.Conv1D(4, 2, name="c"),
        [_random(4, 3, 2, 1), _random(4)],
    ),
    (
        "conv2d",
        (6, 6, 3),
        lambda layers: layers.Conv2D(4, 2, name="c"),
        [_random(2, 2, 3, 4), _random(4)],
    ),
    (
        "conv2d first",
        (3, 6, 6),
        lambda layers: layers.Conv2D(4, 2, **_FIRST),
        [_random(4, 3, 2, 2), _random(4)],
    ),
    (
        "conv2d transpose",
        (6, 6, 3),
        lambda layers: layers.Conv2DTranspose(4, 2, name="c"),
        [_random(2, 2, 3, 4), _random(4)],
    ),
    (
        "conv2d transpose first",
        (3, 6, 6),
        lambda layers: layers.Conv2DTranspose(4, 2, **_FIRST),
        [_random(4, 3, 2, 2), _random(4)],
    ),
    (
        "conv3d first",
        (3, 5, 5, 5),
        lambda layers: layers.Conv3D(4, 2, **_FIRST),
        [_random(4, 3, 2, 2, 2), _random(4)],
    ),
    (
        "dense",
        (3,),
        lambda layers: layers.Dense(4, name="d"),
        [_random(3, 4), _random(4)],
    ),
]


@pytest.mark.parametrize(
    ("shape", "make", "arrays"),
    [row[1:] for row in _ONE],
    ids=[row[0] for row in _ONE],
)
def test_keras_1(
    shape: Any, make: Callable[[Any], Any], arrays: list[Any], tmp_path: Path
) -> None:
    tk = pytest.importorskip("tf_keras")
    arrays = [one + 0.01 * place for place, one in enumerate(arrays)]
    new = keras.Sequential([keras.Input(shape), make(K)])
    path = tmp_path / "w.h5"
    name = new.layers[0].name
    write_weights(path, _named(name, arrays), version="", backend="tensorflow")
    old = tk.Sequential([tk.Input(shape), make(tk.layers)])
    old.load_weights(path)
    load_weights(new, path)
    for expected, actual in zip(old.get_weights(), new.get_weights(), strict=True):
        np.testing.assert_array_equal(expected, actual)
    assert sum(np.size(one) for one in arrays) == new.count_params()


def test_conv_lstm_of_keras_1_with_channels_first(tmp_path: Path) -> None:
    """Each gate was (filters, channels, rows, columns); tf_keras fails on that."""
    arrays = [
        one.transpose(3, 2, 0, 1) if one.ndim == 4 else one
        for one in _by_gate(*CONV_LSTM, "ifco", "icfo")
    ]
    layer = K.ConvLSTM2D(4, 2, data_format="channels_first", name="r")
    model = keras.Sequential([keras.Input((2, 3, 5, 5)), layer])
    load_weights(
        model, write_weights(tmp_path / "w.h5", _named("r", arrays), version="")
    )
    for expected, actual in zip(CONV_LSTM, model.get_weights(), strict=True):
        np.testing.assert_array_equal(expected, actual)


def test_kernels_that_theano_turned(tmp_path: Path) -> None:
    """`convert_kernel` of Keras 2.2 turned rows and columns, not channels."""
    kernel, recurrent = _random(2, 3, 2, 4), _random(3, 3, 1, 4)
    layers = [
        K.Conv2D(4, (2, 3), padding="same", name="c"),
        K.Reshape((1, 5, 5, 4)),
        K.ConvLSTM2D(1, 3, name="r"),
        K.Flatten(),
        K.Dense(2, name="d"),
    ]
    model = keras.Sequential([keras.Input((5, 5, 2)), *layers])
    arrays = {
        "c": {"c/kernel": kernel, "c/bias": _random(4)},
        "r": {
            "r/kernel": _random(3, 3, 4, 4),
            "r/recurrent_kernel": recurrent,
            "r/bias": _random(4),
        },
        "d": {"d/kernel": _random(9, 2), "d/bias": _random(2)},
    }
    path = write_weights(tmp_path / "w.h5", arrays, version="2.1.0", backend="theano")
    load_weights(model, path)
    assert (np.array(model.get_layer("c").kernel) == kernel[::-1, ::-1]).all()
    cell = model.get_layer("r").cell
    assert (np.array(cell.recurrent_kernel) == recurrent[::-1, ::-1]).all()
    assert (np.array(model.get_layer("d").kernel) == _random(9, 2)).all()
    load_weights(model, write_weights(path, arrays, version="2.1.0", backend="cntk"))
    assert (np.array(model.get_layer("c").kernel) == kernel).all()
