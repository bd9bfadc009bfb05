"""Layers that are not what their class alone says: LoRA, quantised, lambdas."""

from __future__ import annotations

from collections.abc import Iterator

from kerascodegen.graph.model import Graph, Operation, OperationKind
from kerascodegen.passes.quantized import quantized_mode

_LAMBDA = "keras.layers.Lambda"
_LORA = "lora"


def special_layers(graph: Graph) -> Iterator[tuple[str, list[str]]]:
    """Name the layers of a model, nested ones too, that are of a kind to know of.

    Args:
        graph: The outermost graph.

    Yields:
        What to call them, and their names, for each kind that there is.
    """
    kinds: dict[str, list[str]] = {}
    for name, operation in _layers(graph, ""):
        for kind in _kinds(operation):
            kinds.setdefault(kind, []).append(name)
    yield from sorted(kinds.items())


def _kinds(operation: Operation) -> Iterator[str]:
    if operation.cls.path == _LAMBDA:
        yield "Lambdas, whose code a file holds as bytecode only"
    if "lora_rank" in operation.config or _LORA in operation.inner_modes:
        yield "With LoRA"
    mode = quantized_mode(operation)
    if mode:
        yield f"Quantised to {mode}"


def _layers(graph: Graph, prefix: str) -> Iterator[tuple[str, Operation]]:
    for operation in graph.operations:
        if operation.kind is OperationKind.LAYER:
            yield f"{prefix}{operation.name}", operation
        if operation.graph is not None:
            yield from _layers(operation.graph, f"{prefix}{operation.name}/")
