"""Activations in every form: names, functions, layers inside layers, arguments."""

import keras
from keras import activations, layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(8,), name="features")
    x = layers.Dense(8, activation="leaky_relu", name="named")(inputs)
    x = layers.Dense(8, activation=activations.gelu, name="function")(x)
    x = layers.Dense(8, activation=layers.LeakyReLU(0.3, name="inner"), name="layer")(x)
    x = layers.Activation("hard_swish", name="activation")(x)
    x = layers.Activation(keras.activations.tanh_shrink, name="shrink")(x)
    x = layers.LeakyReLU(negative_slope=0.2, name="leaky")(x)
    x = layers.PReLU(shared_axes=[1], name="prelu")(x)
    x = layers.ReLU(max_value=6.0, negative_slope=0.1, threshold=0.5, name="relu_6")(x)
    x = layers.ELU(alpha=0.5, name="elu")(x)
    outputs = layers.Softmax(axis=-1, name="softmax")(x)
    return keras.Model(inputs, outputs, name="activations")
