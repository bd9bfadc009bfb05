"""A Functional and a Sequential, each called twice on different inputs."""

import keras
from keras import layers


def build() -> keras.Model:
    image = keras.Input(shape=(16, 16, 1), name="image")
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(image)
    x = layers.Flatten(name="flat")(x)
    encoder = keras.Model(image, layers.Dense(8, name="embed")(x), name="encoder")
    head = keras.Sequential(
        [
            keras.Input(shape=(8,), name="embedding"),
            layers.Dense(8, activation="relu", name="head_hidden"),
            layers.Dropout(0.2, name="head_dropout"),
        ],
        name="head",
    )

    left = keras.Input(shape=(16, 16, 1), name="left")
    right = keras.Input(shape=(16, 16, 1), name="right")
    # Right before left: the order of calls is not the order of inputs.
    right_code = head(encoder(right))
    left_code = head(encoder(left))
    distance = layers.Subtract(name="difference")([left_code, right_code])
    outputs = layers.Dense(1, activation="sigmoid", name="same")(distance)
    return keras.Model([left, right], outputs, name="shared_submodels")
