"""What a live model has learnt by `adapt`, which is in no config."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kerascodegen.catalog.vocabulary import has_learnt, learnt_words
from kerascodegen.graph.model import Graph


def with_live_vocabularies(graph: Graph, model: Any) -> Graph:
    """Add to a graph the vocabularies of the layers of a live model.

    Args:
        graph: The model's graph, as its config tells it.
        model: The model.

    Returns:
        The graph; layers that cannot tell stay as they are.
    """
    layers = {layer.name: layer for layer in model.layers}
    operations = []
    for operation in graph.operations:
        layer = layers.get(operation.name)
        if layer is not None and operation.graph is not None:
            nested = with_live_vocabularies(operation.graph, layer)
            operation = replace(operation, graph=nested)
        elif layer is not None and has_learnt(operation.cls.path, operation.config):
            words = _vocabulary(layer)
            learnt = learnt_words(operation.cls.path, operation.config, words)
            operation = replace(operation, vocabulary=learnt)
        operations.append(operation)
    return replace(graph, operations=tuple(operations))


def _vocabulary(layer: Any) -> list[str]:
    try:
        return [str(word) for word in layer.get_vocabulary()]
    except (UnicodeDecodeError, NotImplementedError, RuntimeError):
        # Words in another encoding; a table that is not there in a traced function.
        return []
