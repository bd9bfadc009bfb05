"""What Keras recorded on calls goes; what the author wrote stays."""

import re

import keras
import pytest
from keras import layers

import kerascodegen
from kerascodegen.graph.model import TensorRef
from kerascodegen.passes.call_noise import drop_call_noise
from tests.support import (
    assert_rebuilds,
    call,
    input_operation,
    layer,
    make_context,
    make_graph,
    rebuild,
    source_of,
)


def model_of(made: layers.Layer, **kwargs: object) -> keras.Model:
    inputs = keras.Input(shape=(6, 4), name="features")
    return keras.Model(inputs, made(inputs, **kwargs), name="model")


RECORDING = [
    lambda: layers.Dropout(0.5),
    lambda: layers.GaussianNoise(0.5),
    lambda: layers.SpatialDropout1D(0.5),
    lambda: layers.LSTM(3),
    lambda: layers.GRU(3),
    lambda: layers.SimpleRNN(3),
    lambda: layers.AlphaDropout(0.5),
]


@pytest.mark.parametrize("make", RECORDING)
def test_recorded_training_goes(make):
    model = model_of(make())
    assert "training" not in source_of(model)
    assert_rebuilds(model)


@pytest.mark.parametrize("make", RECORDING)
def test_recorded_training_can_be_kept(make):
    graph = kerascodegen.read(model_of(make()))
    recorded = graph.nodes[-1].kwargs.get("training")
    result = drop_call_noise(graph, make_context(keep_training=True))
    assert result.nodes[-1].kwargs.get("training") is recorded


def test_it_is_said_once():
    inputs = x = keras.Input(shape=(4,), name="features")
    for _ in range(3):
        x = layers.Dropout(0.5)(x)
    context = make_context()
    drop_call_noise(kerascodegen.read(keras.Model(inputs, x)), context)
    (note,) = context.diagnostics
    assert (note.level.value, note.where) == ("note", "")
    assert "--keep-training" in note.message


def test_nothing_is_said_of_a_model_without_noise():
    context = make_context()
    drop_call_noise(kerascodegen.read(model_of(layers.Dense(3))), context)
    assert context.diagnostics == []


@pytest.mark.parametrize("make", RECORDING)
def test_training_true_stays_and_is_noted(make):
    model = model_of(make(), training=True)
    context = make_context()
    result = drop_call_noise(kerascodegen.read(model), context)
    assert result.nodes[-1].kwargs["training"] is True
    assert [d.where for d in context.diagnostics] == [model.layers[-1].name]
    assert "training=True" in source_of(model)


@pytest.mark.parametrize(
    "make",
    [
        layers.BatchNormalization,
        lambda: keras.Sequential([keras.Input(shape=(6, 4)), layers.Dropout(0.5)]),
        lambda: layers.Bidirectional(layers.LSTM(3)),
        lambda: layers.TimeDistributed(layers.Dropout(0.5)),
    ],
)
def test_training_false_of_the_authors_stays(make):
    # Keras records nothing of its own here, so somebody wrote it.
    plain, frozen = model_of(make()), model_of(make(), training=False)
    assert "training=" not in source_of(plain)
    assert len(re.findall("training=False", source_of(frozen))) == 1
    assert_rebuilds(frozen)


def test_rebuilt_dropout_drops_in_training():
    model = model_of(layers.Dropout(0.5, seed=3))
    inputs = keras.ops.ones((8, 6, 4))
    result = keras.ops.convert_to_numpy(rebuild(model)(inputs, training=True))
    assert (result == 0).any()


@pytest.mark.parametrize(
    ("kwargs", "kept"),
    [
        ({"mask": None}, {}),
        ({"mask": [None, [None]]}, {}),
        ({"mask": []}, {}),
        ({"mask": [None, TensorRef("x")]}, {"mask": [None, TensorRef("x")]}),
        ({"training": None}, {}),
        ({"initial_state": None}, {}),
        ({"attention_mask": None}, {"attention_mask": None}),
        ({"flag": False}, {"flag": False}),
        ({"count": 0}, {"count": 0}),
    ],
    ids=str,
)
def test_empty_arguments_go(kwargs, kept):
    operations = [input_operation("x"), layer("d", "Dense", units=3)]
    graph = make_graph(operations, [call("d", "x", **kwargs)], TensorRef("d"))
    assert drop_call_noise(graph, make_context()).nodes[0].kwargs == kept


def test_unchanged_calls_stay_the_same_objects():
    graph = kerascodegen.read(model_of(layers.Dense(3)))
    graph = drop_call_noise(graph, make_context())
    again = drop_call_noise(graph, make_context())
    assert all(a is b for a, b in zip(graph.nodes, again.nodes, strict=True))


def test_authors_none_is_kept_where_keras_would_fill_in_more():
    inputs = keras.Input((3, 4), name="inputs")
    plain = layers.LSTM(2, name="plain")(inputs)
    given = layers.LSTM(2, name="given")(inputs, mask=None)
    both = layers.Bidirectional(layers.GRU(2), name="both")(inputs, mask=None)
    model = keras.Model(inputs, [plain, given, both], name="nones")
    source = source_of(model)
    assert source.count("mask=None") == 1
    assert_rebuilds(model)
