"""Old configs made by hand, for tests of single rules."""

from __future__ import annotations

from typing import Any

from kerascodegen.readers.keras2.context import Report
from kerascodegen.readers.keras2.read import keras_3_config

Json = Any


def old_input(name: str, *shape: int | None, dtype: str = "float32") -> Json:
    """An InputLayer as Keras 2 wrote it."""
    config = {
        "batch_input_shape": [None, *shape],
        "dtype": dtype,
        "sparse": False,
        "ragged": False,
        "name": name,
    }
    return {
        "class_name": "InputLayer",
        "config": config,
        "name": name,
        "inbound_nodes": [],
    }


def old_layer(cls: str, name: str, *calls: Json, **config: Json) -> Json:
    """A layer as Keras 2 wrote it, with its calls."""
    return {
        "class_name": cls,
        "config": {"name": name, "trainable": True, "dtype": "float32", **config},
        "name": name,
        "inbound_nodes": list(calls),
    }


def old_model(*layers: Json, outputs: Json, name: str = "model") -> Json:
    """A Functional model as Keras 2 wrote it; its inputs are its input layers."""
    inputs = [x["name"] for x in layers if x["class_name"] == "InputLayer"]
    return {
        "class_name": "Functional",
        "config": {
            "name": name,
            "layers": list(layers),
            "input_layers": [[name, 0, 0] for name in inputs],
            "output_layers": outputs,
        },
        "keras_version": "2.9.0",
        "backend": "tensorflow",
    }


def one_layer(cls: str, *shape: int | None, **config: Json) -> Json:
    """A Functional model of one layer."""
    call = [["x", 0, 0, {}]]
    return old_model(
        old_input("x", *(shape or (4,))),
        old_layer(cls, "layer", call, **config),
        outputs=[["layer", 0, 0]],
    )


def sequential(*layers: Json, **config: Json) -> Json:
    """A Sequential as Keras 2 wrote it."""
    listed = [{"class_name": x["class_name"], "config": x["config"]} for x in layers]
    return {
        "class_name": "Sequential",
        "config": {"name": "sequential", "layers": listed, **config},
        "keras_version": "2.4.0",
        "backend": "tensorflow",
    }


def converted(cls: str, *shape: int | None, **config: Json) -> tuple[Json, Report]:
    """What the rules make of one layer, and what they said."""
    model, report = keras_3_config(one_layer(cls, *shape, **config))
    layers = {layer["name"]: layer for layer in model["config"]["layers"]}
    return layers["layer"], report
