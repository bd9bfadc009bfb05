"""A Sequential of Sequentials, the first of which says what the input is."""

import keras
from keras import layers


def build() -> keras.Model:
    body = keras.Sequential(
        [
            keras.Input(shape=(8,), name="features"),
            layers.Dense(8, activation="relu", name="body_1"),
            layers.Dense(4, activation="relu", name="body_2"),
        ],
        name="body",
    )
    head = keras.Sequential(
        [layers.Dropout(0.1, name="dropout"), layers.Dense(2, name="score")],
        name="head",
    )
    return keras.Sequential([body, head], name="sequential_in_sequential")
