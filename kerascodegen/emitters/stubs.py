"""Stand-ins for custom code, which a model file names but does not hold.

Each raises when the model is built, says what has to be put in its place, and leaves
the decoded arguments where the model uses it.
"""

from __future__ import annotations

import re

from kerascodegen.catalog.lookup import find_class
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
    origin = plain(cls.registered or cls.path)
    lines: tuple[str, ...]
    if find_class(cls.path) is not None:
        lines = (
            f"Stand-in for {origin}, which wraps what may run code of its own.",
            "",
            "Put the real object in its place once you trust the model's origin.",
        )
    else:
        lines = (
            f"Stand-in for the custom class {origin}.",
            "",
            "The model names the class but does not hold its code. Import the real one",
            "instead; its arguments stand where the model uses it.",
        )
    base = "layers.Layer" if isinstance(value, Operation) else ""
    return StubMaker(_class_identifier(cls.name), "class", base, lines, origin)


def function_stub(value: FunctionSpec) -> StubMaker:
    """Make the stand-in for a custom function.

    Args:
        value: The function as the config names it.

    Returns:
        A maker of the stub.
    """
    module = f"{value.module}." if value.module and value.module != "builtins" else ""
    origin = plain(value.registered or f"{module}{value.name}")
    lines = (
        f"Stand-in for the custom function {origin}.",
        "",
        "The model names the function but does not hold its code.",
    )
    name = identifier(value.name.rpartition(">")[2], "function")
    return StubMaker(name, "function", "", lines, origin)


def lambda_stub(value: LambdaSpec) -> StubMaker:
    """Make the stand-in for a lambda, of which the file holds only bytecode.

    Args:
        value: The lambda.

    Returns:
        A maker of the stub.
    """
    lines = (
        "Stand-in for a lambda: the model holds it as bytecode, which is never run.",
        "",
        f"SHA-256 {value.sha256}",
    )
    name = f"{identifier(value.layer, 'lambda')}_function"
    return StubMaker(name, "function", "", lines, "a lambda")


def _class_identifier(name: str) -> str:
    words = _NOT_NAME.sub("", name)[:60]
    return words if words and not words[0].isdigit() else f"Custom{words}"
