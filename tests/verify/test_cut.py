"""The original, cut to what `--submodel` writes, against the source that it writes."""

from __future__ import annotations

import keras
import pytest
from keras import layers

import kerascodegen
from kerascodegen.verify.report import VerifyReport
from tests.verify.support import check


def _verify(model: keras.Model, **options: object) -> VerifyReport:
    source = kerascodegen.generate(model, **options)
    return kerascodegen.verify(model, source=str(source), **options)


def _assert_equal(report: VerifyReport) -> None:
    for name in ("structure", "weights", "predictions", "training mode"):
        assert check(report, name).status.value == "ok", check(report, name)


def _encoder() -> keras.Model:
    a = keras.Input((4,), name="a")
    y = layers.Dense(4, name="d2")(layers.Dense(4, name="d1")(a))
    return keras.Model(a, y, name="A")


@pytest.mark.parametrize("end", ["d1", "A/d1", "A/d2"])
def test_cut_inside_a_model_that_is_called_twice(end: str) -> None:
    encoder, x = _encoder(), keras.Input((4,), name="x")
    model = keras.Model(x, encoder(encoder(x)), name="outer")
    _assert_equal(_verify(model, flatten=True, submodel=end))


def test_cut_inside_models_called_twice_at_two_depths() -> None:
    encoder, b = _encoder(), keras.Input((4,), name="b")
    middle = keras.Model(b, encoder(encoder(b)), name="B")
    # The name that the part would have is taken.
    x = keras.Input((4,), name="x")
    y = layers.Dense(4, name="B_1")(middle(x))
    model = keras.Model(x, middle(y), name="outer")
    _assert_equal(_verify(model, flatten=True, submodel="B/A/d1"))


@keras.saving.register_keras_serializable("cut")
class Halves(keras.layers.Layer):
    def call(self, inputs, doubled=False):
        factor = 2.0 if doubled else 1.0
        return {"right": inputs[:, 2:] * factor, "left": [inputs[:, :2]]}


@pytest.mark.parametrize("doubled", [False, True])
def test_cut_behind_a_custom_layer_that_gives_a_dict(doubled: bool) -> None:
    x = keras.Input((4,), name="x")
    halves = Halves(name="halves")(layers.Dense(4, name="d")(x), doubled=doubled)
    y = layers.Concatenate(name="c")([halves["right"], halves["left"][0]])
    model = keras.Model(x, layers.Dense(2, name="e")(y), name="outer")
    nodes = len(model.get_layer("halves")._inbound_nodes)
    _assert_equal(_verify(model, submodel="halves"))
    assert len(model.get_layer("halves")._inbound_nodes) == nodes
