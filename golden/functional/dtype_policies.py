"""The Keras model dtype_policies: 7 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model dtype_policies, uncompiled."""
    inputs = keras.Input(shape=(8,), name="features")
    half = layers.Dense(8, dtype="float16", name="half")(inputs)
    mixed = layers.Dense(8, dtype="mixed_bfloat16", name="mixed")(half)
    double = layers.Dense(8, dtype="float64", name="double")(mixed)
    steps = layers.Reshape((4, 2), name="steps")(double)
    both = layers.Bidirectional(
        layers.GRU(4, dtype="float16", name="gru"), name="both"
    )(steps)
    outputs = layers.Dense(1, name="score")(both)
    return keras.Model(inputs, outputs, name="dtype_policies")


if __name__ == "__main__":
    build_model().summary()
