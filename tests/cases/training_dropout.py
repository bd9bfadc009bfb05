"""Dropout that stays on at inference (`training=True`) beside dropout that does not."""

import keras
from keras import layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(8,), name="features")
    x = layers.Dense(16, activation="relu", name="hidden_1")(inputs)
    x = layers.Dropout(0.5, seed=3, name="always_on")(x, training=True)
    x = layers.Dense(16, activation="relu", name="hidden_2")(x)
    x = layers.Dropout(0.5, noise_shape=(None, 1), name="usual")(x)
    x = layers.GaussianNoise(0.1, seed=5, name="noise")(x)
    x = layers.BatchNormalization(name="norm")(x, training=False)
    outputs = layers.Dense(1, name="score")(x)
    return keras.Model(inputs, outputs, name="training_dropout")
