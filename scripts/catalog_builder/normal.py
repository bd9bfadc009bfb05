"""Bring configs into the form that the catalog stores: plain JSON."""

from __future__ import annotations

import json
from typing import Any

from keras.saving import serialize_keras_object


def normal(value: Any) -> Any:
    """Turn a value of a config into plain JSON.

    Args:
        value: A value as `get_config` or `serialize_keras_object` gives it.

    Returns:
        What comes back from a config file.
    """
    return _without_ids(json.loads(json.dumps(serialize_keras_object(value))))


def _without_ids(value: Any) -> Any:
    """Drop what differs from run to run or says nothing: ids of shared objects."""
    if isinstance(value, list):
        return [_without_ids(item) for item in value]
    if isinstance(value, dict):
        return {
            key: _without_ids(item)
            for key, item in value.items()
            if key != "shared_object_id"
        }
    return value


def config_of(instance: Any) -> dict[str, Any]:
    """Serialise an object as a model file would hold it.

    Args:
        instance: A layer, initializer, loss or the like.

    Returns:
        Its config as plain JSON.
    """
    config: dict[str, Any] = normal(instance)["config"]
    return config


def same(left: Any, right: Any) -> bool:
    """Compare two JSON values, telling `1`, `1.0` and `True` apart.

    Args:
        left: One value.
        right: The other.

    Returns:
        Whether they are written the same.
    """
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)
