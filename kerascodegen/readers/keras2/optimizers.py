"""Optimizers of old compile settings."""

from __future__ import annotations

from kerascodegen.catalog.lookup import find_by_name
from kerascodegen.errors import printable
from kerascodegen.literals import shortest_float32
from kerascodegen.readers.keras2.context import Item, Json, JsonObject, Report
from kerascodegen.readers.keras2.entries import bare_class
from kerascodegen.readers.keras2.layers import LayerNormaliser

_COMPILE = "compile"
_SCALERS = frozenset(
    {"LossScaleOptimizer", "LossScaleOptimizerV1", "LossScaleOptimizerV3"}
)
# Argument names of before 2.3, and of TensorFlow's own optimizers.
_RENAMED = {
    "lr": "learning_rate",
    "beta1": "beta_1",
    "beta2": "beta_2",
    "initial_decay": "decay",
}
# Said how the optimizer runs, or nothing that is kept.
_DROPPED = ("name", "jit_compile", "is_legacy_optimizer", "schedule_decay", "_use_ema")


def optimizer_settings(value: Json, report: Report) -> Json:
    """Turn a serialised optimizer into that of Keras 3.

    Args:
        value: A name, or the serialised optimizer.
        report: Takes what rules change and say.

    Returns:
        The optimizer.
    """
    if isinstance(value, str):
        return value.lower() if find_by_name(value, "optimizer") else value
    if not isinstance(value, dict) or not isinstance(value.get("class_name"), str):
        return None
    cls, registered, module = bare_class(value)
    # Files of 2.11 to 2.15 say "Custom>Adam" of Keras' own.
    own = find_by_name(cls, "optimizer") is not None or cls in _SCALERS
    if registered is not None and registered.partition(">")[0] != "Custom":
        own = False
    if module is not None:
        own = False
    config = value.get("config")
    config = dict(config) if isinstance(config, dict) else {}
    item = Item(cls, config, _COMPILE, report, "optimizer", module, registered)
    if not own:
        return _custom(item)
    item.module, item.registered = "keras.optimizers", None
    if registered is not None:
        item.rule = "custom_optimizer"
        item.changed(f"{printable(registered, 60)} is Keras' own, with its arguments")
    if cls in _SCALERS:
        item.rule = "loss_scaling"
        loss_scaling(item)
    else:
        _rules(item)
    return _written(item)


def _rules(item: Item) -> None:
    rules = (
        renamed_arguments,
        dropped_arguments,
        unused_average,
        empty_epsilon,
        learning_rate,
    )
    for rule in rules:
        item.rule = rule.__name__
        rule(item)


def renamed_arguments(item: Item) -> None:
    """`lr` until 2.3 is `learning_rate` (keras/optimizers.py)."""
    for old, new in _RENAMED.items():
        if old in item.config and new not in item.config:
            item.rename(old, new)
        item.config.pop(old, None)


def dropped_arguments(item: Item) -> None:
    """How the optimizer ran, and names, which Keras 3 gives itself (optimizer.py)."""
    for key in _DROPPED:
        item.config.pop(key, None)


def unused_average(item: Item) -> None:
    """Arguments of a moving average that is not kept (`use_ema`, optimizer.py)."""
    if not item.config.get("use_ema"):
        for key in ("use_ema", "ema_momentum", "ema_overwrite_frequency"):
            item.config.pop(key, None)


def empty_epsilon(item: Item) -> None:
    """`epsilon=None` was `keras.backend.epsilon()` (keras/optimizers.py)."""
    if item.config.get("epsilon", 1) is None:
        item.config["epsilon"] = 1e-7


def learning_rate(item: Item) -> None:
    """A schedule; `decay` divided by `1 + decay * step` (optimizer_v2.py)."""
    rate = item.config.get("learning_rate")
    decay = item.config.pop("decay", None)
    if isinstance(rate, dict):
        normaliser = LayerNormaliser(item.report, _COMPILE, ((_COMPILE,), (_COMPILE,)))
        rate = normaliser.value(rate, "learning_rate", 0)
        item.config["learning_rate"] = rate
    if isinstance(decay, int | float) and decay and isinstance(rate, int | float):
        item.config["learning_rate"] = {
            "module": "keras.optimizers.schedules",
            "class_name": "InverseTimeDecay",
            "config": {
                "initial_learning_rate": shortest_float32(float(rate)),
                "decay_steps": 1,
                "decay_rate": shortest_float32(float(decay)),
            },
            "registered_name": None,
        }
        item.changed(f"decay={printable(decay, 20)} becomes InverseTimeDecay")


def loss_scaling(item: Item) -> None:
    """`LossScaleOptimizer` in its three forms (loss_scale_optimizer.py)."""
    old = item.config
    inner = old.get("inner_optimizer", old.get("optimizer"))
    config: dict[str, Json] = {
        "inner_optimizer": optimizer_settings(inner, item.report)
    }
    scale: JsonObject = old
    loss_scale = old.get("loss_scale")
    if isinstance(loss_scale, dict) and isinstance(loss_scale.get("config"), dict):
        inside = loss_scale["config"]
        scale = {
            "initial_scale": inside.get(
                "initial_loss_scale", inside.get("loss_scale_value")
            ),
            "dynamic_growth_steps": inside.get("increment_period"),
            "dynamic": "initial_loss_scale" in inside,
        }
    for key in ("initial_scale", "dynamic_growth_steps"):
        if scale.get(key) is not None:
            config[key] = scale[key]
    if scale.get("dynamic") is False:
        item.warn(
            "The loss was scaled by a fixed number, which Keras 3 changes while "
            "training; loss_scale_factor of the optimizer keeps it fixed."
        )
    item.become("LossScaleOptimizer", "keras.optimizers")
    item.config = config


def _custom(item: Item) -> Json:
    if item.registered is None:
        item.registered = item.cls
    normaliser = LayerNormaliser(item.report, _COMPILE, ((_COMPILE,), (_COMPILE,)))
    item.config = {k: normaliser.value(v, k, 0) for k, v in item.config.items()}
    return _written(item)


def _written(item: Item) -> Json:
    return {
        "module": item.module,
        "class_name": item.cls,
        "config": item.config,
        "registered_name": item.registered,
    }
