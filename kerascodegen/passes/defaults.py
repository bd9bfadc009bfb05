"""Compare decoded config values with the defaults in the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerascodegen.graph.model import FunctionSpec, ObjectSpec, Value


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
            and isinstance(default, dict)
            and default.get("class_name") == value.cls.name
            and default.get("module") == value.cls.module
            and _same_config(default.get("config"), value.config)
        )
    if isinstance(value, FunctionSpec):
        return isinstance(default, dict) and default.get("config") == value.name
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
