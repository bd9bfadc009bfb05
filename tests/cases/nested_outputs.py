"""Inputs in nested lists; outputs as a list that holds a dict that holds a list."""

import keras
from keras import layers


def build() -> keras.Model:
    first = keras.Input(shape=(4,), name="first")
    second = keras.Input(shape=(4,), name="second")
    third = keras.Input(shape=(4,), name="third")
    x = layers.Concatenate(name="merged")([third, first, second])
    hidden = layers.Dense(8, activation="relu", name="hidden")(x)
    outputs = [
        layers.Dense(1, name="score")(hidden),
        {
            "parts": [
                layers.Dense(2, name="part_1")(hidden),
                layers.Dense(3, name="part_2")(hidden),
            ],
            "hidden": hidden,
        },
    ]
    return keras.Model([first, [second, third]], outputs, name="nested_outputs")
