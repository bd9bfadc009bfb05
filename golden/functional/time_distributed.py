"""The Keras model time_distributed: 5 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_frame_encoder() -> keras.Model:
    """Build the nested model frame_encoder."""
    inputs = keras.Input(shape=(16, 16, 3), name="frame")
    frame_conv = layers.Conv2D(4, 3, activation="relu", name="frame_conv")(inputs)
    outputs = layers.GlobalMaxPooling2D(name="frame_pooled")(frame_conv)
    return keras.Model(inputs, outputs, name="frame_encoder")


def build_head() -> keras.Model:
    """Build the nested model head."""
    return keras.Sequential(
        [
            keras.Input(shape=(8,), name="step"),
            layers.Dense(8, activation="relu", name="head_hidden"),
            layers.Dropout(0.1, name="head_dropout"),
        ],
        name="head",
    )


def build_model() -> keras.Model:
    """Build the model time_distributed, uncompiled."""
    inputs = keras.Input(shape=(5, 16, 16, 3), name="video")
    encoded = layers.TimeDistributed(build_frame_encoder(), name="encoded")(inputs)
    widened = layers.TimeDistributed(layers.Dense(8, name="dense"), name="widened")(
        encoded
    )
    headed = layers.TimeDistributed(build_head(), name="headed")(widened)
    outputs = layers.LSTM(3, name="summary")(headed)
    return keras.Model(inputs, outputs, name="time_distributed")


if __name__ == "__main__":
    build_model().summary()
