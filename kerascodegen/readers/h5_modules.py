"""Say where the classes of a Keras 3 `.h5` file stand, which the file leaves out.

The legacy writer of Keras 3 (`legacy/saving/serialization.py`) names layers and ops by
their bare class, the way Keras 2 did.
"""

from __future__ import annotations

from typing import Any

from kerascodegen.catalog.lookup import catalog_data, find_by_name

_MODELS = frozenset({"Functional", "Sequential"})
_KINDS = (
    "layer",
    "cell",
    "initializer",
    "regularizer",
    "constraint",
    "optimizer",
    "loss",
    "metric",
    "schedule",
)
# What every layer has in its config, and no op.
_OF_LAYERS = frozenset({"batch_shape", "dtype", "trainable"})
_SHARED_KINDS = {
    "loss": ("loss",),
    "metrics": ("metric",),
    "weighted_metrics": ("metric",),
}


def with_modules(value: Any, kinds: tuple[str, ...] = _KINDS) -> Any:
    """Add to every serialised object the module of its class, where Keras has it.

    Args:
        value: Parsed JSON.
        kinds: Which kinds of class may stand there, the likeliest first.

    Returns:
        A copy. Classes that are not Keras' own are registered under their names.
    """
    if isinstance(value, list):
        return [with_modules(item, kinds) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {
        key: with_modules(item, _SHARED_KINDS.get(key, kinds))
        for key, item in value.items()
    }
    name, config = value.get("class_name"), value.get("config")
    if not isinstance(name, str) or "module" in value or not isinstance(config, dict):
        return copy
    # Tensors, slices and the like.
    if name.startswith("__"):
        return copy
    module, registered = _place(name, config, kinds)
    return {
        "module": module,
        **copy,
        "class_name": name.rpartition(">")[2],
        "registered_name": registered,
    }


def _place(
    name: str, config: dict[str, Any], kinds: tuple[str, ...]
) -> tuple[str | None, str | None]:
    if name in _MODELS:
        return "keras", None
    if ">" in name:
        return None, name
    if not _OF_LAYERS & set(config) and _op_module(name) and "name" in config:
        return _op_module(name), name
    for kind in kinds:
        entry = find_by_name(name, kind)
        if entry is not None:
            return entry.key.rpartition(".")[0], None
    return _op_module(name), name


def _op_module(name: str) -> str | None:
    for key in catalog_data()["ops"]:
        module, _, cls = key.rpartition(".")
        if cls == name:
            return str(module)
    return None
