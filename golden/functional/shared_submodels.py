"""The Keras model shared_submodels: 6 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_encoder() -> keras.Model:
    """Build the nested model encoder."""
    inputs = keras.Input(shape=(16, 16, 1), name="image")
    conv = layers.Conv2D(4, 3, activation="relu", name="conv")(inputs)
    flat = layers.Flatten(name="flat")(conv)
    outputs = layers.Dense(8, name="embed")(flat)
    return keras.Model(inputs, outputs, name="encoder")


def build_head() -> keras.Model:
    """Build the nested model head."""
    return keras.Sequential(
        [
            keras.Input(shape=(8,), name="embedding"),
            layers.Dense(8, activation="relu", name="head_hidden"),
            layers.Dropout(0.2, name="head_dropout"),
        ],
        name="head",
    )


def build_model() -> keras.Model:
    """Build the model shared_submodels, uncompiled."""
    left = keras.Input(shape=(16, 16, 1), name="left")
    right = keras.Input(shape=(16, 16, 1), name="right")
    encoder = build_encoder()
    encoder_right = encoder(right)
    head = build_head()
    head_right = head(encoder_right)
    encoder_left = encoder(left)
    head_left = head(encoder_left)
    difference = layers.Subtract(name="difference")([head_left, head_right])
    outputs = layers.Dense(1, activation="sigmoid", name="same")(difference)
    return keras.Model(inputs=[left, right], outputs=outputs, name="shared_submodels")


if __name__ == "__main__":
    build_model().summary()
