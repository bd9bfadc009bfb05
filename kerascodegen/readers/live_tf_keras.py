"""Read a live model of tf_keras, the package that Keras 2 lives on in.

Nothing is imported here: whoever holds such a model has imported tf_keras already. It
is serialised by its own `to_json`, and read as that file would be.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from typing import Any

from kerascodegen.errors import NoGraphError, ReadError, printable
from kerascodegen.graph.model import Graph
from kerascodegen.readers.jsontext import parse_json

# `tf.keras` is tf_keras where TF_USE_LEGACY_KERAS is set; TensorFlow up to 2.15 also
# had a copy of its own.
_PACKAGES = ("tf_keras", "tensorflow.python.keras")


def is_tf_keras_model(model: object) -> bool:
    """Tell whether an object is a model of Keras 2.

    Args:
        model: Anything.

    Returns:
        Whether its class is derived from that of tf_keras.
    """
    return any(
        cls.__name__ == "Model"
        and any(f"{cls.__module__}.".startswith(f"{package}.") for package in _PACKAGES)
        for cls in type(model).__mro__
    )


def read_tf_keras(model: Any) -> Graph:
    """Read a live model of tf_keras.

    Args:
        model: The model.

    Returns:
        The same graph as from the file that `model.save` would write.

    Raises:
        ReadError: It cannot be serialised.
        NoGraphError: It is a subclassed model, whose forward pass is code.
    """
    from kerascodegen.readers.keras2.read import read_keras_2

    data = _serialised(model)
    version = str(data.get("keras_version", ""))
    graph = read_keras_2(data, version=version, container="tf_keras")
    return replace(graph, operations=_with_vocabularies(graph, model))


def _serialised(model: Any) -> dict[str, Any]:
    from kerascodegen.readers.keras2.models import is_old_model

    try:
        with warnings.catch_warnings():
            # Of lambdas, which become stand-ins anyway.
            warnings.simplefilter("ignore")
            text = model.to_json()
            settings = model.get_compile_config() if _is_compiled(model) else None
            compiled = json.dumps(settings)
    except NotImplementedError:
        raise _no_graph(model) from None
    except Exception as error:
        raise ReadError(
            f"tf_keras cannot serialise the model: {printable(error, 160)}."
        ) from error
    data = parse_json(text.encode("utf-8"), "the model's config")
    if not is_old_model(data):
        raise _no_graph(model)
    found = parse_json(compiled.encode("utf-8"), "the compile settings")
    return {**data, "compile_config": found} if found else dict(data)


def _no_graph(model: Any) -> NoGraphError:
    return NoGraphError(
        f'"{printable(getattr(model, "name", ""), 60)}" is a subclassed model of '
        "tf_keras, or has a layer without get_config: there is no graph of layers to "
        "write. Build it with the Functional API, or give the model in Keras 3."
    )


def _is_compiled(model: Any) -> bool:
    return bool(getattr(model, "_is_compiled", False)) and hasattr(
        model, "get_compile_config"
    )


def _with_vocabularies(graph: Graph, model: Any) -> Any:
    """Add what lookup layers have learnt, which no config has."""
    from kerascodegen.catalog.vocabulary import has_learnt, learnt_words

    moved = graph.rescue.moved if graph.rescue else ()
    old_names = {layer.path: layer.old_path[-1] for layer in moved}
    layers = {layer.name: layer for layer in getattr(model, "layers", ())}
    operations = []
    for operation in graph.operations:
        layer = layers.get(old_names.get((operation.name,), operation.name))
        if operation.graph is not None and hasattr(layer, "layers"):
            inner = _with_vocabularies(operation.graph, layer)
            nested = replace(operation.graph, operations=inner)
            operation = replace(operation, graph=nested)
        elif layer is not None and has_learnt(operation.cls.path, operation.config):
            words = [str(word) for word in layer.get_vocabulary()]
            learnt = learnt_words(operation.cls.path, operation.config, words)
            operation = replace(operation, vocabulary=learnt)
        operations.append(operation)
    return tuple(operations)
