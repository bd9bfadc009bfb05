"""What cannot be measured: taste, and what is safe to construct."""

from __future__ import annotations

from catalog_builder.samples import parameters

# How many leading parameters a Keras engineer writes without their names, where that
# is not "the required ones, at most two".
POSITIONAL: dict[str, int] = {
    "keras.layers.MultiHeadAttention": 0,
    "keras.layers.GroupQueryAttention": 0,
    "keras.layers.EinsumDense": 1,
    "keras.layers.ReLU": 0,
    "keras.layers.Embedding": 2,
    "keras.layers.Masking": 0,
    "keras.layers.RandomFlip": 1,
    "keras.layers.RandomZoom": 1,
    "keras.layers.RandomShear": 0,
    "keras.layers.Hashing": 0,
    "keras.layers.HashedCrossing": 0,
    "keras.layers.CategoryEncoding": 0,
    "keras.layers.Discretization": 0,
    "keras.layers.Dot": 0,
    "keras._legacy.layers.ThresholdedReLU": 1,
    "keras.initializers.Constant": 1,
    "keras.regularizers.L1": 1,
    "keras.regularizers.L2": 1,
    "keras.regularizers.L1L2": 0,
    "keras.regularizers.OrthogonalRegularizer": 1,
    "keras.constraints.MaxNorm": 1,
    "keras.constraints.MinMaxNorm": 0,
    "keras.constraints.UnitNorm": 0,
    "keras.DTypePolicy": 1,
    "keras.FloatDTypePolicy": 1,
    "keras.dtype_policies.DTypePolicyMap": 0,
    "keras.quantizers.AWQConfig": 0,
    "keras.quantizers.GPTQConfig": 0,
    "keras.random.SeedGenerator": 1,
    "keras.utils.FeatureSpace": 0,
    "keras.src.layers.preprocessing.feature_space.Cross": 0,
    "keras.src.layers.preprocessing.feature_space.Feature": 0,
    "keras.src.applications.convnext.LayerScale": 2,
    "keras.optimizers.LossScaleOptimizer": 1,
    "keras.optimizers.MultiOptimizer": 1,
    "keras.optimizers.OptimizerMap": 2,
}

# The same by prefix of the class name, for families.
_POSITIONAL_FAMILIES: dict[str, int] = {
    "keras.layers.MaxPooling": 1,
    "keras.layers.AveragePooling": 1,
    "keras.layers.ZeroPadding": 1,
    "keras.layers.Cropping": 1,
    "keras.layers.UpSampling": 1,
}

# Kinds whose arguments are always written with their names.
_NAMED_KINDS = frozenset({"loss", "metric", "optimizer", "schedule"})

# Constructing these runs or loads foreign code; the generator writes a stub instead.
UNSAFE = frozenset(
    {
        "keras.layers.FlaxLayer",
        "keras.layers.JaxLayer",
        "keras.layers.Lambda",
        "keras.layers.TFSMLayer",
        "keras.layers.TorchModuleWrapper",
    }
)

# Base classes, models, and helpers that never stand in a model's config.
EXCLUDED = frozenset(
    {
        "keras.Initializer",
        "keras.InputSpec",
        "keras.Layer",
        "keras.Loss",
        "keras.Metric",
        "keras.Model",
        "keras.Optimizer",
        "keras.Quantizer",
        "keras.Regularizer",
        "keras.Sequential",
        "keras.constraints.Constraint",
        "keras.distillation.Distiller",
        "keras.distillation.FeatureDistillation",
        "keras.distillation.LogitsDistillation",
        "keras.optimizers.schedules.LearningRateSchedule",
        "keras.quantizers.QuantizationConfig",
        "keras._legacy.preprocessing.sequence.TimeseriesGenerator",
        "keras._legacy.preprocessing.text.Tokenizer",
    }
)

# Private classes that a config can name all the same; every other private class with
# a `get_config` is a base class or the trainer's own.
PRIVATE = frozenset(
    {
        "keras.src.applications.convnext.LayerScale",
        "keras.src.applications.convnext.StochasticDepth",
        "keras.src.applications.inception_resnet_v2.CustomScaleLayer",
        "keras.src.layers.preprocessing.feature_space.Cross",
        "keras.src.layers.preprocessing.feature_space.Feature",
        "keras.src.layers.preprocessing.feature_space.TFDConcat",
        "keras.src.layers.preprocessing.feature_space.TFDIdentity",
        "keras.src.losses.losses.LossFunctionWrapper",
    }
)

MODULES: dict[str, str] = {
    "cell": "keras.layers",
    "constraint": "keras.constraints",
    "dtype_policy": "keras",
    "initializer": "keras.initializers",
    "layer": "keras.layers",
    "loss": "keras.losses",
    "metric": "keras.metrics",
    "optimizer": "keras.optimizers",
    "quantizer": "keras.quantizers",
    "regularizer": "keras.regularizers",
    "schedule": "keras.optimizers.schedules",
}


def positional(path: str, kind: str, cls: type, required: list[str]) -> int:
    """Tell how many leading arguments are written without their names.

    Args:
        path: The class as configs name it.
        kind: Its kind.
        cls: The class.
        required: Its required parameters.

    Returns:
        A count that never passes the parameters that can be positional.
    """
    names = []
    for parameter in parameters(cls):
        if parameter.kind is not parameter.POSITIONAL_OR_KEYWORD:
            break
        names.append(parameter.name)
    leading = 0
    while leading < min(2, len(names)) and names[leading] in required:
        leading += 1
    count = POSITIONAL.get(path)
    if count is None:
        families = (n for p, n in _POSITIONAL_FAMILIES.items() if path.startswith(p))
        count = next(families, 0 if kind in _NAMED_KINDS else leading)
    return min(count, len(names))
