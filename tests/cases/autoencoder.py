"""The autoencoder, flat over the layers that its encoder shares."""

import keras
from keras import layers


def build() -> keras.Model:
    return build_both()[1]


def build_both() -> tuple[keras.Model, keras.Model]:
    """The encoder and the autoencoder: two models over the same layer objects."""
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
    return encoder, autoencoder
