"""How Keras' own layers around custom ones arrange what they return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
from keras import layers

import kerascodegen


@keras.saving.register_keras_serializable("live_outputs")
class Adding(layers.Layer):
    """A cell with one state, which no config tells."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = units
        self.dense = layers.Dense(units)

    def build(self, shape: Any) -> None:
        self.dense.build(shape)

    def call(self, inputs: Any, states: Any) -> Any:
        outputs = self.dense(inputs) + states[0]
        return outputs, [outputs]

    def compute_output_shape(self, shape: Any) -> Any:
        return (shape[0], self.units), (shape[0], self.units)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


class LSTMCell(Adding):
    """One state, under the name of a cell of Keras' that has two."""


def stacked(*cells: Any) -> Any:
    return layers.RNN(list(cells), return_state=True, name="rnn")


CASES: dict[str, tuple[Callable[[], Any], str]] = {
    "custom and Keras' own": (
        lambda: stacked(Adding(4), layers.LSTMCell(4), Adding(4)),
        "[rnn[0], rnn[1], rnn[2][0], rnn[2][1], rnn[3]]",
    ),
    "a name of Keras'": (
        lambda: stacked(LSTMCell(4), layers.LSTMCell(4)),
        "[rnn[0], rnn[1], rnn[2][0], rnn[2][1]]",
    ),
    "in both directions": (
        lambda: layers.Bidirectional(stacked(Adding(4), layers.LSTMCell(4)), name="bi"),
        "[bi[0], bi[1], bi[2][0], bi[2][1], bi[3], bi[4][0], bi[4][1]]",
    ),
    "all of Keras'": (
        lambda: layers.Bidirectional(
            stacked(layers.LSTMCell(4), layers.GRUCell(4)), name="bi"
        ),
        "[bi[0], bi[1][0], bi[1][1], bi[2], bi[3][0], bi[3][1], bi[4]]",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_states_of_stacked_cells(case: str) -> None:
    make, outputs = CASES[case]
    inputs = keras.Input((5, 3), name="x")
    results = keras.tree.flatten(make()(inputs))
    model = keras.Model(inputs, results, name="m")
    source = str(kerascodegen.generate(model))
    assert outputs in " ".join(source.split())
    assert kerascodegen.verify(model, source).ok


@keras.saving.register_keras_serializable("live_outputs")
class Wrapping(layers.Layer):
    """Returns its input in some structure."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind

    def call(self, x: Any) -> Any:
        return {"list": [x], "tuple": (x,), "dict": {"only": x}}[self.kind]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kind": self.kind}


@pytest.mark.parametrize("kind", ["list", "tuple", "dict"])
def test_one_tensor_in_a_structure(kind: str) -> None:
    inputs = keras.Input((3,), name="x")
    (only,) = keras.tree.flatten(Wrapping(kind, name="wrapping")(inputs))
    model = keras.Model(inputs, layers.Dense(2, name="dense")(only), name="m")
    source = str(kerascodegen.generate(model))
    assert kerascodegen.verify(model, source).ok


def test_lambda_that_returns_several() -> None:
    inputs = keras.Input((3,), name="x")
    made = layers.Lambda(lambda t: {"b": t * 2, "a": [t[:, :1]]}, name="made")(inputs)
    model = keras.Model(inputs, [made["b"], made["a"][0] + 1.0], name="m")
    source = str(kerascodegen.generate(model))
    assert kerascodegen.verify(model, source).ok


def test_lambda_with_several_output_shapes() -> None:
    inputs = keras.Input((3,), name="x")
    layer = layers.Lambda(
        lambda t: (t[:, :2], t), output_shape=((2,), (3,)), name="made"
    )
    model = keras.Model(inputs, layer(inputs), name="m")
    source = str(kerascodegen.generate(model))
    assert kerascodegen.verify(model, source).ok
