"""What tf_keras is given to load, and what it is not: nothing that can run code."""

from __future__ import annotations

import base64
import json
import marshal
from typing import Any

import pytest

from kerascodegen.readers.h5 import read_h5_config
from kerascodegen.verify.tf_keras_trust import application_layers, reason_to_refuse
from tests.e2e.command import assert_plain
from tests.keras2.configs import old_layer, sequential
from tests.keras2.test_files import FILES

CODE = base64.b64encode(marshal.dumps(compile("1", "x", "eval"))).decode()
BYTECODE = "the file holds Python bytecode, which is not run"


def _dense(**config: Any) -> dict[str, Any]:
    return sequential(old_layer("Dense", "d", units=1, **config))


def _function(name: str, module: str = "builtins") -> dict[str, Any]:
    return {
        "class_name": "function",
        "config": name,
        "module": module,
        "registered_name": "function",
    }


def _named(cls: str, module: str | None = None, **more: Any) -> dict[str, Any]:
    return {"class_name": cls, "config": {}, "module": module, **more}


TRUSTED = {
    "dense": _dense(),
    "modules": _dense(kernel_initializer=_named("Zeros", "keras.initializers")),
    "function": _dense(activation=_function("relu")),
    "inner": sequential(
        _named("Functional", "keras.src.engine.functional"),
        _named("Sequential", "tensorflow.python.keras.engine.sequential"),
        {**_named("TFOpLambda"), "config": {"function": "nn.relu"}},
        {**_named("TFOpLambda"), "config": {"function": "compat.v1.transpose"}},
        {**_named("SlicingOpLambda"), "config": {"function": "__operators__.getitem"}},
        {**_named("TensorFlowOpLayer"), "config": {"node_def": {"op": "AddV2"}}},
        _named("LayerScale", "keras.src.applications.convnext"),
        {**_named("LayerScale"), "class_name": "Custom>LayerScale"},
    ),
    "calls": {"inbound_nodes": [[["a", 0, 0, {"y": ["b", 0, 0]}], ["c", 1, 0, {}]]]},
    "words": _dense(vocabulary=["a", "b"]),
}

REFUSED = {
    "lambda": (_named("Lambda"), BYTECODE),
    "lambda value": (_dense(activation=_named("__lambda__")), BYTECODE),
    "bytecode": (_dense(anything=[CODE, None, None]), BYTECODE),
    "bytecode with closure": (_dense(x={"y": [[CODE, [1], [2]]]}), BYTECODE),
    "residual": (
        _named("ResidualWrapper"),
        'the file names the class "ResidualWrapper"',
    ),
    "module": (_dense(x=_named("Zeros", "os")), 'names the module "os"'),
    "module that begins alike": (
        _dense(x=_named("Zeros", "keras.initializers.evil")),
        'names the module "keras.initializers.evil"',
    ),
    "module that ends alike": (
        _named("Dense", "evil.keras.layers"),
        'names the module "evil.keras.layers"',
    ),
    "module of downloads": (_named("Dense", "keras.utils"), '"keras.utils"'),
    "module of another key": (_dense(output_shape_module="os"), '"os"'),
    "module that is none": (_named("Dense", ["os"]), "names the module"),
    "module in a dict of no class": (_dense(x={"module": "os"}), '"os"'),
    "builtin": (
        _dense(activation=_function("eval")),
        'names the function "eval"',
    ),
    "function elsewhere": (
        _dense(activation=_function("system", "os")),
        "names the",
    ),
    "function registered": (
        _dense(activation=_function("relu") | {"registered_name": "shop>relu"}),
        'names the function "relu"',
    ),
    "gadget": (_named("get_file", "keras"), 'names the class "get_file"'),
    "class": (_named("Evil"), 'names the class "Evil"'),
    "class elsewhere": (
        _named("Dense", registered_name="shop>Dense"),
        'names the class "Dense"',
    ),
    "registered class": (_named("shop>Dense"), 'names the class "shop>Dense"'),
    "class that is none": (_named("x") | {"class_name": {}}, "other than text"),
    "type": (_named("__typespec__"), 'names the class "__typespec__"'),
    "saved model": (_named("TFSMLayer"), 'names the class "TFSMLayer"'),
    "torch": (_named("TorchModuleWrapper"), 'names the class "TorchModuleWrapper"'),
    "method": (_named("InstanceMethod"), 'names the class "InstanceMethod"'),
    "write": (
        _named("TFOpLambda") | {"config": {"function": "io.write_file"}},
        "calls tf.io.write_file",
    ),
    "python": (
        _named("TFOpLambda") | {"config": {"function": "numpy_function"}},
        "calls tf.numpy_function",
    ),
    "keras call": (
        _named("TFOpLambda") | {"config": {"function": "keras.utils.get_file"}},
        "calls tf.keras.utils.get_file",
    ),
    "slice": (
        _named("SlicingOpLambda") | {"config": {"function": "py_function"}},
        "calls tf.py_function",
    ),
    "no function": (_named("TFOpLambda"), "calls tf.None"),
    "op": (
        _named("TensorFlowOpLayer") | {"config": {"node_def": {"op": "WriteFile"}}},
        "op WriteFile",
    ),
    "op in bytes": (
        _named("TensorFlowOpLayer") | {"config": {"node_def": "\n\x03Add"}},
        "op in bytes",
    ),
    "path": (_dense(vocabulary="/etc/passwd"), "another file to read for vocabulary"),
    "address": (_dense(idf_weights="gs://x"), "another file to read for idf_weights"),
    "escape": (_named("\x1b[31m"), r"\x1b[31m"),
}


@pytest.mark.parametrize("config", TRUSTED.values(), ids=TRUSTED)
def test_what_is_given_to_tf_keras(config: dict[str, Any]) -> None:
    assert reason_to_refuse(config) == ""
    assert reason_to_refuse({"config": {"layers": [config]}}) == ""


@pytest.mark.parametrize(("config", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_not(config: dict[str, Any], reason: str) -> None:
    deep: Any = config
    for _ in range(2000):
        deep = [{"x": deep}]
    for data in (config, {"config": {"layers": [config]}}, deep):
        found = reason_to_refuse(data)
        assert reason in found
        assert_plain(found)


def test_files_of_tf_keras() -> None:
    for path in sorted(FILES.glob("*.json")):
        assert reason_to_refuse(json.loads(path.read_text())) == "", path
    for path in sorted(FILES.glob("*.h5")):
        expected = BYTECODE if path.stem == "lambda_layer" else ""
        assert reason_to_refuse(read_h5_config(path)[0]) == expected, path


def test_layers_of_applications_are_named() -> None:
    config = {"layers": [_named("LayerScale"), _named("Custom>StochasticDepth")]}
    assert application_layers(config) == ["LayerScale", "StochasticDepth"]
    assert application_layers({"class_name": ["LayerScale"]}) == []
    assert application_layers({"name": "LayerScale"}) == []


@pytest.mark.slow
def test_every_fixture_that_has_no_lambda() -> None:
    pytest.importorskip("tf_keras")
    import tf_keras

    from tests.keras2 import fixtures

    refused = set()
    for name in fixtures.FIXTURES:
        tf_keras.backend.clear_session()
        config = json.loads(fixtures.FIXTURES[name](tf_keras).to_json())
        if reason_to_refuse(config):
            refused.add(name)
    assert refused == {"lambda_layer"}
