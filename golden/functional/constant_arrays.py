"""The Keras model constant_arrays: 2 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers, ops


def build_model() -> keras.Model:
    """Build the model constant_arrays, uncompiled."""
    inputs = keras.Input(shape=(3,), name="colour")
    subtract = ops.subtract(
        inputs,
        ops.convert_to_numpy(
            ops.array(
                [0.48500001430511475, 0.4560000002384186, 0.4059999883174896], "float32"
            )
        ),
    )
    true_divide = ops.true_divide(
        subtract, ops.convert_to_numpy(ops.array([0.25, 0.5, 0.25], "float32"))
    )
    outputs = layers.Dense(2, name="label")(true_divide)
    return keras.Model(inputs, outputs, name="constant_arrays")


if __name__ == "__main__":
    build_model().summary()
