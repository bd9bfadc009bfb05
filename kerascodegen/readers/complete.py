"""Have Keras serialise what its `get_config` leaves out, for the time of one read.

`keras.losses.Huber(delta=3.0).get_config()` has no `delta`; the object knows it. While
`complete_configs` is in force, everything that Keras serialises gets such arguments
added to its config, however deep it stands (in a wrapper, in `compile`), so the
decoder and all behind it need to know nothing of it. No object and no class of the
user's is touched: two functions of `keras.src.saving` are replaced, and put back.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kerascodegen.catalog.lookup import find_class, find_function
from kerascodegen.catalog.lost import lost_arguments

_SERIALIZATION = "keras.src.saving.serialization_lib"
_REGISTRATION = "keras.src.saving.object_registration"
_MISSING = object()
# Two reads at once would put back each other's functions.
_LOCK = threading.RLock()


@contextlib.contextmanager
def complete_configs() -> Iterator[None]:
    """Make Keras' serialisation hold what `get_config` and `compile` leave out.

    Custom functions that are called like one of Keras' own (`gelu`) keep their module
    in their name; in a config of Keras' nothing tells the two apart.

    Yields:
        Nothing; Keras is as it was behind the block, also after an error.
    """
    serialization = sys.modules.get(_SERIALIZATION)
    registration = sys.modules.get(_REGISTRATION)
    with _LOCK, contextlib.ExitStack() as stack:
        for module, name, wrap in (
            (serialization, "_get_class_or_fn_config", _complete),
            (serialization, "get_build_and_compile_config", _complete_compile),
            (registration, "get_registered_name", _qualify),
        ):
            original = getattr(module, name, None)
            # Another Keras may do without these; then its configs are what they are.
            if module is not None and original is not None:
                stack.callback(setattr, module, name, original)
                setattr(module, name, wrap(original))
        yield


def _complete(get_config: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def complete(obj: Any) -> Any:
        config = get_config(obj)
        if isinstance(config, dict):
            for name, value in _lost(obj, config):
                config[name] = value
        return config

    return complete


def _lost(obj: Any, config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the arguments of an object that its config should have."""
    cls = type(obj)
    # A subclass may set the attribute itself, and not take the argument.
    entry = find_class(f"{cls.__module__}.{cls.__qualname__}")
    if entry is None:
        return
    serialization = sys.modules[_SERIALIZATION]
    for argument in lost_arguments(entry):
        value = _read(obj, argument.attribute)
        if argument.name in config or value is _MISSING:
            continue
        serialised = serialization.serialize_keras_object(value)
        if serialised != argument.default:
            yield argument.name, serialised


def _read(obj: Any, attribute: str) -> Any:
    value = obj
    for part in attribute.split("."):
        if isinstance(value, Mapping):
            value = value.get(part, _MISSING)
        else:
            value = getattr(value, part, _MISSING)
    return value


def _complete_compile(
    add_configs: Callable[[Any, dict[str, Any]], None],
) -> Callable[[Any, dict[str, Any]], None]:
    def complete(obj: Any, config: dict[str, Any]) -> None:
        add_configs(obj, config)
        compiled = config.get("compile_config")
        if compiled and _kept_from_scaling(obj):
            compiled["auto_scale_loss"] = False

    return complete


def _kept_from_scaling(model: Any) -> bool:
    """Tell whether `compile` was given `auto_scale_loss=False`, where that shows.

    `Trainer.compile` wraps the optimizer of a mixed_float16 model unless told not to,
    and keeps no trace of it anywhere else.
    """
    policy = getattr(getattr(model, "dtype_policy", None), "name", None)
    optimizer = getattr(model, "optimizer", None)
    if policy != "mixed_float16" or optimizer is None:
        return False
    return "LossScaleOptimizer" not in {cls.__name__ for cls in type(optimizer).__mro__}


def _qualify(name_of: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def qualified(obj: Any) -> Any:
        name = name_of(obj)
        if (
            isinstance(obj, types.FunctionType)
            and name == obj.__name__
            and _is_ambiguous(obj.__module__, name)
        ):
            return f"{obj.__module__}>{name}"
        return name

    return qualified


def _is_ambiguous(module: str, name: str) -> bool:
    """Tell whether a bare name would be read as another function than it is.

    Keras finds its activations, losses and metrics by their bare names, but not the
    functions of `keras.ops`.
    """
    read_as = find_function(None, name)
    own = find_function(module, name)
    if own is None:
        return read_as is not None
    same = read_as == own or (read_as or "").startswith("keras.activations.")
    return not same
