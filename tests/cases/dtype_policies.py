"""Dtype policies a layer at a time: strings, policy objects, an inner layer's own."""

import keras
from keras import layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(8,), dtype="float32", name="features")
    x = layers.Dense(8, dtype="float16", name="half")(inputs)
    x = layers.Dense(8, dtype="mixed_bfloat16", name="mixed")(x)
    x = layers.Dense(8, dtype=keras.DTypePolicy("float64"), name="double")(x)
    x = layers.Bidirectional(
        layers.GRU(4, dtype="float16", name="gru"), dtype="float32", name="both"
    )(layers.Reshape((4, 2), name="steps")(x))
    outputs = layers.Dense(1, dtype="float32", name="score")(x)
    return keras.Model(inputs, outputs, name="dtype_policies")
