"""The Keras model siamese_conv: 6 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers, ops


def build_model() -> keras.Model:
    """Build the model siamese_conv, uncompiled."""
    left = keras.Input(shape=(28, 28, 1), name="left")
    right = keras.Input(shape=(28, 28, 1), name="right")
    conv = layers.Conv2D(8, 3, strides=2, activation="relu", name="conv")
    conv_left = conv(left)
    flatten = layers.Flatten(name="flatten")
    flatten_left = flatten(conv_left)
    embed = layers.Dense(128, name="embed")
    embed_left = embed(flatten_left)
    conv_right = conv(right)
    flatten_right = flatten(conv_right)
    embed_right = embed(flatten_right)
    subtract = embed_left - embed_right
    norm = ops.norm(subtract, axis=-1, keepdims=True)
    outputs = layers.Dense(1, activation="sigmoid", name="same")(norm)
    return keras.Model(inputs=[left, right], outputs=outputs, name="siamese_conv")


if __name__ == "__main__":
    build_model().summary()
