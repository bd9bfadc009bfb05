"""The Keras model input_kinds: 5 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers, ops


def build_model() -> keras.Model:
    """Build the model input_kinds, uncompiled."""
    counts = keras.Input(shape=(3,), batch_size=4, dtype="int32", name="counts")
    flags = keras.Input(shape=(3,), batch_size=4, dtype="bool", name="flags")
    half = keras.Input(shape=(3,), batch_size=4, dtype="float16", name="half")
    weight = keras.Input(shape=[], batch_size=4, name="weight")
    cast = ops.cast(counts, "float32")
    cast_1 = ops.cast(half, "float32")
    add = cast + cast_1
    where = ops.where(flags, add, 0.0)
    expand_dims = ops.expand_dims(weight, axis=-1)
    multiply = where * expand_dims
    outputs = layers.Dense(2, name="score")(multiply)
    return keras.Model(
        inputs=[counts, flags, half, weight], outputs=outputs, name="input_kinds"
    )


if __name__ == "__main__":
    build_model().summary()
