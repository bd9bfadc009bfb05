"""The Keras model sequential_in_sequential: 3 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_body() -> keras.Model:
    """Build the nested model body."""
    return keras.Sequential(
        [
            keras.Input(shape=(8,), name="features"),
            layers.Dense(8, activation="relu", name="body_1"),
            layers.Dense(4, activation="relu", name="body_2"),
        ],
        name="body",
    )


def build_head() -> keras.Model:
    """Build the nested model head."""
    return keras.Sequential(
        [
            keras.Input(shape=(4,), name="input_layer_1"),
            layers.Dropout(0.1, name="dropout"),
            layers.Dense(2, name="score"),
        ],
        name="head",
    )


def build_model() -> keras.Model:
    """Build the model sequential_in_sequential, uncompiled."""
    inputs = keras.Input(shape=(8,), name="input_layer")
    body = build_body()(inputs)
    outputs = build_head()(body)
    return keras.Model(inputs, outputs, name="sequential_in_sequential")


if __name__ == "__main__":
    build_model().summary()
