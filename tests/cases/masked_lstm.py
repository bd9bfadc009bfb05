"""Masking before an LSTM: the mask travels by itself, so the source has none."""

import keras
from keras import layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(None, 50), name="steps")
    x = layers.Masking(mask_value=-1.0, name="masking")(inputs)
    x = layers.LSTM(32, name="lstm")(x)
    outputs = layers.Dense(1, activation="sigmoid", name="label")(x)
    return keras.Model(inputs, outputs, name="masked_lstm")
