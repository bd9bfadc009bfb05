"""The Keras model siamese_lambda: 4 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


class Lambda(keras.layers.Layer):
    """Stand-in for keras.layers.Lambda: what it wraps is outside of Keras and may run code.

    Replace it by the real object once you trust where the model came from.
    """

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(
            "Lambda is a stand-in: import the real keras.layers.Lambda in its place."
        )


def lambda_function(*args, **kwargs):
    """Stand-in for a lambda: the model file holds it as Python bytecode, which is not run.

    SHA-256 of the bytecode: befd551b3d9a4f3c00ba200786e5f3843b95afad0c7b31666c425f6773b5bb05
    """
    raise NotImplementedError(
        "lambda_function is a stand-in: write the real function in its place."
    )


def build_model() -> keras.Model:
    """Build the model siamese_lambda, uncompiled."""
    left = keras.Input(shape=(32,), name="left")
    right = keras.Input(shape=(32,), name="right")
    encoder = layers.Dense(64, activation="relu", name="encoder")
    encoder_left = encoder(left)
    encoder_right = encoder(right)
    outputs = Lambda(
        lambda_function, arguments={}, trainable=True, dtype="float32", name="distance"
    )([encoder_left, encoder_right])
    return keras.Model(inputs=[left, right], outputs=outputs, name="siamese_lambda")


if __name__ == "__main__":
    build_model().summary()
