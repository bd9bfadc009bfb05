"""Runs old op graphs in tf_keras and their translations in Keras 3, and compares."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np

from kerascodegen.readers.keras2.tfops import (
    Array,
    LayerCall,
    OpCall,
    Output,
    Slice,
    Stub,
    Tensor,
    Translator,
)

OP_LAYERS = {"TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"}


@dataclass(frozen=True)
class Input:
    """An input of a case: its shape without the batch, and its values' range."""

    shape: tuple[int | None, ...]
    dtype: str = "float32"
    low: float = -2.0
    high: float = 2.0
    batch: int | None = None


@dataclass
class Case:
    """One old graph: a name, inputs, and what is done with them."""

    name: str
    inputs: Sequence[Input]
    build: Callable[..., Any]
    tolerance: float = 1e-6
    renamed: Mapping[str, str] = field(default_factory=dict)
    symbol: str = ""
    kwargs: Mapping[str, Any] = field(default_factory=dict)


def values_of(case: Case) -> list[Any]:
    """Random values for the inputs; unknown dimensions get a size."""
    generator = np.random.default_rng(7)
    result = []
    for spec in case.inputs:
        shape = [spec.batch or 3, *(size or 6 for size in spec.shape)]
        if spec.dtype == "bool":
            result.append(generator.integers(0, 2, shape).astype(bool))
        elif spec.dtype.startswith(("int", "uint")):
            low, high = int(spec.low), int(spec.high)
            result.append(generator.integers(low, high, shape).astype(spec.dtype))
        else:
            numbers = generator.uniform(spec.low, spec.high, shape)
            result.append(numbers.astype(spec.dtype))
    return result


def record(case: Case) -> tuple[dict[str, Any], list[Any]]:
    """Build a case in tf_keras.

    Returns:
        Its config, as JSON has it, and what it predicts for `values_of`.
    """
    import tensorflow as tf
    import tf_keras

    if case.symbol:
        return _direct(case)
    inputs = [
        tf_keras.Input(
            spec.shape, batch_size=spec.batch, dtype=spec.dtype, name=f"in_{number}"
        )
        for number, spec in enumerate(case.inputs)
    ]
    outputs = tf.nest.flatten(case.build(tf, *inputs))
    model = tf_keras.Model(inputs, outputs)
    config = json.loads(model.to_json())["config"]
    for layer in config["layers"]:
        symbol = layer["config"].get("function")
        if symbol in case.renamed:
            # What an older TensorFlow recorded, which this one no longer does.
            layer["config"]["function"] = case.renamed[symbol]
    values = [tf.constant(value) for value in values_of(case)]
    predictions = tf.nest.flatten(model(values))
    return config, [np.asarray(prediction) for prediction in predictions]


def _direct(case: Case) -> tuple[dict[str, Any], list[Any]]:
    """Write the config of one call by hand, of a function that nothing records.

    TensorFlow's other versions record some that this one takes apart.
    """
    import tensorflow as tf

    values = [tf.constant(value) for value in values_of(case)]
    layers: list[dict[str, Any]] = [
        {
            "class_name": "InputLayer",
            "name": f"in_{number}",
            "config": {
                "batch_input_shape": [spec.batch, *spec.shape],
                "dtype": spec.dtype,
                "name": f"in_{number}",
            },
            "inbound_nodes": [],
        }
        for number, spec in enumerate(case.inputs)
    ]
    result = reduce(getattr, case.symbol.split("."), tf)
    expected = tf.nest.flatten(case.build(tf, *values))
    assert callable(result)
    kwargs = {
        key: [f"in_{value[1]}", 0, 0] if isinstance(value, tuple) else value
        for key, value in case.kwargs.items()
    }
    first: Any = ["in_0", 0, 0, kwargs]
    if "values" in kwargs:
        others = kwargs.pop("values")
        first = [[f"in_{number}", 0, 0, kwargs] for number in others]
    layers.append(
        {
            "class_name": "TFOpLambda",
            "name": "op",
            "config": {"name": "op", "function": case.symbol},
            "inbound_nodes": [first],
        }
    )
    config = {
        "layers": layers,
        "input_layers": [[f"in_{n}", 0, 0] for n in range(len(case.inputs))],
        "output_layers": [["op", 0, number] for number in range(len(expected))],
    }
    return json.loads(json.dumps(config)), [np.asarray(value) for value in expected]


class FailedError(Exception):
    """An op became a stub."""


def walk(config: Mapping[str, Any]) -> tuple[Translator, dict[Any, Any], list[str]]:
    """Translate the op layers of a config in order.

    Returns:
        The translator, the translations by (layer, call), and the functions met.
    """
    translator = Translator()
    layers = {layer["name"]: layer for layer in config["layers"]}
    done: dict[Any, Any] = {}
    symbols: list[str] = []
    waiting = list(config["layers"])
    while waiting:
        for layer in waiting:
            if all(name in done for name in _needs(layer, layers)):
                break
        waiting.remove(layer)
        done[layer["name"]] = _translate(translator, layer, layers, symbols)
    return translator, done, symbols


