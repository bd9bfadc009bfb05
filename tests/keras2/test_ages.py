"""Configs in the style of each age of Keras, from its public documentation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras

from kerascodegen import generate
from kerascodegen.errors import Level
from tests import roundtrip

Json = Any


def _build(data: Json, folder: Path) -> tuple[keras.Model, str]:
    path = folder / "model.json"
    path.write_text(json.dumps(data))
    result = generate(path)
    warned = [d for d in result.diagnostics if d.level is Level.WARNING]
    assert not warned
    return roundtrip.execute(result.source).build_model(), result.source


def _entry(cls: str, **config: Json) -> Json:
    return {"class_name": cls, "config": {"trainable": True, **config}}


def test_a_sequential_of_keras_1(tmp_path: Path) -> None:
    """The MNIST example of Keras 1.2."""
    convolution = {
        "nb_filter": 8,
        "nb_row": 3,
        "nb_col": 3,
        "border_mode": "valid",
        "subsample": [1, 1],
        "dim_ordering": "tf",
        "init": "glorot_uniform",
        "activation": "linear",
        "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01},
        "b_regularizer": None,
        "activity_regularizer": None,
        "W_constraint": {"name": "MaxNorm", "m": 2, "axis": 0},
        "b_constraint": None,
        "bias": True,
    }
    dense = {
        "output_dim": 10,
        "init": "glorot_uniform",
        "activation": "softmax",
        "W_regularizer": None,
        "b_regularizer": None,
        "activity_regularizer": None,
        "W_constraint": None,
        "b_constraint": None,
        "bias": True,
        "input_dim": 1152,
    }
    data = {
        "class_name": "Sequential",
        "config": [
            _entry(
                "Convolution2D",
                name="convolution2d_1",
                batch_input_shape=[None, 14, 14, 1],
                input_dtype="float32",
                **convolution,
            ),
            _entry("Activation", name="activation_1", activation="relu"),
            _entry("Dropout", name="dropout_1", p=0.25),
            _entry("Flatten", name="flatten_1"),
            _entry("Dense", name="dense_1", **dense),
        ],
        "keras_version": "1.2.2",
    }
    model, source = _build(data, tmp_path)
    assert model.count_params() == 8 * 9 + 8 + 12 * 12 * 8 * 10 + 10
    assert 'kernel_regularizer="l2"' in source
    assert 'kernel_constraint="max_norm"' in source
    assert "layers.Dropout(0.25" in source


def test_a_recurrent_model_of_keras_1(tmp_path: Path) -> None:
    config = {
        "output_dim": 5,
        "init": "glorot_uniform",
        "inner_init": "orthogonal",
        "forget_bias_init": "one",
        "activation": "tanh",
        "inner_activation": "hard_sigmoid",
        "dropout_W": 0.1,
        "dropout_U": 0.0,
        "return_sequences": False,
        "go_backwards": False,
        "stateful": False,
        "unroll": False,
        "consume_less": "cpu",
        "input_dim": 4,
        "input_length": None,
        "W_regularizer": None,
        "U_regularizer": None,
        "b_regularizer": None,
    }
    embedding = {
        "input_dim": 30,
        "output_dim": 4,
        "init": "uniform",
        "input_length": 6,
        "mask_zero": False,
        "dropout": 0.0,
        "W_regularizer": None,
        "W_constraint": None,
        "activity_regularizer": None,
    }
    data = {
        "class_name": "Sequential",
        "config": [
            _entry(
                "Embedding",
                name="embedding_1",
                batch_input_shape=[None, 6],
                input_dtype="int32",
                **embedding,
            ),
            _entry("LSTM", name="lstm_1", **config),
        ],
        "keras_version": "1.2.0",
    }
    model, source = _build(data, tmp_path)
    assert model.count_params() == 30 * 4 + 4 * (4 + 5 + 1) * 5
    assert "def hard_sigmoid(x):" in source
    assert "recurrent_activation=hard_sigmoid" in source
    assert "embeddings_initializer" not in source


def _scaled(scale: float, mode: str, distribution: str) -> Json:
    config = {"scale": scale, "mode": mode, "distribution": distribution, "seed": None}
    return {"class_name": "VarianceScaling", "config": config}


def test_a_functional_of_keras_2_0(tmp_path: Path) -> None:
    """Initializers as VarianceScaling, a `Model`, no module anywhere, a merge."""
    layers = [
        {
            **_entry(
                "InputLayer",
                name="input_1",
                batch_input_shape=[None, 8],
                dtype="float32",
                sparse=False,
            ),
            "name": "input_1",
            "inbound_nodes": [],
        }
    ]
    for name in ("left", "right"):
        layers.append(
            {
                **_entry(
                    "Dense",
                    name=name,
                    units=4,
                    activation="relu",
                    use_bias=True,
                    kernel_initializer=_scaled(1.0, "fan_avg", "uniform"),
                    bias_initializer={"class_name": "Zeros", "config": {}},
                    kernel_regularizer={
                        "class_name": "L1L2",
                        "config": {"l1": 0.0, "l2": 0.0010000000474974513},
                    },
                    bias_regularizer=None,
                    activity_regularizer=None,
                    kernel_constraint=None,
                    bias_constraint=None,
                ),
                "name": name,
                "inbound_nodes": [[["input_1", 0, 0, {}]]],
            }
        )
    layers.append(
        {
            **_entry("Concatenate", name="concatenate_1", axis=-1),
            "name": "concatenate_1",
            "inbound_nodes": [[["left", 0, 0, {}], ["right", 0, 0, {}]]],
        }
    )
    data = {
        "class_name": "Model",
        "config": {
            "name": "model_1",
            "layers": layers,
            "input_layers": [["input_1", 0, 0]],
            "output_layers": [["concatenate_1", 0, 0]],
        },
        "keras_version": "2.0.8",
        "backend": "tensorflow",
    }
    model, source = _build(data, tmp_path)
    assert model.count_params() == 2 * (8 * 4 + 4)
    assert "keras.regularizers.L2(0.001)" in source
    assert "kernel_initializer" not in source


def test_a_sequential_of_tensorflow_1(tmp_path: Path) -> None:
    """Dtypes in initializers, `fused`, BatchNormalizationV1, a policy, no Input."""
    zeros = {"class_name": "Zeros", "config": {"dtype": "float32"}}
    glorot = {
        "class_name": "GlorotUniform",
        "config": {"seed": None, "dtype": "float32"},
    }
    policy = {"class_name": "Policy", "config": {"name": "float32", "loss_scale": None}}
    data = {
        "class_name": "Sequential",
        "config": {
            "name": "sequential",
            "layers": [
                _entry(
                    "Conv2D",
                    name="conv2d",
                    batch_input_shape=[None, 6, 6, 2],
                    dtype=policy,
                    filters=3,
                    kernel_size={"class_name": "__tuple__", "items": [3, 3]},
                    strides=[1, 1],
                    padding="same",
                    data_format="channels_last",
                    dilation_rate=[1, 1],
                    activation="linear",
                    use_bias=False,
                    kernel_initializer=glorot,
                    bias_initializer=zeros,
                ),
                _entry(
                    "BatchNormalizationV1",
                    name="batch_normalization_v1",
                    dtype="float32",
                    axis={"class_name": "__tuple__", "items": [3]},
                    momentum=0.99,
                    epsilon=0.001,
                    center=True,
                    scale=True,
                    fused=True,
                    renorm=False,
                    virtual_batch_size=None,
                    beta_initializer=zeros,
                    gamma_initializer={
                        "class_name": "Ones",
                        "config": {"dtype": "float32"},
                    },
                ),
            ],
        },
        "keras_version": "2.2.4-tf",
        "backend": "tensorflow",
    }
    model, source = _build(data, tmp_path)
    assert model.count_params() == 9 * 2 * 3 + 4 * 3
    assert "layers.BatchNormalization(" in source
    assert "axis" not in source
    assert "dtype" not in source
