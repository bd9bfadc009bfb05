"""The option `--lambda`: the source of a lambda of which a file has only bytecode."""

from __future__ import annotations

import ast
import builtins

from kerascodegen.errors import OptionError, printable
from kerascodegen.graph.custom import ImportLine, InlinedLambda

# What the lambda may name: all else would have to be defined somewhere.
_IMPORTS = {
    "keras": ImportLine("keras"),
    "layers": ImportLine("keras", "layers"),
    "np": ImportLine("numpy", alias="np"),
    "ops": ImportLine("keras", "ops"),
}


def parse_lambda(entry: str) -> tuple[str, InlinedLambda]:
    """Read the source of a layer's lambda.

    Args:
        entry: `"NAME=lambda x: ..."`, where NAME is the layer.

    Returns:
        The layer, and the lambda as it is written.

    Raises:
        OptionError: It is not of that form, or names what source does not have.
    """
    name, equals, text = str(entry).partition("=")
    shown = f"--lambda {printable(entry, 80)}"
    example = "Write it like 'double=lambda x: 2.0 * x'."
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        node = None
    if not equals or not name.strip() or not isinstance(node, ast.Lambda):
        raise OptionError(f"{shown} does not say LAYER=lambda. {example}")
    bound = {inner.arg for inner in ast.walk(node) if isinstance(inner, ast.arg)}
    used = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name)]
    bound |= {inner.id for inner in used if isinstance(inner.ctx, ast.Store)}
    free = {inner.id for inner in used} - bound
    unknown = sorted(free - set(_IMPORTS) - set(dir(builtins)))
    if unknown:
        raise OptionError(
            f"{shown} uses {printable(unknown[0], 40)}, which is not in the source: a "
            "lambda may name keras, layers, ops and np."
        )
    lines = tuple(line for key, line in _IMPORTS.items() if key in free)
    return name, InlinedLambda(ast.unparse(node), (), lines)
