"""Outputs that are an input, a tensor used further on, and the same tensor twice."""

import keras
from keras import layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(4,), name="features")
    hidden = layers.Dense(8, activation="relu", name="hidden")(inputs)
    score = layers.Dense(1, name="score")(hidden)
    return keras.Model(inputs, [score, inputs, hidden, score], name="repeated_outputs")
