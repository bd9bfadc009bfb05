"""Arguments to construct every class of Keras with, twice, with different values.

Two sets are needed to tell a default that stands on its own from one that follows a
required argument. Callables are called anew for each construction.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import keras

Sample = tuple[Any, Any]

# By parameter name, wherever the parameter is required.
_BY_NAME: dict[str, Sample] = {
    "activation": ("relu", "tanh"),
    "axes": (1, 2),
    "axis": (1, 2),
    "boundaries": ([10, 20], [30, 40]),
    "decay_rate": (0.5, 0.75),
    "decay_steps": (100, 200),
    "dims": ((2, 1), (1, 2)),
    "drop_path_rate": (0.25, 0.5),
    "factor": (0.25, 0.5),
    "filters": (3, 5),
    "first_decay_steps": (100, 200),
    "head_dim": (4, 6),
    "height": (8, 10),
    "height_factor": (0.25, 0.5),
    "init_values": (0.25, 0.5),
    "initial_learning_rate": (0.25, 0.5),
    "input_dim": (7, 9),
    "key_dim": (4, 6),
    "kernel_size": (3, 5),
    "length": (3, 5),
    "max_number": (3, 5),
    "n": (3, 5),
    "num_bins": (3, 5),
    "num_classes": (3, 5),
    "num_heads": (2, 3),
    "num_key_value_heads": (2, 3),
    "num_query_heads": (4, 6),
    "output_dim": (3, 5),
    "output_size": (3, 5),
    "pool_size": (2, 3),
    "precision": (0.25, 0.5),
    "projection_dim": (3, 5),
    "rate": (0.25, 0.5),
    "recall": (0.25, 0.5),
    "scale": (0.25, 0.5),
    "sensitivity": (0.25, 0.5),
    "specificity": (0.25, 0.5),
    "stddev": (0.25, 0.5),
    "target_class_ids": ([0, 1], [1, 2]),
    "target_shape": ((3, 4), (4, 3)),
    "units": (3, 5),
    "values": ([0.1, 0.2, 0.3], [0.4, 0.5, 0.6]),
    "width": (8, 10),
    "width_factor": (0.25, 0.5),
}

# By class and parameter; a callable makes a fresh object each time.
_BY_CLASS: dict[str, dict[str, Sample]] = {
    "keras.layers.EinsumDense": {
        "equation": ("ab,bc->ac", "abc,cd->abd"),
        "output_shape": (3, (None, 5)),
    },
    "keras.layers.Bidirectional": {
        "layer": (lambda: keras.layers.LSTM(3), lambda: keras.layers.GRU(5)),
    },
    "keras.layers.TimeDistributed": {
        "layer": (lambda: keras.layers.Dense(3), lambda: keras.layers.Conv2D(5, 2)),
    },
    "keras.layers.SpectralNormalization": {
        "layer": (lambda: keras.layers.Dense(3), lambda: keras.layers.Conv2D(5, 2)),
    },
    "keras.layers.Wrapper": {
        "layer": (lambda: keras.layers.Dense(3), lambda: keras.layers.Conv2D(5, 2)),
    },
    "keras.layers.RNN": {
        "cell": (lambda: keras.layers.LSTMCell(3), lambda: keras.layers.GRUCell(5)),
    },
    "keras.layers.StackedRNNCells": {
        "cells": (
            lambda: [keras.layers.LSTMCell(3)],
            lambda: [keras.layers.GRUCell(5), keras.layers.GRUCell(5)],
        ),
    },
    "keras.layers.Pipeline": {
        "layers": (
            lambda: [keras.layers.Rescaling(0.5)],
            lambda: [keras.layers.RandomFlip(seed=1)],
        ),
    },
    "keras.layers.Discretization": {"num_bins": (3, 5)},
    "keras.layers.CategoryEncoding": {"num_tokens": (3, 5)},
    "keras.layers.InputLayer": {"shape": ((3,), (5,))},
    "keras.layers.RandomPosterization": {"factor": (3, 5)},
    "keras.metrics.MeanMetricWrapper": {
        "fn": (keras.losses.mean_squared_error, keras.losses.mean_absolute_error),
    },
    "keras.src.losses.losses.LossFunctionWrapper": {
        "fn": (keras.losses.mean_squared_error, keras.losses.mean_absolute_error),
    },
    "keras.optimizers.LossScaleOptimizer": {
        "inner_optimizer": (keras.optimizers.SGD, keras.optimizers.Adam),
    },
    "keras.optimizers.OptimizerMap": {
        "default_optimizer": (keras.optimizers.SGD, keras.optimizers.Adam),
    },
    "keras.optimizers.MultiOptimizer": {
        "optimizer_map": (
            lambda: keras.optimizers.OptimizerMap(keras.optimizers.SGD()),
            lambda: keras.optimizers.OptimizerMap(keras.optimizers.Adam()),
        ),
    },
    "keras.dtype_policies.AWQDTypePolicy": {"mode": ("awq/4/128", "awq/4/64")},
    "keras.dtype_policies.GPTQDTypePolicy": {"mode": ("gptq/4/128", "gptq/8/64")},
    "keras.dtype_policies.Int4DTypePolicy": {"mode": ("int4/128", "int4/64")},
    "keras.dtype_policies.QuantizedDTypePolicy": {"mode": ("int8", "int8")},
    "keras.dtype_policies.QuantizedFloat8DTypePolicy": {"mode": ("float8", "float8")},
    "keras.quantizers.AWQConfig": {
        "dataset": (None, None),
        "tokenizer": (None, None),
    },
    "keras.quantizers.GPTQConfig": {
        "dataset": (None, None),
        "tokenizer": (None, None),
    },
    "keras.utils.FeatureSpace": {
        "features": (lambda: {"a": "float"}, lambda: {"b": "integer_categorical"}),
    },
    "keras.src.layers.preprocessing.feature_space.Cross": {
        "feature_names": (("a", "b"), ("c", "d")),
        "crossing_dim": (8, 16),
    },
    "keras.src.layers.preprocessing.feature_space.Feature": {
        "dtype": ("float32", "int64"),
        "preprocessor": (
            lambda: keras.layers.Rescaling(0.5, name="a"),
            lambda: keras.layers.Dense(3, name="a"),
        ),
        "output_mode": ("float", "int"),
    },
}

# Not required by the signature, but the class cannot be made without.
NEEDED: dict[str, tuple[str, ...]] = {
    "keras.layers.CategoryEncoding": ("num_tokens",),
    "keras.layers.Discretization": ("num_bins",),
    "keras.layers.InputLayer": ("shape",),
}


def parameters(cls: Any) -> list[inspect.Parameter]:
    """List the parameters of a class's constructor, without `self`.

    Args:
        cls: The class.

    Returns:
        The parameters, in order.
    """
    return list(inspect.signature(cls.__init__).parameters.values())[1:]


def required(path: str, cls: type) -> list[str]:
    """List the parameters that have to be given.

    Args:
        path: The class as configs name it.
        cls: The class.

    Returns:
        Their names, in the order of the signature.
    """
    names = [
        parameter.name
        for parameter in parameters(cls)
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    ]
    return names + [name for name in NEEDED.get(path, ()) if name not in names]


def sample(path: str, cls: type, which: int = 0) -> dict[str, Any]:
    """Make the arguments that a class needs.

    Args:
        path: The class as configs name it.
        cls: The class.
        which: 0 or 1, one of two sets that differ.

    Returns:
        Keyword arguments, with fresh objects.

    Raises:
        KeyError: No sample is known for a required parameter.
    """
    own = _BY_CLASS.get(path, {})
    values = {}
    for name in required(path, cls):
        value = (own[name] if name in own else _BY_NAME[name])[which]
        fresh = isinstance(value, Callable) and not _is_keras_function(value)  # type: ignore[arg-type]
        values[name] = value() if fresh else value
    return values


def _is_keras_function(value: Any) -> bool:
    return inspect.isfunction(value) and value.__name__ != "<lambda>"
