"""One input and one output, both in a list: not the same as without the list."""

import keras
from keras import layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(4,), name="features")
    outputs = layers.Dense(1, name="score")(inputs)
    return keras.Model([inputs], [outputs], name="lists_of_one")
