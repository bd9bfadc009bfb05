"""Constants and vocabularies too long for the source: files beside it, exact."""

import keras
import numpy as np
from keras import layers, ops

LEARNT = True
OPTIONS = {"sidecars": "large_constants"}

WORDS = [f"wörd {number}" for number in range(60)]


def build() -> keras.Model:
    values = np.linspace(-1.0, 1.0, 120)
    signal = keras.Input(shape=(120,), name="signal")
    word = keras.Input(shape=(1,), dtype="string", name="word")
    number = keras.Input(shape=(1,), dtype="int64", name="number")

    x = signal - values.astype("float32")
    x = x * ops.convert_to_tensor(values, dtype="bfloat16")
    x = ops.where(np.arange(120) % 7 > 2, x, np.array([-0.0, 1e-8] * 60, "float16"))
    x = ops.take(x, list(range(119, -1, -1)), axis=1)
    x = layers.Normalization(
        mean=values.tolist(), variance=(values + 2.0).tolist(), name="scaled"
    )(x)
    x = layers.Dense(
        3,
        kernel_initializer=keras.initializers.Constant(
            np.arange(360.0).reshape(120, 3) / 360.0
        ),
        name="dense",
    )(x)
    bins = layers.Discretization(
        bin_boundaries=values.tolist(), output_mode="multi_hot", name="bins"
    )(signal)
    given = layers.StringLookup(vocabulary=WORDS, output_mode="one_hot", name="given")(
        word
    )
    learnt_layer = layers.StringLookup(output_mode="one_hot", name="learnt")
    learnt_layer.adapt(WORDS)
    learnt = learnt_layer(word)
    codes = layers.IntegerLookup(
        vocabulary=list(range(2**40, 2**40 + 120)), output_mode="one_hot", name="codes"
    )(number)
    x = layers.Concatenate(name="joined")([x, bins, given, learnt, codes])
    outputs = layers.Dense(1, name="score")(x)
    return keras.Model([signal, word, number], outputs, name="large_constants")
