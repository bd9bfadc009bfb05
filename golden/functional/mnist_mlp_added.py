"""The Keras model sequential: 6 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model sequential, uncompiled."""
    inputs = keras.Input(shape=(784,), name="input_layer")
    dense = layers.Dense(256, activation="relu", name="dense")(inputs)
    dropout = layers.Dropout(0.3, name="dropout")(dense)
    dense_1 = layers.Dense(128, activation="relu", name="dense_1")(dropout)
    dropout_1 = layers.Dropout(0.3, name="dropout_1")(dense_1)
    outputs = layers.Dense(10, activation="softmax", name="dense_2")(dropout_1)
    return keras.Model(inputs, outputs, name="sequential")


def compile_model(model: keras.Model) -> keras.Model:
    """Compile the model with the optimizer, loss and metrics of the original."""
    model.compile(
        optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


if __name__ == "__main__":
    build_model().summary()
