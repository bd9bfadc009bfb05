"""Two inception modules: three parallel convolution branches and a concatenation."""

import keras
from keras import layers


def _module(x: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    def conv(x, size, suffix):
        return layers.Conv2D(
            filters, size, padding="same", activation="relu", name=f"{name}_{suffix}"
        )(x)

    narrow = conv(x, 1, "1x1")
    medium = conv(conv(x, 1, "3x3_reduce"), 3, "3x3")
    wide = conv(conv(x, 1, "5x5_reduce"), 5, "5x5")
    return layers.Concatenate(name=f"{name}_joined")([narrow, medium, wide])


def build() -> keras.Model:
    inputs = keras.Input(shape=(32, 32, 3), name="image")
    x = _module(inputs, 8, "mixed_1")
    x = _module(x, 16, "mixed_2")
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    outputs = layers.Dense(10, activation="softmax", name="label")(x)
    return keras.Model(inputs, outputs, name="inception_branches")
