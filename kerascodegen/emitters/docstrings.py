"""The docstring of a generated module."""

from __future__ import annotations

from kerascodegen.emitters.stubs import plain
from kerascodegen.graph.model import Graph, OperationKind


def module_docstring(graph: Graph) -> tuple[str, ...]:
    """Say which model this is, how it is built and how its weights are loaded.

    Args:
        graph: The outermost graph.

    Returns:
        The docstring's lines. Nothing in it depends on where the model was read from.
    """
    layers = sum(o.kind is not OperationKind.OP for o in graph.operations)
    name = plain(graph.name, 60)
    lines = [
        f"The Keras model {name}: {layers} layers, written with the Functional API.",
        "",
        "build_model() returns the model uncompiled and with fresh weights. The trained "
        "weights are",
        "those of the file that this source was generated from:",
        "",
        "    model = build_model()",
        '    model.load_weights("original.keras")',
    ]
    return tuple(lines)
