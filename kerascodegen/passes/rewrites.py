"""Classes whose config is not what their constructor takes, each with its way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kerascodegen.graph.model import Config, ObjectSpec, Value


def constructor_config(key: str, config: Config) -> Config:
    """Turn a config into the arguments that a constructor makes it from.

    Args:
        key: The class, as the catalog knows it.
        config: The decoded config.

    Returns:
        The arguments; the config itself for nearly all classes.
    """
    rule = _RULES.get(key)
    return rule(config) if rule else config


def built_config(path: str, config: Config, shape: Value) -> Config:
    """Take out of a config what `build` wrote into it.

    Args:
        path: The class, as the config names it.
        config: The decoded config.
        shape: The input shape that the layer was built with, or `None`.

    Returns:
        The config with which the layer was made.
    """
    if path != "keras.layers.MultiHeadAttention" or not isinstance(shape, list):
        return config
    # By default attention runs over all axes but the batch and the features.
    axes = config.get("attention_axes")
    if (axes if isinstance(axes, list) else [axes]) == list(range(1, len(shape) - 1)):
        return {**config, "attention_axes": None}
    return config


def _bidirectional(config: Config) -> Config:
    """Keras clones the layer twice and prefixes the clones' names.

    `Bidirectional.__init__` names them `forward_…` and `backward_…`; where the backward
    one is such a clone, nobody wrote it.
    """
    forward, backward = config.get("layer"), config.get("backward_layer")
    if not isinstance(forward, ObjectSpec) or not isinstance(backward, ObjectSpec):
        return config
    name = str(forward.config.get("name")).removeprefix("forward_")
    arguments = {**config, "layer": _renamed(forward, name)}
    clone = {**forward.config, "go_backwards": True, "name": f"backward_{name}"}
    if backward.cls == forward.cls and dict(backward.config) == clone:
        del arguments["backward_layer"]
    return arguments


def _renamed(layer: ObjectSpec, name: str) -> ObjectSpec:
    return replace(layer, config={**layer.config, "name": name})


def _discretization(config: Config) -> Config:
    """The config has both; the constructor takes one of them."""
    arguments = dict(config)
    if arguments.get("bin_boundaries") is not None:
        arguments.pop("num_bins", None)
    return arguments


def _layer_normalization(config: Config) -> Config:
    """`LayerNormalization.build` turns `axis=-1` into `[-1]`."""
    axis = config.get("axis")
    if isinstance(axis, list) and len(axis) == 1:
        return {**config, "axis": axis[0]}
    return config


def _lookup(config: Config) -> Config:
    """Keras counts the vocabulary itself where there is one."""
    arguments = dict(config)
    if arguments.get("vocabulary") is not None:
        arguments.pop("vocabulary_size", None)
    return arguments


_RULES: dict[str, Callable[[Config], Config]] = {
    "keras.layers.Bidirectional": _bidirectional,
    "keras.layers.Discretization": _discretization,
    "keras.layers.IntegerLookup": _lookup,
    "keras.layers.LayerNormalization": _layer_normalization,
    "keras.layers.StringLookup": _lookup,
    "keras.layers.TextVectorization": _lookup,
}
