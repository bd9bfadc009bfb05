"""A residual branch, which no Sequential can hold."""

import keras
from keras import layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(64,), name="features")
    x = layers.Dense(64, activation="relu", name="hidden_1")(inputs)
    x = layers.Dense(64, name="hidden_2")(x)
    x = layers.Add(name="merged")([x, inputs])
    x = layers.Activation("relu", name="merged_relu")(x)
    outputs = layers.Dense(10, activation="softmax", name="label")(x)
    return keras.Model(inputs, outputs, name="residual_mlp")
