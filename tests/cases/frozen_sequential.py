"""A frozen Sequential: the flag is on the model, and through it on every layer."""

import keras
from keras import layers


def build() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input(shape=(8,), name="features"),
            layers.Dense(4, activation="relu", name="hidden"),
            layers.Dense(2, name="score"),
        ],
        name="frozen_sequential",
    )
    model.trainable = False
    return model
