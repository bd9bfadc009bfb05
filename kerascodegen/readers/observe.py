"""Watch Keras serialise a live model, to know which object each name in a config is.

A config has only names, and several objects may have one name: a `gelu` of the user's
own is serialised as Keras' `gelu` is. While a model is serialised, each custom class
and function therefore gets a name of its own from Keras' registry, and each lambda a
text in the place of its bytecode. Afterwards the true names are put back, with what is
known of the object beside them.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kerascodegen.graph.custom import CODE_KEY, CustomCode

_TAG = re.compile(r"kerascodegen~(\d+)~")
Describe = Callable[[Any, int], CustomCode]


@dataclass(slots=True)
class Observed:
    """Custom objects met, each with the name that its config would have.

    Attributes:
        objects: Objects in the order that they were met.
        names: The name that Keras gives each; the bytecode of a lambda.
    """

    objects: list[Any] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    _known: dict[int, str] = field(default_factory=dict)

    def tag(self, thing: Any, name: str) -> str:
        """Take note of an object.

        Args:
            thing: A custom class, function or lambda.
            name: What its config would have.

        Returns:
            The text that stands for it in the config meanwhile.
        """
        if id(thing) not in self._known:
            self._known[id(thing)] = f"kerascodegen~{len(self.objects)}~"
            self.objects.append(thing)
            self.names.append(name)
        return self._known[id(thing)]

    def restore(self, data: Any, describe: Describe) -> Any:
        """Put the true names back.

        Args:
            data: The parsed config of the model.
            describe: Says where an object's code comes from.

        Returns:
            The config as Keras writes it, with a record under `CODE_KEY` beside each
            custom object.
        """
        if isinstance(data, list):
            return [self.restore(item, describe) for item in data]
        if isinstance(data, str):
            return _TAG.sub(lambda found: self.names[int(found[1])], data)
        if not isinstance(data, dict):
            return data
        restored = {key: self.restore(item, describe) for key, item in data.items()}
        number = self._number_of(data)
        if number is not None:
            restored[CODE_KEY] = describe(self.objects[number], number)
        return restored

    def _number_of(self, data: dict[str, Any]) -> int | None:
        """Tell which object a serialised one is, or is of the class of."""
        config = data.get("config")
        texts: list[Any]
        if list(data) == ["value"] and isinstance(data["value"], list):
            # What `keras.activations.serialize` leaves of a lambda.
            texts = data["value"][:1]
        elif not isinstance(data.get("class_name"), str):
            return None
        elif data.get("class_name") == "__lambda__" and isinstance(config, dict):
            code = config.get("code", config.get("value"))
            texts = code if isinstance(code, list) else [code]
        else:
            texts = [config, data.get("registered_name")]
        for text in texts:
            found = _TAG.fullmatch(text) if isinstance(text, str) else None
            if found is not None and int(found[1]) < len(self.objects):
                return int(found[1])
        return None


class _WatchedNames(dict[Any, str]):
    """Stands in for Keras' registry of names, which every serialisation asks."""

    def __init__(self, names: dict[Any, str], observed: Observed) -> None:
        super().__init__(names)
        self._observed = observed

    def __contains__(self, thing: object) -> bool:
        return super().__contains__(thing) or is_custom(thing)

    def __getitem__(self, thing: Any) -> str:
        name = self.get(thing)
        if name is None:
            name = str(thing.__name__)
        return self._observed.tag(thing, name) if is_custom(thing) else name


@contextlib.contextmanager
def observing() -> Iterator[Observed]:
    """Watch what Keras serialises; everything is as it was afterwards.

    Yields:
        What was met, complete when the block ends.
    """
    from keras.src.saving import object_registration
    from keras.src.utils import python_utils

    observed = Observed()
    names, dump = object_registration.GLOBAL_CUSTOM_NAMES, python_utils.func_dump

    def watched_dump(function: Any) -> tuple[str, None, None]:
        # Defaults and closures may hold what JSON cannot; no file's hash has them.
        return observed.tag(function, dump(function)[0]), None, None

    object_registration.GLOBAL_CUSTOM_NAMES = _WatchedNames(names, observed)
    python_utils.func_dump = watched_dump
    try:
        yield observed
    finally:
        object_registration.GLOBAL_CUSTOM_NAMES = names
        python_utils.func_dump = dump


def is_custom(thing: object) -> bool:
    """Tell whether a class or function is neither Keras' nor Python's own.

    Args:
        thing: A class, a function, or anything that Keras asks the name of.

    Returns:
        True for what somebody else wrote.
    """
    module = getattr(thing, "__module__", None)
    if isinstance(module, str) and not hasattr(thing, "__self__"):
        return module.partition(".")[0] not in {"keras", "builtins"}
    return hasattr(thing, "__name__")
