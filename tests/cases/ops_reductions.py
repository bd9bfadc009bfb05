"""Ops that compute: reductions with `axis` and `keepdims`, where, clip, softmax."""

import keras
from keras import layers, ops


def build() -> keras.Model:
    x = keras.Input(shape=(6, 8), name="table")
    centred = x - ops.mean(x, axis=-1, keepdims=True)
    scaled = centred / (ops.std(x, axis=(1, 2), keepdims=True) + 1e-6)
    positive = ops.where(scaled > 0, scaled, 0.1 * scaled)
    mixed = ops.where(positive > 1.0, positive, ops.zeros_like(positive))
    clipped = ops.clip(mixed, -1.0, 1.0)
    bounded = ops.minimum(ops.maximum(clipped, x), 2.0)
    weights = ops.softmax(bounded, axis=1)
    total = ops.sum(weights * x, axis=1)
    peak = ops.max(ops.abs(x), axis=[1, 2])
    which = ops.argmax(x, axis=-1)
    hot = ops.one_hot(which, 8)
    energy = ops.logsumexp(x, axis=-1)
    everything = ops.mean(ops.square(ops.relu(x)))
    best, places = ops.top_k(energy, k=3)
    label = layers.Dense(2, name="label")(ops.gelu(total, approximate=False))
    outputs = [label, peak, hot, everything, best, places]
    return keras.Model(x, outputs, name="ops_reductions")
