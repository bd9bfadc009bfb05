"""The Keras model masked_lstm: 4 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model masked_lstm, uncompiled."""
    inputs = keras.Input(shape=(None, 50), name="steps")
    masking = layers.Masking(mask_value=-1.0, name="masking")(inputs)
    lstm = layers.LSTM(32, name="lstm")(masking)
    outputs = layers.Dense(1, activation="sigmoid", name="label")(lstm)
    return keras.Model(inputs, outputs, name="masked_lstm")


if __name__ == "__main__":
    build_model().summary()
