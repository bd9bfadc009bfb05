"""An input that nothing consumes, still part of the signature."""

import keras
from keras import layers


def build() -> keras.Model:
    features = keras.Input(shape=(4,), name="features")
    ignored = keras.Input(shape=(2,), name="ignored")
    outputs = layers.Dense(1, name="score")(features)
    return keras.Model([features, ignored], outputs, name="unused_input")
