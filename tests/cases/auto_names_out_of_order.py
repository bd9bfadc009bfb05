"""Automatic names that plain source would not give again, with `--names auto`.

The layers were made in another order than they are called in, and one was thrown away.
"""

import keras
from keras import layers

OPTIONS = {"names": "auto"}


def build() -> keras.Model:
    last = layers.Dense(2)
    _thrown_away = layers.Dense(3)
    inputs = keras.Input(shape=(4,))
    x = layers.Dense(8, activation="relu")(inputs)
    x = layers.Dense(8)(x)
    return keras.Model(inputs, last(x))
