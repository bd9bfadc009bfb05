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
    inputs = keras.Input(shape=(8,), name="features")
    hidden = layers.Dense(8, activation="relu", name="hidden")(inputs)
    mean = layers.Dense(4, name="mean")(hidden)
    spread = layers.Dense(4, name="spread")(hidden)
    return keras.Model(inputs, outputs=[mean, spread], name="splitter")


def build_mixer() -> keras.Model:
    """Build the nested model mixer."""
    left = keras.Input(shape=(4,), name="left")
    right = keras.Input(shape=(4,), name="right")
    mixed = layers.Multiply(name="mixed")([left, right])
    sum_head = layers.Dense(2, name="sum_head")(mixed)
    return keras.Model(
        inputs={"left": left, "right": right},
        outputs={"sum": sum_head, "mixed": mixed},
        name="mixer",
    )


def build_model() -> keras.Model:
    """Build the model submodel_outputs, uncompiled."""
    inputs = keras.Input(shape=(8,), name="inputs")
    splitter_0, splitter_1 = build_splitter()(inputs)
    mixer = build_mixer()(
        {"left": splitter_1, "right": splitter_0}, mask={"left": None, "right": None}
    )
    outputs = layers.Concatenate(name="joined")(
        [mixer["sum"], splitter_0, mixer["mixed"]]
    )
    return keras.Model(inputs, outputs, name="submodel_outputs")


if __name__ == "__main__":
    build_model().summary()
