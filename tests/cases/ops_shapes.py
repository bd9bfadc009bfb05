"""Ops that move things about: split into several, concatenate, stack, reshape."""

import keras
from keras import layers, ops


def build() -> keras.Model:
    x = keras.Input(shape=(6, 8), name="table")
    low, high = ops.split(x, 2, axis=-1)
    first, second, third = ops.split(x, [2, 5], axis=1)
    unstacked = ops.unstack(x, axis=1)
    swapped = ops.concatenate([high, low], axis=-1)
    restored = ops.concatenate([first, third, second], axis=1)
    stacked = ops.stack([low, high], axis=1)
    turned = ops.transpose(stacked, (0, 2, 1, 3))
    flat = ops.reshape(turned, (-1, 48))
    wide = ops.squeeze(ops.expand_dims(swapped, axis=1), axis=1)
    repeated = ops.repeat(unstacked[0], 2, axis=-1)
    tiled = ops.tile(unstacked[5], (1, 3))
    padded = ops.pad(restored, ((0, 0), (1, 1), (0, 0)))
    flipped = ops.flip(padded, axis=1)
    rolled = ops.roll(flipped, 2, axis=-1)
    moved = ops.moveaxis(rolled, 1, 2)
    swapped_axes = ops.swapaxes(moved, 1, 2)
    taken = ops.take(swapped_axes, [0, 3, 5], axis=1)
    label = layers.Dense(2, name="label")(flat)
    return keras.Model(x, [label, wide, repeated, tiled, taken], name="ops_shapes")
