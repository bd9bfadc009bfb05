"""May tf_keras be given an old file? Only where nothing in it can run code.

tf_keras has no safe mode for `.h5`: it unmarshals bytecode (CVE-2025-9905), and it
imports modules that a config names. So whatever a config can name is compared with a
list, exactly; what is not on the list is not handed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from kerascodegen.catalog.lookup import catalog_data
from kerascodegen.errors import printable
from kerascodegen.readers.keras2.applications import APPLICATION_LAYERS
from kerascodegen.readers.keras2.tfops.aliases import canonical
from kerascodegen.readers.keras2.tfops.nodedef import known_ops
from kerascodegen.readers.keras2.tfops.registry import RULES

_KINDS = frozenset(
    {
        "cell",
        "constraint",
        "dtype_policy",
        "initializer",
        "layer",
        "loss",
        "metric",
        "optimizer",
        "regularizer",
        "schedule",
    }
)
# What only Keras 2 had, and how it writes values that are no JSON.
_OLD_CLASSES = """
Container CuDNNGRU CuDNNLSTM Functional InputLayer LocallyConnected1D
LocallyConnected2D LossScaleOptimizer LossScaleOptimizerV3 Model Network Policy
PolicyV1 RandomHeight RandomUniform RandomWidth Sequential SlicingOpLambda TFOpLambda
TensorFlowOpLayer ThresholdedReLU BatchNormalizationV1 BatchNormalizationV2 GRUCellV2
GRUV2 LSTMCellV2 LSTMV2 MaxPool1D MaxPool2D MaxPool3D AvgPool1D AvgPool2D AvgPool3D
Convolution1D Convolution2D Convolution3D RandomNormal TruncatedNormal L1 L2 L1L2
SyncBatchNormalization RadialConstraint GRUV1 LSTMV1 GRUCellV1 LSTMCellV1
__ellipsis__ __tuple__ __numpy__ __tensor__ __bytes__ TensorShape
"""
_PUBLIC_MODULES = """
activations constraints dtensor initializers layers losses metrics mixed_precision
models optimizers optimizers.legacy optimizers.schedules regularizers
layers.experimental.preprocessing layers.experimental
"""
_PRIVATE_MODULES = """
activations constraints engine.functional engine.input_layer engine.sequential
engine.training initializers initializers.initializers layers.core.tf_op_layer
layers.rnn.cudnn_gru layers.rnn.cudnn_lstm losses metrics mixed_precision.policy
models.functional models.sequential regularizers
applications.convnext applications.inception_resnet_v2
"""
# Keys of layers behind which a file's name may stand, which tf_keras opens.
_FILE_KEYS = frozenset({"vocabulary", "idf_weights", "filepath"})
# A bound on names that are no modules.
_SHOWN = 60


def reason_to_refuse(config: Any) -> str:
    """Say why tf_keras must not load a model.

    Args:
        config: The parsed config of the whole model, as the file has it.

    Returns:
        The reason, with which a sentence can end, or `""` where it may.
    """
    for value in _values(config):
        reason = _refuse_dict(value) if isinstance(value, dict) else _refuse_list(value)
        if reason:
            return reason
    return ""


def application_layers(config: Any) -> list[str]:
    """Name the layers of `keras.applications` in a config.

    tf_keras knows them only where it is given them.

    Args:
        config: The parsed config of the whole model.

    Returns:
        Bare names of classes, sorted.
    """
    found = {
        _bare(value["class_name"])
        for value in _values(config)
        if isinstance(value, dict) and isinstance(value.get("class_name"), str)
    }
    return sorted(found & set(APPLICATION_LAYERS))


def _values(config: Any) -> Iterator[Any]:
    """Walk to every dict and list, however deep."""
    stack = [config]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            yield value
            stack.extend(value.values())
        elif isinstance(value, list):
            yield value
            stack.extend(value)


def _refuse_list(value: list[Any]) -> str:
    # Code, defaults, closure. A tensor is a list of three too, but of numbers.
    if len(value) != 3 or not isinstance(value[0], str):
        return ""
    if all(item is None or isinstance(item, list) for item in value[1:]):
        return _BYTECODE
    return ""


_BYTECODE = "the file holds Python bytecode, which is not run"


def _refuse_dict(value: Mapping[str, Any]) -> str:
    for key, item in value.items():
        if key == "module" or key.endswith("_module"):
            if item is not None and not _is_in(item, _modules()):
                return f'the file names the module "{printable(item, _SHOWN)}"'
        elif key in _FILE_KEYS and isinstance(item, str):
            return f"the file names another file to read for {key}"
    if "class_name" in value:
        return _refuse_class(value)
    return ""


def _refuse_class(value: Mapping[str, Any]) -> str:
    name, registered = value["class_name"], value.get("registered_name")
    if name in ("Lambda", "__lambda__"):
        return _BYTECODE
    shown = printable(name, _SHOWN)
    if name == "function":
        function = value.get("config")
        plain = registered in (None, "function", function)
        if plain and _is_in(function, _functions()):
            return ""
        return f'the file names the function "{printable(function, _SHOWN)}"'
    if not isinstance(name, str):
        return "the file names a class by something other than text"
    known = name in _classes() or _bare(name) in APPLICATION_LAYERS
    if not known or registered not in (None, name, f"Custom>{name}"):
        return f'the file names the class "{shown}"'
    if name in ("TFOpLambda", "SlicingOpLambda"):
        return _refuse_call(value.get("config"))
    if name == "TensorFlowOpLayer":
        return _refuse_op(value.get("config"))
    return ""


def _refuse_call(config: Any) -> str:
    function = config.get("function") if isinstance(config, dict) else None
    if isinstance(function, str) and canonical(function) in RULES:
        return ""
    return f"the file calls tf.{printable(function, _SHOWN)}"


def _refuse_op(config: Any) -> str:
    node = config.get("node_def") if isinstance(config, dict) else None
    # Text is the message's bytes, which two readers may read in two ways.
    op = node.get("op") if isinstance(node, dict) else None
    if isinstance(op, str) and op in known_ops():
        return ""
    return f"the file runs TensorFlow's op {printable(op or 'in bytes', _SHOWN)}"


def _is_in(value: Any, names: frozenset[str]) -> bool:
    return isinstance(value, str) and value in names


def _bare(name: str) -> str:
    return name.removeprefix("Custom>")


@cache
def _classes() -> frozenset[str]:
    own = {
        key.rpartition(".")[2]
        for key, entry in catalog_data()["classes"].items()
        if entry["kind"] in _KINDS and not entry.get("unsafe")
    }
    return frozenset(own | set(_OLD_CLASSES.split()))


@cache
def _functions() -> frozenset[str]:
    return frozenset(catalog_data()["builtin_functions"])


@cache
def _modules() -> frozenset[str]:
    """All modules that a file may name; a longer or shorter name is another one."""
    names = {"keras", "tf_keras", "builtins"}
    for package in ("keras", "tf_keras"):
        names |= {f"{package}.{name}" for name in _PUBLIC_MODULES.split()}
    for package in ("keras", "keras.src", "tf_keras.src", "tensorflow.python.keras"):
        names |= {f"{package}.{name}" for name in _PRIVATE_MODULES.split()}
    return frozenset(names)
