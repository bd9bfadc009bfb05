"""Shorthand of the tests of tracing."""

import re
import sys
import types
from collections.abc import Callable
from typing import Any

import keras

_STAND_IN = re.compile(
    r'^class (\w+)\(layers\.Layer\):\n    """Stand-in.*?\n        \)\n', re.S | re.M
)


def with_real_classes(source: str, model: keras.Model) -> str:
    """Put a model's own classes in the place of the stand-ins of its source."""
    module = types.ModuleType("_real_classes")
    for layer in model._flatten_layers():
        setattr(module, type(layer).__name__, type(layer))
    sys.modules["_real_classes"] = module
    return _STAND_IN.sub(r"from _real_classes import \1\n", source)


def state_of(model: keras.Model) -> dict[str, Any]:
    """Everything about a model that tracing might leave changed, by identity."""
    found: dict[str, Any] = {}
    for index, layer in enumerate([model, *model._flatten_layers(include_self=False)]):
        for name, value in vars(layer).items():
            key = f"{index} {type(layer).__name__}.{name}"
            found[key] = value
            if isinstance(value, list | tuple | set):
                found[f"{key} content"] = [id(item) for item in value]
            elif isinstance(value, dict):
                content = [(id(k), id(item)) for k, item in value.items()]
                found[f"{key} content"] = content
        tracker = layer._tracker
        found[f"{index} tracker"] = (
            tracker.locked,
            {name: sorted(ids) for name, ids in tracker.stored_ids.items()},
        )
    return found


def assert_same_state(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Compare two states: the same objects, the same content."""
    assert list(before) == list(after)
    for key, value in before.items():
        if key.endswith((" content", " tracker")):
            assert after[key] == value, key
        else:
            assert after[key] is value or after[key] == value, key


def counters() -> dict[str, int]:
    """Keras' counters of automatic names."""
    from keras.src.backend.common import global_state

    return dict(global_state.get_global_attribute("object_name_uids") or {})


def unchanged(model: keras.Model, action: Callable[[], object]) -> None:
    """Do something and prove that the model, names and random states are the same."""
    import random

    import numpy as np

    layer_class = keras.layers.Layer
    before = (
        state_of(model),
        counters(),
        random.getstate(),
        np.random.get_state()[1].tolist(),
        [layer_class.__call__, layer_class.add_loss, keras.Operation.symbolic_call],
        keras.config.is_traceback_filtering_enabled(),
        [keras.ops.convert_to_numpy(one.value).tobytes() for one in model.variables],
    )
    action()
    after = (
        state_of(model),
        counters(),
        random.getstate(),
        np.random.get_state()[1].tolist(),
        [layer_class.__call__, layer_class.add_loss, keras.Operation.symbolic_call],
        keras.config.is_traceback_filtering_enabled(),
        [keras.ops.convert_to_numpy(one.value).tobytes() for one in model.variables],
    )
    assert_same_state(before[0], after[0])
    assert before[1:] == after[1:]
