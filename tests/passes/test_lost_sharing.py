"""Layers that stand in several models: a warning, from a live model and from a file."""

from pathlib import Path

import keras
import pytest
from keras import layers

import kerascodegen


def _in_wrapper_and_model() -> keras.Model:
    shared = layers.Dense(4, name="shared")
    inner_input = keras.Input((4,), name="inner_input")
    inner = keras.Model(inner_input, shared(inner_input), name="inner")
    steps = keras.Input((3, 4), name="steps")
    single = keras.Input((4,), name="single")
    outputs = [
        layers.TimeDistributed(shared, name="each")(steps),
        inner(single),
        shared(single),
    ]
    return keras.Model([steps, single], outputs, name="outer")


def _model_in_two_models() -> keras.Model:
    start = keras.Input((4,), name="start")
    core = keras.Model(start, layers.Dense(4, name="dense")(start), name="shared")
    middle_input = keras.Input((4,), name="middle_input")
    middle = keras.Model(middle_input, core(middle_input), name="middle")
    inputs = keras.Input((4,), name="inputs")
    outputs = layers.Add(name="sum")([core(inputs), middle(inputs)])
    return keras.Model(inputs, outputs, name="outer")


def _nothing_shared_outside() -> keras.Model:
    """Calls of one layer, one Input in two models, a Sequential, wrappers."""
    inputs = keras.Input((4,), name="inputs")
    dense = layers.Dense(4, name="dense")
    inner = keras.Model(inputs, layers.Dense(4, name="inner_dense")(inputs))
    stack = keras.Sequential([keras.Input((4,)), layers.Dense(4)], name="stack")
    x = layers.Add(name="sum")([dense(inputs), dense(inner(inputs)), stack(inputs)])
    x = layers.Reshape((2, 2), name="steps")(x)
    x = layers.Bidirectional(layers.LSTM(2), name="both")(x)
    return keras.Model(inputs, x, name="outer")


def _warned(model: object) -> set[str]:
    found = kerascodegen.generate(model).diagnostics
    return {d.where for d in found if d.level is kerascodegen.Level.WARNING}


@pytest.mark.parametrize("build", [_in_wrapper_and_model, _model_in_two_models])
def test_sharing_across_models_is_warned_of(build, tmp_path: Path) -> None:
    model = build()
    path = tmp_path / "model.keras"
    model.save(path)
    assert _warned(model) == {"shared"}
    assert _warned(path) == {"shared"}


def test_sharing_inside_a_model_is_not(tmp_path: Path) -> None:
    model = _nothing_shared_outside()
    path = tmp_path / "model.keras"
    model.save(path)
    assert _warned(model) == set()
    assert _warned(path) == set()
