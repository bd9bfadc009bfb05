"""The Keras model nested_sequential: 4 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_stem() -> keras.Model:
    """Build the nested model stem."""
    return keras.Sequential(
        [
            keras.Input(shape=(32,), name="raw"),
            layers.Dense(16, activation="relu", name="stem_1"),
            layers.Dense(16, activation="relu", name="stem_2"),
        ],
        name="stem",
    )


def build_block() -> keras.Model:
    """Build the nested model block."""
    inputs = keras.Input(shape=(16,), name="features")
    hidden = layers.Dense(16, activation="relu", name="hidden")(inputs)
    outputs = layers.Add(name="added")([hidden, inputs])
    return keras.Model(inputs, outputs, name="block")


def build_model() -> keras.Model:
    """Build the model nested_sequential, uncompiled."""
    inputs = keras.Input(shape=(32,), name="inputs")
    stem = build_stem()(inputs)
    block = build_block()
    block_1 = block(stem)
    block_2 = block(block_1)
    outputs = layers.Dense(4, activation="softmax", name="label")(block_2)
    return keras.Model(inputs, outputs, name="nested_sequential")


if __name__ == "__main__":
    build_model().summary()
