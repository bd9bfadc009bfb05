"""Does a custom layer come back from its config? Found out by making it."""

from __future__ import annotations

import warnings
from typing import Any

from kerascodegen.catalog.accepts import accepts
from kerascodegen.errors import printable
from kerascodegen.readers.constructors import constructor_of
from kerascodegen.readers.tracing.state import globals_kept

_PLAIN = (bool, int, float, str, type(None))


def changed_problem(layer: Any, config: dict[str, Any]) -> str:
    """Make a layer of its config, and compare it with the layer.

    Its class may forget an argument in `get_config`, or call it by another name.

    Args:
        layer: A layer of a user's class, which is left as it is.
        config: What its `get_config` gave.

    Returns:
        The problem in few words, or `""`.
    """
    with warnings.catch_warnings(), globals_kept():
        warnings.simplefilter("ignore")
        data = _serialised(layer)
        try:
            again = type(layer).from_config(data)
        except Exception:
            return _filtered_problem(layer, data)
        return _changed_values(again, config)


def _serialised(layer: Any) -> dict[str, Any]:
    import keras

    data: dict[str, Any] = keras.saving.serialize_keras_object(layer)["config"]
    return data


def _filtered_problem(layer: Any, data: dict[str, Any]) -> str:
    """Make a layer of what its constructor takes of a config that Keras cannot load.

    What is left out may be without meaning, or be all that tells its size.
    """
    problem = "Keras cannot make it of its config"
    constructor = constructor_of(type(layer))
    taken = {key: value for key, value in data.items() if accepts(key, constructor)}
    try:
        again = type(layer)(**taken)
        if layer.built:
            again.build_from_config(layer.get_build_config())
    except Exception:
        return problem
    shapes = [[tuple(v.shape) for v in one.weights] for one in (layer, again)]
    return problem if shapes[0] != shapes[1] else ""


def _changed_values(again: Any, config: dict[str, Any]) -> str:
    try:
        values = again.get_config()
    except Exception:
        return ""
    changed = [
        key
        for key, value in config.items()
        if isinstance(value, _PLAIN)
        and isinstance(values.get(key), _PLAIN)
        and values[key] != value
        and value == value
    ]
    if not changed:
        return ""
    names = printable(", ".join(sorted(changed)), 80)
    return f"what Keras makes of its config has another {names}"
