"""The Keras model inception_branches: 15 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model inception_branches, uncompiled."""
    inputs = keras.Input(shape=(32, 32, 3), name="image")
    mixed_1_1x1 = layers.Conv2D(
        8, 1, padding="same", activation="relu", name="mixed_1_1x1"
    )(inputs)
    mixed_1_3x3_reduce = layers.Conv2D(
        8, 1, padding="same", activation="relu", name="mixed_1_3x3_reduce"
    )(inputs)
    mixed_1_3x3 = layers.Conv2D(
        8, 3, padding="same", activation="relu", name="mixed_1_3x3"
    )(mixed_1_3x3_reduce)
    mixed_1_5x5_reduce = layers.Conv2D(
        8, 1, padding="same", activation="relu", name="mixed_1_5x5_reduce"
    )(inputs)
    mixed_1_5x5 = layers.Conv2D(
        8, 5, padding="same", activation="relu", name="mixed_1_5x5"
    )(mixed_1_5x5_reduce)
    mixed_1_joined = layers.Concatenate(name="mixed_1_joined")(
        [mixed_1_1x1, mixed_1_3x3, mixed_1_5x5]
    )
    mixed_2_1x1 = layers.Conv2D(
        16, 1, padding="same", activation="relu", name="mixed_2_1x1"
    )(mixed_1_joined)
    mixed_2_3x3_reduce = layers.Conv2D(
        16, 1, padding="same", activation="relu", name="mixed_2_3x3_reduce"
    )(mixed_1_joined)
    mixed_2_3x3 = layers.Conv2D(
        16, 3, padding="same", activation="relu", name="mixed_2_3x3"
    )(mixed_2_3x3_reduce)
    mixed_2_5x5_reduce = layers.Conv2D(
        16, 1, padding="same", activation="relu", name="mixed_2_5x5_reduce"
    )(mixed_1_joined)
    mixed_2_5x5 = layers.Conv2D(
        16, 5, padding="same", activation="relu", name="mixed_2_5x5"
    )(mixed_2_5x5_reduce)
    mixed_2_joined = layers.Concatenate(name="mixed_2_joined")(
        [mixed_2_1x1, mixed_2_3x3, mixed_2_5x5]
    )
    pooled = layers.GlobalAveragePooling2D(name="pooled")(mixed_2_joined)
    outputs = layers.Dense(10, activation="softmax", name="label")(pooled)
    return keras.Model(inputs, outputs, name="inception_branches")


if __name__ == "__main__":
    build_model().summary()
