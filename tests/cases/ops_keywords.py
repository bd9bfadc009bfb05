"""Tensors that reach an op by keyword, inside lists, and as several at once."""

import keras
from keras import layers, ops


def build() -> keras.Model:
    x = keras.Input(shape=(6,), name="x")
    y = keras.Input(shape=(6,), name="y")
    condition = ops.greater(x1=x, x2=y)
    chosen = ops.where(condition, x1=x, x2=y)
    added = ops.add(x1=chosen, x2=x)
    clipped = ops.clip(x=added, x_min=-1.0, x_max=1.0)
    stacked = ops.stack(x=[clipped, x, y], axis=1)
    product = ops.einsum("bsi,bi->bs", stacked, y)
    norm = ops.norm(stacked, ord=2, axis=-1)
    grid = ops.image.resize(
        layers.Reshape((3, 6, 1), name="grid")(stacked),
        (6, 6),
        interpolation="nearest",
    )
    return keras.Model([x, y], [product, norm, grid], name="ops_keywords")
