"""TimeDistributed around a layer, around a Sequential and around a Functional."""

import keras
from keras import layers


def build() -> keras.Model:
    frame = keras.Input(shape=(16, 16, 3), name="frame")
    x = layers.Conv2D(4, 3, activation="relu", name="frame_conv")(frame)
    x = layers.GlobalMaxPooling2D(name="frame_pooled")(x)
    encoder = keras.Model(frame, x, name="frame_encoder")
    head = keras.Sequential(
        [
            keras.Input(shape=(8,), name="step"),
            layers.Dense(8, activation="relu", name="head_hidden"),
            layers.Dropout(0.1, name="head_dropout"),
        ],
        name="head",
    )

    video = keras.Input(shape=(5, 16, 16, 3), name="video")
    x = layers.TimeDistributed(encoder, name="encoded")(video)
    x = layers.TimeDistributed(layers.Dense(8, name="dense"), name="widened")(x)
    x = layers.TimeDistributed(head, name="headed")(x)
    outputs = layers.LSTM(3, name="summary")(x)
    return keras.Model(video, outputs, name="time_distributed")
