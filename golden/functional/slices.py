"""The Keras model slices: 2 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers, ops


def build_model() -> keras.Model:
    """Build the model slices, uncompiled."""
    inputs = keras.Input(shape=(8, 6, 4), name="cube")
    get_item = inputs[0]
    get_item_1 = inputs[:, 1:]
    get_item_2 = inputs[:, :-1]
    get_item_3 = inputs[:, ::2]
    get_item_4 = inputs[:, ::-1]
    get_item_5 = inputs[:, 1:7:3, 2:4]
    get_item_6 = inputs[..., 0]
    get_item_7 = inputs[..., -1:]
    get_item_8 = inputs[:, -1]
    get_item_9 = inputs[:, 2, 3]
    get_item_10 = inputs[:, None]
    get_item_11 = inputs[..., None]
    get_item_12 = inputs[:, :, None, 1:]
    get_item_13 = inputs[:, ..., 1]
    get_item_14 = inputs[:, 0]
    reshape = ops.reshape(get_item_14, (-1, 24))
    head = layers.Dense(1, name="head")(reshape)
    return keras.Model(
        inputs,
        outputs={
            "one_integer": get_item,
            "from": get_item_1,
            "to": get_item_2,
            "step": get_item_3,
            "reversed": get_item_4,
            "between": get_item_5,
            "last": get_item_6,
            "last_kept": get_item_7,
            "integer_inside": get_item_8,
            "integers": get_item_9,
            "new_axis": get_item_10,
            "new_axis_last": get_item_11,
            "new_axis_inside": get_item_12,
            "ellipsis_inside": get_item_13,
            "head": head,
        },
        name="slices",
    )


if __name__ == "__main__":
    build_model().summary()
