"""What the constructor of a live custom class takes."""

from __future__ import annotations

import inspect
from typing import Any

from kerascodegen.graph.custom import Constructor

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def constructor_of(cls: type) -> Constructor:
    """Read the parameters of a class, with those that it hands on to its bases.

    Args:
        cls: A custom class.

    Returns:
        Its parameters up to the first base class that is Keras' own.
    """
    names: list[str] = []
    defaults: dict[str, Any] = {}
    any_keyword, base = True, None
    for owner in cls.__mro__:
        if owner.__module__.partition(".")[0] == "keras":
            base = _public_path(owner)
            break
        if not any_keyword or "__init__" not in vars(owner):
            continue
        try:
            parameters = list(inspect.signature(owner.__init__).parameters.values())  # type: ignore[misc]
        except (TypeError, ValueError):
            break
        for parameter in parameters[1:]:
            if parameter.kind in _VARIADIC or parameter.name in names:
                continue
            names.append(parameter.name)
            if parameter.default is not inspect.Parameter.empty:
                defaults[parameter.name] = parameter.default
        kinds = [parameter.kind for parameter in parameters]
        any_keyword = inspect.Parameter.VAR_KEYWORD in kinds
    plain = {name: _json(value) for name, value in defaults.items() if _is_json(value)}
    required = tuple(name for name in names if name not in defaults)
    own = _own_from_config(cls)
    return Constructor(tuple(names), plain, required, any_keyword, base, own)


def _own_from_config(cls: type) -> bool:
    for owner in cls.__mro__:
        if "from_config" in vars(owner):
            return owner.__module__.partition(".")[0] != "keras"
    return False


def _public_path(owner: type) -> str:
    from keras.src import api_export

    return str(
        api_export.get_name_from_symbol(owner)
        or f"{owner.__module__}.{owner.__qualname__}"
    )


def _is_json(value: Any) -> bool:
    if value is None or type(value) in (bool, int, float, str):
        return True
    return type(value) in (tuple, list) and all(_is_json(item) for item in value)


def _json(value: Any) -> Any:
    return [_json(item) for item in value] if isinstance(value, tuple | list) else value
