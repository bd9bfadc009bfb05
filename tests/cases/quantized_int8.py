"""A model quantised to int8: quantised layers, which take the quantised weights."""

import warnings

import keras
from keras import layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(6,), dtype="int32", name="tokens")
    x = layers.Embedding(20, 8, name="embedded")(inputs)
    x = layers.EinsumDense("btd,dh->bth", output_shape=(6, 8), name="mixed")(x)
    x = layers.TimeDistributed(layers.Dense(4, name="inner"), name="steps")(x)
    x = layers.Flatten(name="flat")(x)
    outputs = layers.Dense(3, activation="softmax", name="label")(x)
    model = keras.Model(inputs, outputs, name="quantized_int8")
    with warnings.catch_warnings():
        # Keras warns of every layer that has nothing to quantise.
        warnings.simplefilter("ignore")
        model.quantize("int8")
    return model
