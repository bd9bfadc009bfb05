"""What a live model has and no config: what `adapt` learnt, and inner quantisation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kerascodegen.catalog.vocabulary import has_learnt, learnt_words
from kerascodegen.graph.model import Graph, ObjectSpec, Operation


def with_live_state(graph: Graph, model: Any) -> Graph:
    """Add to a graph what the layers of a live model hold beside their configs.

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
            nested = with_live_state(operation.graph, layer)
            operation = replace(operation, graph=nested)
        elif layer is not None and has_learnt(operation.cls.path, operation.config):
            words = _vocabulary(layer)
            learnt = learnt_words(operation.cls.path, operation.config, words)
            operation = replace(operation, vocabulary=learnt)
        elif layer is not None and (modes := _inner_modes(operation, layer)):
            operation = replace(operation, inner_modes=modes)
        operations.append(operation)
    return replace(graph, operations=tuple(operations))


def _holds_layers(operation: Operation) -> bool:
    """Tell whether the layers inside a layer are in its config, as in a wrapper's."""
    return any(
        isinstance(value, ObjectSpec)
        and (value.graph is not None or "trainable" in value.config)
        for value in operation.config.values()
    )


def _inner_modes(operation: Operation, layer: Any) -> tuple[str, ...]:
    if _holds_layers(operation):
        return ()
    modes: dict[str, None] = {}
    for inner in layer._flatten_layers(include_self=False):
        mode = getattr(inner, "quantization_mode", None)
        if isinstance(mode, str):
            modes[mode] = None
        if getattr(inner, "lora_enabled", False) is True:
            modes["lora"] = None
    return tuple(modes)


def _vocabulary(layer: Any) -> list[str]:
    try:
        return [str(word) for word in layer.get_vocabulary()]
    except (UnicodeDecodeError, NotImplementedError, RuntimeError):
        # Words in another encoding; a table that is not there in a traced function.
        return []
