"""Inputs of fixed batch size, of int, bool and float16, and one scalar an example."""

import keras
from keras import layers, ops


def build() -> keras.Model:
    counts = keras.Input(batch_shape=(4, 3), dtype="int32", name="counts")
    flags = keras.Input(shape=(3,), batch_size=4, dtype="bool", name="flags")
    half = keras.Input(shape=(3,), batch_size=4, dtype="float16", name="half")
    weight = keras.Input(shape=(), batch_size=4, name="weight")
    total = ops.cast(counts, "float32") + ops.cast(half, "float32")
    kept = ops.where(flags, total, 0.0) * ops.expand_dims(weight, -1)
    outputs = layers.Dense(2, name="score")(kept)
    return keras.Model([counts, flags, half, weight], outputs, name="input_kinds")
