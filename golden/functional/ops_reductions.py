"""The Keras model ops_reductions: 2 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers, ops


def build_model() -> keras.Model:
    """Build the model ops_reductions, uncompiled."""
    inputs = keras.Input(shape=(6, 8), name="table")
    mean = ops.mean(inputs, axis=-1, keepdims=True)
    subtract = inputs - mean
    std = ops.std(inputs, axis=(1, 2), keepdims=True)
    add = std + 1e-06
    true_divide = subtract / add
    greater = true_divide > 0
    multiply = 0.1 * true_divide
    where = ops.where(greater, true_divide, multiply)
    greater_1 = where > 1.0
    zeros_like = ops.zeros_like(where)
    where_1 = ops.where(greater_1, where, zeros_like)
    clip = ops.clip(where_1, -1.0, 1.0)
    maximum = ops.maximum(clip, inputs)
    minimum = ops.minimum(maximum, 2.0)
    softmax = ops.softmax(minimum, axis=1)
    multiply_1 = softmax * inputs
    sum_ = ops.sum(multiply_1, axis=1)
    gelu = ops.gelu(sum_, approximate=False)
    label = layers.Dense(2, name="label")(gelu)
    absolute = ops.absolute(inputs)
    max_ = ops.max(absolute, axis=(1, 2))
    argmax = ops.argmax(inputs, axis=-1)
    one_hot = ops.one_hot(argmax, 8)
    relu = ops.relu(inputs)
    square = ops.square(relu)
    mean_1 = ops.mean(square)
    logsumexp = ops.logsumexp(inputs, axis=-1)
    top_k_0, top_k_1 = ops.top_k(logsumexp, 3)
    return keras.Model(
        inputs,
        outputs=[label, max_, one_hot, mean_1, top_k_0, top_k_1],
        name="ops_reductions",
    )


if __name__ == "__main__":
    build_model().summary()
