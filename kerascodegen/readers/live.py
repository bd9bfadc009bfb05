"""Read a live Keras model: serialise it as Keras does, then decode as for a file."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kerascodegen.errors import (
    NoGraphError,
    ReadError,
    UnsupportedModelError,
    printable,
)
from kerascodegen.graph.model import Graph
from kerascodegen.options import Options
from kerascodegen.readers.complete import complete_configs
from kerascodegen.readers.config import read_model_config
from kerascodegen.readers.jsontext import parse_json
from kerascodegen.readers.live_state import with_live_state
from kerascodegen.readers.sharing import find_sharing


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
    return read_live_models([model], options)[0][0]


def read_live_models(
    models: Sequence[object], options: Options
) -> tuple[list[Graph], list[int | None]]:
    """Read live models that may share layers.

    Args:
        models: Functional or built Sequential models.
        options: What the user asked for.

    Returns:
        A graph for each, and the `shared_id` of each model itself, where another one
        contains it. Ids are numbered through all of them.

    Raises:
        ReadError: An object is not a Keras model.
        UnsupportedModelError: As for `read_live`.
    """
    for model in models:
        _require_graph(model)
    texts = _serialise(models)
    documents = [parse_json(text, "the model's config") for text in texts]
    sharing = find_sharing(documents, marked=True)
    graphs = [
        replace(
            with_live_state(read_model_config(document, sharing), model), complete=True
        )
        for document, model in zip(documents, models, strict=True)
    ]
    return graphs, [sharing.ids.get(id(document)) for document in documents]


def _require_graph(model: object) -> None:
    # Whoever holds a live model has imported keras already.
    keras = sys.modules.get("keras")
    if keras is None or not isinstance(model, keras.Model):
        raise ReadError(
            "What was given is no keras.Model but of type "
            f"{printable(type(model).__name__, 60)}. Give a Keras 3 model, a function "
            "without arguments that returns one, or a path."
        )
    if not isinstance(model, keras.Sequential) and not hasattr(model, "operations"):
        raise NoGraphError(
            f"{printable(type(model).__name__, 60)} is a subclassed model: its "
            "forward pass is Python code, not a graph of layers. Call its layers on "
            "keras.Input tensors to make a Functional model, and generate from that."
        )


def _serialise(models: Sequence[Any]) -> list[bytes]:
    """Serialise models as `to_json` does, every layer marked with an id of its own."""
    import keras
    from keras.src.backend.common import global_state
    from keras.src.saving.serialization_lib import ObjectSharingScope

    try:
        with warnings.catch_warnings(), complete_configs(), ObjectSharingScope():
            # Keras warns of every lambda that it serialises; the stub says it better.
            warnings.simplefilter("ignore")
            # Keras marks what it has seen before; so it gets to know all layers first.
            seen = global_state.get_global_attribute("shared_objects/id_to_config_map")
            for model in models if isinstance(seen, dict) else ():
                for layer in model._flatten_layers():
                    seen[id(layer)] = {}
            return [
                json.dumps(keras.saving.serialize_keras_object(model)).encode("utf-8")
                for model in models
            ]
    except Exception as error:
        reason = printable(
            str(error).strip().splitlines()[0] if str(error) else "", 160
        )
        raise UnsupportedModelError(
            f"Keras cannot serialise this model: {type(error).__name__}: {reason}"
        ) from error
