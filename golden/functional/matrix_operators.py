"""The Keras model matrix_operators: 4 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers, ops


def build_model() -> keras.Model:
    """Build the model matrix_operators, uncompiled."""
    queries = keras.Input(shape=(5, 8), name="queries")
    keys = keras.Input(shape=(5, 8), name="keys")
    project = layers.Dense(8, name="project")(keys)
    transpose = ops.transpose(project, axes=(0, 2, 1))
    matmul = queries @ transpose
    true_divide = matmul / 2.8284271247461903
    softmax = ops.softmax(true_divide)
    matmul_1 = softmax @ keys
    einsum = ops.einsum("bqd,bkd->bqk", queries, project)
    cosine = layers.Dot(axes=2, normalize=True, name="cosine")([queries, keys])
    return keras.Model(
        inputs=[queries, keys],
        outputs=[matmul_1, einsum, cosine],
        name="matrix_operators",
    )


if __name__ == "__main__":
    build_model().summary()
