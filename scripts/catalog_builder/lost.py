"""Find the arguments that `get_config` does not give back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras

from catalog_builder.normal import config_of, normal, same
from catalog_builder.probes import make
from catalog_builder.samples import parameters, sample

# One of these is harmless wherever an argument is taken at all; two that differ tell
# which attribute it ends up in.
_VALUES: tuple[Any, ...] = (
    True,
    False,
    3,
    7,
    0.25,
    0.75,
    "float16",
    "float64",
    "relu",
    "tanh",
    "zeros",
    "ones",
    "l1",
    "l2",
    "non_neg",
    "unit_norm",
    "xyxy",
    "rel_xyxy",
    "channels_first",
    "channels_last",
    "multi_hot",
    "one_hot",
    "same",
    "nearest",
    "reflect",
    "sum",
    "max",
    "micro",
    "fan_out",
    "uniform",
    "imag",
    "spectrum",
    "concat",
    "dict",
    "psd",
    "columns",
    [3],
    [1, 2],
    ["a", "b"],
)
_ENOUGH = 8
# Starting values of weights, which are no part of source; and what shows in the config
# as soon as it means something (behind `enable_lora`).
_NOT_ARGUMENTS = frozenset({"input_tensor", "lora_alpha", "name", "weights"})
_NO_ATTRIBUTE = object()


def lost_arguments(path: str, cls: type, extra: list[str]) -> dict[str, list[Any]]:
    """Measure which arguments leave no trace in the config.

    Args:
        path: The class as configs name it.
        cls: The class.
        extra: Keywords that it takes beyond its own parameters.

    Returns:
        By argument, the attribute of an instance that holds its value, and what that is
        by default. An argument that the constructor itself throws away is not listed.
    """
    found = {}
    base = make(path, cls)
    own = (p.name for p in parameters(cls) if p.kind is not p.VAR_POSITIONAL)
    needed = sample(path, cls)
    for name in [*own, *extra]:
        if name in needed or name in _NOT_ARGUMENTS:
            continue
        instances = list(_without_trace(path, cls, name, base))
        if not instances:
            continue
        attribute = _attribute(name, base, instances)
        if attribute is not None:
            found[name] = [attribute, normal(read(base, attribute))]
    return found


def _without_trace(
    path: str, cls: type, name: str, base: Any
) -> Iterator[tuple[Any, Any]]:
    """Yield values with their instances, or nothing if one value shows in a config."""
    expected = _unnamed(base)
    made = []
    for value in _VALUES:
        try:
            instance = make(path, cls, **{name: value})
            config = _unnamed(instance)
        except Exception:
            continue
        if not same(config, expected):
            return
        made.append((value, instance))
        if len(made) == _ENOUGH:
            break
    yield from made


def _unnamed(instance: Any) -> dict[str, Any]:
    return {key: item for key, item in config_of(instance).items() if key != "name"}


def _attribute(name: str, base: Any, made: list[tuple[Any, Any]]) -> str | None:
    """Find where instances hold what they were given: best under the same name."""
    candidates = [name, f"_{name}", *_places(name, base)]
    for candidate in candidates:
        values = [read(instance, candidate) for _, instance in made]
        before = read(base, candidate)
        if any(value is _NO_ATTRIBUTE for value in (before, *values)):
            continue
        given = [value for value, _ in made]
        held = [g for v, g in zip(values, given, strict=True) if _holds(v, g)]
        # A value that means the default (`False` for a dtype) may be kept as that.
        if sum(not _holds(before, value) for value in held) >= max(
            1, min(2, len(given) - 1)
        ):
            return candidate
    return None


def _places(name: str, base: Any) -> Iterator[str]:
    """Name an instance's attributes, then what stands inside of dicts and layers."""
    attributes = vars(base)
    yield from attributes
    for key, value in attributes.items():
        if isinstance(value, Mapping | keras.Layer):
            yield f"{key}.{name}"


def _holds(value: Any, given: Any) -> bool:
    """Tell whether an attribute is what was given; a dtype may be kept as a policy."""
    value = getattr(value, "name", value)
    if isinstance(value, bool) or isinstance(given, bool):
        return value is given
    return isinstance(value, int | float | str | list | tuple) and value == given


def read(instance: Any, attribute: str) -> Any:
    """Read an attribute, or what stands inside of one.

    Args:
        instance: The object.
        attribute: Its name; behind a dot, a dict's key or another attribute.

    Returns:
        The value, or a marker where there is none.
    """
    value = instance
    for part in attribute.split("."):
        if isinstance(value, Mapping):
            value = value.get(part, _NO_ATTRIBUTE)
        else:
            value = getattr(value, part, _NO_ATTRIBUTE)
    return value
