"""The Keras model nested_outputs: 8 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model nested_outputs, uncompiled."""
    first = keras.Input(shape=(4,), name="first")
    second = keras.Input(shape=(4,), name="second")
    third = keras.Input(shape=(4,), name="third")
    merged = layers.Concatenate(name="merged")([third, first, second])
    hidden = layers.Dense(8, activation="relu", name="hidden")(merged)
    score = layers.Dense(1, name="score")(hidden)
    part_1 = layers.Dense(2, name="part_1")(hidden)
    part_2 = layers.Dense(3, name="part_2")(hidden)
    return keras.Model(
        inputs=[first, [second, third]],
        outputs=[score, {"parts": [part_1, part_2], "hidden": hidden}],
        name="nested_outputs",
    )


if __name__ == "__main__":
    build_model().summary()
