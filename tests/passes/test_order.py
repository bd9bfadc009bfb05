"""The pass writes the order down and says what it leaves out."""

from dataclasses import replace

import keras
from keras import layers

import kerascodegen
from kerascodegen.errors import Level
from kerascodegen.graph.model import GraphKind, TensorRef
from kerascodegen.passes.order import decide_order
from tests.support import (
    assert_rebuilds,
    call,
    input_operation,
    layer,
    make_context,
    make_graph,
)


def dead_end():
    operations = [input_operation("x"), layer("used"), layer("unus\x1bed")]
    nodes = [call("used", "x"), call("unus\x1bed", "used")]
    return make_graph(operations, nodes, TensorRef("used"))


def test_order_holds_every_call_once():
    inputs = keras.Input(shape=(4,), name="x")
    left = layers.Dense(4, name="l2")(layers.Dense(4, name="l1")(inputs))
    right = layers.Dense(4, name="r2")(layers.Dense(4, name="r1")(inputs))
    model = keras.Model(inputs, layers.Add(name="sum")([left, right]), name="model")
    graph = decide_order(kerascodegen.read(model), make_context())
    assert [name for name, _ in graph.decisions.order] == [
        "l1",
        "l2",
        "r1",
        "r2",
        "sum",
    ]
    assert_rebuilds(model)


def test_dead_end_is_warned_of():
    context = make_context()
    graph = decide_order(dead_end(), context)
    assert graph.decisions.order == (("used", 0),)
    (diagnostic,) = context.diagnostics
    assert diagnostic.level is Level.WARNING
    assert diagnostic.where == "unus\\x1bed"
    assert "leads to no output" in diagnostic.message


def test_sequential_is_written_whole():
    context = make_context()
    decide_order(replace(dead_end(), kind=GraphKind.SEQUENTIAL), context)
    assert context.diagnostics == []
