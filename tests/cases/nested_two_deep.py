"""A model in a model in a model, each with a layer of the same name."""

import keras
from keras import layers


def _residual(x: keras.KerasTensor, name: str) -> keras.Model:
    inputs = keras.Input(shape=x.shape[1:], name="features")
    hidden = layers.Dense(x.shape[-1], activation="relu", name="hidden")(inputs)
    return keras.Model(inputs, inputs + hidden, name=name)


def build() -> keras.Model:
    features = keras.Input(shape=(8,), name="features")
    x = layers.Dense(8, name="hidden")(features)
    x = _residual(x, "inner")(x)
    middle = keras.Model(features, x, name="middle")

    inputs = keras.Input(shape=(8,), name="features")
    x = layers.Dense(8, name="hidden")(inputs)
    x = middle(x)
    x = _residual(x, "second")(x)
    outputs = layers.Dense(1, name="score")(x)
    return keras.Model(inputs, outputs, name="nested_two_deep")
