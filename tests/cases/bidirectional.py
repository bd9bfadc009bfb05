"""Bidirectional: a backward layer of its own, merge modes, and states."""

import keras
from keras import layers


def build() -> keras.Model:
    steps = keras.Input(shape=(5, 4), name="steps")
    x = layers.Bidirectional(
        layers.LSTM(6, return_sequences=True, name="first"), name="concatenated"
    )(steps)
    x = layers.Bidirectional(
        layers.LSTM(6, return_sequences=True, name="ahead"),
        backward_layer=layers.GRU(
            6, return_sequences=True, go_backwards=True, name="behind"
        ),
        merge_mode="sum",
        name="summed",
    )(x)
    separate = layers.Bidirectional(
        layers.GRU(3, name="apart"), merge_mode=None, name="separate"
    )(x)
    states = layers.Bidirectional(
        layers.LSTM(2, return_state=True, name="stateful"), name="states"
    )(x)
    merged = layers.Concatenate(name="merged")([*separate, *states])
    return keras.Model(steps, merged, name="bidirectional")
