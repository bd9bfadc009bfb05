"""The Keras model initializers: 6 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model initializers, uncompiled."""
    inputs = keras.Input(shape=(8,), name="features")
    by_name = layers.Dense(
        8,
        activation="relu",
        kernel_initializer="he_normal",
        bias_initializer="ones",
        kernel_regularizer="l2",
        kernel_constraint="non_neg",
        name="by_name",
    )(inputs)
    with_arguments = layers.Dense(
        8,
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.01, seed=42),
        bias_initializer=keras.initializers.Constant(0.1),
        kernel_regularizer=keras.regularizers.L1L2(l1=1e-05, l2=0.0001),
        bias_regularizer=keras.regularizers.L2(0.0001),
        kernel_constraint="max_norm",
        bias_constraint=keras.constraints.MinMaxNorm(rate=0.5),
        activity_regularizer=keras.regularizers.L1(9.999999974752427e-07),
        name="with_arguments",
    )(by_name)
    variance_scaling = layers.Dense(
        8,
        kernel_initializer=keras.initializers.VarianceScaling(
            scale=2.0, mode="fan_out"
        ),
        kernel_regularizer=keras.regularizers.OrthogonalRegularizer(
            0.019999999552965164, mode="columns"
        ),
        name="variance_scaling",
    )(with_arguments)
    orthogonal = layers.Dense(
        8,
        kernel_initializer=keras.initializers.Orthogonal(gain=1.5),
        kernel_constraint=keras.constraints.UnitNorm(axis=(0,)),
        name="orthogonal",
    )(variance_scaling)
    outputs = layers.Dense(
        2,
        kernel_initializer=keras.initializers.TruncatedNormal(mean=0.5),
        kernel_regularizer=keras.regularizers.L1(0.0010000000474974513),
        kernel_constraint="non_neg",
        name="score",
    )(orthogonal)
    return keras.Model(inputs, outputs, name="initializers")


if __name__ == "__main__":
    build_model().summary()
