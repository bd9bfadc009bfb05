"""A Sequential that begins with a Functional, as transfer learning often does."""

import keras
from keras import layers


def build() -> keras.Model:
    image = keras.Input(shape=(16, 16, 3), name="image")
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(image)
    x = layers.Add(name="added")([x, layers.Conv2D(4, 3, name="shortcut")(image)])
    base = keras.Model(image, x, name="base")
    base.trainable = False
    return keras.Sequential(
        [
            base,
            layers.GlobalAveragePooling2D(name="pooled"),
            layers.Dense(2, activation="softmax", name="label"),
        ],
        name="sequential_with_base",
    )
