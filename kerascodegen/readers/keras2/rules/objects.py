"""Rules for initializers, regularizers and constraints."""

from __future__ import annotations

from kerascodegen.readers.keras2.context import Item
from kerascodegen.readers.keras2.registry import object_rule

_INITIALIZERS = (
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
)
_VERSIONS = {
    f"{name}{version}": name for name in _INITIALIZERS for version in ("V1", "V2")
}


@object_rule(*_VERSIONS)
def versioned_initializer(item: Item) -> None:
    """TensorFlow kept two of each (initializers/initializers_v1.py)."""
    item.become(_VERSIONS[item.cls])


@object_rule(*_INITIALIZERS)
def initializer_dtype(item: Item) -> None:
    """`dtype` and `partition_info` of TensorFlow 1's initializers."""
    item.drop("dtype", "partition_info", "verify_shape")


# How Keras 2.0 wrote `glorot_uniform` and its like: (scale, mode, distribution).
_SCALINGS = {
    (1.0, "fan_avg", "uniform"): "GlorotUniform",
    (1.0, "fan_avg", "truncated_normal"): "GlorotNormal",
    (2.0, "fan_in", "uniform"): "HeUniform",
    (2.0, "fan_in", "truncated_normal"): "HeNormal",
    (1.0, "fan_in", "uniform"): "LecunUniform",
    (1.0, "fan_in", "truncated_normal"): "LecunNormal",
}


@object_rule("VarianceScaling")
def variance_scaling(item: Item) -> None:
    """`"normal"` was a truncated one; glorot and he were written as this class.

    `VarianceScaling` and `glorot_uniform()` in keras/initializers.py, 2.0 to 2.3.
    """
    if item.config.get("distribution") in ("normal", "truncated"):
        item.config["distribution"] = "truncated_normal"
        item.changed('distribution is called "truncated_normal"')
    scale = item.config.get("scale")
    mode, how = item.config.get("mode"), item.config.get("distribution")
    if not isinstance(scale, int | float) or not isinstance(mode, str):
        return
    name = _SCALINGS.get((float(scale), mode, str(how)))
    if name is not None:
        item.become(name)
        for key in ("scale", "mode", "distribution"):
            del item.config[key]


@object_rule("Constant")
def constant_value(item: Item) -> None:
    """A constant kept as an array of one."""
    value = item.config.get("value")
    while isinstance(value, list) and len(value) == 1:
        item.config["value"] = value = value[0]


@object_rule(
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
)
def unnamed_schedule(item: Item) -> None:
    """A schedule without a name of its own (optimizers/schedules)."""
    if item.config.get("name", "") is None:
        del item.config["name"]


@object_rule("L1L2")
def one_penalty(item: Item) -> None:
    """`l1()` and `l2()` made an `L1L2` of which one part was 0 (regularizers.py)."""
    l1, l2 = item.config.get("l1"), item.config.get("l2")
    if not l1 and l2:
        item.become("L2")
        item.config.pop("l1", None)
    elif l1 and not l2:
        item.become("L1")
        item.config.pop("l2", None)
    elif l1 is None or l2 is None:
        item.config = {key: value or 0.0 for key, value in item.config.items()}


@object_rule("MaxNorm", "MinMaxNorm", "UnitNorm")
def constraint_keys(item: Item) -> None:
    """`m` was what `max_value` is (Keras 1, constraints.py)."""
    item.rename("m", "max_value")
