"""One layer called at several depths, in another order than the graph's depth order."""

import keras
from keras import layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(8,), name="features")
    other = keras.Input(shape=(8,), name="other")
    shared = layers.Dense(8, activation="relu", name="shared")
    late = layers.Dense(8, name="late")(other)
    late = layers.Dense(8, name="later")(late)
    first = shared(late)
    second = shared(inputs)
    third = shared(second)
    outputs = layers.Concatenate(name="joined")([third, first, second])
    return keras.Model([inputs, other], outputs, name="shared_across_depths")
