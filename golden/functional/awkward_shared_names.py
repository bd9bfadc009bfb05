"""The Keras model build_model: 6 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_shared() -> keras.Model:
    """Build the nested model shared."""
    inputs = keras.Input(shape=(4,), name="build_model")
    outputs = layers.Dense(4, name="shared")(inputs)
    return keras.Model(inputs, outputs, name="shared")


def build_build_shared() -> keras.Model:
    """Build the nested model build_shared."""
    inputs = keras.Input(shape=(4,), name="shared_1")
    outputs = layers.Dense(4, name="shared")(inputs)
    return keras.Model(inputs, outputs, name="build_shared")


def build_model() -> keras.Model:
    """Build the model build_model, uncompiled."""
    dense = keras.Input(shape=(4,), name="dense")
    block = keras.Input(shape=(4,), name="block")
    dense_2 = layers.Dense(4, name="Dense")
    dense_dense = dense_2(dense)
    dense_block = dense_2(block)
    shared = build_shared()(dense)
    build_shared_2 = build_build_shared()(block)
    outputs = layers.Concatenate(name="joined")(
        [dense_dense, dense_block, shared, build_shared_2]
    )
    return keras.Model(inputs=[dense, block], outputs=outputs, name="build_model")


if __name__ == "__main__":
    build_model().summary()
