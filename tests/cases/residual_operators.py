"""The same idea with operators, slices and `keras.ops` instead of merge layers."""

import keras
from keras import layers, ops


def build() -> keras.Model:
    inputs = keras.Input(shape=(100,), name="features")
    hidden = layers.Dense(64, activation="relu", name="hidden")(inputs)
    narrow = layers.Dense(32, activation="relu", name="narrow")(hidden)
    merged = hidden[:, :32] + narrow
    scaled = ops.tanh(merged) * 0.5 - hidden[:, 32:]
    joined = ops.concatenate([scaled, 1.0 - narrow], axis=-1)
    outputs = layers.Dense(10, activation="softmax", name="label")(joined)
    return keras.Model(inputs, outputs, name="residual_operators")
