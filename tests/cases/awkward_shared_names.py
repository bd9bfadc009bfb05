"""Shared layers, nested models and inputs that all want the same Python names."""

import keras
from keras import layers


def build() -> keras.Model:
    left = keras.Input(shape=(4,), name="dense")
    right = keras.Input(shape=(4,), name="block")
    shared = layers.Dense(4, name="Dense")
    inner_input = keras.Input(shape=(4,), name="build_model")
    inner = keras.Model(
        inner_input, layers.Dense(4, name="shared")(inner_input), name="shared"
    )
    outer_input = keras.Input(shape=(4,), name="shared_1")
    hidden = layers.Dense(4, name="shared")(outer_input)
    outer = keras.Model(outer_input, hidden, name="build_shared")
    joined = layers.Concatenate(name="joined")(
        [shared(left), shared(right), inner(left), outer(right)]
    )
    return keras.Model([left, right], joined, name="build_model")
