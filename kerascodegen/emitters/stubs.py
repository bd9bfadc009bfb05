"""Stand-ins for custom code, which a model file names but does not hold.

Each raises when the model is built, says what has to be put in its place, and leaves the
decoded arguments where the model uses it.
"""

from __future__ import annotations

import re

from kerascodegen.catalog.lookup import find_class
from kerascodegen.emitters.literals import string
from kerascodegen.emitters.source import StubMaker
from kerascodegen.graph.model import FunctionSpec, LambdaSpec, ObjectSpec, Operation
from kerascodegen.passes.naming import identifier

_NOT_NAME = re.compile(r"[^0-9A-Za-z_]+")
# What may stand in a docstring as it is; all else there is replaced.
_NOT_PLAIN = re.compile(r"[^0-9A-Za-z_ .,:<>()+-]+")


def plain(text: str, limit: int = 80) -> str:
    """Reduce text from a model file to what cannot break out of a docstring.

    Args:
        text: Any text.
        limit: Longest result.

    Returns:
        ASCII letters, digits and harmless punctuation; anything else becomes `?`.
    """
    return _NOT_PLAIN.sub("?", text)[:limit]


def class_stub(value: Operation | ObjectSpec) -> StubMaker:
    """Make the stand-in for a custom class.

    Args:
        value: The layer or object that is of the class.

    Returns:
        A maker of the stub.
    """
    cls = value.cls
    name = _class_identifier(cls.name)
    origin = plain(cls.registered or cls.path)
    entry = find_class(cls.path)
    if entry is not None:
        lines = (
            f"Stand-in for {origin}: what it wraps is outside of Keras and may run code.",
            "",
            "Replace it by the real object once you trust where the model came from.",
        )
    else:
        lines = (
            f"Stand-in for the custom class {origin}: the model file names it, but does "
            "not hold its code.",
            "",
            "Replace it by an import of the real class; the arguments stand where the "
            "model uses it.",
        )
    message = f"{name} is a stand-in: import the real {origin} in its place."
    base = "keras.layers.Layer" if isinstance(value, Operation) else "object"
    return StubMaker(name, base, lines, string(message))


def function_stub(value: FunctionSpec) -> StubMaker:
    """Make the stand-in for a custom function.

    Args:
        value: The function as the config names it.

    Returns:
        A maker of the stub.
    """
    module = f"{value.module}." if value.module and value.module != "builtins" else ""
    origin = plain(value.registered or f"{module}{value.name}")
    bare = value.name.rpartition(">")[2]
    name = identifier(bare, "function")
    lines = (
        f"Stand-in for the custom function {origin}: the model file names it, but does "
        "not hold its code.",
    )
    message = f"{name} is a stand-in: import the real {origin} in its place."
    return StubMaker(name, "", lines, string(message))


def lambda_stub(value: LambdaSpec) -> StubMaker:
    """Make the stand-in for a lambda, of which the file holds only bytecode.

    Args:
        value: The lambda.

    Returns:
        A maker of the stub.
    """
    lines = (
        "Stand-in for a lambda: the model file holds it as Python bytecode, which is "
        "not run.",
        "",
        f"SHA-256 of the bytecode: {value.sha256}",
    )
    message = "lambda_function is a stand-in: write the real function in its place."
    return StubMaker("lambda_function", "", lines, string(message))


def _class_identifier(name: str) -> str:
    words = _NOT_NAME.sub("", name)[:60]
    return words if words and not words[0].isdigit() else f"Custom{words}"
