"""The Keras model submodel_outputs: 4 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_splitter() -> keras.Model:
    """Build the nested model splitter."""
    inputs = keras.Input(shape=(8,), name="features")  # (None, 8)
    hidden = layers.Dense(8, activation="relu", name="hidden")(
        inputs
    )  # (None, 8) · 72 params
    mean = layers.Dense(4, name="mean")(hidden)  # (None, 4) · 36 params
    spread = layers.Dense(4, name="spread")(hidden)  # (None, 4) · 36 params
    return keras.Model(inputs, outputs=[mean, spread], name="splitter")


def build_mixer() -> keras.Model:
    """Build the nested model mixer."""
    left = keras.Input(shape=(4,), name="left")  # (None, 4)
    right = keras.Input(shape=(4,), name="right")  # (None, 4)
    mixed = layers.Multiply(name="mixed")([left, right])  # (None, 4)
    sum_head = layers.Dense(2, name="sum_head")(mixed)  # (None, 2) · 10 params
    return keras.Model(
        inputs={"left": left, "right": right},
        outputs={"sum": sum_head, "mixed": mixed},
        name="mixer",
    )


def build_model() -> keras.Model:
    """Build the model submodel_outputs, uncompiled."""
    inputs = keras.Input(shape=(8,), name="inputs")  # (None, 8)
    splitter_0, splitter_1 = build_splitter()(
        inputs
    )  # (None, 4), (None, 4) · 144 params
    mixer = build_mixer()(
        {"left": splitter_1, "right": splitter_0}, mask={"left": None, "right": None}
    )  # (None, 2), (None, 4) · 10 params
    outputs = layers.Concatenate(name="joined")(
        [mixer["sum"], splitter_0, mixer["mixed"]]
    )
    return keras.Model(inputs, outputs, name="submodel_outputs")


if __name__ == "__main__":
    build_model().summary()
