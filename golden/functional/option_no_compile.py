"""The Keras model mnist_mlp: 6 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model mnist_mlp, uncompiled."""
    inputs = keras.Input(shape=(784,), name="pixels")
    hidden_1 = layers.Dense(256, activation="relu", name="hidden_1")(inputs)
    dropout_1 = layers.Dropout(0.3, name="dropout_1")(hidden_1)
    hidden_2 = layers.Dense(128, activation="relu", name="hidden_2")(dropout_1)
    dropout_2 = layers.Dropout(0.3, name="dropout_2")(hidden_2)
    outputs = layers.Dense(10, activation="softmax", name="digit")(dropout_2)
    return keras.Model(inputs, outputs, name="mnist_mlp")


if __name__ == "__main__":
    build_model().summary()
