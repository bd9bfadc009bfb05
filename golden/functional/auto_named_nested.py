"""The Keras model functional_2: 4 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_sequential() -> keras.Model:
    """Build the nested model sequential."""
    return keras.Sequential(
        [
            keras.Input(shape=(8,), name="input_layer"),
            layers.Dense(4, name="dense"),
            layers.Dense(4, name="dense_1"),
        ],
        name="sequential",
    )


def build_functional_1() -> keras.Model:
    """Build the nested model functional_1."""
    inputs = keras.Input(shape=(4,), name="input_layer_1")
    dense_2 = layers.Dense(4, name="dense_2")(inputs)
    outputs = dense_2 + inputs
    return keras.Model(inputs, outputs, name="functional_1")


def build_model() -> keras.Model:
    """Build the model functional_2, uncompiled."""
    inputs = keras.Input(shape=(8,), name="input_layer_2")
    sequential = build_sequential()(inputs)
    functional_1 = build_functional_1()(sequential)
    outputs = layers.Dense(1, name="dense_3")(functional_1)
    return keras.Model(inputs, outputs, name="functional_2")


if __name__ == "__main__":
    build_model().summary()
