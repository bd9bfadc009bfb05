"""Which arguments of a custom class are written, and in which order."""

from __future__ import annotations

from collections.abc import Iterator

from kerascodegen.catalog.accepts import accepts
from kerascodegen.catalog.lookup import ClassEntry, find_class
from kerascodegen.graph.custom import (
    Constructor,
    CustomCode,
    ImportedCode,
    InlinedCode,
)
from kerascodegen.graph.model import Argument, Config, ObjectSpec, Value
from kerascodegen.passes.defaults import (
    BASE_DEFAULTS,
    TRAILING,
    is_default,
    trailing_last,
)


def custom_arguments(code: CustomCode | None, config: Config) -> Iterator[Argument]:
    """Choose the arguments of a custom class.

    Args:
        code: Where its code comes from; a live class is known with its constructor.
        config: What its `get_config` gave, decoded.

    Yields:
        Arguments by name. Without the class at hand all of the config is written but
        what every layer has by default; with it, its own defaults are left out too,
        and its parameters come in their order.
    """
    known = code.constructor if isinstance(code, ImportedCode | InlinedCode) else None
    if known is None:
        for name, value in trailing_last(config):
            if name in BASE_DEFAULTS and is_default(BASE_DEFAULTS[name], value):
                continue
            yield Argument(name, value)
        return
    base = find_class(known.base) if known.base is not None else None
    order = {name: number for number, name in enumerate(known.parameters)}
    listed = sorted(
        trailing_last(config),
        key=lambda item: (
            order.get(item[0], len(order))
            if item[0] not in TRAILING
            else len(order) + 1
        ),
    )
    for name, value in listed:
        if accepts(name, known) and not _left_out(name, value, known, base):
            yield Argument(name, value)


def missing_arguments(code: CustomCode | None, config: Config) -> list[str]:
    """List what a custom class needs and its config does not have.

    Args:
        code: Where its code comes from; a live class is known with its constructor.
        config: What its `get_config` gave, decoded.

    Returns:
        Names of parameters.
    """
    known = code.constructor if isinstance(code, ImportedCode | InlinedCode) else None
    if known is None or known.own_from_config:
        return []
    return [name for name in known.required if name not in {*config, "name"}]


def _left_out(
    name: str, value: Value, known: Constructor, base: ClassEntry | None
) -> bool:
    if name in known.parameters:
        if name not in known.defaults:
            return False
        default = known.defaults[name]
        if default is None and name in BASE_DEFAULTS:
            default = BASE_DEFAULTS[name]
        return is_default(default, value) or _is_of_name(default, value)
    if name in BASE_DEFAULTS and is_default(BASE_DEFAULTS[name], value):
        return True
    if base is None:
        return False
    if name in base.default_from or name in base.affected_by:
        return False
    return name in base.defaults and is_default(base.defaults[name], value)


def _is_of_name(default: object, value: Value) -> bool:
    """Tell whether a value is the object that Keras makes of a default like "zeros"."""
    if not isinstance(value, ObjectSpec) or value.cls.code is not None:
        return False
    entry = find_class(value.cls.path)
    return (
        entry is not None
        and entry.string is not None
        and entry.string == default
        and all(
            name in entry.defaults and is_default(entry.defaults[name], item)
            for name, item in value.config.items()
        )
    )
