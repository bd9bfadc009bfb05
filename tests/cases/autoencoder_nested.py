"""An autoencoder that calls an encoder and a decoder, each a model of its own."""

import keras
from keras import layers


def build() -> keras.Model:
    image = keras.Input(shape=(784,), name="image")
    x = layers.Dense(128, activation="relu", name="encoder_1")(image)
    code = layers.Dense(32, activation="relu", name="code")(x)
    encoder = keras.Model(image, code, name="encoder")

    code = keras.Input(shape=(32,), name="code")
    x = layers.Dense(128, activation="relu", name="decoder_1")(code)
    image = layers.Dense(784, activation="sigmoid", name="reconstruction")(x)
    decoder = keras.Model(code, image, name="decoder")

    inputs = keras.Input(shape=(784,), name="image")
    outputs = decoder(encoder(inputs))
    return keras.Model(inputs, outputs, name="autoencoder")
