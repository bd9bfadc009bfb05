"""Matrix products, as an operator, as an op and between two layers' results."""

import keras
from keras import layers, ops


def build() -> keras.Model:
    x = keras.Input(shape=(5, 8), name="queries")
    y = keras.Input(shape=(5, 8), name="keys")
    keys = layers.Dense(8, name="project")(y)
    scores = x @ ops.transpose(keys, (0, 2, 1)) / 8**0.5
    weights = ops.softmax(scores, axis=-1)
    mixed = ops.matmul(weights, y)
    bilinear = ops.einsum("bqd,bkd->bqk", x, keys)
    dotted = layers.Dot(axes=2, normalize=True, name="cosine")([x, y])
    return keras.Model([x, y], [mixed, bilinear, dotted], name="matrix_operators")
