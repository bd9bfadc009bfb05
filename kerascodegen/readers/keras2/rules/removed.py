"""Layers that Keras 3 no longer has, each with its equal."""

from __future__ import annotations

from typing import Any

from kerascodegen.errors import printable
from kerascodegen.readers.keras2.code import shipped_code
from kerascodegen.readers.keras2.context import Item
from kerascodegen.readers.keras2.registry import layer_rule

# `_TF_INTERPOLATION_METHODS` in utils/image_utils.py.
_RESIZED = frozenset(
    {
        "area",
        "bicubic",
        "bilinear",
        "gaussian",
        "lanczos3",
        "lanczos5",
        "mitchellcubic",
        "nearest",
    }
)


@layer_rule("ThresholdedReLU")
def thresholded_relu(item: Item) -> None:
    """`x * (x > theta)` is `ReLU(threshold=theta)` (thresholded_relu.py)."""
    item.become("ReLU")
    item.rename("theta", "threshold")


@layer_rule("CuDNNLSTM")
def cudnn_lstm(item: Item) -> None:
    """An LSTM with its default activations and two biases (rnn/cudnn_lstm.py)."""
    item.become("LSTM")
    item.layout = "cudnn_lstm"
    item.layout_config["units"] = item.config.get("units")
    item.config["activation"] = "tanh"
    item.config["recurrent_activation"] = "sigmoid"


@layer_rule("CuDNNGRU")
def cudnn_gru(item: Item) -> None:
    """A GRU with the reset behind the product and two biases (rnn/cudnn_gru.py)."""
    item.become("GRU")
    item.layout = "cudnn_gru"
    item.layout_config["units"] = item.config.get("units")
    item.config["activation"] = "tanh"
    item.config["recurrent_activation"] = "sigmoid"
    item.config["reset_after"] = True


@layer_rule("LocallyConnected1D", "LocallyConnected2D")
def locally_connected(item: Item) -> None:
    """Removed (K#20830); an equal layer is written into the source.

    `implementation` chose how the kernel is stored (locally_connected1d.py); its values
    are put in order when weights are converted.
    """
    implementation = item.config.pop("implementation", 1)
    if type(implementation) is not int or implementation not in {1, 2, 3}:
        raise item.refuse("its implementation is none of 1, 2 and 3.")
    dims = item.cls[-2]
    for key in ("kernel_size", "strides"):
        if type(item.config.get(key)) is int:
            item.config[key] = [item.config[key]] * int(dims)
    item.layout = f"locally_connected_{dims}d"
    if implementation != 1:
        item.layout += f":{implementation}"
    for key in ("kernel_size", "strides", "padding", "data_format", "filters"):
        item.layout_config[key] = _plain(item.config.get(key))
    item.changed(f"{item.cls} becomes an equal layer in the source")
    item.module, item.registered = None, f"keras2>{item.cls}"
    item.code = shipped_code("locally_connected", item.cls)


def _plain(value: Any) -> object:
    return tuple(value) if isinstance(value, list) else value


@layer_rule("RandomHeight", "RandomWidth")
def random_size(item: Item) -> None:
    """Removed (image_preprocessing.py); an equal layer is written into the source.

    JAX compiles for shapes that are known, which these are not, so it trains without
    compiling.
    """
    how = item.config.get("interpolation", "bilinear")
    if not isinstance(how, str) or how.lower() not in _RESIZED:
        raise item.refuse(f"interpolation={printable(how, 20)!r} is none of Keras 2's.")
    item.config["interpolation"] = how.lower()
    for key in ("rng_type", "force_generator"):
        item.config.pop(key, None)
    item.changed(f"{item.cls} becomes an equal layer in the source")
    item.module, item.registered = None, f"keras2>{item.cls}"
    item.code = shipped_code("random_size", item.cls)


@layer_rule("AddLoss", "AddMetric")
def added_loss(item: Item) -> None:
    """`model.add_loss(tensor)` was a layer that gave back its input (base_layer.py)."""
    what = "loss" if item.cls == "AddLoss" else "metric"
    item.become("Identity")
    item.aside = True
    item.warn(
        f"A {what} was added to the model here (add_{what}), which a Functional model "
        "of Keras 3 does not have. Add it in a layer of your own or in train_step."
    )
    for key in ("unconditional", "aggregation", "metric_name"):
        item.config.pop(key, None)
