"""How old configs write calls, and what comes of each form."""

from __future__ import annotations

from typing import Any

import pytest

from kerascodegen.errors import CodegenError, UnsupportedModelError
from kerascodegen.readers.config import read_model_config
from kerascodegen.readers.keras2.detect import is_keras_2
from kerascodegen.readers.keras2.read import keras_3_config
from tests.keras2.configs import old_input, old_layer, old_model, sequential

Json = Any


def _calls(*layers: Json, outputs: Json) -> dict[str, Json]:
    """The calls of each layer in short: tensors as tuples."""
    model, _ = keras_3_config(old_model(*layers, outputs=outputs))
    return {
        layer["name"]: [(_short(c["args"]), _short(c["kwargs"])) for c in calls]
        for layer in model["config"]["layers"]
        if (calls := layer["inbound_nodes"])
    }


def _short(value: Json) -> Json:
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            return tuple(value["config"]["keras_history"])
        return {key: _short(item) for key, item in value.items()}
    return [_short(item) for item in value] if isinstance(value, list) else value


X, Y = old_input("x", 5, 4), old_input("y", 5, 4)


@pytest.mark.parametrize(
    ("cls", "call", "args", "kwargs"),
    [
        ("Dense", [["x", 0, 0, {}]], [("x", 0, 0)], {}),
        # Before 2.0 there were no keywords.
        ("Dense", [["x", 0, 0]], [("x", 0, 0)], {}),
        # Layers that keep the structure of what they are given.
        ("Dense", ["x", 0, 0, {}], [("x", 0, 0)], {}),
        ("Add", [["x", 0, 0, {}], ["y", 0, 0, {}]], [[("x", 0, 0), ("y", 0, 0)]], {}),
        # A merge of one tensor is still given a list.
        ("Concatenate", [["x", 0, 0, {}]], [[("x", 0, 0)]], {}),
        (
            "Mine",
            {"a": ["x", 0, 0, {"k": 2}], "b": [["y", 0, 0, {"k": 2}]]},
            [{"a": ("x", 0, 0), "b": [("y", 0, 0)]}],
            {"k": 2},
        ),
        (
            "MultiHeadAttention",
            [["x", 0, 0, {"value": ["y", 0, 0], "use_causal_mask": True}]],
            [("x", 0, 0)],
            {"value": ("y", 0, 0), "use_causal_mask": True},
        ),
        (
            "Mine",
            [["x", 0, 0, {"others": [["y", 0, 0], ["x", 0, 0]], "plain": ["y", 1]}]],
            [("x", 0, 0)],
            {"others": [("y", 0, 0), ("x", 0, 0)], "plain": ["y", 1]},
        ),
        # Constants among the arguments.
        (
            "Mine",
            ["_CONSTANT_VALUE", -1, 3.0, {"y": ["x", 0, 0]}],
            [3.0],
            {"y": ("x", 0, 0)},
        ),
        (
            "Mine",
            [["x", 0, 0, {}], ["_CONSTANT_VALUE", -1, [1, 2], {}]],
            [[("x", 0, 0), [1, 2]]],
            {},
        ),
        # States of recurrent layers.
        (
            "GRU",
            [["x", 0, 0, {}], ["y", 0, 0, {}]],
            [("x", 0, 0)],
            {"initial_state": ("y", 0, 0)},
        ),
        (
            "LSTM",
            [["x", 0, 0, {}], ["y", 0, 0, {}], ["y", 0, 0, {}]],
            [("x", 0, 0)],
            {"initial_state": [("y", 0, 0), ("y", 0, 0)]},
        ),
        (
            "LSTM",
            [[["x", 0, 0, {}]], [["y", 0, 0, {}]], [["y", 0, 0, {}]]],
            [("x", 0, 0)],
            {"initial_state": [("y", 0, 0), ("y", 0, 0)]},
        ),
        (
            "Bidirectional",
            [["x", 0, 0, {"constants": None}], ["y", 0, 0, {"constants": None}]],
            [("x", 0, 0)],
            {"initial_state": ("y", 0, 0)},
        ),
        (
            "Dense",
            [["x", 0, 0, {"mask": ["y", 0, 0]}]],
            [("x", 0, 0)],
            {"mask": ("y", 0, 0)},
        ),
    ],
)
def test_one_call(cls: str, call: Json, args: Json, kwargs: Json) -> None:
    calls = _calls(X, Y, old_layer(cls, "l", call), outputs=[["l", 0, 0]])
    assert calls == {"l": [(args, kwargs)]}


def _ends(outputs: Json) -> Json:
    model, _ = keras_3_config(
        old_model(
            X,
            old_layer("LSTM", "l", [["x", 0, 0, {}]], units=2, return_state=True),
            outputs=outputs,
        )
    )
    return model["config"]["output_layers"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([["l", 0, 0]], ["l", 0, 0]),
        ([["l", 0, 0], ["l", 0, 1]], [["l", 0, 0], ["l", 0, 1]]),
        ({"a": ["l", 0, 2]}, {"a": ["l", 0, 2]}),
        (["l", 0, 0], ["l", 0, 0]),
    ],
)
def test_ends_of_the_model(old: Json, new: Json) -> None:
    assert _ends(old) == new


