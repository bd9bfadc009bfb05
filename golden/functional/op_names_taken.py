"""The Keras model op_names_taken: 4 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model op_names_taken, uncompiled."""
    # Keep Keras from naming an operation as a layer below is named.
    while keras.backend.get_uid("add") <= 4:
        pass
    # Keep Keras from naming an operation as a layer below is named.
    while keras.backend.get_uid("multiply") <= 1:
        pass
    inputs = keras.Input(shape=(4,), name="multiply_1")
    dense_7 = layers.Dense(4, name="dense_7")(inputs)
    add = dense_7 + inputs
    add_2 = add + dense_7
    add_1 = layers.Add(name="add_1")([add_2, dense_7])
    multiply = add_1 * 2.0
    add_3 = multiply + add_2
    outputs = layers.Dense(1, name="add_4")(add_3)
    return keras.Model(inputs, outputs, name="op_names_taken")


if __name__ == "__main__":
    build_model().summary()
