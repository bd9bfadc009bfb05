"""Custom code of every kind, as somebody has it in a script beside the model."""

from __future__ import annotations

import math
from math import sqrt as root

import keras
import numpy as np
from keras import layers as kl
from keras import ops

EPSILON = 1e-6
SCALES = {"narrow": 0.5}
SCALES["wide"] = 2.0
# Not needed by anything that the model uses.
UNUSED = keras.utils.set_random_seed


def normalise(x):
    """Scale rows to length one."""
    return x / (ops.norm(x, axis=-1, keepdims=True) + EPSILON)


class Scaled(kl.Layer):
    """Base class: multiplies by a scale that has a name."""

    def __init__(self, scale: str = "wide", **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def get_config(self) -> dict:
        return {**super().get_config(), "scale": self.scale}

    def factor(self) -> float:
        return SCALES[self.scale] * root(4.0) / math.pi


@keras.saving.register_keras_serializable(package="pooling")
class ScaledNorm(Scaled):
    def call(self, inputs):
        return normalise(inputs) * self.factor()


@keras.saving.register_keras_serializable(package="pooling")
def soft_clip(x):
    return ops.tanh(x) * np.float32(0.75)


def double(x):
    return 2.0 * x


@keras.saving.register_keras_serializable(package="pooling")
class Halves(keras.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return ops.full(shape, 0.5, dtype=dtype)


def mse(y_true, y_pred):
    return ops.mean(ops.abs(y_true - y_pred))


def build() -> keras.Model:
    inputs = keras.Input(shape=(8,), name="features")
    x = kl.Dense(6, activation=double, kernel_initializer=Halves(), name="first")(
        inputs
    )
    x = kl.Dense(6, activation=soft_clip, name="second")(x)
    outputs = ScaledNorm("narrow", name="scaled")(x)
    model = keras.Model(inputs, outputs, name="custom_inlined")
    model.compile(optimizer="sgd", loss=mse, metrics=[mse], jit_compile=False)
    return model
