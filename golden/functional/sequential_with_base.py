"""The Keras model sequential_with_base: 4 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_base() -> keras.Model:
    """Build the nested model base."""
    inputs = keras.Input(shape=(16, 16, 3), name="image")
    conv = layers.Conv2D(4, 3, activation="relu", name="conv")(inputs)
    shortcut = layers.Conv2D(4, 3, name="shortcut")(inputs)
    outputs = layers.Add(name="added")([conv, shortcut])
    model = keras.Model(inputs, outputs, name="base")
    model.trainable = False
    return model


def build_model() -> keras.Model:
    """Build the model sequential_with_base, uncompiled."""
    inputs = keras.Input(shape=(16, 16, 3), name="input_layer")
    base = build_base()(inputs)
    pooled = layers.GlobalAveragePooling2D(name="pooled")(base)
    outputs = layers.Dense(2, activation="softmax", name="label")(pooled)
    return keras.Model(inputs, outputs, name="sequential_with_base")


if __name__ == "__main__":
    build_model().summary()
