"""The Keras model nested_two_deep: 5 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_inner() -> keras.Model:
    """Build the nested model inner."""
    inputs = keras.Input(shape=(8,), name="features")
    hidden = layers.Dense(8, activation="relu", name="hidden")(inputs)
    outputs = inputs + hidden
    return keras.Model(inputs, outputs, name="inner")


def build_middle() -> keras.Model:
    """Build the nested model middle."""
    inputs = keras.Input(shape=(8,), name="features")
    hidden = layers.Dense(8, name="hidden")(inputs)
    outputs = build_inner()(hidden)
    return keras.Model(inputs, outputs, name="middle")


def build_second() -> keras.Model:
    """Build the nested model second."""
    inputs = keras.Input(shape=(8,), name="features")
    hidden = layers.Dense(8, activation="relu", name="hidden")(inputs)
    outputs = inputs + hidden
    return keras.Model(inputs, outputs, name="second")


def build_model() -> keras.Model:
    """Build the model nested_two_deep, uncompiled."""
    inputs = keras.Input(shape=(8,), name="features")
    hidden = layers.Dense(8, name="hidden")(inputs)
    middle = build_middle()(hidden)
    second = build_second()(middle)
    outputs = layers.Dense(1, name="score")(second)
    return keras.Model(inputs, outputs, name="nested_two_deep")


if __name__ == "__main__":
    build_model().summary()
