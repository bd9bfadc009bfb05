"""Lambdas of every shape: two on a line, long ones, with defaults and with closures."""

import math

import keras
from keras import layers, ops

STUB = "Lambda"
CODE = True
SHIFT = 0.5


def halve(x):
    """A named function in a Lambda."""
    return x / 2


def powered(power: int) -> layers.Layer:
    return layers.Lambda(lambda x: x**power, name=f"power_{power}")


def build() -> keras.Model:
    inputs = keras.Input(shape=(8,), name="features")
    up, down = layers.Lambda(lambda x: x + 1, name="up"), layers.Lambda(
        lambda x: x - 1, name="down"
    )
    parts = [up(inputs), down(inputs)]
    for power in (2, 3):
        parts.append(powered(power)(inputs))
        scaled = layers.Lambda(lambda x, p=power: x * p + SHIFT, name=f"scaled_{power}")
        parts.append(scaled(inputs))
    parts.append(
        layers.Lambda(
            # A comment inside.
            lambda x: ops.where(
                x > 0.0,
                x * math.pi,
                -x,
            ),
            name="long",
        )(inputs)
    )
    parts.append(layers.Lambda(halve, output_shape=(8,), name="named")(inputs))
    parts.append(
        layers.Lambda(
            lambda x, factor: x * factor,
            output_shape=lambda shape: shape,
            mask=lambda inputs, mask: None,
            arguments={"factor": 3.0},
            name="arguments",
        )(inputs)
    )
    return keras.Model(inputs, layers.Concatenate(name="joined")(parts), name="lambdas")
