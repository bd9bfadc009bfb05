"""Find every public path of every Keras class and function."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import keras
import keras.src
from keras.src import api_export

# Not what somebody would write: implementation, compatibility shims.
_PRIVATE = ("keras.src", "keras._tf_keras", "keras.legacy", "keras._legacy")


def _modules(package: Any, left_out: tuple[str, ...]) -> Iterator[str]:
    """Import a package's modules and yield their names, but not those left out.

    `pkgutil.walk_packages` imports what it then skips, and importing the package of
    another backend puts that in the place of `keras.src.backend.numpy`.
    """
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if found.name.startswith(left_out) or found.name.endswith("_test"):
            continue
        try:
            module = importlib.import_module(found.name)
        except ImportError:
            # Parts of Keras need packages (torch, jax) that are not installed.
            continue
        yield found.name
        if found.ispkg:
            yield from _modules(module, left_out)


@cache
def public_paths() -> dict[Any, list[str]]:
    """Map each class and function to the public paths that lead to it.

    Returns:
        Sorted dotted paths by object.
    """
    found: dict[Any, set[str]] = defaultdict(set)
    for name in ["keras", *_modules(keras, _PRIVATE)]:
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
    for _ in _modules(keras.src, ("keras.src.backend",)):
        pass
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
