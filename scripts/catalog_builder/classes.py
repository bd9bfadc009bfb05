"""Measure every serialisable class of Keras."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from typing import Any

import keras
from keras.src.dtype_policies import dtype_policy as policies
from keras.src.dtype_policies.dtype_policy_map import DTypePolicyMap
from keras.src.layers.layer import Layer
from keras.src.ops.operation import Operation
from keras.src.quantizers import quantization_config

from catalog_builder import conventions, probes
from catalog_builder.lost import lost_arguments
from catalog_builder.normal import config_of, normal
from catalog_builder.ops import call_parameters
from catalog_builder.paths import (
    config_path,
    import_path,
    keras_classes,
    public_paths,
    source_path,
)
from catalog_builder.samples import NEEDED, parameters, required, sample

_KINDS: tuple[tuple[type, str], ...] = (
    (Layer, "layer"),
    (keras.optimizers.schedules.LearningRateSchedule, "schedule"),
    (keras.Initializer, "initializer"),
    (keras.Regularizer, "regularizer"),
    (keras.constraints.Constraint, "constraint"),
    (keras.Loss, "loss"),
    (keras.Metric, "metric"),
    (keras.optimizers.Optimizer, "optimizer"),
    (keras.optimizers.OptimizerMap, "optimizer_map"),
    (keras.Quantizer, "quantizer"),
    (quantization_config.QuantizationConfig, "quantization_config"),
    (policies.DTypePolicy, "dtype_policy"),
    (DTypePolicyMap, "dtype_policy"),
    (keras.random.SeedGenerator, "seed_generator"),
)


def serialisable() -> Iterator[tuple[str, type]]:
    """Yield the classes that the catalog describes.

    Yields:
        The class's path in configs, and the class.
    """
    for cls in keras_classes():
        path = config_path(cls)
        if issubclass(cls, Operation) and not issubclass(cls, Layer):
            continue
        if path.startswith("keras.src."):
            described = path in conventions.PRIVATE
        else:
            described = path not in conventions.EXCLUDED
        if described:
            yield path, cls


def kind_of(cls: type) -> str:
    """Tell what sort of object a class makes.

    Args:
        cls: The class.

    Returns:
        The kind, such as `"layer"` or `"initializer"`.
    """
    if hasattr(cls, "get_initial_state") and cls.__name__.endswith(("Cell", "Cells")):
        return "cell"
    return next((kind for base, kind in _KINDS if issubclass(cls, base)), "other")


def class_entry(path: str, cls: type) -> dict[str, Any]:
    """Describe one class.

    Args:
        path: The class as configs name it.
        cls: The class.

    Returns:
        Its entry; `kerascodegen/catalog/lookup.py` documents the fields.
    """
    kind = kind_of(cls)
    needed = required(path, cls)
    named = [
        parameter
        for parameter in parameters(cls)
        if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    ]
    entry: dict[str, Any] = {
        "kind": kind,
        "params": [
            parameter.name + "!" * (parameter.default is parameter.empty)
            for parameter in named
        ],
    }
    written = import_path(cls, conventions.MODULES.get(kind, ""))
    if written != path:
        entry["path"] = written
    count = conventions.positional(path, kind, cls, needed)
    if count:
        entry["positional"] = count
    if issubclass(cls, Layer):
        entry["call"] = _call_params(cls)
        if isinstance(_training_default(cls), bool):
            entry["training"] = _training_default(cls)
    if path in conventions.UNSAFE:
        entry["unsafe"] = True
        entry["extra"] = ["activity_regularizer", "autocast", "dtype", "name"]
        entry["extra"].append("trainable")
        return entry
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        entry |= _measured(path, cls, kind)
    return entry


def _measured(path: str, cls: type, kind: str) -> dict[str, Any]:
    """Describe what only instances tell."""
    entry: dict[str, Any] = {}
    instance = cls(**sample(path, cls))
    config = config_of(instance)
    names = [parameter.name for parameter in parameters(cls)]
    extra = probes.extra_keywords(path, cls, config)
    entry["extra"] = extra
    unknown = sorted(set(config) - set(names) - set(extra))
    entry["not_params"] = unknown
    entry |= probes.defaults(path, cls)
    for parameter in parameters(cls):
        # One of several that will do; where it is not given, it is not needed.
        if parameter.name in NEEDED.get(path, ()):
            entry["defaults"][parameter.name] = normal(parameter.default)
    entry |= probes.own_name(path, cls)
    entry["lost"] = lost_arguments(path, cls, extra)
    entry["string"] = probes.string_identifier(
        kind, cls, config, entry.get("default_name")
    )
    entry["shorten"] = probes.shorter_spellings(path, cls, config)
    if issubclass(cls, Layer):
        entry["supports_masking"] = bool(instance.supports_masking)
        if getattr(cls, "compute_mask") is not Layer.compute_mask:  # noqa: B009
            entry["compute_mask"] = "custom"
    return {key: value for key, value in entry.items() if value not in (None, [], {})}


def _call_params(cls: type) -> list[str]:
    """List the parameters of `call`: `!` behind required ones, stars before rests."""
    names = []
    for parameter in call_parameters(cls):
        if parameter.kind is parameter.VAR_POSITIONAL:
            names.append(f"*{parameter.name}")
        elif parameter.kind is parameter.VAR_KEYWORD:
            names.append(f"**{parameter.name}")
        else:
            is_required = parameter.default is parameter.empty
            names.append(parameter.name + "!" * is_required)
    return names


def _training_default(cls: type) -> Any:
    """The default of `call`'s `training`; Keras records it on a node unless `None`."""
    training = inspect.signature(cls.call).parameters.get("training")  # type: ignore[attr-defined]
    return None if training is None else training.default


def aliases() -> dict[str, str]:
    """Map every other path of the described classes to their path in configs.

    Returns:
        The map, without the paths themselves.
    """
    found = {}
    for path, cls in serialisable():
        for other in [*public_paths().get(cls, []), source_path(cls)]:
            if other != path:
                found[other] = path
    return found
