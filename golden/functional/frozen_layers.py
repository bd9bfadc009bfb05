"""The Keras model frozen_layers: 8 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_body() -> keras.Model:
    """Build the nested model body."""
    inputs = keras.Input(shape=(4,), name="features")
    inner_1 = layers.Dense(4, name="inner_1")(inputs)
    inner_norm = layers.BatchNormalization(trainable=False, name="inner_norm")(inner_1)
    outputs = layers.Dense(4, name="inner_2")(inner_norm)
    return keras.Model(inputs, outputs, name="body")


def build_model() -> keras.Model:
    """Build the model frozen_layers, uncompiled."""
    inputs = keras.Input(shape=(4,), name="inputs")
    frozen = layers.Dense(4, trainable=False, name="frozen")(inputs)
    free = layers.Dense(4, name="free")(frozen)
    norm = layers.BatchNormalization(trainable=False, name="norm")(free)
    body = build_body()(norm)
    steps = layers.Reshape((2, 2), name="steps")(body)
    both = layers.Bidirectional(
        layers.GRU(2, trainable=False, name="gru"), trainable=False, name="both"
    )(steps)
    outputs = layers.Dense(1, name="score")(both)
    return keras.Model(inputs, outputs, name="frozen_layers")


if __name__ == "__main__":
    build_model().summary()
