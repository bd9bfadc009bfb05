"""The Keras model ops_shapes: 2 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers, ops


def build_model() -> keras.Model:
    """Build the model ops_shapes, uncompiled."""
    inputs = keras.Input(shape=(6, 8), name="table")
    split_0, split_1 = ops.split(inputs, 2, axis=-1)
    stack = ops.stack([split_0, split_1], axis=1)
    transpose = ops.transpose(stack, axes=(0, 2, 1, 3))
    reshape = ops.reshape(transpose, (-1, 48))
    label = layers.Dense(2, name="label")(reshape)
    concatenate = ops.concatenate([split_1, split_0], axis=-1)
    expand_dims = ops.expand_dims(concatenate, axis=1)
    squeeze = ops.squeeze(expand_dims, axis=1)
    unstack = ops.unstack(inputs, axis=1)
    repeat = ops.repeat(unstack[0], 2, axis=-1)
    tile = ops.tile(unstack[5], (1, 3))
    split_1_0, split_1_1, split_1_2 = ops.split(inputs, (2, 5), axis=1)
    concatenate_1 = ops.concatenate([split_1_0, split_1_2, split_1_1], axis=1)
    pad = ops.pad(concatenate_1, ((0, 0), (1, 1), (0, 0)))
    flip = ops.flip(pad, axis=1)
    roll = ops.roll(flip, 2, axis=-1)
    moveaxis = ops.moveaxis(roll, 1, 2)
    swapaxes = ops.swapaxes(moveaxis, 1, 2)
    take = ops.take(swapaxes, (0, 3, 5), axis=1)
    return keras.Model(
        inputs, outputs=[label, squeeze, repeat, tile, take], name="ops_shapes"
    )


if __name__ == "__main__":
    build_model().summary()
