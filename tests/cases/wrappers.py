"""Layers around layers: spectral normalisation, and convolutional recurrence."""

import keras
from keras import layers


def build() -> keras.Model:
    video = keras.Input(shape=(3, 8, 8, 2), name="video")
    x = layers.ConvLSTM2D(4, 3, padding="same", name="conv_lstm")(video)
    x = layers.SpectralNormalization(
        layers.Conv2D(4, 3, strides=(2, 1), name="inner_conv"),
        power_iterations=2,
        name="spectral",
    )(x)
    x = layers.Flatten(name="flat")(x)
    outputs = layers.Dense(1, name="score")(x)
    return keras.Model(video, outputs, name="wrappers")
