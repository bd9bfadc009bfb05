"""Read a live Keras model: serialise it as Keras does, then decode as for a file."""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace
from typing import Any

from kerascodegen.errors import ReadError, UnsupportedModelError, printable
from kerascodegen.graph.model import Graph
from kerascodegen.options import Options
from kerascodegen.readers.config import read_model_config
from kerascodegen.readers.jsontext import parse_json
from kerascodegen.readers.live_compile import with_chosen_jit


def read_live(model: object, options: Options) -> Graph:
    """Read a live model.

    Args:
        model: A Functional or built Sequential `keras.Model`.
        options: What the user asked for.

    Returns:
        The same graph as from the file that `model.save` would write.

    Raises:
        ReadError: The object is not a Keras model.
        UnsupportedModelError: A model that source cannot be written for, such as a
            subclassed one, or one that Keras cannot serialise.
    """
    # Whoever holds a live model has imported keras already.
    keras = sys.modules.get("keras")
    if keras is None or not isinstance(model, keras.Model):
        raise ReadError(
            "What was given is no keras.Model but of type "
            f"{printable(type(model).__name__, 60)}. Give a Keras 3 model, a function "
            "without arguments that returns one, or a path."
        )
    if not isinstance(model, keras.Sequential) and not hasattr(model, "operations"):
        raise UnsupportedModelError(
            f"{printable(type(model).__name__, 60)} is a subclassed model: its "
            "forward pass is Python code, not a graph of layers. Call its layers on "
            "keras.Input tensors to make a Functional model, and generate from that."
        )
    graph = read_model_config(parse_json(_serialise(model), "the model's config"))
    graph = with_chosen_jit(graph, model)
    return replace(graph, shared=_shared_layers(model, keras))


def _serialise(model: object) -> bytes:
    try:
        with warnings.catch_warnings():
            # Keras warns of every lambda that it serialises; the stub says it better.
            warnings.simplefilter("ignore")
            text: str = model.to_json()  # type: ignore[attr-defined]
    except Exception as error:
        reason = printable(
            str(error).strip().splitlines()[0] if str(error) else "", 160
        )
        raise UnsupportedModelError(
            f"Keras cannot serialise this model: {type(error).__name__}: {reason}"
        ) from error
    return text.encode("utf-8")


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
