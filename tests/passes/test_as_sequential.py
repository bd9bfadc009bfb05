"""Back to Sequential: what is a straight line, and what a refusal names."""

import keras
import pytest
from keras import layers

import kerascodegen
from tests.support import source_of


def refusal(model: keras.Model) -> str:
    with pytest.raises(kerascodegen.UnsupportedModelError) as caught:
        source_of(model, style="sequential")
    return str(caught.value)


def test_every_bend_is_named_in_the_graphs_own_names():
    inputs = keras.Input((4,), name="inputs")
    dense_1 = layers.Dense(4, name="dense_1")(inputs)
    dense_2 = layers.Dense(4, name="dense_2")(dense_1)
    added = layers.Add(name="added")([dense_2, dense_1])
    shared = layers.Dense(4, name="shared")
    model = keras.Model(inputs, shared(shared(added) * 2.0), name="bent")
    message = refusal(model)
    for part in (
        '"bent" is no straight line',
        "dense_1 (feeds 2 layers: dense_2, added)",
        "added (takes 2 tensors: dense_2, dense_1)",
        "shared (is called 2 times)",
        "multiply (is the operation keras.ops.multiply, not a layer)",
    ):
        assert part in message


def test_many_bends_are_counted():
    x = inputs = keras.Input((4,), name="inputs")
    for index in range(20):
        x = layers.Add(name=f"add_{index}")([x, x])
    assert "add_11 (takes 2 tensors: add_10, add_10) and 8 more" in refusal(
        keras.Model(inputs, x)
    )


@pytest.mark.parametrize(
    ("layer", "kwargs", "part"),
    [
        (layers.Dropout(0.5, name="drop"), {"training": True}, "training=True"),
        (layers.LSTM(2, return_state=True, name="lstm"), {}, "lstm (gives 3 tensors)"),
    ],
)
def test_what_a_sequential_cannot_call(layer, kwargs, part):
    inputs = keras.Input((3, 4), name="inputs")
    outputs = layer(inputs, **kwargs)
    first = outputs[0] if isinstance(outputs, list | tuple) else outputs
    assert part in refusal(keras.Model(inputs, first))


def test_a_dict_at_the_end_is_refused():
    inputs = keras.Input((4,), name="inputs")
    outputs = {"score": layers.Dense(1, name="score")(inputs)}
    assert "returns its output in a dict" in refusal(keras.Model(inputs, outputs))


def test_verify_takes_a_sequential_for_a_nested_functional_but_not_another_line():
    x = keras.Input((4,), name="x")
    body = keras.Model(x, layers.Dense(4, name="a")(x), name="body")
    inputs = keras.Input((4,), name="inputs")
    model = keras.Model(inputs, layers.Dense(4, name="b")(body(inputs)), name="m")
    source = source_of(model, style="sequential")
    report = kerascodegen.verify(model, source)
    assert report.ok, report.to_json()
    load = next(check for check in report.checks if check.name == "load_weights")
    assert load.status.value == "note"
    bad = source.replace(
        'layers.Dense(4, name="a")', 'layers.Dense(4, "relu", name="a")'
    )
    assert not kerascodegen.verify(model, bad).ok
