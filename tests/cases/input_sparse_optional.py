"""A sparse input, and one that may be left out."""

import keras
from keras import layers


def build() -> keras.Model:
    words = keras.Input(shape=(6,), sparse=True, name="words")
    features = keras.Input(shape=(3,), optional=True, name="features")
    x = layers.Dense(4, activation="relu", name="hidden")(words)
    outputs = layers.Identity(name="given")(features)
    return keras.Model([words, features], [x, outputs], name="input_sparse_optional")
