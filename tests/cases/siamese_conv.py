"""A siamese network over images: three shared layers, each called twice."""

import keras
from keras import layers, ops


def build() -> keras.Model:
    left = keras.Input(shape=(28, 28, 1), name="left")
    right = keras.Input(shape=(28, 28, 1), name="right")
    conv = layers.Conv2D(8, 3, strides=2, activation="relu", name="conv")
    flatten = layers.Flatten(name="flatten")
    embed = layers.Dense(128, name="embed")

    embeddings = [embed(flatten(conv(image))) for image in (left, right)]
    distance = ops.norm(embeddings[0] - embeddings[1], axis=-1, keepdims=True)
    outputs = layers.Dense(1, activation="sigmoid", name="same")(distance)
    return keras.Model([left, right], outputs, name="siamese_conv")
