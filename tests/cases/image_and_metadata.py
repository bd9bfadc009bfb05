"""Two inputs, an image and a vector, that meet in one head."""

import keras
from keras import layers


def build() -> keras.Model:
    image = keras.Input(shape=(224, 224, 3), name="image")
    x = layers.Conv2D(8, 3, activation="relu", name="conv")(image)
    x = layers.MaxPooling2D(4, name="pool")(x)
    x = layers.GlobalAveragePooling2D(name="image_pooled")(x)
    image_features = layers.Dense(64, activation="relu", name="image_features")(x)

    metadata = keras.Input(shape=(12,), name="metadata")
    metadata_features = layers.Dense(16, activation="relu", name="metadata_features")(
        metadata
    )

    x = layers.Concatenate(name="merged")([image_features, metadata_features])
    x = layers.Dense(64, activation="relu", name="hidden")(x)
    outputs = layers.Dense(5, activation="softmax", name="label")(x)
    return keras.Model([image, metadata], outputs, name="image_and_metadata")
