"""The Keras model ops_keywords: 3 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers, ops


def build_model() -> keras.Model:
    """Build the model ops_keywords, uncompiled."""
    x = keras.Input(shape=(6,), name="x")
    y = keras.Input(shape=(6,), name="y")
    greater = x > y
    where = ops.where(greater, x, y)
    add = where + x
    clip = ops.clip(add, -1.0, 1.0)
    stack = ops.stack([clip, x, y], axis=1)
    einsum = ops.einsum("bsi,bi->bs", stack, y)
    norm = ops.norm(stack, ord=2, axis=-1)
    grid = layers.Reshape((3, 6, 1), name="grid")(stack)
    resize = ops.image.resize(grid, (6, 6), interpolation="nearest")
    return keras.Model(
        inputs=[x, y], outputs=[einsum, norm, resize], name="ops_keywords"
    )


if __name__ == "__main__":
    build_model().summary()
