"""Layers that only Keras 1 had, or called otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np

from kerascodegen import generate
from tests import roundtrip
from tests.keras2.configs import converted

Json = Any
DENSE = {"init": "glorot_uniform", "bias": True, "W_regularizer": None}


def _built(cls: str, folder: Path, shape: list[Json], **config: Json) -> keras.Model:
    config = {"name": "layer", "batch_input_shape": [None, *shape], **config}
    data = {
        "class_name": "Sequential",
        "config": [{"class_name": cls, "config": config}],
        "keras_version": "1.2.2",
    }
    path = folder / "model.json"
    path.write_text(json.dumps(data))
    return roundtrip.execute(generate(path).source).build_model()


def test_maxout_dense(tmp_path: Path) -> None:
    model = _built(
        "MaxoutDense", tmp_path, [5], output_dim=3, nb_feature=4, input_dim=5, **DENSE
    )
    roundtrip.randomise_weights(model)
    kernel, bias = model.get_weights()
    assert kernel.shape == (4, 5, 3)
    assert bias.shape == (4, 3)
    x = np.random.default_rng(1).normal(size=(2, 5)).astype("float32")
    expected = (np.einsum("bi,fio->bfo", x, kernel) + bias).max(axis=1)
    actual = keras.ops.convert_to_numpy(model(x))
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


def test_highway(tmp_path: Path) -> None:
    model = _built(
        "Highway", tmp_path, [5], activation="relu", transform_bias=-2, **DENSE
    )
    roundtrip.randomise_weights(model)
    kernel, carry, bias, carry_bias = model.get_weights()
    x = np.random.default_rng(1).normal(size=(2, 5)).astype("float32")
    gate = 1 / (1 + np.exp(-(x @ carry + carry_bias)))
    expected = np.maximum(x @ kernel + bias, 0) * gate + (1 - gate) * x
    actual = keras.ops.convert_to_numpy(model(x))
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


def test_arguments_of_keras_1() -> None:
    layer, _ = converted("ZeroPadding2D", 8, 8, 3, padding=[1, 2, 3, 4])
    assert layer["config"]["padding"] == [[1, 2], [3, 4]]
    layer, _ = converted(
        "ConvLSTM2D",
        3,
        8,
        8,
        1,
        nb_filter=4,
        nb_row=3,
        nb_col=5,
        border_mode="same",
        inner_activation="sigmoid",
        dropout_U=0.5,
    )
    assert layer["config"]["filters"] == 4
    assert layer["config"]["kernel_size"] == [3, 5]
    assert layer["config"]["recurrent_dropout"] == 0.5
    layer, _ = converted("LocallyConnected1D", 6, 3, nb_filter=4, filter_length=2)
    assert layer["config"]["filters"] == 4
    assert layer["config"]["kernel_size"] == [2]


def test_initializers_of_tensorflow_1() -> None:
    config = {"scale": 2.0, "mode": "fan_avg", "distribution": "truncated"}
    layer, _ = converted(
        "Dense",
        units=2,
        kernel_initializer={"class_name": "VarianceScaling", "config": config},
        bias_initializer="ones_initializer",
    )
    kernel = layer["config"]["kernel_initializer"]
    assert kernel["config"]["distribution"] == "truncated_normal"
    assert layer["config"]["bias_initializer"]["class_name"] == "Ones"
