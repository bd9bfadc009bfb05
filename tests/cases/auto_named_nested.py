"""Automatic names throughout, also of nested models, all written out."""

import keras
from keras import layers


def build() -> keras.Model:
    stem = keras.Sequential([keras.Input(shape=(8,)), layers.Dense(4), layers.Dense(4)])
    features = keras.Input(shape=(4,))
    block = keras.Model(features, layers.Dense(4)(features) + features)
    inputs = keras.Input(shape=(8,))
    x = block(stem(inputs))
    outputs = layers.Dense(1)(x)
    return keras.Model(inputs, outputs)
