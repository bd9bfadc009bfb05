"""The Keras model dense_chain: 32 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model dense_chain, uncompiled."""
    inputs = keras.Input(shape=(16,), name="features")
    dense_0 = layers.Dense(16, activation="relu", name="dense_0")(inputs)
    dense_1 = layers.Dense(16, activation="relu", name="dense_1")(dense_0)
    dense_2 = layers.Dense(16, activation="relu", name="dense_2")(dense_1)
    dense_3 = layers.Dense(16, activation="relu", name="dense_3")(dense_2)
    dense_4 = layers.Dense(16, activation="relu", name="dense_4")(dense_3)
    dense_5 = layers.Dense(16, activation="relu", name="dense_5")(dense_4)
    dense_6 = layers.Dense(16, activation="relu", name="dense_6")(dense_5)
    dense_7 = layers.Dense(16, activation="relu", name="dense_7")(dense_6)
    dense_8 = layers.Dense(16, activation="relu", name="dense_8")(dense_7)
    dense_9 = layers.Dense(16, activation="relu", name="dense_9")(dense_8)
    dense_10 = layers.Dense(16, activation="relu", name="dense_10")(dense_9)
    dense_11 = layers.Dense(16, activation="relu", name="dense_11")(dense_10)
    dense_12 = layers.Dense(16, activation="relu", name="dense_12")(dense_11)
    dense_13 = layers.Dense(16, activation="relu", name="dense_13")(dense_12)
    dense_14 = layers.Dense(16, activation="relu", name="dense_14")(dense_13)
    dense_15 = layers.Dense(16, activation="relu", name="dense_15")(dense_14)
    dense_16 = layers.Dense(16, activation="relu", name="dense_16")(dense_15)
    dense_17 = layers.Dense(16, activation="relu", name="dense_17")(dense_16)
    dense_18 = layers.Dense(16, activation="relu", name="dense_18")(dense_17)
    dense_19 = layers.Dense(16, activation="relu", name="dense_19")(dense_18)
    dense_20 = layers.Dense(16, activation="relu", name="dense_20")(dense_19)
    dense_21 = layers.Dense(16, activation="relu", name="dense_21")(dense_20)
    dense_22 = layers.Dense(16, activation="relu", name="dense_22")(dense_21)
    dense_23 = layers.Dense(16, activation="relu", name="dense_23")(dense_22)
    dense_24 = layers.Dense(16, activation="relu", name="dense_24")(dense_23)
    dense_25 = layers.Dense(16, activation="relu", name="dense_25")(dense_24)
    dense_26 = layers.Dense(16, activation="relu", name="dense_26")(dense_25)
    dense_27 = layers.Dense(16, activation="relu", name="dense_27")(dense_26)
    dense_28 = layers.Dense(16, activation="relu", name="dense_28")(dense_27)
    dense_29 = layers.Dense(16, activation="relu", name="dense_29")(dense_28)
    outputs = layers.Dense(1, name="score")(dense_29)
    return keras.Model(inputs, outputs, name="dense_chain")


if __name__ == "__main__":
    build_model().summary()
