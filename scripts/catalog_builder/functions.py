"""List the functions that may stand in a config."""

from __future__ import annotations

import inspect
from typing import Any

from keras.src import activations as activation_functions
from keras.src import losses as loss_functions
from keras.src import metrics as metric_functions
from keras.src.saving.serialization_lib import BUILTIN_MODULES

from catalog_builder.paths import import_path, public_paths, source_path

# Modules whose functions compute something; the rest of Keras loads, saves and sets.
_MODELLING = ("keras.activations.", "keras.losses.", "keras.metrics.", "keras.ops.")
_NOT_MODELLING = frozenset({"deserialize", "get", "serialize"})


def _is_modelling(value: Any, path: str) -> bool:
    return (
        inspect.isfunction(value)
        and path.startswith(_MODELLING)
        and path.rpartition(".")[2] not in _NOT_MODELLING
    )


def functions() -> dict[str, str]:
    """Map every path of every modelling function to the one to write.

    Returns:
        Path to write by path as a config may name it.
    """
    found: dict[str, str] = {}
    for value, paths in public_paths().items():
        for path in paths:
            if _is_modelling(value, path):
                written = _written(value)
                found[path] = written
                found[source_path(value)] = written
    return found


def _written(value: Any) -> str:
    paths = public_paths()[value]
    for module in ("keras.activations", "keras.losses", "keras.metrics", "keras.ops"):
        if any(path.startswith(module + ".") for path in paths):
            return import_path(value, module)
    raise AssertionError(paths)


def builtins() -> dict[str, str]:
    """Map the names by which Keras finds functions without a module.

    A serialised function of Keras says `"builtins"` for its module, and Keras then
    looks into the modules below. Compile arguments also use short names (`"mse"`).

    Returns:
        Path to write by name.
    """
    found: dict[str, str] = {}
    by_path = functions()
    for module in sorted(BUILTIN_MODULES):
        for path in sorted(by_path):
            head, _, name = path.rpartition(".")
            if head == f"keras.{module}":
                found.setdefault(name, by_path[path])
    for table in (activation_functions, loss_functions, metric_functions):
        for name, value in sorted(table.ALL_OBJECTS_DICT.items()):
            if inspect.isfunction(value):
                found.setdefault(name, _written(value))
    return found
