"""What the installed Keras has, by introspection."""

import inspect
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import keras
from keras.src.api_export import get_name_from_symbol


def public_classes(module: ModuleType) -> dict[str, type]:
    """Every class of a public module, once, by the name that a config has for it."""
    found = (value for value in vars(module).values() if inspect.isclass(value))
    return {get_name_from_symbol(cls).rpartition(".")[2]: cls for cls in found}


def public_functions(module: ModuleType) -> dict[str, Any]:
    """Every function of a public module by its name there, aliases included."""
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and not name.startswith("_")
    }


def op_functions() -> dict[str, Any]:
    """Every function of `keras.ops`, also of its modules, by its path behind `ops.`."""
    found: dict[str, Any] = {}
    paths: dict[Any, str] = {}
    for prefix, module in (
        ("", keras.ops),
        ("image.", keras.ops.image),
        ("linalg.", keras.ops.linalg),
        ("nn.", keras.ops.nn),
        ("numpy.", keras.ops.numpy),
    ):
        for name, function in public_functions(module).items():
            # `ops.nn.relu` is `ops.relu`; `ops.absolute` is another spelling of `abs`.
            if paths.setdefault((name, function), prefix + name) == prefix + name:
                found[prefix + name] = function
    return found


def assert_complete(listed: Mapping[str, Any], *tables: Mapping[str, Any]) -> None:
    """Compare what Keras has with what the tables have.

    Raises:
        AssertionError: Keras has something new, or no longer has something; by name.
    """
    known = {name for table in tables for name in table}
    assert sorted(set(listed) - known) == [], "Keras has these, no table does: add them"
    assert sorted(known - set(listed)) == [], "Keras no longer has these: remove them"
    assert len(known) == sum(map(len, tables)), "an entry stands in two tables"
