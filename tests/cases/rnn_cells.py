"""RNN around one cell, around cells stacked by hand, and around a list of cells."""

import keras
from keras import layers


def build() -> keras.Model:
    steps = keras.Input(shape=(5, 4), name="steps")
    x = layers.RNN(
        layers.GRUCell(6, recurrent_dropout=0.1, name="single"),
        return_sequences=True,
        name="one_cell",
    )(steps)
    x = layers.RNN(
        layers.StackedRNNCells(
            [layers.LSTMCell(6, name="lower"), layers.LSTMCell(4, name="upper")],
            name="stack",
        ),
        return_sequences=True,
        name="stacked",
    )(x)
    x = layers.RNN([layers.SimpleRNNCell(3), layers.SimpleRNNCell(2)], name="listed")(x)
    return keras.Model(steps, x, name="rnn_cells")
