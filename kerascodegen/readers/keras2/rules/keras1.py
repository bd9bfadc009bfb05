"""Rules for what Keras 1 called things (its 1.2 documentation; `legacy/interfaces.py`).

Keras 2 carried converters of these names in `keras/legacy/interfaces.py` until 2.3;
that table is the source of every pair here.
"""

from __future__ import annotations

from typing import Any

from kerascodegen.errors import printable
from kerascodegen.readers.keras2.code import shipped_code
from kerascodegen.readers.keras2.context import Item
from kerascodegen.readers.keras2.registry import EVERY, layer_rule

_CONVOLUTIONS = (
    "AtrousConvolution1D",
    "AtrousConvolution2D",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Convolution1D",
    "Convolution2D",
    "Convolution3D",
    "ConvLSTM2D",
    "Deconvolution2D",
    "LocallyConnected1D",
    "LocallyConnected2D",
    "SeparableConvolution2D",
)
_RECURRENT = ("ConvLSTM2D", "GRU", "LSTM", "SimpleRNN")
_POOLING = (
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
)
_DENSE = ("Dense", "TimeDistributedDense")
_DATA_FORMATS = {"tf": "channels_last", "th": "channels_first"}
_COMMON = {
    "nb_filter": "filters",
    "border_mode": "padding",
    "bias": "use_bias",
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
}
_MERGES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
    "dot": "Dot",
    "cos": "Dot",
}


def _rename(item: Item, names: dict[str, str]) -> None:
    for old, new in names.items():
        item.rename(old, new)


@layer_rule(EVERY)
def dim_ordering(item: Item) -> None:
    """`dim_ordering` "tf" and "th" are `data_format`."""
    old = item.config.get("dim_ordering")
    if "dim_ordering" not in item.config:
        return
    if not isinstance(old, str) or old not in _DATA_FORMATS:
        item.drop("dim_ordering")
        return
    item.rename("dim_ordering", "data_format")
    item.config["data_format"] = _DATA_FORMATS[old]


@layer_rule(EVERY)
def weight_penalties(item: Item) -> None:
    """Regularizers and constraints were `{"name": "WeightRegularizer", "l2": ...}`."""
    for key, value in item.config.items():
        if not isinstance(value, dict) or "class_name" in value:
            continue
        name = value.get("name")
        if not isinstance(name, str):
            continue
        arguments = {k: v for k, v in value.items() if k != "name"}
        if key.endswith("regularizer"):
            name = "L1L2" if name.endswith("Regularizer") else name
        elif not key.endswith("constraint"):
            continue
        item.config[key] = {"class_name": name, "config": arguments}


@layer_rule("InputLayer")
def input_dtype(item: Item) -> None:
    """`InputLayer(input_dtype=)` is `dtype`."""
    item.rename("input_dtype", "dtype")


