"""Rules for activations, normalization, embeddings and what else is small."""

from __future__ import annotations

from kerascodegen.errors import printable
from kerascodegen.readers.keras2.code import shipped_code
from kerascodegen.readers.keras2.context import Item
from kerascodegen.readers.keras2.masks import MERGES
from kerascodegen.readers.keras2.registry import layer_rule


@layer_rule("Embedding")
def input_length(item: Item) -> None:
    """`Embedding(input_length=)` only told a later Flatten the size (embedding.py)."""
    item.drop("input_length", "sparse", "dropout")


@layer_rule("LeakyReLU")
def leaky_alpha(item: Item) -> None:
    """`LeakyReLU(alpha=)` is `negative_slope` (layers/activation/leaky_relu.py)."""
    item.rename("alpha", "negative_slope")
    _scalar(item, "negative_slope")


@layer_rule("ReLU", "ELU", "ThresholdedReLU")
def scalar_arguments(item: Item) -> None:
    """Numbers that were kept as arrays (`K.cast_to_floatx`), or left `None`."""
    for key in ("alpha", "max_value", "negative_slope", "threshold", "theta"):
        _scalar(item, key)
    for key in ("negative_slope", "threshold"):
        if item.cls == "ReLU" and key in item.config and item.config[key] is None:
            item.config[key] = 0.0
            item.changed(f"{key}=None is 0.0", "None")


def _scalar(item: Item, key: str) -> None:
    old = value = item.config.get(key)
    if isinstance(value, dict) and value.get("type") == "ndarray":
        value = value.get("value")
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is not old:
        item.config[key] = value
        item.changed(f"{key} is a number, not an array", "array")


@layer_rule("BatchNormalization", "SyncBatchNormalization")
def one_axis(item: Item) -> None:
    """`axis` was turned into a list by `build` (K#20973)."""
    axis = item.config.get("axis")
    if not isinstance(axis, list):
        return
    if len(axis) != 1:
        raise item.refuse(
            f"BatchNormalization over the axes {str(axis)[:40]} at once is not in "
            "Keras 3, which takes one axis. Write it as a custom layer."
        )
    item.config["axis"] = axis[0]
    item.changed("axis is a number, not a list")


@layer_rule("BatchNormalization", "SyncBatchNormalization")
def batch_normalization_extras(item: Item) -> None:
    """`fused` chose a kernel; virtual batches and `adjustment` are gone (K#16713)."""
    item.drop("fused", "mode")
    for key in ("virtual_batch_size", "adjustment"):
        if item.config.get(key) is not None:
            raise item.refuse(
                f"BatchNormalization with {key} is not in Keras 3. Without it training "
                "goes another way; predictions are the same."
            )
        item.drop(key)
    if not item.config.get("renorm"):
        item.drop("renorm", "renorm_clipping", "renorm_momentum")
    for old, new in (
        ("running_mean_initializer", "moving_mean_initializer"),
        ("running_variance_initializer", "moving_variance_initializer"),
        ("beta_init", "beta_initializer"),
        ("gamma_init", "gamma_initializer"),
    ):
        item.rename(old, new)


@layer_rule("SyncBatchNormalization")
def synchronized(item: Item) -> None:
    """`experimental.SyncBatchNormalization` is an argument of BatchNormalization."""
    item.become("BatchNormalization")
    item.config["synchronized"] = True


@layer_rule("Lambda")
def lambda_code(item: Item) -> None:
    """A Lambda's code is bytecode in the file; it stays there (K#19438).

    `Lambda.get_config` in layers/core/lambda_layer.py.
    """
    config = item.config
    function = config.get("function")
    kind = config.pop("function_type", "lambda" if isinstance(function, list) else "")
    module = config.pop("module", None)
    if kind == "lambda" or isinstance(function, list):
        config["function"] = {
            "class_name": "__lambda__",
            "config": {"value": function},
        }
        item.changed("the bytecode becomes a stand-in", "bytecode")
    elif isinstance(function, str):
        config["function"] = {
            "module": module if isinstance(module, str) else "builtins",
            "class_name": "function",
            "config": function,
            "registered_name": function,
        }
        item.changed(f"the function {printable(function, 60)} is named", "function")
    if config.pop("output_shape_type", "raw") != "raw":
        # Keras 3 finds it out by calling the function.
        item.drop("output_shape")
    config.pop("output_shape_module", None)
    mask = config.pop("mask", None)
    for key in ("mask_type", "mask_module"):
        config.pop(key, None)
    if mask is not None:
        item.warn("computes a mask with code of its own, which is left out.")


@layer_rule("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
def dropout_seed(item: Item) -> None:
    """`BaseRandomLayer` wrote how numbers are drawn (`rng_type`), which is settled."""
    item.drop("rng_type", "force_generator")


@layer_rule("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
def spatial_noise_shape(item: Item) -> None:
    """`noise_shape` came from Dropout and was never used (spatial_dropout2d.py)."""
    item.drop("noise_shape")


@layer_rule("GaussianNoise", "GaussianDropout", "AlphaDropout")
def noise_keys(item: Item) -> None:
    """As for Dropout."""
    item.drop("rng_type", "force_generator")


@layer_rule("ActivityRegularization")
def activity_keys(item: Item) -> None:
    """The regularizer is made of `l1` and `l2`; it also stood by itself."""
    item.drop("activity_regularizer")


@layer_rule("LayerNormalization")
def layer_normalization_axis(item: Item) -> None:
    """`axis` as a list of one, or a wrapped list (layer_normalization.py)."""
    axis = item.config.get("axis")
    if isinstance(axis, list) and len(axis) == 1:
        item.config["axis"] = axis[0]
    elif isinstance(axis, list):
        item.changed("its gamma and beta are of all its axes", "several")


@layer_rule("Dense", "EinsumDense", "Flatten", "Masking", "Reshape")
def silent_keys(item: Item) -> None:
    """Arguments without effect of a few releases."""
    item.drop("input_dim", "input_length", "bias")


@layer_rule("TimeDistributed", "Bidirectional", "Wrapper", "SpectralNormalization")
def wrapper_weights(item: Item) -> None:
    """`weights=` was never written by value."""
    if item.config.get("weights", True) is None:
        del item.config["weights"]


@layer_rule(*sorted(MERGES))
def mask_of_merge(item: Item) -> None:
    """A merge masked what any input masked; now what all mask (base_merge.py).

    Only those are written otherwise whose inputs have unlike masks, and behind which a
    layer asks for the mask.
    """
    if not item.own_mask:
        return
    item.changed("masked steps are those of any input, as in Keras 2")
    item.cls = f"Masking{item.cls}"
    item.module, item.registered = None, f"keras2>{item.cls}"
    item.code = shipped_code("merges", item.cls)
