"""The Keras model frozen_sequential: 3 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model frozen_sequential, uncompiled."""
    inputs = keras.Input(shape=(8,), name="features")
    hidden = layers.Dense(4, activation="relu", name="hidden")(inputs)
    outputs = layers.Dense(2, name="score")(hidden)
    model = keras.Model(inputs, outputs, name="frozen_sequential")
    model.trainable = False
    return model


if __name__ == "__main__":
    build_model().summary()
