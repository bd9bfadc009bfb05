"""Which arguments are written, in which order and spelling; what is refused."""

from dataclasses import replace

import keras
import pytest
from keras import initializers, layers, regularizers

from kerascodegen.catalog.lookup import find_class
from kerascodegen.errors import Level, UnsupportedModelError
from kerascodegen.graph.model import (
    ClassRef,
    FunctionSpec,
    LambdaSpec,
    ObjectSpec,
    TensorRef,
)
from kerascodegen.literals import shortest_float32
from kerascodegen.passes.arguments import decide_arguments, unfrozen
from kerascodegen.passes.defaults import is_default
from kerascodegen.passes.rewrites import built_config, constructor_config
from tests.support import (
    call,
    input_operation,
    layer,
    make_context,
    make_graph,
    op,
    source_of,
)


def written(made: layers.Layer, shape: tuple[int, ...] = (8, 8, 3)) -> str:
    """The expression that a layer is written as, on one line."""
    inputs = keras.Input(shape=shape, name="features")
    model = keras.Model(inputs, made(inputs), name="model")
    lines = source_of(model, line_length=1000).splitlines()
    return next(line for line in lines if "outputs =" in line).partition("= ")[2]


@pytest.mark.parametrize(
    ("made", "source"),
    [
        (lambda: layers.Dense(3), 'layers.Dense(3, name="n")'),
        (
            lambda: layers.Dense(3, "relu"),
            'layers.Dense(3, activation="relu", name="n")',
        ),
        (lambda: layers.Dense(units=3, use_bias=True), 'layers.Dense(3, name="n")'),
        (lambda: layers.Conv2D(4, (3, 3)), 'layers.Conv2D(4, 3, name="n")'),
        (lambda: layers.Conv2D(4, (3, 2)), 'layers.Conv2D(4, (3, 2), name="n")'),
        (
            lambda: layers.Conv2D(4, 3, strides=(2, 2), padding="same"),
            'layers.Conv2D(4, 3, strides=2, padding="same", name="n")',
        ),
        (lambda: layers.MaxPooling2D((2, 2)), 'layers.MaxPooling2D(name="n")'),
        (lambda: layers.MaxPooling2D(3), 'layers.MaxPooling2D(3, name="n")'),
        (
            lambda: layers.MaxPooling2D(3, strides=2),
            'layers.MaxPooling2D(3, strides=2, name="n")',
        ),
        (lambda: layers.Dropout(0.1), 'layers.Dropout(0.1, name="n")'),
        (
            lambda: layers.Dense(3, kernel_initializer=initializers.HeNormal()),
            'layers.Dense(3, kernel_initializer="he_normal", name="n")',
        ),
        (
            lambda: layers.Dense(3, kernel_initializer=initializers.GlorotUniform()),
            'layers.Dense(3, name="n")',
        ),
        (
            lambda: layers.Dense(3, kernel_initializer=initializers.HeNormal(seed=4)),
            "layers.Dense(3, kernel_initializer=keras.initializers.HeNormal(seed=4), "
            'name="n")',
        ),
        (
            lambda: layers.Dense(3, kernel_regularizer=regularizers.L2(1e-4)),
            "layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.0001), "
            'name="n")',
        ),
        (
            lambda: layers.Dense(3, trainable=False, dtype="float16"),
            'layers.Dense(3, trainable=False, dtype="float16", name="n")',
        ),
        (lambda: layers.BatchNormalization(), 'layers.BatchNormalization(name="n")'),
        (
            lambda: layers.LayerNormalization(axis=[1, 2]),
            'layers.LayerNormalization(axis=(1, 2), name="n")',
        ),
    ],
)
def test_spelling(made, source: str):
    made = made()
    made.name = "n"
    assert written(made) == f"{source}(inputs)"


def arguments_of(config, cls: str = "Dense", context=None):
    context = context or make_context()
    operations = [input_operation("x", 4), layer("d", cls, **config)]
    graph = make_graph(operations, [call("d", "x")], TensorRef("d"))
    result = decide_arguments(graph, context).operation("d").arguments
    assert result is not None
    return {argument.name: argument for argument in result}


def test_positional_only_without_a_gap():
    arguments = arguments_of({"filters": 4, "kernel_size": [3, 3]}, "Conv2D")
    assert [a.name for a in arguments.values() if a.positional] == [
        "filters",
        "kernel_size",
    ]
    assert arguments["kernel_size"].value == 3
    assert not arguments["name"].positional


def test_unknown_key_is_left_out_and_warned_of():
    context = make_context()
    arguments = arguments_of({"units": 3, "fut\x1bure": 1}, context=context)
    assert list(arguments) == ["units", "name"]
    (warning,) = context.diagnostics
    assert warning.level is Level.WARNING
    assert warning.where == "d"
    assert "has no argument" in warning.message
    assert "\x1b" not in warning.message


