"""Masks that the author passed: they are part of the model, automatic ones are not."""

import keras
from keras import layers, ops


def build() -> keras.Model:
    steps = keras.Input(shape=(6, 8), name="steps")
    lengths = keras.Input(shape=(1,), dtype="int32", name="lengths")
    valid = ops.less(ops.arange(6), lengths)
    x = layers.LSTM(8, return_sequences=True, name="lstm")(steps, mask=valid)
    pairs = ops.logical_and(ops.expand_dims(valid, 1), ops.expand_dims(valid, 2))
    x = layers.MultiHeadAttention(2, 4, name="attention")(x, x, attention_mask=pairs)
    x = layers.Softmax(axis=1, name="weights")(x, mask=ops.expand_dims(valid, -1))
    outputs = layers.GlobalAveragePooling1D(name="pooled")(x, mask=valid)
    return keras.Model([steps, lengths], outputs, name="author_mask")
