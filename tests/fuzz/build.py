"""Small models by hand, as plain JSON, to be made hostile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


def tensor(name: str, node: Any = 0, index: Any = 0) -> Json:
    """A tensor as an argument of a call."""
    history = [name, node, index]
    config = {"shape": [None, 4], "dtype": "float32", "keras_history": history}
    return {"class_name": "__keras_tensor__", "config": config}


def special(name: str, **config: Any) -> Json:
    """A value that JSON has no form for."""
    return {"class_name": name, "config": config}


def serialised(cls: str, module: str = "keras.layers", **config: Any) -> Json:
    """An object inside a config."""
    return {
        "module": module,
        "class_name": cls,
        "config": config,
        "registered_name": None,
    }


def input_layer(name: str = "x", **config: Any) -> Json:
    """An input of four features."""
    made = {"batch_shape": [None, 4], "dtype": "float32", "name": name, **config}
    return {**serialised("InputLayer", **made), "name": name, "inbound_nodes": []}


def layer(
    name: str,
    *args: Any,
    cls: str = "Dense",
    module: str = "keras.layers",
    kwargs: Json | None = None,
    **config: Any,
) -> Json:
    """A layer that is called once; a text among the arguments is a tensor."""
    if cls == "Dense":
        config = {"units": 4, **config}
    made = [tensor(arg) if isinstance(arg, str) else arg for arg in args]
    return {
        **serialised(cls, module, name=name, **config),
        "name": name,
        "inbound_nodes": [{"args": made, "kwargs": kwargs or {}}],
    }


def op(name: str, cls: str, *args: Any, part: str = "numpy", **config: Any) -> Json:
    """An op that is called once."""
    return layer(name, *args, cls=cls, module=f"keras.src.ops.{part}", **config)


def functional(
    *layers: Json, outputs: Any, inputs: Any = None, name: str = "m"
) -> Json:
    """A Functional model."""
    config = {
        "name": name,
        "trainable": True,
        "layers": list(layers),
        "input_layers": ["x", 0, 0] if inputs is None else inputs,
        "output_layers": outputs,
    }
    return {**serialised("Functional", "keras"), "config": config}


def sequential(*layers: Json, name: str = "m") -> Json:
    """A Sequential model."""
    return serialised("Sequential", "keras", name=name, layers=list(layers))


def tiny(**config: Any) -> Json:
    """One Dense layer, with further arguments."""
    return functional(input_layer(), layer("d", "x", **config), outputs=["d", 0, 0])


def nest(value: Any, levels: int, wrap: Callable[[Any], Any]) -> Any:
    """Wrap a value many times."""
    for _ in range(levels):
        value = wrap(value)
    return value