def test_unknown_key_that_is_none_is_left_out_silently():
    context = make_context()
    assert list(arguments_of({"units": 3, "future": None}, context=context)) == [
        "units",
        "name",
    ]
    assert context.diagnostics == []


@pytest.mark.parametrize(
    ("cls", "config", "missing"),
    [("Dense", {}, "units"), ("Conv2D", {"filters": 3}, "kernel_size")],
)
def test_missing_argument_is_refused(cls: str, config, missing: str):
    with pytest.raises(UnsupportedModelError, match=f"d: .*no '{missing}'.*{cls}"):
        arguments_of(config, cls)


def test_input_without_shape_is_refused():
    broken = replace(input_operation("x"), config={})
    graph = make_graph([broken], [], TensorRef("x"))
    with pytest.raises(UnsupportedModelError, match='"x" has no batch_shape'):
        decide_arguments(graph, make_context())


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"batch_shape": [None, 4]}, {"shape": [4]}),
        ({"batch_shape": [8, 4]}, {"shape": [4], "batch_size": 8}),
        ({"batch_shape": [None]}, {"shape": []}),
        ({"batch_shape": []}, {"batch_shape": []}),
        ({"batch_shape": [None, None]}, {"shape": [None]}),
        (
            {"batch_shape": [None, 4], "dtype": "int32", "sparse": True},
            {"shape": [4], "dtype": "int32", "sparse": True},
        ),
        (
            {"batch_shape": [None, 4], "optional": True},
            {"shape": [4], "optional": True},
        ),
    ],
    ids=str,
)
def test_inputs(config, expected):
    operation = replace(input_operation("x"), config=config)
    graph = make_graph([operation], [], TensorRef("x"))
    result = decide_arguments(graph, make_context()).operation("x").arguments
    assert {a.name: a.value for a in result} == {**expected, "name": "x"}


def test_ops_and_models_have_no_arguments():
    graph = make_graph(
        [input_operation("x"), op("add", "Add")], [call("add", "x", 1)], TensorRef("x")
    )
    assert decide_arguments(graph, make_context()).operation("add").arguments == ()


def test_frozen_layer_does_not_carry_the_flag():
    graph = make_graph(
        [input_operation("x"), layer("d", "Dense", units=3, trainable=False)],
        [call("d", "x")],
        TensorRef("d"),
    )
    names = [
        [a.name for a in decide_arguments(g, make_context()).operation("d").arguments]
        for g in (graph, graph.decide(frozen=frozenset({"d"})))
    ]
    assert names == [["units", "trainable", "name"], ["units", "name"]]


def test_unfrozen_reaches_into_wrappers():
    inner = ObjectSpec(
        ClassRef("keras.layers", "Dense"), {"units": 3, "trainable": False}
    )
    assert unfrozen([inner, 3]) == [replace(inner, config={"units": 3}), 3]


def test_custom_class_keeps_all_its_arguments_and_warns():
    context = make_context()
    operation = replace(
        layer("own", width=3, trainable=True, dtype="float32", scale=None),
        cls=ClassRef("my_package", "Own", "my>Own"),
    )
    graph = make_graph(
        [input_operation("x"), operation], [call("own", "x")], TensorRef("own")
    )
    arguments = decide_arguments(graph, context).operation("own").arguments
    assert [a.name for a in arguments] == ["width", "scale", "name"]
    assert [d.level for d in context.diagnostics] == [Level.WARNING]
    assert "NotImplementedError" in context.diagnostics[0].message


def test_custom_function_and_lambda_warn():
    context = make_context()
    config = {"units": 3, "activation": FunctionSpec("my_package", "swoosh")}
    arguments_of(config, context=context)
    arguments = arguments_of({"function": LambdaSpec("0" * 64)}, "Lambda", context)
    assert arguments["function"].value == LambdaSpec("0" * 64, layer="d")
    assert ["swoosh" in d.message for d in context.diagnostics] == [True, False]
    assert "lambda" in context.diagnostics[1].message


def compiled(**config):
    graph = make_graph(
        [input_operation("x")], [], TensorRef("x"), compile_config=config
    )
    result = decide_arguments(graph, make_context()).compile_config
    assert result is not None
    return result


def test_compile_leaves_defaults_out():
    config = {
        "optimizer": "adam",
        "loss": None,
        "run_eagerly": True,
        "steps_per_execution": 1,
        "metrics": None,
    }
    assert compiled(**config) == {"optimizer": "adam", "run_eagerly": True}


