"""The Keras model residual_mlp: 6 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model residual_mlp, uncompiled."""
    inputs = keras.Input(shape=(64,), name="features")  # (None, 64)
    hidden_1 = layers.Dense(64, activation="relu", name="hidden_1")(
        inputs
    )  # (None, 64) · 4,160 params
    hidden_2 = layers.Dense(64, name="hidden_2")(hidden_1)  # (None, 64) · 4,160 params
    merged = layers.Add(name="merged")([hidden_2, inputs])  # (None, 64)
    merged_relu = layers.Activation("relu", name="merged_relu")(merged)  # (None, 64)
    outputs = layers.Dense(10, activation="softmax", name="label")(
        merged_relu
    )  # (None, 10) · 650 params
    return keras.Model(inputs, outputs, name="residual_mlp")


if __name__ == "__main__":
    build_model().summary()
