"""A masked Embedding into two branches: Keras adds a dozen mask ops of its own."""

import keras
from keras import layers


def build() -> keras.Model:
    tokens = keras.Input(shape=(None,), dtype="int32", name="tokens")
    x = layers.Embedding(500, 16, mask_zero=True, name="embedding")(tokens)
    forward = layers.LSTM(8, return_sequences=True, name="forward")(x)
    backward = layers.LSTM(
        8, return_sequences=True, go_backwards=True, name="backward"
    )(x)
    x = layers.Concatenate(name="joined")([forward, backward])
    x = layers.GRU(8, name="summary")(x)
    outputs = layers.Dense(3, activation="softmax", name="label")(x)
    return keras.Model(tokens, outputs, name="masked_embedding_branches")
