"""The Keras model augmentation: 9 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model augmentation, uncompiled."""
    inputs = keras.Input(shape=(32, 32, 3), name="image")
    resized = layers.Resizing(24, 24, interpolation="nearest", name="resized")(
        inputs, training=True
    )
    rescaled = layers.Rescaling(0.00784313725490196, offset=-1, name="rescaled")(
        resized
    )
    normalised = layers.Normalization(
        mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 4.0], name="normalised"
    )(rescaled)
    flipped = layers.RandomFlip("horizontal", seed=1, name="flipped")(
        normalised, training=True
    )
    shifted = layers.RandomTranslation(0.1, [-0.1, 0.2], seed=2, name="shifted")(
        flipped, training=True
    )
    cropped = layers.CenterCrop(16, 16, name="cropped")(shifted, training=True)
    conv = layers.Conv2D(4, 3, name="conv")(cropped)
    outputs = layers.GlobalAveragePooling2D(name="pooled")(conv)
    return keras.Model(inputs, outputs, name="augmentation")


if __name__ == "__main__":
    build_model().summary()
