"""A Functional that holds a Sequential, and a Functional which it calls twice."""

import keras
from keras import layers


def build() -> keras.Model:
    stem = keras.Sequential(
        [
            keras.Input(shape=(32,), name="raw"),
            layers.Dense(16, activation="relu", name="stem_1"),
            layers.Dense(16, activation="relu", name="stem_2"),
        ],
        name="stem",
    )
    features = keras.Input(shape=(16,), name="features")
    hidden = layers.Dense(16, activation="relu", name="hidden")(features)
    block = keras.Model(
        features, layers.Add(name="added")([hidden, features]), name="block"
    )

    inputs = keras.Input(shape=(32,), name="inputs")
    x = block(block(stem(inputs)))
    outputs = layers.Dense(4, activation="softmax", name="label")(x)
    return keras.Model(inputs, outputs, name="nested_sequential")
