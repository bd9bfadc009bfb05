"""Nested models that give several tensors: a list, a dict, and take several."""

import keras
from keras import layers


def build() -> keras.Model:
    features = keras.Input(shape=(8,), name="features")
    hidden = layers.Dense(8, activation="relu", name="hidden")(features)
    splitter = keras.Model(
        features,
        [layers.Dense(4, name="mean")(hidden), layers.Dense(4, name="spread")(hidden)],
        name="splitter",
    )

    named = {
        "left": keras.Input(shape=(4,), name="left"),
        "right": keras.Input(shape=(4,), name="right"),
    }
    mixed = layers.Multiply(name="mixed")([named["left"], named["right"]])
    mixer = keras.Model(
        named,
        {"sum": layers.Dense(2, name="sum_head")(mixed), "mixed": mixed},
        name="mixer",
    )

    inputs = keras.Input(shape=(8,), name="inputs")
    mean, spread = splitter(inputs)
    result = mixer({"left": spread, "right": mean})
    outputs = layers.Concatenate(name="joined")([result["sum"], mean, result["mixed"]])
    return keras.Model(inputs, outputs, name="submodel_outputs")
