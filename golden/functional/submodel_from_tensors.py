"""The Keras model sampler: 2 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_decoder() -> keras.Model:
    """Build the nested model decoder."""
    inputs = keras.Input(shape=(8,), name="keras_tensorCLONE")
    decoder_1 = layers.Dense(32, activation="relu", name="decoder_1")(inputs)
    outputs = layers.Dense(64, name="reconstruction")(decoder_1)
    return keras.Model(inputs, outputs, name="decoder")


def build_model() -> keras.Model:
    """Build the model sampler, uncompiled."""
    inputs = keras.Input(shape=(8,), name="noise")
    outputs = build_decoder()(inputs)
    return keras.Model(inputs, outputs, name="sampler")


if __name__ == "__main__":
    build_model().summary()
