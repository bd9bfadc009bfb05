"""Every layer with the name that Keras gave it, which the source need not repeat."""

import keras
from keras import layers

OPTIONS = {"names": "auto"}


def build() -> keras.Model:
    image = keras.Input(shape=(16, 16, 3))
    metadata = keras.Input(shape=(4,))
    x = layers.Conv2D(8, 3)(image)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(8, 3, name="kept_name")(x)
    x = layers.GlobalAveragePooling2D()(x)
    y = layers.Dense(8, activation="relu")(metadata)
    x = layers.Concatenate()([x, y])
    x = layers.Dense(8)(x) + y
    outputs = layers.Dense(2)(x)
    return keras.Model([image, metadata], outputs)
