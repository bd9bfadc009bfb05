"""Compile settings of old files."""

from __future__ import annotations

from typing import Any

import pytest

from kerascodegen.errors import Level
from kerascodegen.readers.keras2.context import Report
from kerascodegen.readers.keras2.outputs import Outputs
from kerascodegen.readers.keras2.training import compile_config

Json = Any
ADAM = {"class_name": "Adam", "config": {"learning_rate": 0.001}}


def _settings(*outputs: str, **training: Json) -> tuple[dict[str, Json], Report]:
    report = Report()
    training.setdefault("optimizer_config", ADAM)
    made = compile_config(None, training, report, Outputs(outputs or ("out",), outputs))
    return made, report


def _optimizer(cls: str, **config: Json) -> Json:
    old = {"class_name": cls, "config": config}
    return _settings(optimizer_config=old)[0]["optimizer"]


@pytest.mark.parametrize("name", ["Adam", "Custom>Adam"])
def test_optimizer_of_every_version(name: str) -> None:
    made = _optimizer(
        name,
        name="Adam",
        lr=0.01,
        decay=0.0,
        epsilon=None,
        jit_compile=True,
        is_legacy_optimizer=False,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=100,
    )
    assert made == {
        "module": "keras.optimizers",
        "class_name": "Adam",
        "config": {"learning_rate": 0.01, "epsilon": 1e-7},
        "registered_name": None,
    }


def test_legacy_optimizers_are_plain_ones() -> None:
    old = {
        "module": "keras.optimizers.legacy",
        "class_name": "SGD",
        "config": {"name": "SGD", "learning_rate": 0.5, "momentum": 0.9},
        "registered_name": None,
    }
    made = compile_config({"optimizer": old}, None, Report())["optimizer"]
    assert made["module"] == "keras.optimizers"
    assert made["config"] == {"learning_rate": 0.5, "momentum": 0.9}


def test_decay_becomes_a_schedule() -> None:
    rate = _optimizer("SGD", lr=0.1, decay=1e-4)["config"]["learning_rate"]
    assert rate["class_name"] == "InverseTimeDecay"
    assert rate["config"] == {
        "initial_learning_rate": 0.1,
        "decay_steps": 1,
        "decay_rate": 1e-4,
    }


def test_schedules_without_module_are_found() -> None:
    old = {"class_name": "CosineDecay", "config": {"decay_steps": 10, "name": None}}
    rate = _optimizer("Adam", learning_rate=old)["config"]["learning_rate"]
    assert rate["module"] == "keras.optimizers.schedules"
    assert rate["config"]["decay_steps"] == 10
    assert rate["config"].get("name") is not None or "name" not in rate["config"]


@pytest.mark.parametrize(
    "old",
    [
        {
            "inner_optimizer": ADAM,
            "dynamic": True,
            "initial_scale": 4.0,
            "dynamic_growth_steps": 9,
        },
        {
            "optimizer": ADAM,
            "loss_scale": {
                "class_name": "DynamicLossScale",
                "config": {"initial_loss_scale": 4.0, "increment_period": 9},
            },
        },
    ],
)
@pytest.mark.parametrize("cls", ["LossScaleOptimizer", "LossScaleOptimizerV3"])
def test_loss_scaling(cls: str, old: Json) -> None:
    made = _optimizer(cls, **old)
    assert made["class_name"] == "LossScaleOptimizer"
    assert made["config"]["inner_optimizer"]["class_name"] == "Adam"
    assert made["config"]["initial_scale"] == 4.0
    assert made["config"]["dynamic_growth_steps"] == 9


def test_a_fixed_loss_scale_is_a_warning() -> None:
    old = {
        "class_name": "LossScaleOptimizer",
        "config": {"inner_optimizer": ADAM, "dynamic": False, "initial_scale": 8.0},
    }
    _, report = _settings(optimizer_config=old)
    assert [r.level for r in report.remarks] == [Level.WARNING]


def test_an_unknown_optimizer_is_custom() -> None:
    made = _optimizer("Addons>LAMB", learning_rate=0.1)
    assert made["registered_name"] == "Addons>LAMB"
    assert made["module"] is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mse", "mse"),
        ("kullback_leibler_divergence", "kl_divergence"),
        ("logcosh", "log_cosh"),
        ({"a": "mse", "b": None}, {"a": "mse", "b": None}),
        (["mse"], "mse"),
    ],
)
def test_losses_by_name(old: Json, new: Json) -> None:
    assert _settings(loss=old)[0]["loss"] == new


def test_loss_objects_lose_what_says_nothing() -> None:
    old = {
        "class_name": "Huber",
        "config": {"reduction": "auto", "name": "huber", "delta": 2.0, "fn": "huber"},
    }
    new = _settings(loss=old)[0]["loss"]
    assert (new["module"], new["class_name"]) == ("keras.losses", "Huber")
    assert new["config"] == {
        "reduction": "sum_over_batch_size",
        "name": "huber",
        "delta": 2.0,
    }


def test_a_function_of_somebodys_own_is_custom() -> None:
    new = _settings(loss="my_loss")[0]["loss"]
    assert (new["class_name"], new["config"]) == ("function", "my_loss")


def _mean(name: str, function: Json) -> Json:
    config = {"name": name, "dtype": "float32", "fn": function}
    return {"class_name": "MeanMetricWrapper", "config": config}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["accuracy"], ["accuracy"]),
        ([[_mean("accuracy", "sparse_categorical_accuracy")]], ["accuracy"]),
        ([[_mean("acc", "binary_accuracy")]], ["acc"]),
        ([[_mean("mse", "mean_squared_error")]], ["mse"]),
        (
            [
                [
                    _mean(
                        "mse",
                        {"class_name": "function", "config": "mean_squared_error"},
                    )
                ]
            ],
            ["mse"],
        ),
        (
            [[_mean("top", "binary_accuracy")]],
            [
                {
                    "module": "keras.metrics",
                    "class_name": "BinaryAccuracy",
                    "config": {"name": "top"},
                    "registered_name": None,
                }
            ],
        ),
        (None, None),
    ],
)
def test_metrics(old: Json, new: Json) -> None:
    assert _settings(metrics=old)[0]["metrics"] == new


def test_metrics_of_several_outputs_lose_the_outputs_name() -> None:
    old = [[_mean("left_accuracy", "binary_accuracy")], [_mean("right_mae", "mae")]]
    new = _settings("left", "right", metrics=old)[0]["metrics"]
    assert new == [["accuracy"], ["mae"]]


def test_sample_weight_modes_are_said_to_be_gone() -> None:
    _, report = _settings(sample_weight_mode="temporal")
    assert "is gone from Keras 3" in report.remarks[0].message
    assert not _settings(sample_weight_mode=[None, None])[1].remarks


def test_what_was_not_compiled_has_no_settings() -> None:
    assert compile_config(None, None, Report()) == {}
    assert compile_config({}, {}, Report()) == {}


def test_empty_choices_of_compile_are_left_out() -> None:
    settings = {"optimizer": "Adam", "run_eagerly": None, "jit_compile": None}
    made = compile_config(settings, None, Report())
    assert made["optimizer"] == "adam"
    assert "run_eagerly" not in made
    assert "jit_compile" not in made
