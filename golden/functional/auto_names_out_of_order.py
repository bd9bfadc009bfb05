"""The Keras model functional: 4 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model functional, uncompiled."""
    inputs = keras.Input(shape=(4,), name="input_layer")
    dense_2 = layers.Dense(8, activation="relu", name="dense_2")(inputs)
    dense_3 = layers.Dense(8, name="dense_3")(dense_2)
    outputs = layers.Dense(2, name="dense")(dense_3)
    return keras.Model(inputs, outputs, name="functional")


if __name__ == "__main__":
    build_model().summary()
