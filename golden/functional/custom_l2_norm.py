"""The Keras model custom_l2_norm: 3 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


class L2Norm(keras.layers.Layer):
    """Stand-in for the custom class tests.cases.custom_l2_norm.L2Norm: the model file names it, but does not hold its code.

    Replace it by an import of the real class; the arguments stand where the model uses it.
    """

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(
            "L2Norm is a stand-in: import the real tests.cases.custom_l2_norm.L2Norm in its place."
        )


def build_model() -> keras.Model:
    """Build the model custom_l2_norm, uncompiled."""
    inputs = keras.Input(shape=(16,), name="features")
    embed = layers.Dense(8, name="embed")(inputs)
    outputs = L2Norm(activity_regularizer=None, autocast=True, name="normalised")(embed)
    return keras.Model(inputs, outputs, name="custom_l2_norm")


if __name__ == "__main__":
    build_model().summary()
