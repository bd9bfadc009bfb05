"""Preprocessing and augmentation inside the model, with seeds and given statistics."""

import keras
from keras import layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(32, 32, 3), name="image")
    x = layers.Resizing(24, 24, interpolation="nearest", name="resized")(inputs)
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescaled")(x)
    x = layers.Normalization(
        mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 4.0], name="normalised"
    )(x)
    x = layers.RandomFlip("horizontal", seed=1, name="flipped")(x)
    x = layers.RandomTranslation(0.1, (-0.1, 0.2), seed=2, name="shifted")(x)
    x = layers.CenterCrop(16, 16, name="cropped")(x)
    x = layers.Conv2D(4, 3, name="conv")(x)
    outputs = layers.GlobalAveragePooling2D(name="pooled")(x)
    return keras.Model(inputs, outputs, name="augmentation")
