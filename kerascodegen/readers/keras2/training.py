"""Compile settings: `training_config` of old `.h5`, `compile_config` of `.keras`.

`saving_utils.compile_args_from_training_config` and `Model.get_compile_config` of Keras
2 say what stands there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerascodegen.catalog.lookup import find_by_name, find_function
from kerascodegen.errors import printable
from kerascodegen.graph.rescue import Change
from kerascodegen.readers.keras2.context import Item, Json, JsonObject, Report
from kerascodegen.readers.keras2.entries import bare_class
from kerascodegen.readers.keras2.layers import LayerNormaliser
from kerascodegen.readers.keras2.optimizers import optimizer_settings
from kerascodegen.readers.keras2.outputs import ONE_OUTPUT, Outputs
from kerascodegen.readers.keras2.registry import OBJECT_RULES, apply_rules

COMPILE = "compile"
_PLAIN = ("run_eagerly", "steps_per_execution", "jit_compile")
# Names of before 2.4 (`keras/losses.py`), and what they are called now.
_STRINGS = {
    "kullback_leibler_divergence": "kl_divergence",
    "cosine_proximity": "cosine_similarity",
    "cosine": "cosine_similarity",
    "logcosh": "log_cosh",
    "huber_loss": "huber",
}
# Losses by these names are taken for metrics where Keras 3 loads an `.h5`.
_SHORT = frozenset({"bce", "kld", "mae", "mape", "mse", "msle"})
# Which `compile` makes the right function of, once it knows the outputs' shapes.
_SHAPED = frozenset({"accuracy", "acc", "crossentropy", "ce"})
# The class whose `fn` each function is.
_METRICS = {
    "binary_accuracy": "BinaryAccuracy",
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_accuracy": "CategoricalAccuracy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "categorical_hinge": "CategoricalHinge",
    "cosine_similarity": "CosineSimilarity",
    "hinge": "Hinge",
    "kl_divergence": "KLDivergence",
    "log_cosh": "LogCoshError",
    "mean_absolute_error": "MeanAbsoluteError",
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "mean_squared_error": "MeanSquaredError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "poisson": "Poisson",
    "sparse_categorical_accuracy": "SparseCategoricalAccuracy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "sparse_top_k_categorical_accuracy": "SparseTopKCategoricalAccuracy",
    "squared_hinge": "SquaredHinge",
    "top_k_categorical_accuracy": "TopKCategoricalAccuracy",
}


def compile_config(
    settings: Any, training: Any, report: Report, outputs: Outputs = ONE_OUTPUT
) -> dict[str, Json]:
    """Turn compile settings into those of Keras 3.

    Args:
        settings: A `compile_config`, or `None`.
        training: A `training_config`, or `None`.
        report: Takes what rules change and say.
        outputs: The model's outputs.

    Returns:
        The settings; empty for a model that was not compiled.
    """
    if isinstance(settings, dict) and settings:
        optimizer = settings.get("optimizer")
    elif isinstance(training, dict) and training:
        settings, optimizer = training, training.get("optimizer_config")
    else:
        return {}
    made: dict[str, Json] = {}
    if optimizer is not None:
        made["optimizer"] = optimizer_settings(optimizer, report)
    single = len(outputs.names) == 1
    weights = settings.get("loss_weights")
    loss = outputs.losses(settings.get("loss"), weights)
    made["loss"] = _each(loss, lambda v: _loss(v, report), single)
    made["loss_weights"] = outputs.loss_weights(weights, loss)
    for key in ("metrics", "weighted_metrics"):
        found = _unprefixed(outputs.metrics(settings.get(key)), outputs)
        made[key] = _metrics(found, report, single)
    for key in _PLAIN:
        if settings.get(key) is not None:
            made[key] = settings[key]
    _sample_weights(settings.get("sample_weight_mode"), report)
    return made


def _sample_weights(mode: Json, report: Report) -> None:
    """`sample_weight_mode` is found out from the weights now (engine/training.py)."""
    found = list(mode.values()) if isinstance(mode, dict) else mode
    found = found if isinstance(found, list) else [found]
    if any(item is not None for item in found):
        item = Item(COMPILE, {}, COMPILE, report, "sample_weight_mode")
        item.changed("sample_weight_mode is left out")
        item.warn(
            f"sample_weight_mode={printable(mode, 40)} is gone from Keras 3, which "
            "takes sample weights of the outputs' shape without being told."
        )


def _each(value: Json, make: Callable[[Json], Json], single: bool) -> Json:
    """Work on a loss or metric, or on lists and dicts of them."""
    if isinstance(value, list):
        if single and len(value) == 1:
            return _each(value[0], make, single)
        return [_each(item, make, False) for item in value]
    if isinstance(value, dict) and "class_name" not in value:
        return {key: _each(item, make, False) for key, item in value.items()}
    return None if value is None else make(value)


def _unprefixed(value: Json, outputs: Outputs) -> Json:
    """Take the output's name off the names of its metrics.

    `MetricsContainer.build` of Keras 2 puts it there where there are several outputs
    (engine/compile_utils.py); Keras 3 only does so when it logs them.
    """
    if len(outputs.names) < 2:
        return value
    if isinstance(value, list) and len(value) == len(outputs.names):
        return [_strip(v, name) for v, name in zip(value, outputs.names, strict=True)]
    if isinstance(value, dict) and "class_name" not in value:
        return {key: _strip(item, outputs.prefix(key)) for key, item in value.items()}
    return value


def _strip(value: Json, output: str) -> Json:
    if isinstance(value, list):
        return [_strip(item, output) for item in value]
    if not isinstance(value, dict) or not isinstance(value.get("config"), dict):
        return value
    config = value["config"]
    name = config.get("name")
    if not isinstance(name, str) or not name.startswith(f"{output}_"):
        return value
    return {**value, "config": {**config, "name": name.removeprefix(f"{output}_")}}


def _metrics(value: Json, report: Report, single: bool) -> Json:
    """Metrics; of a model with one output, `.h5` has them in a list of their own."""
    if single and isinstance(value, list) and len(value) == 1:
        value = value[0] if isinstance(value[0], list) else value
    if isinstance(value, dict) and "class_name" in value:
        value = [value]
    if isinstance(value, list):
        return [_each(item, lambda v: _metric(v, report), False) for item in value]
    return _each(value, lambda v: _metric(v, report), False)


def _function(name: str, module: Json = None) -> Json:
    """Name a function; one that is not Keras' own is custom code."""
    bare = _STRINGS.get(name, name)
    known = bare in _SHAPED or find_function(None, bare) is not None
    if known or any(find_by_name(bare, kind) for kind in ("loss", "metric")):
        return bare
    return {
        "module": module if isinstance(module, str) else "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": name,
    }


