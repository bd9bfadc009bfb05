"""Losses, weights and metrics of models with several outputs."""

from __future__ import annotations

from typing import Any

import pytest

from kerascodegen.readers.keras2.context import Report
from kerascodegen.readers.keras2.outputs import Outputs, outputs_of
from kerascodegen.readers.keras2.training import compile_config

Json = Any


def _layer(name: str, cls: str = "Dense") -> Json:
    return {"class_name": cls, "name": name, "config": {"name": name}}


def _settings(ends: Json, *layers: Json, **training: Json) -> dict[str, Json]:
    found = outputs_of({"layers": list(layers), "output_layers": ends})
    adam = {"class_name": "Adam", "config": {}}
    made = compile_config(None, {"optimizer_config": adam, **training}, Report(), found)
    return {key: made[key] for key in training}


def _listed(**training: Json) -> dict[str, Json]:
    """Compile settings of a model with a list of outputs, one with a slash."""
    ends = [["p/q", 0, 0], ["r", 0, 0]]
    return _settings(ends, _layer("p/q"), _layer("r"), **training)


def _keyed(**training: Json) -> dict[str, Json]:
    """Those of a model with a dict of outputs, whose keys are no layers' names."""
    ends = {"zz": ["one", 0, 0], "aa": ["two", 0, 0]}
    return _settings(ends, _layer("one"), _layer("two"), **training)


def _metric(name: str, function: str) -> Json:
    config = {"name": name, "dtype": "float32", "fn": function}
    return {"class_name": "MeanMetricWrapper", "config": config}


def test_metrics_of_some_outputs_only() -> None:
    stored = [[None], [_metric("r_accuracy", "categorical_accuracy")]]
    assert _listed(metrics=stored) == {"metrics": {"r": ["accuracy"]}}
    assert _listed(metrics=[[None], [None]]) == {"metrics": None}


def test_metrics_in_the_order_of_a_dicts_keys() -> None:
    stored = [[_metric("two_mae", "mean_absolute_error")], [None]]
    assert _keyed(metrics=stored) == {"metrics": {"aa": ["mae"]}}


@pytest.mark.parametrize("given", [["mae", "mse"], ["mae"], "mae"])
def test_a_flat_list_of_metrics_is_of_every_output(given: Json) -> None:
    each = [given] if isinstance(given, str) else given
    assert _listed(metrics=given) == {"metrics": [each, each]}
    assert _keyed(metrics=given) == {"metrics": {"aa": each, "zz": each}}


def test_outputs_whose_layer_is_renamed() -> None:
    made = _listed(
        loss={"p/q": "mse", "r": "mae"},
        loss_weights={"p/q": 0.5, "r": 1},
        metrics={"p/q": ["mae"]},
        weighted_metrics={"r": "mae"},
    )
    assert made == {
        "loss": {"p_q": "mse", "r": "mae"},
        "loss_weights": {"p_q": 0.5, "r": 1},
        "metrics": {"p_q": ["mae"]},
        "weighted_metrics": {"r": "mae"},
    }


def test_one_loss_with_a_weight_for_each_output() -> None:
    made = _listed(loss="mse", loss_weights=[1, 2])
    assert made == {"loss": ["mse", "mse"], "loss_weights": [1, 2]}
    made = _keyed(loss="mse", loss_weights={"zz": 2.0})
    assert made == {
        "loss": {"aa": "mse", "zz": "mse"},
        "loss_weights": {"aa": 1.0, "zz": 2.0},
    }


def test_one_loss_without_weights_stays_one() -> None:
    assert _listed(loss="mse", loss_weights=None)["loss"] == "mse"


def test_outputs_without_a_loss() -> None:
    made = _listed(loss={"r": "mse"}, loss_weights=[2.0, 3.0])
    assert made == {
        "loss": {"r": "mse", "p_q": None},
        "loss_weights": {"r": 3.0, "p_q": 2.0},
    }


def test_outputs_of_functions_go_by_order() -> None:
    ends = [["a", 0, 0], ["tf.math.abs", 0, 0]]
    made = _settings(
        ends,
        _layer("a"),
        _layer("tf.math.abs", "TFOpLambda"),
        loss={"a": "mse", "tf.math.abs": "mae"},
        loss_weights={"tf.math.abs": 2.0},
        metrics={"tf.math.abs": "mae"},
    )
    assert made == {
        "loss": ["mse", "mae"],
        "loss_weights": [1.0, 2.0],
        "metrics": [None, "mae"],
    }


def test_outputs_of_one_layer_go_by_order() -> None:
    ends = [["lstm", 0, 0], ["lstm", 0, 1]]
    layers = [_layer("lstm", "LSTM"), _layer("lstm_1", "LSTM")]
    found = outputs_of({"layers": layers, "output_layers": ends})
    assert found == Outputs(("lstm", "lstm_1"), None)
    assert found.keyed({"lstm_1": "mse"}) == [None, "mse"]
