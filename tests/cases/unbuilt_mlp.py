"""A Sequential without an Input: nothing in it says how wide its input is."""

import keras
from keras import layers

OPTIONS = {"input_shape": (784,)}


def build() -> keras.Model:
    return keras.Sequential(
        [
            layers.Dense(64, activation="relu", name="hidden"),
            layers.Dense(10, activation="softmax", name="digit"),
        ],
        name="unbuilt_mlp",
    )