def _nested(kind: str) -> Json:
    if kind == "functional":
        model = old_model(
            old_input("i", 4),
            old_layer("Dense", "d", [["i", 0, 0, {}]], units=4),
            outputs=[["d", 0, 0]],
            name="inner",
        )
    elif kind == "with input":
        first = old_layer("Dense", "d", units=4, batch_input_shape=[None, 4])
        model = sequential(first, name="inner")
    elif kind == "list":
        first = old_layer("Dense", "d", units=4, batch_input_shape=[None, 4])
        model = {"class_name": "Sequential", "config": [first]}
    else:
        model = sequential(old_layer("Dense", "d", units=4), name="inner")
    return {
        "class_name": model["class_name"],
        "config": model["config"],
        "name": "inner",
    }


@pytest.mark.parametrize(
    ("kind", "first", "end"),
    [
        # Models with an input counted their calls from 1. Keras 3 does so at the ends,
        # and only for Functionals.
        ("functional", 1, 2),
        ("with input", 1, 1),
        ("list", 1, 1),
        ("without", 0, 1),
        # What the numbers themselves tell is right.
        ("functional", 0, 2),
        ("with input", 0, 1),
    ],
)
def test_calls_of_nested_models(kind: str, first: int, end: int) -> None:
    inner = _nested(kind)
    inner["inbound_nodes"] = [[["x", 0, 0, {}]], [["inner", first, 0, {}]]]
    model, _ = keras_3_config(
        old_model(old_input("x", 4), inner, outputs=[["inner", first + 1, 0]])
    )
    layers = {layer["name"]: layer for layer in model["config"]["layers"]}
    calls = [_short(call["args"]) for call in layers["inner"]["inbound_nodes"]]
    assert calls == [[("x", 0, 0)], [("inner", 0, 0)]]
    assert model["config"]["output_layers"] == ["inner", end, 0]
    graph = read_model_config(model)
    assert graph.outputs.node_index == 1  # type: ignore[union-attr]


def test_a_sequential_gets_the_input_that_its_first_layer_was_told() -> None:
    first = old_layer("Dense", "d", units=2, batch_input_shape=[8, 3], dtype="float64")
    model, _ = keras_3_config(sequential(first))
    entry = model["config"]["layers"][0]
    assert entry["name"] == "d_input"
    assert entry["config"]["batch_shape"] == [8, 3]
    assert entry["config"]["dtype"] == "float64"


def test_a_sequential_built_later_has_its_shape() -> None:
    data = sequential(old_layer("Dense", "d", units=2), build_input_shape=[None, 7])
    layers = keras_3_config(data)[0]["config"]["layers"]
    assert layers[0]["config"]["batch_shape"] == [None, 7]


def test_a_sequential_that_was_never_built_asks_for_a_shape() -> None:
    from kerascodegen.options import Options
    from kerascodegen.pipeline import run_passes

    graph = read_model_config(sequential(old_layer("Dense", "d", units=2)))
    with pytest.raises(CodegenError, match="input-shape"):
        run_passes(graph, Options())


def test_a_sequential_that_begins_with_a_model() -> None:
    inner = _nested("functional")
    layers = keras_3_config(sequential(inner))[0]["config"]["layers"]
    assert [layer["class_name"] for layer in layers] == ["InputLayer", "Functional"]
    assert layers[0]["name"] == "inner_input"


def test_a_sequential_of_keras_1_is_a_list() -> None:
    first = {
        "class_name": "Dense",
        "config": {
            "name": "dense_1",
            "output_dim": 3,
            "input_dim": 4,
            "batch_input_shape": [None, 4],
            "input_dtype": "int32",
        },
    }
    data = {"class_name": "Sequential", "config": [first], "keras_version": "1.2.2"}
    assert is_keras_2(data)
    layers = keras_3_config(data)[0]["config"]["layers"]
    assert layers[0]["config"]["dtype"] == "int32"
    assert layers[1]["config"]["units"] == 3


@pytest.mark.parametrize(
    ("call", "outputs"),
    [
        (["gone", 0, 0, {}], [["l", 0, 0]]),
        (["x", -2, 0, {}], [["l", 0, 0]]),
        (["x", 0, -1, {}], [["l", 0, 0]]),
        ([["x", 0, 0, {}], 7], [["l", 0, 0]]),
        (7, [["l", 0, 0]]),
        ([["x", 0, 0, {}]], [["gone", 0, 0]]),
        ([["x", 0, 0, {}]], 7),
        ([["x", 0, 0, {}]], [["l", 5, 0]]),
        ([["l", 0, 0, {}]], [["l", 0, 0]]),
    ],
)
def test_damaged_calls_are_refused_in_words(call: Json, outputs: Json) -> None:
    from kerascodegen.graph.check import check_file_graph

    data = old_model(X, old_layer("Dense", "l", call, units=1), outputs=outputs)
    with pytest.raises(CodegenError) as caught:
        check_file_graph(read_model_config(data))
    assert str(caught.value).endswith(".")


def test_a_subclassed_model_is_refused() -> None:
    data = {"class_name": "MyNet", "config": {"width": 3}, "keras_version": "2.9.0"}
    with pytest.raises(UnsupportedModelError, match="subclassed"):
        read_model_config(data)


def test_a_merging_layer_on_a_constant_is_refused() -> None:
    # Keras 3 takes tensors only, and says so when the source is run.
    call = [["x", 0, 0, {}], ["_CONSTANT_VALUE", -1, [[1.0, 2.0]], {}]]
    layer = old_layer("Multiply", "scaled", call)
    model = old_model(old_input("x", 2), layer, outputs=[["scaled", 0, 0]])
    with pytest.raises(UnsupportedModelError, match='"scaled": it takes a constant'):
        keras_3_config(model)
