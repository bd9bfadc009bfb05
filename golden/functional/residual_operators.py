"""The Keras model residual_operators: 4 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers, ops


def build_model() -> keras.Model:
    """Build the model residual_operators, uncompiled."""
    inputs = keras.Input(shape=(100,), name="features")
    hidden = layers.Dense(64, activation="relu", name="hidden")(inputs)
    get_item = hidden[:, :32]
    narrow = layers.Dense(32, activation="relu", name="narrow")(hidden)
    add = get_item + narrow
    tanh = ops.tanh(add)
    multiply = tanh * 0.5
    get_item_1 = hidden[:, 32:]
    subtract = multiply - get_item_1
    subtract_1 = 1.0 - narrow
    concatenate = ops.concatenate([subtract, subtract_1], axis=-1)
    outputs = layers.Dense(10, activation="softmax", name="label")(concatenate)
    return keras.Model(inputs, outputs, name="residual_operators")


if __name__ == "__main__":
    build_model().summary()
