"""Say what of a live model Keras cannot serialise, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerascodegen.errors import UnsupportedModelError, printable


def explain_unserialisable(model: Any, error: Exception) -> UnsupportedModelError:
    """Make a message of Keras' own error, with the layer that it is about.

    Args:
        model: The live model.
        error: What serialising it raised.

    Returns:
        The error to raise.
    """
    lines = str(error).strip().splitlines()
    where, found = _culprit(model)
    is_own = found is not None and type(found).__module__.split(".")[0] != "keras"
    if isinstance(error, NotImplementedError) and "get_config" in str(error) and is_own:
        name = type(found).__name__
        return UnsupportedModelError(
            f"Keras cannot serialise {where}: {printable(name, 60)} was made with "
            "arguments that are no plain values and has no get_config(). Give the "
            "class a get_config() that returns its constructor's arguments."
        )
    if "functools.partial" in str(error):
        return UnsupportedModelError(
            f"Keras cannot serialise {where}: it has a functools.partial, which has no "
            "config. Write a function with def in its place."
        )
    reason = printable(lines[0], 160) if lines else ""
    return UnsupportedModelError(
        f"Keras cannot serialise {where}: {type(error).__name__}: {reason}"
    )


def _culprit(model: Any) -> tuple[str, Any]:
    """Find the innermost layer that does not serialise."""
    import keras

    for layer in _innermost_first(model):
        try:
            keras.saving.serialize_keras_object(layer)
        except Exception:
            name = printable(getattr(layer, "name", ""), 60)
            return f'the layer "{name}"', layer
    try:
        keras.saving.serialize_keras_object(model.get_compile_config())
    except Exception:
        return "the arguments of compile", None
    return "this model", None


def _innermost_first(layer: Any) -> Iterator[Any]:
    for inner in layer._flatten_layers(include_self=False, recursive=False):
        yield from _innermost_first(inner)
        yield inner
