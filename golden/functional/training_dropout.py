"""The Keras model training_dropout: 8 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model training_dropout, uncompiled."""
    inputs = keras.Input(shape=(8,), name="features")
    hidden_1 = layers.Dense(16, activation="relu", name="hidden_1")(inputs)
    always_on = layers.Dropout(0.5, seed=3, name="always_on")(hidden_1, training=True)
    hidden_2 = layers.Dense(16, activation="relu", name="hidden_2")(always_on)
    usual = layers.Dropout(0.5, noise_shape=(None, 1), name="usual")(hidden_2)
    noise = layers.GaussianNoise(0.1, seed=5, name="noise")(usual)
    norm = layers.BatchNormalization(name="norm")(noise)
    outputs = layers.Dense(1, name="score")(norm)
    return keras.Model(inputs, outputs, name="training_dropout")


if __name__ == "__main__":
    build_model().summary()
