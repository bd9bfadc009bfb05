"""LSTM states in and out: three outputs of one call, two of them into the next."""

import keras
from keras import layers


def build() -> keras.Model:
    steps = keras.Input(shape=(5, 4), name="steps")
    start_h = keras.Input(shape=(8,), name="start_h")
    start_c = keras.Input(shape=(8,), name="start_c")
    encoded, h, c = layers.LSTM(
        8, return_sequences=True, return_state=True, name="encoder"
    )(steps, initial_state=[start_h, start_c])
    _, last_h, _ = layers.LSTM(8, return_state=True, name="middle")(encoded)
    decoded = layers.LSTM(8, name="decoder")(encoded, initial_state=[h, c])
    simple = layers.SimpleRNN(8, name="simple")(encoded, initial_state=last_h)
    merged = layers.Average(name="merged")([decoded, simple])
    return keras.Model([steps, start_h, start_c], [merged, h], name="lstm_states")
