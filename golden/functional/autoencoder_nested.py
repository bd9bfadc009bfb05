"""The Keras model autoencoder: 3 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_encoder() -> keras.Model:
    """Build the nested model encoder."""
    inputs = keras.Input(shape=(784,), name="image")
    encoder_1 = layers.Dense(128, activation="relu", name="encoder_1")(inputs)
    outputs = layers.Dense(32, activation="relu", name="code")(encoder_1)
    return keras.Model(inputs, outputs, name="encoder")


def build_decoder() -> keras.Model:
    """Build the nested model decoder."""
    inputs = keras.Input(shape=(32,), name="code")
    decoder_1 = layers.Dense(128, activation="relu", name="decoder_1")(inputs)
    outputs = layers.Dense(784, activation="sigmoid", name="reconstruction")(decoder_1)
    return keras.Model(inputs, outputs, name="decoder")


def build_model() -> keras.Model:
    """Build the model autoencoder, uncompiled."""
    inputs = keras.Input(shape=(784,), name="image")
    encoder = build_encoder()(inputs)
    outputs = build_decoder()(encoder)
    return keras.Model(inputs, outputs, name="autoencoder")


if __name__ == "__main__":
    build_model().summary()
