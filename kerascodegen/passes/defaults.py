"""Compare decoded config values with the defaults in the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerascodegen.graph.model import Config, FunctionSpec, ObjectSpec, Value

# Behind the constructor's own parameters, in the order that people write these.
TRAILING = ("activity_regularizer", "autocast", "trainable", "dtype", "name")
# What `Layer.__init__` takes; a config that Keras makes by itself has them all.
BASE_DEFAULTS: Mapping[str, Value] = {
    "trainable": True,
    "dtype": "float32",
    "autocast": True,
    "activity_regularizer": None,
}


def is_default(default: Any, value: Value) -> bool:
    """Tell whether a decoded value is the default that the catalog has.

    Args:
        default: JSON as a default-constructed instance serialises it.
        value: A decoded config value.

    Returns:
        True where leaving the argument out gives this very config again.
    """
    if isinstance(value, ObjectSpec):
        return (
            value.graph is None
            and value.cls.code is None
            and isinstance(default, dict)
            and default.get("class_name") == value.cls.name
            and default.get("module") == value.cls.module
            and _same_config(default.get("config"), value.config)
        )
    if isinstance(value, FunctionSpec):
        named = isinstance(default, dict) and default.get("config") == value.name
        # A function of the user's own may have the name of one of Keras'.
        return named and value.code is None
    if isinstance(value, str) and isinstance(default, dict):
        # A plain dtype policy is decoded to its name.
        config = default.get("config")
        return (
            default.get("class_name") == "DTypePolicy"
            and isinstance(config, dict)
            and config == {"name": value}
        )
    if isinstance(value, list):
        return (
            isinstance(default, list)
            and len(default) == len(value)
            and all(is_default(d, v) for d, v in zip(default, value, strict=True))
        )
    if isinstance(value, dict):
        return isinstance(default, dict) and _same_config(default, value)
    # True == 1 == 1.0 in Python, but a config tells them apart.
    return type(value) is type(default) and value == default


def _same_config(default: Any, config: Mapping[str, Value]) -> bool:
    return (
        isinstance(default, dict)
        and default.keys() == config.keys()
        and all(is_default(default[key], value) for key, value in config.items())
    )


def trailing_last(config: Config) -> list[tuple[str, Value]]:
    """Order arguments as people write them: those of every layer last.

    Args:
        config: Arguments by name.

    Returns:
        Names with values.
    """
    rest = [(key, value) for key, value in config.items() if key not in TRAILING]
    return rest + [(key, config[key]) for key in TRAILING if key in config]
