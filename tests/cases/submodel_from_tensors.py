"""A decoder cut out of an autoencoder between two tensors.

Keras puts an input layer of its own before it, whose name ends in `CLONE`.
"""

import keras
from keras import layers


def build() -> keras.Model:
    image = keras.Input(shape=(64,), name="image")
    code = layers.Dense(8, activation="relu", name="code")(image)
    x = layers.Dense(32, activation="relu", name="decoder_1")(code)
    reconstruction = layers.Dense(64, name="reconstruction")(x)
    decoder = keras.Model(code, reconstruction, name="decoder")

    noise = keras.Input(shape=(8,), name="noise")
    return keras.Model(noise, decoder(noise), name="sampler")
