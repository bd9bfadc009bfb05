"""Thirty Dense layers in a row."""

import keras
from keras import layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(16,), name="features")
    x = inputs
    for index in range(30):
        x = layers.Dense(16, activation="relu", name=f"dense_{index}")(x)
    outputs = layers.Dense(1, name="score")(x)
    return keras.Model(inputs, outputs, name="dense_chain")
