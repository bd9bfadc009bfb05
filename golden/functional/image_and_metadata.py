"""The Keras model image_and_metadata: 10 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model image_and_metadata, uncompiled."""
    image = keras.Input(shape=(224, 224, 3), name="image")
    metadata = keras.Input(shape=(12,), name="metadata")
    conv = layers.Conv2D(8, 3, activation="relu", name="conv")(image)
    pool = layers.MaxPooling2D(4, name="pool")(conv)
    image_pooled = layers.GlobalAveragePooling2D(name="image_pooled")(pool)
    image_features = layers.Dense(64, activation="relu", name="image_features")(
        image_pooled
    )
    metadata_features = layers.Dense(16, activation="relu", name="metadata_features")(
        metadata
    )
    merged = layers.Concatenate(name="merged")([image_features, metadata_features])
    hidden = layers.Dense(64, activation="relu", name="hidden")(merged)
    outputs = layers.Dense(5, activation="softmax", name="label")(hidden)
    return keras.Model(
        inputs=[image, metadata], outputs=outputs, name="image_and_metadata"
    )


if __name__ == "__main__":
    build_model().summary()
