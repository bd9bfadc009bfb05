"""`trainable` a layer at a time: alone, inside a nested model and in a wrapper."""

import keras
from keras import layers


def build() -> keras.Model:
    features = keras.Input(shape=(4,), name="features")
    x = layers.Dense(4, name="inner_1")(features)
    x = layers.BatchNormalization(name="inner_norm")(x)
    x = layers.Dense(4, name="inner_2")(x)
    body = keras.Model(features, x, name="body")
    body.get_layer("inner_norm").trainable = False

    inputs = keras.Input(shape=(4,), name="inputs")
    x = layers.Dense(4, trainable=False, name="frozen")(inputs)
    x = layers.Dense(4, name="free")(x)
    x = layers.BatchNormalization(trainable=False, name="norm")(x)
    x = body(x)
    x = layers.Reshape((2, 2), name="steps")(x)
    wrapped = layers.Bidirectional(layers.GRU(2, name="gru"), name="both")
    x = wrapped(x)
    wrapped.trainable = False
    outputs = layers.Dense(1, name="score")(x)
    return keras.Model(inputs, outputs, name="frozen_layers")
