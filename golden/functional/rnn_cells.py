"""The Keras model rnn_cells: 4 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model rnn_cells, uncompiled."""
    inputs = keras.Input(shape=(5, 4), name="steps")
    one_cell = layers.RNN(
        layers.GRUCell(6, recurrent_dropout=0.1, name="single"),
        return_sequences=True,
        name="one_cell",
    )(inputs)
    stacked = layers.RNN(
        layers.StackedRNNCells(
            [layers.LSTMCell(6, name="lower"), layers.LSTMCell(4, name="upper")],
            name="stack",
        ),
        return_sequences=True,
        name="stacked",
    )(one_cell)
    outputs = layers.RNN(
        layers.StackedRNNCells(
            [
                layers.SimpleRNNCell(3, name="simple_rnn_cell"),
                layers.SimpleRNNCell(2, name="simple_rnn_cell_1"),
            ],
            name="stacked_rnn_cells",
        ),
        name="listed",
    )(stacked)
    return keras.Model(inputs, outputs, name="rnn_cells")


if __name__ == "__main__":
    build_model().summary()