@layer_rule(*_CONVOLUTIONS)
def convolution_arguments(item: Item) -> None:
    """`nb_filter`, `nb_row`, `nb_col`, `subsample` and the like."""
    config = item.config
    _rename(item, _COMMON)
    for keys in (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3")):
        if all(key in config for key in keys):
            config["kernel_size"] = [config.pop(key) for key in keys]
            item.changed(f"{', '.join(keys)} are called kernel_size")
    _rename(
        item,
        {
            "filter_length": "kernel_size",
            "subsample": "strides",
            "subsample_length": "strides",
            "atrous_rate": "dilation_rate",
            "depthwise_init": "depthwise_initializer",
            "pointwise_init": "pointwise_initializer",
        },
    )
    if item.cls.startswith("Atrous"):
        item.become(f"Conv{item.cls[-2:]}")
    if item.cls == "Deconvolution2D":
        item.drop("output_shape")
    if config.get("data_format") == "channels_first":
        item.note(
            "was written for Theano (dim_ordering th), which stored kernels turned "
            "round; where this file was made by Theano, turn them back."
        )


@layer_rule(*_DENSE)
def dense_arguments(item: Item) -> None:
    """`output_dim`, `init`, `W_regularizer` and the like; `TimeDistributedDense`."""
    item.rename("output_dim", "units")
    _rename(item, _COMMON)
    if item.cls != "Dense":
        item.become("Dense")


@layer_rule("Embedding")
def embedding_arguments(item: Item) -> None:
    """`init` and `W_*` are of the embeddings."""
    _rename(
        item,
        {
            "init": "embeddings_initializer",
            "W_regularizer": "embeddings_regularizer",
            "W_constraint": "embeddings_constraint",
        },
    )


@layer_rule(*_RECURRENT)
def recurrent_arguments(item: Item) -> None:
    """`inner_init`, `U_regularizer`, `dropout_W`, `forget_bias_init` and the like."""
    _rename(item, _COMMON)
    _rename(
        item,
        {
            "output_dim": "units",
            "inner_init": "recurrent_initializer",
            "inner_activation": "recurrent_activation",
            "U_regularizer": "recurrent_regularizer",
            "dropout_W": "dropout",
            "dropout_U": "recurrent_dropout",
        },
    )
    if "forget_bias_init" in item.config:
        forget = item.config.pop("forget_bias_init")
        item.config["unit_forget_bias"] = forget in ("one", "ones")
        item.changed("forget_bias_init is called unit_forget_bias")


@layer_rule("ZeroPadding2D")
def four_paddings(item: Item) -> None:
    """`padding` as one list of four (Keras 1.2, layers/convolutional.py)."""
    padding = item.config.get("padding")
    if isinstance(padding, list) and len(padding) == 4:
        item.config["padding"] = [padding[:2], padding[2:]]
        item.changed("padding is a pair for each axis")


@layer_rule("MaxoutDense", "Highway")
def dense_of_keras_1(item: Item) -> None:
    """Removed in Keras 2.0; equal layers are written into the source (layers/core.py).

    Regularizers and constraints act in training only and are left out.
    """
    _rename(item, _COMMON)
    for key in list(item.config):
        unused = key.endswith(("_regularizer", "_constraint"))
        if unused and item.config.pop(key) is not None:
            item.warn(f"had a {key}, which the layer in the source does not take.")
    item.drop("input_dim")
    item.changed(f"{item.cls} becomes an equal layer in the source")
    item.module, item.registered = None, f"keras2>{item.cls}"
    item.code = shipped_code("keras1", item.cls)


@layer_rule(*_POOLING)
def pooling_arguments(item: Item) -> None:
    """`pool_length`, `stride` and `border_mode`."""
    _rename(
        item,
        {"pool_length": "pool_size", "stride": "strides", "border_mode": "padding"},
    )


@layer_rule("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
def dropout_rate(item: Item) -> None:
    """`Dropout(p=)` is `rate`."""
    item.rename("p", "rate")


@layer_rule("GaussianDropout", "GaussianNoise", "UpSampling1D", "PReLU")
def other_arguments(item: Item) -> None:
    """`p`, `sigma`, `length` and `init` of single layers."""
    _rename(
        item,
        {
            "p": "rate",
            "sigma": "stddev",
            "length": "size",
            "init": "alpha_initializer",
        },
    )


@layer_rule("BatchNormalization")
def batch_normalization_mode(item: Item) -> None:
    """`mode=1` normalised each sample, `mode=2` by the batch also at inference."""
    if item.config.get("mode", 0) != 0:
        raise item.refuse(
            f"BatchNormalization with mode={printable(item.config['mode'], 10)} is of "
            "Keras 1 and has no equal. LayerNormalization is near to mode=1."
        )


@layer_rule("Merge")
def merge(item: Item) -> None:
    """`Merge(mode=)` is a layer of its own for each mode."""
    mode: Any = item.config.get("mode")
    cls = _MERGES.get(mode) if isinstance(mode, str) else None
    if cls is None or isinstance(item.config.get("layers"), list):
        raise item.refuse(
            "Merge of Keras 1 with a function of its own, or over models inside a "
            "Sequential, is not read. Write the model with the Functional API."
        )
    axes: dict[str, Any] = {}
    if cls == "Concatenate":
        axes["axis"] = item.config.get("concat_axis", -1)
    elif cls == "Dot":
        axes["axes"] = item.config.get("dot_axes", -1)
        axes["normalize"] = mode == "cos"
    name = item.config.get("name")
    item.become(cls)
    item.config = {"name": name, **axes}
