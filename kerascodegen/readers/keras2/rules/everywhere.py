"""Rules for every layer."""

from __future__ import annotations

from kerascodegen.catalog.lookup import find_by_name
from kerascodegen.readers.keras2.context import Item
from kerascodegen.readers.keras2.registry import EVERY, layer_rule
from kerascodegen.readers.keras2.values import POLICIES, policy_name

_LOOKUPS = frozenset({"IntegerLookup", "StringLookup", "TextVectorization"})
# Classes that TensorFlow kept beside those of the same public name.
_ALIASES = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "LSTMV2": "LSTM",
    "GRUV2": "GRU",
    "LSTMV1": "LSTM",
    "GRUV1": "GRU",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Convolution3DTranspose": "Conv3DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "CategoryEncodingV1": "CategoryEncoding",
}


@layer_rule(*_ALIASES)
def class_alias(item: Item) -> None:
    """Classes with two names, `@keras_export` with several names in layers/."""
    item.become(_ALIASES[item.cls])


@layer_rule(EVERY)
def input_shape_on_layer(item: Item) -> None:
    """A first layer's `batch_input_shape`, which an Input says now (K#20106).

    `Layer.get_config` wrote it (engine/base_layer.py); elsewhere it meant nothing.
    """
    if item.cls == "InputLayer":
        return
    for key in ("batch_input_shape", "input_dtype"):
        if key in item.config:
            del item.config[key]
            # Keras 3 makes an `input_shape` of it, which layers that look up refuse.
            thing = "of a lookup" if item.cls in _LOOKUPS else key
            item.changed(f"{key} is that of the Input before it, if it is first", thing)


@layer_rule("InputLayer")
def batch_input_shape(item: Item) -> None:
    """`InputLayer(batch_input_shape=)` is `batch_shape` (engine/input_layer.py)."""
    if "batch_input_shape" in item.config:
        item.config["batch_shape"] = item.config.pop("batch_input_shape")
    if item.config.get("type_spec") is not None:
        item.warn("is an Input of a TypeSpec, which Keras 3 does not have.")
    item.config.pop("type_spec", None)
    shape = item.config.get("batch_shape")
    if isinstance(shape, dict) and isinstance(shape.get("items"), list):
        item.config["batch_shape"] = shape["items"]
    if not item.config.get("dtype"):
        item.config["dtype"] = "float32"


@layer_rule(EVERY)
def dtype_policy(item: Item) -> None:
    """`dtype` as a policy object, or none: `_set_dtype_policy` in base_layer.py."""
    value = item.config.get("dtype")
    if isinstance(value, dict) and str(value.get("class_name")) in POLICIES:
        kind = value["class_name"]
        item.config["dtype"] = value = policy_name(value)
        item.changed("dtype is the name of the policy", str(kind))
    # "_infer" took what came in, nearly always float32, to which Keras 3 casts.
    if "dtype" in item.config and (value is None or value == "_infer"):
        del item.config["dtype"]
        if value is not None:
            item.changed('dtype "_infer" is left out, which is float32')


@layer_rule(EVERY)
def trainable_of_weightless(item: Item) -> None:
    """`trainable` of layers that do not take it in Keras 3 and have no weights."""
    if "trainable" not in item.config or item.cls == "InputLayer":
        return
    entry = find_by_name(item.cls, "layer")
    if entry is not None and not entry.accepts("trainable"):
        del item.config["trainable"]
        item.changed("trainable is left out: it has no weights")


@layer_rule(EVERY)
def internal_keys(item: Item) -> None:
    """Keys that `Layer.get_config` added for Keras' own use (base_layer.py)."""
    for key in ("dynamic", "expects_training_arg", "_keras_api_names"):
        if item.config.pop(key, None) is not None:
            item.changed(f"{key} is left out")
