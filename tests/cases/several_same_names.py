"""Layers, inputs and models that share a name, and operators, in several models."""

import keras
from keras import layers


def build_models() -> tuple[keras.Model, keras.Model]:
    shared = layers.Dense(4, name="add_5")
    models = []
    for units in (2, 3):
        l = keras.Input(shape=(4,), name="l")  # noqa: E741
        hidden = layers.Dense(units, trainable=False, name="hidden")(shared(l))
        models.append(keras.Model(l, hidden + 1.0, name="model", trainable=units == 2))
    return models[0], models[1]
