"""Raw TensorFlow ops of old files as nodes of the graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascodegen import generate
from kerascodegen.errors import CodegenError, Level
from tests import roundtrip
from tests.keras2.configs import old_input, old_layer, old_model

Json = Any


def _op(name: str, function: str, call: Json, cls: str = "TFOpLambda") -> Json:
    return old_layer(cls, name, call, function=function)


def _source(folder: Path, *layers: Json, outputs: Json) -> Any:
    path = folder / "model.json"
    path.write_text(json.dumps(old_model(*layers, outputs=outputs)))
    return generate(path)


X = old_input("x", 4, 6)


def test_an_op_called_twice_is_two_nodes(tmp_path: Path) -> None:
    op = _op("tf.nn.relu", "nn.relu", ["x", 0, 0, {"name": None}])
    op["inbound_nodes"].append(["tf.nn.relu", 0, 0, {"name": None}])
    result = _source(tmp_path, X, op, outputs=[["tf.nn.relu", 1, 0]])
    assert "relu = ops.relu(inputs)" in result.source
    assert "outputs = ops.relu(relu)" in result.source


def test_names_that_the_user_gave_stay(tmp_path: Path) -> None:
    op = _op("shifted", "math.add", ["x", 0, 0, {"y": 1.0}])
    after = old_layer("ReLU", "r", [["shifted", 0, 0, {}]])
    source = _source(tmp_path, X, op, after, outputs=[["r", 0, 0]]).source
    assert "shifted = inputs + 1.0" in source


def test_several_outputs(tmp_path: Path) -> None:
    split = {"num_or_size_splits": 3, "axis": -1}
    op = _op("tf.split", "split", ["x", 0, 0, split])
    add = old_layer("Add", "a", [["tf.split", 0, 0, {}], ["tf.split", 0, 2, {}]])
    result = _source(tmp_path, X, op, add, outputs=[["a", 0, 0]])
    model = roundtrip.execute(result.source).build_model()
    given = np.arange(24, dtype="float32").reshape(1, 4, 6)
    expected = given[..., :2] + given[..., 4:]
    np.testing.assert_array_equal(np.asarray(model(given)), expected)


def test_a_shape_leaves_nothing_but_numbers(tmp_path: Path) -> None:
    shape = _op("tf.shape", "shape", ["x", 0, 0, {}])
    first = _op(
        "first", "__operators__.getitem", ["tf.shape", 0, 0, {"slice_spec": 0}],
        "SlicingOpLambda",
    )  # fmt: skip
    flat = _op("flat", "reshape", ["x", 0, 0, {"shape": [["first", 0, 0], 24]}])
    dense = old_layer("Dense", "d", [["flat", 0, 0, {}]], units=2)
    result = _source(tmp_path, X, shape, first, flat, dense, outputs=[["d", 0, 0]])
    assert "ops.reshape(inputs, (-1, 24))" in result.source
    assert "shape" not in result.source.replace("reshape", "").replace("shape=", "")


def test_shapes_are_known_through_nested_models(tmp_path: Path) -> None:
    inner = {
        **old_model(
            old_input("i", 4, 6),
            old_layer("Dense", "d", [["i", 0, 0, {}]], units=3),
            outputs=[["d", 0, 0]],
            name="inner",
        ),
        "name": "inner",
        "inbound_nodes": [[["x", 0, 0, {}]]],
    }
    flip = _op("t", "linalg.matrix_transpose", ["inner", 1, 0, {}])
    result = _source(tmp_path, X, inner, flip, outputs=[["t", 0, 0]])
    model = roundtrip.execute(result.source).build_model()
    assert model.output_shape == (None, 3, 4)


def test_an_op_without_equal_is_a_stand_in_with_its_arguments(tmp_path: Path) -> None:
    op = _op("odd", "nn.no_such_thing", ["x", 0, 0, {"rate": 3, "name": None}])
    after = old_layer("ReLU", "r", [["odd", 0, 0, {}]])
    result = _source(tmp_path, X, op, after, outputs=[["r", 0, 0]])
    assert 'TFNnNoSuchThing(name="odd")(inputs, rate=3)' in result.source
    (warning,) = result.diagnostics
    assert warning.level is Level.WARNING
    assert "tf.nn.no_such_thing" in warning.message
    with pytest.raises(NotImplementedError, match=r"tf\.nn\.no_such_thing"):
        roundtrip.execute(result.source).build_model()


def test_a_circle_is_refused(tmp_path: Path) -> None:
    one = _op("one", "nn.relu", ["two", 0, 0, {}])
    two = _op("two", "nn.relu", ["one", 0, 0, {}])
    with pytest.raises(CodegenError, match="circle"):
        _source(tmp_path, X, one, two, outputs=[["two", 0, 0]])


def test_sizes_that_are_no_integers_are_nobodys_shape(tmp_path: Path) -> None:
    conv = old_layer(
        "Conv1D", "c", [["x", 0, 0, {}]], filters=2, kernel_size=[1.5], strides=["a"]
    )
    op = _op("op", "nn.relu", ["c", 0, 0, {}])
    result = _source(tmp_path, X, conv, op, outputs=[["op", 0, 0]])
    assert "ops.relu(c)" in result.source
