"""Squeeze-and-excitation: a branch that scales the channels of its own input."""

import keras
from keras import layers


def _squeeze_excite(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    filters = x.shape[-1]
    scale = layers.GlobalAveragePooling2D(name=f"{name}_squeeze")(x)
    scale = layers.Reshape((1, 1, filters), name=f"{name}_reshape")(scale)
    scale = layers.Dense(
        filters // 4,
        activation="relu",
        kernel_initializer="he_normal",
        use_bias=False,
        name=f"{name}_reduce",
    )(scale)
    scale = layers.Dense(
        filters, activation="sigmoid", use_bias=False, name=f"{name}_expand"
    )(scale)
    return layers.Multiply(name=f"{name}_scale")([x, scale])


def build() -> keras.Model:
    inputs = keras.Input(shape=(32, 32, 3), name="image")
    x = layers.Conv2D(16, 3, activation="relu", name="conv_1")(inputs)
    x = _squeeze_excite(x, "se_1")
    x = layers.Conv2D(32, 3, strides=2, activation="relu", name="conv_2")(x)
    x = _squeeze_excite(x, "se_2")
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    outputs = layers.Dense(10, activation="softmax", name="label")(x)
    return keras.Model(inputs, outputs, name="squeeze_excite")
