"""A Sequential digit classifier, compiled: the plain migration to Functional."""

import keras
from keras import layers


def build() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input(shape=(784,), name="pixels"),
            layers.Dense(256, activation="relu", name="hidden_1"),
            layers.Dropout(0.3, name="dropout_1"),
            layers.Dense(128, activation="relu", name="hidden_2"),
            layers.Dropout(0.3, name="dropout_2"),
            layers.Dense(10, activation="softmax", name="digit"),
        ],
        name="mnist_mlp",
    )
    model.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model
