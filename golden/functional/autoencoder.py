"""The Keras model autoencoder: 7 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model autoencoder, uncompiled."""
    inputs = keras.Input(shape=(784,), name="image")
    encoder_1 = layers.Dense(256, activation="relu", name="encoder_1")(inputs)
    encoder_2 = layers.Dense(128, activation="relu", name="encoder_2")(encoder_1)
    code = layers.Dense(32, activation="relu", name="code")(encoder_2)
    decoder_1 = layers.Dense(128, activation="relu", name="decoder_1")(code)
    decoder_2 = layers.Dense(256, activation="relu", name="decoder_2")(decoder_1)
    outputs = layers.Dense(784, activation="sigmoid", name="reconstruction")(decoder_2)
    return keras.Model(inputs, outputs, name="autoencoder")


def compile_model(model: keras.Model) -> keras.Model:
    """Compile the model with the optimizer, loss and metrics of the original."""
    model.compile(optimizer="adam", loss="binary_crossentropy")
    return model


if __name__ == "__main__":
    build_model().summary()
