"""The Keras model unbuilt_mlp: 3 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model unbuilt_mlp, uncompiled."""
    inputs = keras.Input(shape=(784,), name="input_layer")
    hidden = layers.Dense(64, activation="relu", name="hidden")(inputs)
    outputs = layers.Dense(10, activation="softmax", name="digit")(hidden)
    return keras.Model(inputs, outputs, name="unbuilt_mlp")


if __name__ == "__main__":
    build_model().summary()
