"""`--shapes`: what the comments say is what Keras says, or they say less."""

import re

import keras
import pytest
from keras import layers

from kerascodegen.emitters.comments import Annotator
from kerascodegen.graph.model import Node, TensorRef, TensorSpec
from tests import roundtrip
from tests.support import call, input_operation, layer, make_graph, source_of


def graph_with(specs, nodes, *operations):
    made = [input_operation("x", 4), *operations]
    return make_graph(made, nodes, TensorRef("x"), specs=specs)


SPECS = {
    TensorRef("x"): TensorSpec((None, 4), "float32"),
    TensorRef("d"): TensorSpec((None, 300), "float32"),
}


def comment_on(
    node: Node, operation, specs, *, first: bool = True, enabled: bool = True
):
    graph = graph_with(specs, [node], operation)
    return Annotator(graph, enabled=enabled).call(operation, node, first)


def test_shape_and_count():
    dense = layer("d", "Dense", units=300)
    assert comment_on(call("d", "x"), dense, SPECS) == "(None, 300) · 1,500 params"


def test_count_stands_at_the_first_call_only():
    dense = layer("d", "Dense", units=300)
    assert comment_on(call("d", "x"), dense, SPECS, first=False) == "(None, 300)"


def test_no_count_where_there_is_none_to_speak_of():
    assert comment_on(call("d", "x"), layer("d", "ReLU"), SPECS) == "(None, 300)"


def test_only_what_is_known():
    known = {TensorRef("x"): SPECS[TensorRef("x")]}
    dense = layer("d", "Dense", units=300)
    assert comment_on(call("d", "x"), dense, known) == "1,500 params"
    assert comment_on(call("d", "x"), layer("d", "Own"), known) == ""
    assert comment_on(call("d", "x"), dense, {}) == ""


@pytest.mark.parametrize("known", [1, 2])
def test_several_results_all_or_none(known: int):
    node = Node("d", 0, (TensorRef("x"),), {}, outputs=[0, {"state": 1}])
    refs = [TensorRef("d", 0, 0), TensorRef("d", 0, 1)]
    specs = {ref: TensorSpec((None, 3), "float32") for ref in refs[:known]}
    expected = "(None, 3), (None, 3)" if known == 2 else ""
    assert comment_on(node, layer("d", "Own"), specs) == expected


def test_nothing_where_it_is_not_wanted():
    dense = layer("d", "Dense", units=300)
    assert comment_on(call("d", "x"), dense, SPECS, enabled=False) == ""
    silent = Annotator(graph_with(SPECS, []), enabled=False)
    assert silent.tensor(TensorRef("x")) == ""


def test_inputs_have_their_shape():
    annotator = Annotator(graph_with(SPECS, []), enabled=True)
    assert annotator.tensor(TensorRef("x")) == "(None, 4)"
    assert annotator.tensor(TensorRef("y")) == ""


def test_comments_agree_with_keras():
    x = inputs = keras.Input(shape=(16, 16, 3), name="image")
    for index, made in enumerate(
        [
            layers.Conv2D(8, 3, strides=2),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.DepthwiseConv2D(3, padding="same"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(1000),
        ]
    ):
        made.name = f"layer_{index}"
        x = made(x)
    model = keras.Model(inputs, x, name="model")
    source = source_of(model, shapes=True, line_length=200)
    roundtrip.assert_same_model(model, roundtrip.execute(source).build_model())
    for made in model.layers:
        (line,) = (
            line for line in source.splitlines() if f'name="{made.name}"' in line
        )
        comment = line.partition("  # ")[2]
        assert comment.startswith(str(tuple(made.output.shape)))
        count = re.search(r"([\d,]+) params", comment)
        assert int(count[1].replace(",", "") if count else 0) == made.count_params()
