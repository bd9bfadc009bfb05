"""Classes whose config is not what their constructor takes, each with its way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kerascodegen.catalog.vocabulary import LOOKUPS, has_learnt
from kerascodegen.graph.model import ArraySpec, ClassRef, Config, ObjectSpec, Value
from kerascodegen.literals import shortest_float32


def constructor_config(key: str, config: Config) -> Config:
    """Turn a config into the arguments that a constructor makes it from.

    Args:
        key: The class, as the catalog knows it.
        config: The decoded config.

    Returns:
        The arguments; the config itself for nearly all classes.
    """
    rule = _RULES.get(key)
    if "lora_rank" in config:
        config = _lora(config)
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
    forward, backward = _unforced(forward), _unforced(backward)
    name = str(forward.config.get("name")).removeprefix("forward_")
    layer = replace(forward, config={**forward.config, "name": name})
    arguments = {**config, "layer": layer, "backward_layer": backward}
    clone = {**forward.config, "go_backwards": True, "name": f"backward_{name}"}
    if backward.cls == forward.cls and dict(backward.config) == clone:
        del arguments["backward_layer"]
    return arguments


def _unforced(layer: ObjectSpec) -> ObjectSpec:
    """Take out what `Bidirectional` sets on its layers whatever they were given."""
    config = {k: v for k, v in layer.config.items() if k != "zero_output_for_mask"}
    return replace(layer, config=config)


def _discretization(config: Config) -> Config:
    """The config has both; the constructor takes one of them."""
    arguments = dict(config)
    if arguments.get("bin_boundaries") is not None:
        arguments.pop("num_bins", None)
    return arguments


def _lora(config: Config) -> Config:
    """By default the scale of the updates is the rank."""
    rank, alpha = config["lora_rank"], config.get("lora_alpha")
    if type(rank) is type(alpha) and rank == alpha:
        return {key: value for key, value in config.items() if key != "lora_alpha"}
    return config


def _one_axis(config: Config) -> Config:
    """`build` of these layers turns `axis=-1` into `[-1]`."""
    axis = config.get("axis")
    if isinstance(axis, list) and len(axis) == 1:
        return {**config, "axis": axis[0]}
    return config


def _normalization(config: Config) -> Config:
    """No axis of its own, `axis=None`, is kept as an empty tuple."""
    return {**config, "axis": None} if config.get("axis") == [] else config


def _auc(config: Config) -> Config:
    """The thresholds say how many there are, and weights are kept in a tensor."""
    arguments = dict(config)
    if arguments.get("thresholds") is not None:
        arguments.pop("num_thresholds", None)
    weights = arguments.get("label_weights")
    if isinstance(weights, ArraySpec) and isinstance(weights.values, list):
        arguments["label_weights"] = [
            shortest_float32(item) if isinstance(item, float) else item
            for item in weights.values
        ]
    return arguments


def missing_vocabulary(key: str, config: Config) -> str:
    """Say why a lookup layer's vocabulary cannot be written, if it cannot.

    Args:
        key: The class, as the catalog knows it.
        config: The decoded config.

    Returns:
        A clause for a warning, or `""`.
    """
    if key not in LOOKUPS:
        return ""
    vocabulary = config.get("vocabulary")
    if isinstance(vocabulary, str):
        return "takes its vocabulary from a file, whose name is not written"
    if has_learnt(key, config):
        return "was adapted, and its vocabulary is not in what was read"
    return ""


def _lookup(config: Config) -> Config:
    """Leave out the size where Keras counts it, and never write a path of a config.

    A vocabulary that is a string names a file or URL, which the constructor reads
    (CVE-2025-12058). Without a vocabulary the size still tells the output's shape.
    """
    vocabulary = config.get("vocabulary")
    left_out = {"vocabulary"} if isinstance(vocabulary, str) else set()
    if vocabulary is not None and not left_out:
        left_out.add("vocabulary_size")
    return {key: value for key, value in config.items() if key not in left_out}


def _policy_map(config: Config) -> Config:
    """Among the policies of a map, Keras takes objects and no names."""
    policies = config.get("policy_map")
    if not isinstance(policies, dict):
        return config
    policy = ClassRef("keras", "DTypePolicy")
    objects: dict[str, Value] = {
        key: ObjectSpec(policy, {"name": value}) if isinstance(value, str) else value
        for key, value in policies.items()
    }
    return {**config, "policy_map": objects}


_RULES: dict[str, Callable[[Config], Config]] = {
    "keras.layers.Bidirectional": _bidirectional,
    "keras.layers.Discretization": _discretization,
    "keras.dtype_policies.DTypePolicyMap": _policy_map,
    "keras.layers.LayerNormalization": _one_axis,
    "keras.layers.Normalization": _normalization,
    "keras.layers.RMSNormalization": _one_axis,
    "keras.metrics.AUC": _auc,
    **dict.fromkeys(sorted(LOOKUPS), _lookup),
}
