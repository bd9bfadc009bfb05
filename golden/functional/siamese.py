"""The Keras model siamese: 3 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers, ops


def build_model() -> keras.Model:
    """Build the model siamese, uncompiled."""
    left = keras.Input(shape=(32,), name="left")
    right = keras.Input(shape=(32,), name="right")
    encoder = layers.Dense(64, activation="relu", name="encoder")
    encoder_left = encoder(left)
    encoder_right = encoder(right)
    subtract = encoder_left - encoder_right
    square = ops.square(subtract)
    sum_ = ops.sum(square, axis=1, keepdims=True)
    add = sum_ + 1e-07
    outputs = ops.sqrt(add)
    return keras.Model(inputs=[left, right], outputs=outputs, name="siamese")


if __name__ == "__main__":
    build_model().summary()
