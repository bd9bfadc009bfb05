"""What layers take as arguments: an instance of every class, with other values.

Each entry gives the arguments of a Dense layer that holds the instance.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import constraints, dtype_policies, initializers, regularizers

Arguments = Callable[[], dict[str, Any]]


def _kernel(make: Callable[[], Any]) -> Arguments:
    return lambda: {"kernel_initializer": make()}


def _scaled(name: str) -> Arguments:
    return lambda: {
        "kernel_initializer": getattr(initializers, name)(
            seed=3, input_axes=[0], output_axes=[1]
        )
    }


INITIALIZERS: dict[str, Arguments] = {
    "Constant": _kernel(lambda: initializers.Constant(0.5)),
    "GlorotNormal": _scaled("GlorotNormal"),
    "GlorotUniform": _scaled("GlorotUniform"),
    "HeNormal": _scaled("HeNormal"),
    "HeUniform": _scaled("HeUniform"),
    "Identity": _kernel(initializers.Identity),
    "LecunNormal": _scaled("LecunNormal"),
    "LecunUniform": _scaled("LecunUniform"),
    "Ones": _kernel(initializers.Ones),
    "Orthogonal": _kernel(lambda: initializers.Orthogonal(gain=2.0, seed=3)),
    "RandomNormal": _kernel(lambda: initializers.RandomNormal(0.5, 2.0, seed=3)),
    "RandomUniform": _kernel(lambda: initializers.RandomUniform(-1, 2.0, seed=3)),
    "TruncatedNormal": _kernel(lambda: initializers.TruncatedNormal(0.5, 2.0, seed=3)),
    "VarianceScaling": _kernel(
        lambda: initializers.VarianceScaling(2.0, "fan_avg", "uniform", seed=3)
    ),
    "Zeros": _kernel(initializers.Zeros),
}
REGULARIZERS: dict[str, Arguments] = {
    "L1": lambda: {"kernel_regularizer": regularizers.L1(0.3)},
    "L1L2": lambda: {"bias_regularizer": regularizers.L1L2(0.3, 0.0005)},
    "L2": lambda: {"activity_regularizer": regularizers.L2(1e-05)},
    "OrthogonalRegularizer": lambda: {
        "kernel_regularizer": regularizers.OrthogonalRegularizer(0.5, "columns")
    },
}
CONSTRAINTS: dict[str, Arguments] = {
    "MaxNorm": lambda: {"kernel_constraint": constraints.MaxNorm(1.5, [0, 1])},
    "MinMaxNorm": lambda: {
        "kernel_constraint": constraints.MinMaxNorm(0.1, 0.8, 0.5, axis=1)
    },
    "NonNeg": lambda: {"bias_constraint": constraints.NonNeg()},
    "UnitNorm": lambda: {"kernel_constraint": constraints.UnitNorm(axis=1)},
}
POLICIES: dict[str, Arguments] = {
    "DTypePolicy": lambda: {"dtype": keras.DTypePolicy("mixed_bfloat16")},
    "DTypePolicyMap": lambda: {
        "dtype": dtype_policies.DTypePolicyMap(
            "bfloat16", {"subject": keras.DTypePolicy("mixed_float16")}
        )
    },
    "FloatDTypePolicy": lambda: {"dtype": dtype_policies.FloatDTypePolicy("float16")},
    "AWQDTypePolicy": lambda: {"dtype": dtype_policies.AWQDTypePolicy("awq/4/128")},
    "GPTQDTypePolicy": lambda: {"dtype": dtype_policies.GPTQDTypePolicy("gptq/4/128")},
    "Int4DTypePolicy": lambda: {"dtype": dtype_policies.Int4DTypePolicy("int4/128")},
    "QuantizedDTypePolicy": lambda: {
        "dtype": dtype_policies.QuantizedDTypePolicy("int8", "bfloat16")
    },
    "QuantizedFloat8DTypePolicy": lambda: {
        "dtype": dtype_policies.QuantizedFloat8DTypePolicy(
            "float8", amax_history_length=7
        )
    },
}
# The base classes.
ABSTRACT: dict[str, type] = {
    "Constraint": constraints.Constraint,
    "Initializer": initializers.Initializer,
    "Regularizer": regularizers.Regularizer,
}


def stft_model() -> keras.Model:
    """A model with the one initializer that no Dense layer takes."""
    inputs = keras.Input((128, 1), name="signal")
    stft = initializers.STFT("imag", "hamming", "spectrum", periodic=True)
    layer = keras.layers.Conv1D(17, 32, use_bias=False, kernel_initializer=stft)
    return keras.Model(inputs, layer(inputs), name="model")
