"""Automatic masks through merges, wrappers, attention and a stop with `Add`."""

import keras
from keras import layers


def build() -> keras.Model:
    tokens = keras.Input(shape=(None,), dtype="int32", name="tokens")
    other = keras.Input(shape=(None,), dtype="int32", name="other")
    embedding = layers.Embedding(100, 8, mask_zero=True, name="embedding")
    left, right = embedding(tokens), embedding(other)
    attended = layers.MultiHeadAttention(2, 4, name="attention")(left, right)
    added = layers.Add(name="added")([left, attended])
    wide = layers.TimeDistributed(layers.Dense(8, name="wide"), name="each")(added)
    joined = layers.Concatenate(name="joined")([wide, left])
    both = layers.Bidirectional(layers.GRU(4, name="gru"), name="both")(joined)
    outputs = layers.Dense(1, name="score")(both)
    return keras.Model([tokens, other], outputs, name="masked_merges")
