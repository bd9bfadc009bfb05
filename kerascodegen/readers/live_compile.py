"""What only a live model tells about its `compile`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kerascodegen.graph.model import Graph


def with_chosen_jit(graph: Graph, model: Any) -> Graph:
    """Keep `jit_compile` only where somebody chose it.

    Keras resolves `jit_compile="auto"` when it compiles and records the result: True
    with JAX and on GPUs, False with PyTorch and with TensorFlow on CPUs. In a file
    nothing tells that from a choice, so what is True there is written, and what is
    False is not. A live model can be asked what "auto" comes to.

    Args:
        graph: The model's graph.
        model: The live model.

    Returns:
        The graph, without `jit_compile` where leaving it out gives the same value.
    """
    if graph.compile_config is None:
        return graph
    config = {k: v for k, v in graph.compile_config.items() if k != "jit_compile"}
    resolve = getattr(model, "_resolve_auto_jit_compile", None)
    recorded = getattr(model, "jit_compile", None)
    if resolve is None or not isinstance(recorded, bool):
        # An older Keras: as from a file.
        return graph
    automatic = False if getattr(model, "run_eagerly", False) else resolve()
    if recorded is not automatic:
        config["jit_compile"] = recorded
    return replace(graph, compile_config=config)
