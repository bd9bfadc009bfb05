"""A frozen base with a skip, called with `training=False`, under a compiled head."""

import keras
from keras import layers


def build() -> keras.Model:
    image = keras.Input(shape=(16, 16, 3), name="image")
    stem = layers.Conv2D(8, 3, padding="same", name="stem")(image)
    x = layers.BatchNormalization(name="norm")(stem)
    x = layers.ReLU(name="relu")(x)
    x = layers.Conv2D(8, 3, padding="same", name="block_conv")(x)
    x = layers.Add(name="block_added")([x, stem])
    x = layers.Dropout(0.2, name="dropout")(x)
    base = keras.Model(image, x, name="base")
    base.trainable = False

    inputs = keras.Input(shape=(16, 16, 3), name="photo")
    x = layers.Rescaling(1.0 / 255, name="rescaled")(inputs)
    x = base(x, training=False)
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    x = layers.Dropout(0.1, name="dropout")(x)
    outputs = layers.Dense(2, name="score")(x)
    model = keras.Model(inputs, outputs, name="nested_base")
    model.compile("adam", "mse")
    return model