def _needs(layer: Mapping[str, Any], layers: Mapping[str, Any]) -> set[str]:
    text = json.dumps(layer["inbound_nodes"])
    return {name for name in layers if f'["{name}", ' in text}


def _translate(
    translator: Translator,
    layer: Mapping[str, Any],
    layers: Mapping[str, Any],
    symbols: list[str],
) -> Any:
    name, config = layer["name"], layer["config"]
    if layer["class_name"] == "InputLayer":
        shape = config.get("batch_input_shape", config.get("batch_shape"))
        translator.tensor((name, 0, 0), shape, config["dtype"])
        return None
    symbols.append(config.get("function", layer["class_name"]))
    (call,) = layer["inbound_nodes"]
    result = translator.op_layer(
        name, 0, layer["class_name"], config, call, layers.__contains__
    )
    if isinstance(result, Stub):
        raise FailedError(f"{result.symbol}: {result.reason}")
    return result


class Evaluator:
    """Calls Keras as expressions say."""

    def __init__(self, values: dict[Any, Any]) -> None:
        self._values = values
        self._calls: dict[int, Any] = {}
        self._kept: list[Any] = []

    def __call__(self, expr: Any) -> Any:
        import keras

        if isinstance(expr, Tensor):
            return self._values[expr.ref]
        if isinstance(expr, Array):
            return np.array(expr.values, dtype=expr.dtype).reshape(expr.shape)
        if isinstance(expr, Slice):
            return slice(self(expr.start), self(expr.stop), self(expr.step))
        if isinstance(expr, tuple):
            return tuple(self(item) for item in expr)
        if isinstance(expr, Output):
            return self(expr.call)[expr.index]
        if isinstance(expr, LayerCall):
            cls = getattr(keras.layers, expr.layer.removeprefix("keras.layers."))
            return cls(**expr.config)(*(self(arg) for arg in expr.args))
        if isinstance(expr, OpCall):
            if id(expr) not in self._calls:
                path = expr.function.split(".")[1:]
                function = reduce(getattr, path, keras)
                args = [self(arg) for arg in expr.args]
                kwargs = {key: self(value) for key, value in expr.kwargs.items()}
                self._kept.append(expr)
                self._calls[id(expr)] = function(*args, **kwargs)
            return self._calls[id(expr)]
        return expr


def rebuild(config: Mapping[str, Any]) -> tuple[Any, Translator, list[str]]:
    """Build the translation of a config as a Keras 3 model.

    Returns:
        The model, the translator, and the functions met.
    """
    import keras

    translator, done, symbols = walk(config)
    values: dict[Any, Any] = {}
    made = {}
    for layer in config["layers"]:
        if layer["class_name"] == "InputLayer":
            settings = layer["config"]
            shape = settings.get("batch_input_shape", settings.get("batch_shape"))
            tensor = keras.Input(
                batch_shape=shape, dtype=settings["dtype"], name=layer["name"]
            )
            made[layer["name"]] = tensor
            values[(layer["name"], 0, 0)] = tensor
    evaluate = Evaluator(values)
    for name, result in done.items():
        for index, expr in enumerate(result.outputs if result else ()):
            if expr is not None:
                values[(name, 0, index)] = evaluate(expr)
                _check_shape(translator, (name, 0, index), values[(name, 0, index)])
    starts = config["input_layers"]
    starts = [starts] if isinstance(starts[0], str) else starts
    inputs = [made[name] for name, _, _ in starts]
    outputs = []
    ends = config["output_layers"]
    for ref in [ends] if isinstance(ends[0], str) else ends:
        outputs.append(evaluate(translator.argument(tuple(ref))))
    return keras.Model(inputs, outputs), translator, symbols


def _check_shape(translator: Translator, ref: Any, tensor: Any) -> None:
    """What is inferred of a tensor is never other than what Keras finds."""
    inferred = translator.shape(ref)
    if inferred is not None:
        actual = tuple(tensor.shape)
        assert len(inferred) == len(actual), (ref, inferred, actual)
        for have, want in zip(inferred, actual, strict=True):
            assert None in (have, want) or have == want, (ref, inferred, actual)


def predict(config: Mapping[str, Any], values: Sequence[Any]) -> list[Any]:
    """Run the translation of a config."""
    import keras

    model, _, _ = rebuild(config)
    outputs = model(list(values))
    outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
    return [keras.ops.convert_to_numpy(output) for output in outputs]


def difference(actual: Any, expected: Any) -> float:
    """The largest difference, relative to the size of what is expected."""
    assert actual.shape == expected.shape, (actual.shape, expected.shape)
    if actual.size == 0:
        return 0.0
    kinds = {np.dtype(a.dtype).kind for a in (actual, expected)}
    if kinds <= {"b", "i", "u"}:
        return float(np.max(actual.astype("int64") != expected.astype("int64")))
    a, b = actual.astype("complex128"), expected.astype("complex128")
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore"):
        gap = np.where(same, 0.0, np.abs(a - b) / np.maximum(np.abs(b), 1.0))
    return float(np.max(gap))
