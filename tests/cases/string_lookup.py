"""Strings without a dimension of their own, looked up and one-hot encoded."""

import keras
from keras import layers


def build() -> keras.Model:
    colour = keras.Input(shape=(), dtype="string", name="colour")
    size = keras.Input(shape=(1,), dtype="int64", name="size")
    colour_index = layers.StringLookup(
        vocabulary=["red", 'blue "navy"', "größe"],
        output_mode="one_hot",
        name="colour_index",
    )(colour)
    size_index = layers.IntegerLookup(
        vocabulary=[36, 38, 40], num_oov_indices=2, output_mode="one_hot", name="index"
    )(size)
    x = layers.Concatenate(name="joined")([colour_index, size_index])
    outputs = layers.Dense(1, name="price")(x)
    return keras.Model([colour, size], outputs, name="string_lookup")
