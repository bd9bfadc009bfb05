"""Read a model that an older Keras wrote: its config becomes one of Keras 3."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kerascodegen.errors import NoGraphError, ReadError, printable
from kerascodegen.graph.model import Graph
from kerascodegen.readers.keras2.context import JsonObject, Report
from kerascodegen.readers.keras2.floats import (
    computes_in_64_bits,
    with_short_floats,
)
from kerascodegen.readers.keras2.models import is_old_model, normalise_model
from kerascodegen.readers.keras2.outputs import outputs_of
from kerascodegen.readers.keras2.training import compile_config


def keras_3_config(
    data: JsonObject, training: Any = None
) -> tuple[dict[str, Any], Report]:
    """Turn the config of an old model into one of Keras 3.

    Args:
        data: Parsed JSON of the whole model.
        training: The `training_config` of an `.h5` file, or `None`.

    Returns:
        The config, and what was changed and has to be said.

    Raises:
        ReadError: The config is damaged.
        UnsupportedModelError: Something in it cannot be kept.
    """
    if not isinstance(data.get("class_name"), str):
        raise ReadError(
            "The JSON is not the config of a Keras model: it has no class_name. "
            "kerascodegen reads what model.to_json() and model.save() write."
        )
    if not is_old_model(data):
        raise NoGraphError(
            f'"{printable(data["class_name"], 60)}" is a subclassed model: its file '
            "holds no graph of layers, since the forward pass is Python code. Give "
            "the live model instead, package.module:attr or file.py:attr."
        )
    if not computes_in_64_bits(data):
        data, training = with_short_floats(data), with_short_floats(training)
    report = Report()
    config = data["config"]
    name = config.get("name") if isinstance(config, dict) else data.get("name")
    root = (str(name),)
    model = normalise_model(data, report, (root, root))
    outputs = outputs_of(config)
    settings = compile_config(data.get("compile_config"), training, report, outputs)
    if settings:
        model["compile_config"] = settings
    return model, report


def read_keras_2(
    data: JsonObject, training: Any = None, version: str = "", container: str = "json"
) -> Graph:
    """Read the config of an old model.

    Args:
        data: Parsed JSON of the whole model.
        training: The `training_config` of an `.h5` file, or `None`.
        version: The Keras that wrote it, as far as the file tells.
        container: What it was read from, as in `Rescue`.

    Returns:
        The graph, with `rescue`.

    Raises:
        ReadError: The config is damaged.
        UnsupportedModelError: Something in it cannot be kept.
    """
    from kerascodegen.readers.config import read_keras_3

    model, report = keras_3_config(data, training)
    graph = read_keras_3(model)
    version = version or str(data.get("keras_version", ""))
    remarks = (*graph.remarks, *report.remarks)
    return replace(graph, rescue=report.rescue(version, container), remarks=remarks)
