"""The Keras model wrappers: 5 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model wrappers, uncompiled."""
    inputs = keras.Input(shape=(3, 8, 8, 2), name="video")
    conv_lstm = layers.ConvLSTM2D(4, 3, padding="same", name="conv_lstm")(inputs)
    spectral = layers.SpectralNormalization(
        layers.Conv2D(4, 3, strides=(2, 1), name="inner_conv"),
        power_iterations=2,
        name="spectral",
    )(conv_lstm)
    flat = layers.Flatten(name="flat")(spectral)
    outputs = layers.Dense(1, name="score")(flat)
    return keras.Model(inputs, outputs, name="wrappers")


if __name__ == "__main__":
    build_model().summary()