def _named(value: Json) -> str | None:
    """The name of a function that is given by name or as a serialised one."""
    if isinstance(value, dict) and value.get("class_name") == "function":
        value = value.get("config")
    return value if isinstance(value, str) else None


def _loss(value: Json, report: Report) -> Json:
    name = _named(value)
    if name is not None:
        if name.lower() in _SHORT or name in _STRINGS:
            what = f'the loss "{name}" is written out as Keras 3 takes it'
            report.changes.append(Change("loss_name", COMPILE, what))
        return _function(name, value.get("module") if isinstance(value, dict) else None)
    if not isinstance(value, dict) or not isinstance(value.get("config"), dict):
        return value
    return _object(value, "loss", report)


def _metric(value: Json, report: Report) -> Json:
    name = _named(value)
    if name is not None:
        return _function(name, value.get("module") if isinstance(value, dict) else None)
    if not isinstance(value, dict) or not isinstance(value.get("config"), dict):
        return value
    if bare_class(value)[0] == "MeanMetricWrapper":
        return _wrapped_metric(value["config"])
    return _object(value, "metric", report)


def _wrapped_metric(config: JsonObject) -> Json:
    """`MeanMetricWrapper(fn)` is what `compile` made of a metric given as a string."""
    function, name = _named(config.get("fn")), config.get("name")
    if function is None:
        return name if isinstance(name, str) else None
    bare = _STRINGS.get(function, function)
    if isinstance(name, str):
        if name in _SHAPED and bare.endswith(("accuracy", "crossentropy")):
            return name
        own = _STRINGS.get(name, name)
        path = find_function(None, own)
        if path is not None and path == find_function(None, bare):
            return own
    cls = _METRICS.get(bare)
    if cls is None:
        return _function(function)
    return {
        "module": "keras.metrics",
        "class_name": cls,
        "config": {"name": name} if isinstance(name, str) else {},
        "registered_name": None,
    }


def _object(value: JsonObject, kind: str, report: Report) -> Json:
    cls, registered, module = bare_class(value)
    own = registered is None and module is None
    normaliser = LayerNormaliser(report, COMPILE, ((COMPILE,), (COMPILE,)))
    config = {
        key: normaliser.value(item, key, 0) for key, item in value["config"].items()
    }
    item = Item(cls, config, COMPILE, report, module=module, registered=registered)
    if own:
        if kind == "loss" and cls == "LossFunctionWrapper":
            name = _named(config.get("fn"))
            return None if name is None else _function(name)
        apply_rules(OBJECT_RULES, item)
        entry = find_by_name(item.cls, kind)
        item.module = entry.key.rpartition(".")[0] if entry else None
        item.registered = None if entry else item.cls
        if kind == "loss":
            loss_arguments(item)
        else:
            metric_arguments(item)
    return {
        "module": item.module,
        "class_name": item.cls,
        "config": item.config,
        "registered_name": item.registered,
    }


def loss_arguments(item: Item) -> None:
    """`fn` says what the class is; `"auto"` was the mean over the batch (losses.py)."""
    item.rule = "loss_arguments"
    item.drop("fn")
    if item.config.get("reduction") in ("auto", "sum_over_nonzero_weights"):
        item.config["reduction"] = "sum_over_batch_size"
        item.changed('reduction is called "sum_over_batch_size"')


def metric_arguments(item: Item) -> None:
    """`fn` says what the class is; a metric's dtype was never a choice (metrics/)."""
    item.rule = "metric_arguments"
    item.drop("fn")
    if item.config.get("dtype") in (None, "float32"):
        item.config.pop("dtype", None)
