"""Leave a user's model as it was: remember what tracing touches and put it back.

Calling a layer on symbolic tensors adds nodes to it, may build it, and runs `call`,
which may set attributes. Nothing of that may be seen on the model afterwards.
"""

from __future__ import annotations

import collections
import contextlib
import copy
import random
from collections.abc import Container, Iterator
from typing import Any

# Names of Keras' own that change on every call.
_OWN = frozenset({"built"})
_GLOBAL_NAMES = (
    "object_name_uids",
    "current_call_ctx",
    "traceback_filtering",
    "global_random_seed",
    "global_seed_generator",
)


class Kept:
    """Layers with the attributes that they had; `restore` puts those back."""

    def __init__(self) -> None:
        self._things: dict[int, tuple[Any, dict[str, Any]]] = {}
        self._containers: dict[int, tuple[Any, Any]] = {}

    def keep(self, layer: Any) -> None:
        """Remember a layer or operation and everything that it holds.

        Args:
            layer: A Keras operation. What was remembered before stays remembered.
        """
        waiting = [layer]
        while waiting:
            one = waiting.pop()
            if id(one) in self._things:
                continue
            self._remember(one)
            waiting.extend(parts(one))

    @property
    def ids(self) -> Container[int]:
        """Ids of what is remembered."""
        return self._things.keys()

    def changed(self, layer: Any) -> list[str]:
        """Name the public attributes that a layer got or that were set anew.

        Args:
            layer: A layer that is kept.

        Returns:
            Their names, in order.
        """
        _, before = self._things[id(layer)]
        missing = object()
        return sorted(
            name
            for name, value in vars(layer).items()
            if not name.startswith("_")
            and name not in _OWN
            and before.get(name, missing) is not value
        )

    def restore(self) -> None:
        """Put everything back."""
        for thing, attributes in self._things.values():
            current = vars(thing)
            current.clear()
            current.update(attributes)
        for container, content in self._containers.values():
            _refill(container, content)

    def _remember(self, thing: Any) -> None:
        self._things[id(thing)] = (thing, dict(vars(thing)))
        for value in vars(thing).values():
            self._remember_container(value)
        tracker = vars(thing).get("_tracker")
        if tracker is not None and id(tracker) not in self._things:
            self._remember(tracker)

    def _remember_container(self, value: Any) -> None:
        if not isinstance(value, list | dict | set) or id(value) in self._containers:
            return
        content = list(value.items()) if isinstance(value, dict) else list(value)
        self._containers[id(value)] = (value, content)
        for item in value.values() if isinstance(value, dict) else value:
            self._remember_container(item)
        # TensorFlow's wrappers have a second copy of what they hold.
        for item in getattr(value, "__dict__", {}).values():
            self._remember_container(item)


def parts(operation: Any) -> list[Any]:
    """List what a layer or model holds directly.

    Args:
        operation: A Keras operation.

    Returns:
        Layers, and the ops of a Functional.
    """
    found = list(getattr(operation, "_layers", ()))
    found.extend(getattr(operation, "_operations", ()))
    hidden = getattr(operation, "_functional", None)
    return found if hidden is None else [*found, hidden]


def _refill(container: Any, content: list[Any]) -> None:
    if isinstance(container, dict):
        now = list(container.items())
        same = len(now) == len(content) and all(
            a[0] is b[0] and a[1] is b[1] for a, b in zip(now, content, strict=True)
        )
        base: Any = dict
        if isinstance(container, collections.OrderedDict):
            base = collections.OrderedDict
        add = base.update
    else:
        same = len(container) == len(content) and all(
            a is b for a, b in zip(container, content, strict=True)
        )
        base = list if isinstance(container, list) else set
        add = list.extend if base is list else set.update
    if not same:
        # The base class's own methods: a tracked list would track what is put in.
        base.clear(container)
        add(container, content)


@contextlib.contextmanager
def globals_kept() -> Iterator[None]:
    """Put Keras' counters of names, its random state and Python's back at the end."""
    import numpy as np
    from keras.src.backend.common import global_state

    attributes = {
        name: (
            copy.copy(global_state.get_global_attribute(name))
            if name == "object_name_uids"
            else global_state.get_global_attribute(name)
        )
        for name in _GLOBAL_NAMES
    }
    generator = attributes["global_seed_generator"]
    seed = None if generator is None else generator.state.value
    python_state, numpy_state = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
        for name, value in attributes.items():
            global_state.set_global_attribute(name, value)
        if generator is not None:
            generator.state.assign(seed)
