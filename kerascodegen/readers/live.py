"""Read a live Keras model: serialise it as Keras does, then decode as for a file."""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace
from typing import Any

from kerascodegen.errors import ReadError, UnsupportedModelError, printable
from kerascodegen.graph.model import Graph, GraphKind
from kerascodegen.options import Options
from kerascodegen.readers.config import read_model_config
from kerascodegen.readers.customcode import CodeFinder
from kerascodegen.readers.decode import is_model
from kerascodegen.readers.jsontext import parse_json
from kerascodegen.readers.liveoutputs import with_custom_outputs
from kerascodegen.readers.observe import observing
from kerascodegen.readers.unserialisable import explain_unserialisable


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
    data, holder = _serialise(model)
    graph = with_custom_outputs(read_model_config(data), holder)
    if graph.kind is GraphKind.CUSTOM:
        return graph
    return replace(graph, shared=_shared_layers(holder, keras))


def _serialise(model: object) -> tuple[Any, Any]:
    """Give a model's config, and the Functional or Sequential that it is of."""
    try:
        with warnings.catch_warnings(), observing() as observed:
            # Keras warns of every lambda that it serialises; the source has them.
            warnings.simplefilter("ignore")
            data, holder = _config(model)
    except ReadError:
        raise
    except Exception as error:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raise explain_unserialisable(model, error) from error
    return observed.restore(data, CodeFinder().describe), holder


def _config(model: Any) -> tuple[Any, Any]:
    """Give the model's config as a file has it.

    A class of somebody's own over a Functional may write its constructor's arguments
    in the place of the graph that it has.
    """
    from keras.src.models.functional import Functional

    def parsed(model: Any) -> Any:
        return parse_json(model.to_json().encode("utf-8"), "the model's config")

    data = parsed(model)
    if not isinstance(model, Functional) or is_model(data):
        return data, model
    plain = Functional(model._inputs_struct, model._outputs_struct, name=model.name)
    try:
        graph = parsed(plain)
    except Exception:
        # A layer inside has a get_config that fails; the model's own class has not.
        return data, model
    graph["config"]["trainable"] = model.trainable
    if "compile_config" in data:
        graph["compile_config"] = data["compile_config"]
    return graph, plain


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
