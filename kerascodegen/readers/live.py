"""Read a live Keras model: serialise it as Keras does, then decode as for a file."""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace
from typing import Any

from kerascodegen.errors import ReadError, UnsupportedModelError, printable
from kerascodegen.graph.model import Graph, Value
from kerascodegen.options import Options
from kerascodegen.readers.config import read_model_config
from kerascodegen.readers.jsontext import parse_json
from kerascodegen.readers.tracing.blocks import defined_in_keras


def read_live(model: object, options: Options) -> Graph:
    """Read a live model.

    Args:
        model: A `keras.Model`.
        options: What the user asked for.

    Returns:
        The same graph as from the file that `model.save` would write; of a model whose
        forward pass is code, the graph that this makes of symbolic inputs.

    Raises:
        ReadError: The object is not a Keras model.
        UnsupportedModelError: A model that source cannot be written for, such as one
            that decides by the values of tensors, or that Keras cannot serialise.
    """
    # Whoever holds a live model has imported keras already.
    keras = sys.modules.get("keras")
    if keras is None or not isinstance(model, keras.Model):
        raise ReadError(
            "What was given is no keras.Model but of type "
            f"{printable(type(model).__name__, 60)}. Give a Keras 3 model, a function "
            "without arguments that returns one, or a path."
        )
    from kerascodegen.readers.tracing.view import functional_view

    with functional_view(model, options) as view:
        if view is None:
            return _read(model, model, keras)
        graph = _read(view.functional, model, keras)
    return replace(
        graph,
        nodes=tuple(
            (
                node
                if node.key not in view.structures
                else node.with_outputs(_as_value(view.structures[node.key]))
            )
            for node in graph.nodes
        ),
        traced=view.diagnostics,
    )


def _read(graph: Any, model: Any, keras: Any) -> Graph:
    """Read a Functional or Sequential, compiled as a model is."""
    data = parse_json(_serialise(graph, model), "the model's config")
    return replace(read_model_config(data), shared=_shared_layers(graph, keras))


def _serialise(graph: Any, model: Any) -> bytes:
    try:
        with warnings.catch_warnings():
            # Keras warns of every lambda that it serialises; the stub says it better.
            warnings.simplefilter("ignore")
            if graph is not model and defined_in_keras(model, "compile"):
                graph.get_compile_config = model.get_compile_config
            text: str = graph.to_json()
    except Exception as error:
        reason = printable(
            str(error).strip().splitlines()[0] if str(error) else "", 160
        )
        raise UnsupportedModelError(
            f"Keras cannot serialise this model: {type(error).__name__}: {reason}"
        ) from error
    return text.encode("utf-8")


def _as_value(structure: Any) -> Value:
    """Arrange the outputs of a call as a graph has them."""
    if isinstance(structure, dict):
        return {str(key): _as_value(item) for key, item in structure.items()}
    if isinstance(structure, list | tuple):
        return [_as_value(item) for item in structure]
    return int(structure)


def _shared_layers(model: Any, keras: Any) -> tuple[str, ...]:
    """Names of layers that several models or wrappers inside the model hold."""
    owners: dict[int, set[int]] = {}
    layers: dict[int, Any] = {}
    waiting = [model]
    while waiting:
        owner = waiting.pop()
        for layer in owner._flatten_layers(include_self=False, recursive=False):
            # A Sequential holds the Functional that it builds of its own layers.
            if layer is getattr(owner, "_functional", None):
                continue
            if id(layer) not in layers:
                layers[id(layer)] = layer
                waiting.append(layer)
            owners.setdefault(id(layer), set()).add(id(owner))
    return tuple(
        sorted(
            layer.name
            for key, layer in layers.items()
            if len(owners[key]) > 1 and not isinstance(layer, keras.layers.InputLayer)
        )
    )
