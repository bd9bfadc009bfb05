"""Multi-task regression: a shared trunk and a list of two heads."""

import keras
from keras import layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(4,), name="ambient")
    x = layers.Dense(64, activation="relu", name="shared_1")(inputs)
    x = layers.Dense(32, activation="relu", name="shared_2")(x)
    energy = layers.Dense(1, name="energy")(x)
    vacuum = layers.Dense(1, name="vacuum")(x)
    model = keras.Model(inputs, [energy, vacuum], name="power_plant")
    model.compile(optimizer="rmsprop", loss=["mse", "mse"], loss_weights=[0.7, 0.3])
    return model
