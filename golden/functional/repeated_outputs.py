"""The Keras model repeated_outputs: 3 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model repeated_outputs, uncompiled."""
    inputs = keras.Input(shape=(4,), name="features")
    hidden = layers.Dense(8, activation="relu", name="hidden")(inputs)
    score = layers.Dense(1, name="score")(hidden)
    return keras.Model(
        inputs, outputs=[score, inputs, hidden, score], name="repeated_outputs"
    )


if __name__ == "__main__":
    build_model().summary()
