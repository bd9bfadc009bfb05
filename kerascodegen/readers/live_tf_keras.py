"""Read a live model of tf_keras, the package that Keras 2 lives on in.

Nothing is imported here: whoever holds such a model has imported tf_keras already. It
is serialised by its own `to_json`, and read as that file would be; but Lambdas, which
are bytecode in a file, become what their functions do where that can be told.
"""

from __future__ import annotations

import contextlib
import json
import sys
import warnings
from collections.abc import Iterator
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
        The same graph as from the file that `model.save` would write, but for Lambdas.

    Raises:
        ReadError: It cannot be serialised.
        NoGraphError: It is a subclassed model, whose forward pass is code.
    """
    from kerascodegen.readers.keras2.read import read_keras_2

    data = _serialised(model)
    version = str(data.get("keras_version", ""))
    if '"Lambda"' not in json.dumps(data) or not _is_recorded(model):
        graph = read_keras_2(data, version=version, container="tf_keras")
        return _with_learnt(graph, model)
    from kerascodegen.readers.tf_keras_lambda_notes import (
        changes_of_lambdas,
        with_reasons,
    )
    from kerascodegen.readers.tf_keras_lambdas import LiveLambdas, with_live_lambdas

    try:
        found = with_live_lambdas(data, model)
    except (AttributeError, ImportError):
        # Another version of tf_keras, different inside: as from a file.
        found = LiveLambdas(data)
    graph = read_keras_2(found.data, version=version, container="tf_keras")
    assert graph.rescue is not None
    changes = changes_of_lambdas(graph.rescue.changes, found)
    graph = replace(graph, rescue=replace(graph.rescue, changes=changes))
    return _with_learnt(with_reasons(graph, found.kept), model)


def _is_recorded(model: Any) -> bool:
    """Tell whether tf_keras itself made a model, which records what is called on it."""
    return any(cls.__module__.startswith("tf_keras.") for cls in type(model).__mro__)


def _serialised(model: Any) -> dict[str, Any]:
    from kerascodegen.readers.keras2.models import is_old_model

    try:
        with warnings.catch_warnings(), _without_closures():
            # Of lambdas, of which only the bytecode is looked at.
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


@contextlib.contextmanager
def _without_closures() -> Iterator[None]:
    """Let tf_keras write lambdas down whose closures or defaults are no JSON."""
    core = sys.modules.get("tf_keras.src.layers.core.lambda_layer")
    if core is None:
        yield
        return
    original = core.Lambda._serialize_function_to_config

    def code_alone(self: Any, inputs: Any, allow_raw: bool = False) -> Any:
        value, kind, module = original(self, inputs, allow_raw=allow_raw)
        if kind == "lambda" and isinstance(value, tuple):
            value = (value[0], None, None)
        return value, kind, module

    core.Lambda._serialize_function_to_config = code_alone
    try:
        yield
    finally:
        core.Lambda._serialize_function_to_config = original


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


def _with_learnt(graph: Graph, model: Any) -> Graph:
    """Add what layers have learnt by `adapt`, which no config has."""
    from kerascodegen.old_weights.learnt import has_learnt_bounds, with_learnt_bounds

    graph = replace(graph, operations=_with_vocabularies(graph, model))
    if not has_learnt_bounds(graph):
        return graph
    layers = {layer.name: layer for layer in getattr(model, "layers", ())}

    def summary(name: str) -> Any:
        found: Any = getattr(layers.get(name), "summary", None)
        return found.numpy() if hasattr(found, "numpy") else None

    return with_learnt_bounds(graph, summary)


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
