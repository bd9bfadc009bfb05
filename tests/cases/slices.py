"""Every form of index: ranges, steps, ellipsis, new axes, integers, negatives."""

import keras
from keras import layers, ops


def build() -> keras.Model:
    x = keras.Input(shape=(8, 6, 4), name="cube")
    outputs = {
        "one_integer": x[0],
        "from": x[:, 1:],
        "to": x[:, :-1],
        "step": x[:, ::2],
        "reversed": x[:, ::-1],
        "between": x[:, 1:7:3, 2:4],
        "last": x[..., 0],
        "last_kept": x[..., -1:],
        "integer_inside": x[:, -1],
        "integers": x[:, 2, 3],
        "new_axis": x[:, None],
        "new_axis_last": x[..., None],
        "new_axis_inside": x[:, :, None, 1:],
        "ellipsis_inside": x[:, ..., 1],
    }
    outputs["head"] = layers.Dense(1, name="head")(ops.reshape(x[:, 0], (-1, 24)))
    return keras.Model(x, outputs, name="slices")
