"""The Keras model lists_of_one: 2 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model lists_of_one, uncompiled."""
    inputs = keras.Input(shape=(4,), name="features")
    outputs = layers.Dense(1, name="score")(inputs)
    return keras.Model(inputs=[inputs], outputs=[outputs], name="lists_of_one")


if __name__ == "__main__":
    build_model().summary()
