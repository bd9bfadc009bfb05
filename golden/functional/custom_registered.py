"""The Keras model custom_registered: 3 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def half_relu(*args, **kwargs):
    """Stand-in for the custom function kerascodegen_cases>half_relu: the model file names it, but does not hold its code."""
    raise NotImplementedError(
        "half_relu is a stand-in: import the real kerascodegen_cases>half_relu in its place."
    )


class ScaledTanh(keras.layers.Layer):
    """Stand-in for the custom class kerascodegen_cases>ScaledTanh: the model file names it, but does not hold its code.

    Replace it by an import of the real class; the arguments stand where the model uses it.
    """

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(
            "ScaledTanh is a stand-in: import the real kerascodegen_cases>ScaledTanh in its place."
        )


def build_model() -> keras.Model:
    """Build the model custom_registered, uncompiled."""
    inputs = keras.Input(shape=(16,), name="features")
    hidden = layers.Dense(8, activation=half_relu, name="hidden")(inputs)
    outputs = ScaledTanh(
        scale=2.5, regularizer=keras.regularizers.L2(0.0001), name="scaled_tanh"
    )(hidden)
    return keras.Model(inputs, outputs, name="custom_registered")


if __name__ == "__main__":
    build_model().summary()
