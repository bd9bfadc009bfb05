"""Two models over the same layers and tensors: an autoencoder and its encoder."""

import keras
from keras import layers


def build_models() -> tuple[keras.Model, keras.Model]:
    inputs = keras.Input(shape=(784,), name="image")
    x = layers.Dense(256, activation="relu", name="encoder_1")(inputs)
    x = layers.Dense(128, activation="relu", name="encoder_2")(x)
    code = layers.Dense(32, activation="relu", name="code")(x)
    x = layers.Dense(128, activation="relu", name="decoder_1")(code)
    x = layers.Dense(256, activation="relu", name="decoder_2")(x)
    outputs = layers.Dense(784, activation="sigmoid", name="reconstruction")(x)
    encoder = keras.Model(inputs, code, name="encoder")
    autoencoder = keras.Model(inputs, outputs, name="autoencoder")
    autoencoder.compile(optimizer="adam", loss="binary_crossentropy")
    return autoencoder, encoder