@pytest.mark.parametrize("rate", [1e-3, 3e-4, 0.1, 1e-6, 0.02, 1.0])
def test_learning_rate_is_short(rate: float):
    inputs = keras.Input(shape=(4,), name="x")
    model = keras.Model(inputs, layers.Dense(1, name="d")(inputs), name="model")
    model.compile(optimizer=keras.optimizers.SGD(rate, momentum=0.9), loss="mse")
    source = source_of(model, line_length=200)
    expected = "" if rate == 0.01 else f"learning_rate={rate!r}, "
    assert f"keras.optimizers.SGD({expected}momentum=0.9)" in source


@pytest.mark.parametrize(
    ("value", "short"),
    [
        (0.0010000000474974513, 0.001),
        (0.10000000149011612, 0.1),
        (0.1, 0.1),
        (1 / 3, 1 / 3),
        (0.0, 0.0),
        (1e300, 1e300),
        (float("inf"), float("inf")),
        (1.401298464324817e-45, 1e-45),
        (16777217.0, 16777217.0),
        (-0.0010000000474974513, -0.001),
    ],
)
def test_shortest_float32(value: float, short: float):
    assert shortest_float32(value) == short


def test_not_a_number_stays():
    assert str(shortest_float32(float("nan"))) == "nan"


@pytest.mark.parametrize(
    ("default", "value", "same"),
    [
        (1, 1, True),
        (1, True, False),
        (1, 1.0, False),
        (0.0, 0, False),
        (None, None, True),
        ([1, 2], [1, 2], True),
        ([1, 2], [1], False),
        ({}, {}, True),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"b": 1}, False),
        ("relu", "relu", True),
        ({"class_name": "DTypePolicy", "config": {"name": "float32"}}, "float32", True),
        (
            {"class_name": "DTypePolicy", "config": {"name": "float32"}},
            "float16",
            False,
        ),
        (
            {"class_name": "function", "config": "relu"},
            FunctionSpec("keras", "relu"),
            True,
        ),
        ("relu", FunctionSpec("keras", "relu"), False),
        (None, LambdaSpec("0"), False),
    ],
    ids=str,
)
def test_is_default(default, value, same: bool):
    assert is_default(default, value) is same


def test_object_is_default_only_whole():
    default = {
        "module": "keras.initializers",
        "class_name": "GlorotUniform",
        "config": {"seed": None},
    }
    spec = ObjectSpec(ClassRef("keras.initializers", "GlorotUniform"), {"seed": None})
    assert is_default(default, spec)
    assert not is_default(default, replace(spec, config={"seed": 1}))
    assert not is_default(default, replace(spec, config={}))
    assert not is_default(default, replace(spec, cls=ClassRef("my", "GlorotUniform")))


@pytest.mark.parametrize(
    ("key", "config", "expected"),
    [
        (
            "keras.layers.Discretization",
            {"bin_boundaries": [1.0], "num_bins": 2},
            {"bin_boundaries": [1.0]},
        ),
        (
            "keras.layers.Discretization",
            {"bin_boundaries": None, "num_bins": 2},
            {"bin_boundaries": None, "num_bins": 2},
        ),
        ("keras.layers.LayerNormalization", {"axis": [-1]}, {"axis": -1}),
        ("keras.layers.LayerNormalization", {"axis": [1, 2]}, {"axis": [1, 2]}),
        (
            "keras.layers.StringLookup",
            {"vocabulary": ["a"], "vocabulary_size": 3},
            {"vocabulary": ["a"]},
        ),
        ("keras.layers.Dense", {"units": 3}, {"units": 3}),
    ],
    ids=str,
)
def test_constructor_config(key: str, config, expected):
    before = dict(config)
    assert constructor_config(key, config) == expected
    assert config == before


@pytest.mark.parametrize("cls", ["IntegerLookup", "TextVectorization", "StringLookup"])
def test_rewrites_are_for_classes_of_the_catalog(cls: str):
    assert find_class(f"keras.layers.{cls}") is not None


@pytest.mark.parametrize(
    ("axes", "shape", "expected"),
    [
        ([1], [None, 6, 4], None),
        ([1, 2], [None, 6, 4, 4], None),
        ([2], [None, 6, 4, 4], [2]),
    ],
)
def test_attention_axes_that_build_filled_in(axes, shape, expected):
    config = {"attention_axes": axes}
    result = built_config("keras.layers.MultiHeadAttention", config, shape)
    assert result == {"attention_axes": expected}
    assert built_config("keras.layers.MultiHeadAttention", config, None) == config


@pytest.mark.parametrize("named", [True, False])
def test_bidirectional_clone_is_not_written(named: bool):
    inner = layers.LSTM(3, name="reader") if named else layers.LSTM(3)
    own = layers.LSTM(4, name="other", go_backwards=True)
    clone = layers.Bidirectional(inner, name="both")
    assert "backward_layer" not in written(clone, (6, 4))
    both = layers.Bidirectional(layers.LSTM(4, name="r"), backward_layer=own, name="b")
    assert "backward_layer=layers.LSTM" in written(both, (6, 4))
