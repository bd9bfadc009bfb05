"""A layer with the name that Keras would give the second operator.

The operator that had it here was thrown away, so there is no clash; source that writes
the same operators in a row would make one.
"""

import keras
from keras import layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(4,), name="multiply_1")
    first = layers.Dense(4, name="dense_7")(inputs)
    once = first + inputs
    _thrown_away = first + once
    again = once + first
    merged = layers.Add(name="add_1")([again, first])
    outputs = layers.Dense(1, name="add_4")(merged * 2.0 + again)
    return keras.Model(inputs, outputs, name="op_names_taken")
