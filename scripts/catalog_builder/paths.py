"""Find every public path of every Keras class and function."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections import defaultdict
from functools import cache
from typing import Any

import keras
import keras.src
from keras.src import api_export

# Not what somebody would write: implementation, compatibility shims.
_PRIVATE = ("keras.src", "keras._tf_keras", "keras.legacy", "keras._legacy")


@cache
def public_paths() -> dict[Any, list[str]]:
    """Map each class and function to the public paths that lead to it.

    Returns:
        Sorted dotted paths by object.
    """
    found: dict[Any, set[str]] = defaultdict(set)
    names = ["keras"]
    for module in pkgutil.walk_packages(keras.__path__, "keras.", onerror=lambda _: 0):
        if not module.name.startswith(_PRIVATE):
            names.append(module.name)
    for name in names:
        for attribute, value in vars(importlib.import_module(name)).items():
            named = inspect.isclass(value) or inspect.isfunction(value)
            if named and value.__module__.startswith("keras."):
                found[value].add(f"{name}.{attribute}")
    return {value: sorted(paths) for value, paths in found.items()}


@cache
def keras_classes() -> tuple[type, ...]:
    """List every class with a `get_config` that Keras defines.

    Returns:
        Classes, public and private, in the order of their module paths.
    """
    for module in pkgutil.walk_packages(keras.src.__path__, "keras.src."):
        if module.name.endswith("_test") or ".backend." in module.name:
            continue
        try:
            importlib.import_module(module.name)
        except ImportError:
            # Parts of Keras need packages (torch, jax) that are not installed.
            continue
    found = {
        value
        for name, module in list(sys.modules.items())
        if name.startswith("keras.")
        for value in list(vars(module).values())
        if inspect.isclass(value)
        and value.__module__.startswith("keras.")
        and hasattr(value, "get_config")
    }
    return tuple(sorted(found, key=source_path))


def source_path(value: Any) -> str:
    """Tell where a class or function is defined.

    Args:
        value: The class or function.

    Returns:
        Its full path below `keras.src`.
    """
    return f"{value.__module__}.{value.__qualname__}"


def config_path(cls: type) -> str:
    """Tell the `module.class_name` that Keras writes for a class.

    Args:
        cls: The class.

    Returns:
        The canonical public path, or where the class is defined if it has none.
    """
    return str(api_export.get_name_from_symbol(cls) or source_path(cls))


def import_path(value: Any, preferred: str = "") -> str:
    """Choose the path to write in source.

    Args:
        value: The class or function.
        preferred: Module that is conventional for it, such as `"keras.layers"`.

    Returns:
        The conventional public path, or where it is defined if it has none.
    """
    paths = public_paths().get(value)
    if not paths:
        return source_path(value)
    canonical = api_export.get_name_from_symbol(value)

    def rank(path: str) -> tuple[bool, bool, int, int, str]:
        module, _, name = path.rpartition(".")
        own_name = name == value.__name__
        return (
            module != preferred,
            path != canonical and not own_name,
            path.count("."),
            len(path),
            path,
        )

    return min(paths, key=rank)
