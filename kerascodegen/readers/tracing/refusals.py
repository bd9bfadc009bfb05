"""Why a forward pass cannot become a graph, and what can be done about it."""

from __future__ import annotations

import itertools
import re
from typing import Any

from kerascodegen.errors import NoGraphError, UntraceableError, printable
from kerascodegen.readers.tracing.places import Place, innermost, modules

_OPS = "keras.ops"
_LAYER = "a layer of its own (a keras.layers.Layer subclass), which is kept as it is"


class RefusalError(UntraceableError):
    """A block cannot be traced.

    Attributes:
        reason: The same in few words, for a note on a block that is kept instead.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class RawVariableError(Exception):
    """`call` computes with a variable of its own, outside of any layer."""

    def __init__(self, variable: Any) -> None:
        super().__init__(str(variable.path))
        self.variable = variable


class ConstantCallError(Exception):
    """`call` calls a layer that has weights on something else than its inputs."""

    def __init__(self, layer: Any) -> None:
        super().__init__(layer.name)
        self.layer = layer


class HeldFunctionError(Exception):
    """An op was given a Python function (`keras.ops.cond`)."""


class UnknownSizeError(Exception):
    """An op was given a shape that the batch's size is part of."""


def refuse(error: Exception, owner: Any) -> RefusalError:
    """Explain why the `call` of a model or block failed on symbolic tensors.

    Args:
        error: What it raised.
        owner: The model or block.

    Returns:
        The error to raise.
    """
    if isinstance(error, RefusalError):
        return error
    if isinstance(error, NoGraphError):
        return RefusalError(str(error), str(error))
    name = printable(type(owner).__name__, 60)
    place = innermost(error)
    cause, remedy = _cause(error, place)
    where = f" ({place})" if place else ""
    return RefusalError(
        f"{name} cannot be written as a Functional model: its forward pass {cause}"
        f"{where}. {remedy}",
        f"{cause}{where}",
    )


def _cause(error: Exception, place: Place | None) -> tuple[str, str]:
    for recognise in (_own_kinds, _by_message, _by_module):
        found = recognise(error)
        if found is not None:
            return found
    text = _STYLING.sub("", str(error)).strip()
    first = printable(" ".join(text.split()), 160)
    kind = type(error).__name__
    return (
        f"fails on symbolic tensors with {kind}{f': {first}' if first else ''}",
        "Use layers and keras.ops on tensors, and shapes that do not need the batch "
        "size; check that the input shape is right (--input-shape).",
    )


_STYLING = re.compile(r"\x1b\[[0-9;]*m")


def _own_kinds(error: Exception) -> tuple[str, str] | None:
    if isinstance(error, RawVariableError):
        if (special := _by_module(error)) is not None:
            return special
        path = printable(error.variable.path, 80)
        if path.endswith("seed_generator_state"):
            return _RANDOM
        return (
            f'computes with the variable "{path}" outside of any layer',
            "A Functional model holds variables in layers only: move the variable and "
            f"what is done with it into {_LAYER}.",
        )
    if isinstance(error, ConstantCallError):
        layer = printable(error.layer.name, 60)
        return (
            f'calls the layer "{layer}" on a value that does not come from the inputs',
            "A Functional model can hold only calls on tensors that do: move this "
            f"step into {_LAYER}.",
        )
    if isinstance(error, UnknownSizeError):
        return _MESSAGES[-1][1:]
    if isinstance(error, HeldFunctionError):
        return (
            f"gives a Python function to {error}",
            f"Move this step into {_LAYER}, or use keras.ops.where.",
        )
    return None


_RANDOM = (
    "draws random numbers",
    "In a graph they would be drawn once and for all: draw them in "
    f"{_LAYER}, such as a Sampling layer, or use keras.layers.Dropout and the like.",
)

# What a KerasTensor, and functions given one, say (keras_tensor.py).
_MESSAGES = (
    # Such a message shows a shape, which has a None of its own.
    (
        "is incompatible with the layer",
        "calls a layer on a tensor of a shape that it was not made for",
        "Check the shape that the model was built on, or was given with --input-shape.",
    ),
    (
        "cannot be used as a boolean",
        "decides by the value of a tensor",
        "In a graph that is keras.ops.where for values, or "
        f"{_LAYER}; an assertion on values can be left out.",
    ),
    (
        "Iterating over a symbolic",
        "iterates over a tensor",
        "Use keras.ops.unstack, or a loop over a fixed range with x[:, i].",
    ),
    (
        "It doesn't have any actual numerical value|'KerasTensor' object has no "
        "attribute 'numpy'|object cannot be interpreted as an integer",
        "takes the value of a tensor into Python",
        f"Compute with {_OPS} instead of int(), float() or NumPy, or move this step "
        f"into {_LAYER}.",
    ),
    (
        "as input to a TensorFlow function",
        "uses a TensorFlow function",
        f"Use its counterpart in {_OPS}, or move it into {_LAYER}.",
    ),
    (
        "as input to a JAX function|is not a valid JAX type|__jax_array__",
        "uses a JAX function",
        f"Use its counterpart in {_OPS}, or move it into {_LAYER}.",
    ),
    (
        "must be Tensor, not KerasTensor|not KerasTensor$",
        "uses a function of another framework",
        f"Use its counterpart in {_OPS}, or move it into {_LAYER}.",
    ),
    (
        "'KerasTensor' object has no attribute",
        "uses an attribute that only tensors of one framework have",
        f"Use {_OPS} on tensors.",
    ),
    (
        r"NoneType|\bNone\b",
        "computes with a size that is not known, such as that of the batch",
        "Use -1 in keras.ops.reshape, keras.ops.zeros_like, or shapes given to the "
        "constructor.",
    ),
)
_COMPILED = tuple((re.compile(p), cause, remedy) for p, cause, remedy in _MESSAGES)


def _by_message(error: Exception) -> tuple[str, str] | None:
    # Where randomness, a metric or a framework is involved says more than None.
    special = _by_module(error)
    text = str(error)
    for pattern, cause, remedy in _COMPILED:
        if pattern.search(text):
            return (
                special
                if special and cause.startswith("computes")
                else (
                    cause,
                    remedy,
                )
            )
    return None


def _by_module(error: Exception) -> tuple[str, str] | None:
    came_through = modules(error)
    if any(name.startswith("keras.src.metrics") for name in came_through):
        return (
            "updates a metric",
            "Update metrics in train_step and test_step, or pass them to compile.",
        )
    if any(name.startswith("keras.src.random") for name in came_through):
        return _RANDOM
    return _by_framework(error)


def _by_framework(error: Exception) -> tuple[str, str] | None:
    """Recognise a framework's function that the user's own code called."""
    came_through = modules(error)
    packages = [name.partition(".")[0] for name in came_through]
    for before, package in itertools.pairwise(packages):
        if package in _FRAMEWORKS and before not in {*_FRAMEWORKS, "keras"}:
            return (
                f"uses a {_FRAMEWORKS[package]} function",
                f"Use its counterpart in {_OPS}, or move it into {_LAYER}.",
            )
    return None


_FRAMEWORKS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
