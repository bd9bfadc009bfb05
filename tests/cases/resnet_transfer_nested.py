"""Transfer learning, nested: a frozen ResNet50 that the model calls."""

import keras
from keras import layers

SLOW = True


def build() -> keras.Model:
    base = keras.applications.ResNet50(
        weights=None, include_top=False, input_shape=(224, 224, 3)
    )
    base.trainable = False
    inputs = keras.Input(shape=(224, 224, 3), name="image")
    x = base(inputs, training=False)
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    x = layers.Dense(256, activation="relu", name="hidden")(x)
    x = layers.Dropout(0.4, name="dropout")(x)
    outputs = layers.Dense(10, activation="softmax", name="label")(x)
    return keras.Model(inputs, outputs, name="resnet_transfer")
