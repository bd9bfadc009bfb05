"""One Dense encoder, called on two inputs: its parameters count once."""

import keras
from keras import layers, ops


def build() -> keras.Model:
    left = keras.Input(shape=(32,), name="left")
    right = keras.Input(shape=(32,), name="right")
    encoder = layers.Dense(64, activation="relu", name="encoder")
    difference = encoder(left) - encoder(right)
    distance = ops.sqrt(ops.sum(ops.square(difference), axis=1, keepdims=True) + 1e-7)
    return keras.Model([left, right], distance, name="siamese")
