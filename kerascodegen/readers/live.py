"""Read a live Keras model: serialise it as Keras does, then decode as for a file."""

from __future__ import annotations

import contextlib
import json
import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kerascodegen.errors import ReadError, printable
from kerascodegen.graph.model import Graph, Value
from kerascodegen.options import Options
from kerascodegen.readers.complete import complete_configs
from kerascodegen.readers.config import read_model_config
from kerascodegen.readers.customcode import CodeFinder
from kerascodegen.readers.jsontext import parse_json
from kerascodegen.readers.live_compile import with_chosen_jit
from kerascodegen.readers.live_state import with_live_state
from kerascodegen.readers.liveoutputs import with_custom_outputs
from kerascodegen.readers.observe import observing
from kerascodegen.readers.sharing import find_sharing
from kerascodegen.readers.tracing.blocks import defined_in_keras
from kerascodegen.readers.unserialisable import explain_unserialisable
from kerascodegen.readers.unused_inline import noted_for_live

if TYPE_CHECKING:
    from kerascodegen.readers.tracing.view import FunctionalView


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
    return read_live_models([model], options)[0][0]


def read_live_models(
    models: Sequence[object], options: Options
) -> tuple[list[Graph], list[int | None]]:
    """Read live models that may share layers.

    Args:
        models: `keras.Model`s.
        options: What the user asked for.

    Returns:
        A graph for each, and the `shared_id` of each model itself, where another one
        contains it. Ids are numbered through all of them.

    Raises:
        ReadError: An object is not a Keras model.
        UnsupportedModelError: As for `read_live`.
    """
    for model in models:
        _require_model(model)
    from kerascodegen.readers.tracing.construction import open_view

    with contextlib.ExitStack() as opened:
        alone = len(models) == 1
        views, remarks = zip(
            *(open_view(opened, model, options, alone=alone) for model in models),
            strict=True,
        )
        seen = [
            model if view is None else view.functional
            for model, view in zip(models, views, strict=True)
        ]
        documents = _serialise(seen, models)
        sharing = find_sharing(documents, marked=True)
        graphs = []
        for index, (document, view) in enumerate(zip(documents, views, strict=True)):
            graph = read_model_config(document, sharing)
            graph = with_custom_outputs(graph, seen[index])
            graph = with_live_state(graph, seen[index])
            graph = with_chosen_jit(graph, models[index])
            graph = graph if view is None else _with_view(graph, view)
            remark = remarks[index]
            if remark is not None:
                graph = replace(graph, remarks=(*graph.remarks, remark))
            graph = noted_for_live(graph, models[index], options)
            graphs.append(replace(graph, complete=True))
    return graphs, [sharing.ids.get(id(document)) for document in documents]


def _with_view(graph: Graph, view: FunctionalView) -> Graph:
    """Add to a graph what was learnt while it was traced."""
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
        remarks=view.diagnostics,
        traced=view.moved,
    )


def _as_value(structure: Any) -> Value:
    """Arrange the outputs of a call as a graph has them."""
    if isinstance(structure, dict):
        return {str(key): _as_value(item) for key, item in structure.items()}
    if isinstance(structure, list | tuple):
        return [_as_value(item) for item in structure]
    return int(structure)


def _require_model(model: object) -> None:
    # Whoever holds a live model has imported keras already.
    keras = sys.modules.get("keras")
    if keras is None or not isinstance(model, keras.Model):
        raise ReadError(
            "What was given is no keras.Model but of type "
            f"{printable(type(model).__name__, 60)}. Give a Keras 3 model, a function "
            "without arguments that returns one, or a path."
        )


def _serialise(graphs: Sequence[Any], models: Sequence[Any]) -> list[Any]:
    """Serialise models as `to_json` does, every layer marked with an id of its own.

    Args:
        graphs: What to serialise.
        models: What they are graphs of, compiled as those are.

    Returns:
        The parsed configs.
    """
    import keras
    from keras.src.backend.common import global_state
    from keras.src.saving.serialization_lib import ObjectSharingScope

    try:
        with (
            warnings.catch_warnings(),
            complete_configs(),
            observing() as observed,
            ObjectSharingScope(),
        ):
            # Keras warns of every lambda that it serialises; the source has them.
            warnings.simplefilter("ignore")
            # Keras marks what it has seen before; so it gets to know all layers first.
            seen = global_state.get_global_attribute("shared_objects/id_to_config_map")
            for graph in graphs if isinstance(seen, dict) else ():
                for layer in graph._flatten_layers():
                    seen[id(layer)] = {}
            for graph, model in zip(graphs, models, strict=True):
                if graph is not model and defined_in_keras(model, "compile"):
                    graph.get_compile_config = model.get_compile_config
            texts = [
                json.dumps(keras.saving.serialize_keras_object(graph)).encode("utf-8")
                for graph in graphs
            ]
    except Exception as error:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raise explain_unserialisable(models[0], error) from error
    finder = CodeFinder()
    return [
        observed.restore(parse_json(text, "the model's config"), finder.describe)
        for text in texts
    ]
