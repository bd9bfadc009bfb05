"""Initializers, regularizers and constraints: by name where that says it all."""

import keras
from keras import constraints, initializers, layers, regularizers


def build() -> keras.Model:
    inputs = keras.Input(shape=(8,), name="features")
    x = layers.Dense(
        8,
        activation="relu",
        kernel_initializer="he_normal",
        bias_initializer="ones",
        kernel_regularizer="l2",
        kernel_constraint="non_neg",
        name="by_name",
    )(inputs)
    x = layers.Dense(
        8,
        kernel_initializer=initializers.RandomNormal(stddev=0.01, seed=42),
        bias_initializer=initializers.Constant(0.1),
        kernel_regularizer=regularizers.L1L2(l1=1e-5, l2=1e-4),
        bias_regularizer=regularizers.L2(1e-4),
        activity_regularizer=regularizers.L1(1e-6),
        kernel_constraint=constraints.MaxNorm(2.0, axis=0),
        bias_constraint=constraints.MinMaxNorm(0.0, 1.0, rate=0.5),
        name="with_arguments",
    )(x)
    x = layers.Dense(
        8,
        kernel_initializer=initializers.VarianceScaling(
            scale=2.0, mode="fan_out", distribution="truncated_normal"
        ),
        kernel_regularizer=regularizers.OrthogonalRegularizer(0.02, mode="columns"),
        name="variance_scaling",
    )(x)
    x = layers.Dense(
        8,
        kernel_initializer=initializers.Orthogonal(gain=1.5),
        kernel_constraint=constraints.UnitNorm(axis=[0]),
        name="orthogonal",
    )(x)
    outputs = layers.Dense(
        2,
        kernel_initializer=initializers.TruncatedNormal(mean=0.5),
        bias_initializer=initializers.Zeros(),
        kernel_regularizer=regularizers.L1(1e-3),
        kernel_constraint=constraints.NonNeg(),
        name="score",
    )(x)
    return keras.Model(inputs, outputs, name="initializers")
