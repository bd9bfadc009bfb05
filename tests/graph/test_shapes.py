"""Shapes and parameter counts: the real Keras' own number, or none at all."""

from dataclasses import replace

import keras
import pytest
from keras import layers

import kerascodegen
from kerascodegen.graph import parameters, shapes
from kerascodegen.graph.model import ClassRef, ObjectSpec, TensorRef, TensorSpec
from tests.support import call, layer

# For each class several ways to make it, with the shape of one sample.
CASES = {
    "Dense": [
        ({"units": 3}, (4,)),
        ({"units": 3, "use_bias": False}, (5, 4)),
        ({"units": 3}, (None, 4)),
    ],
    "Conv1D": [
        ({"filters": 4, "kernel_size": 3}, (8, 2)),
        ({"filters": 4, "kernel_size": 3, "groups": 2, "use_bias": False}, (8, 6)),
        (
            {"filters": 4, "kernel_size": 2, "padding": "causal", "dilation_rate": 2},
            (8, 3),
        ),
    ],
    "Conv2D": [
        ({"filters": 4, "kernel_size": (3, 2), "strides": 2}, (8, 8, 3)),
        ({"filters": 4, "kernel_size": 3}, (None, None, 3)),
    ],
    "Conv3D": [({"filters": 2, "kernel_size": (1, 2, 3)}, (4, 4, 4, 3))],
    "Conv1DTranspose": [({"filters": 4, "kernel_size": 3}, (8, 2))],
    "Conv2DTranspose": [({"filters": 5, "kernel_size": (2, 3)}, (8, 8, 3))],
    "Conv3DTranspose": [({"filters": 2, "kernel_size": 2}, (4, 4, 4, 3))],
    "DepthwiseConv1D": [({"kernel_size": 3, "depth_multiplier": 2}, (8, 3))],
    "DepthwiseConv2D": [
        ({"kernel_size": 3, "use_bias": False}, (8, 8, 3)),
        ({"kernel_size": (2, 3), "depth_multiplier": 3}, (8, 8, 2)),
    ],
    "SeparableConv1D": [({"filters": 4, "kernel_size": 3}, (8, 3))],
    "SeparableConv2D": [
        ({"filters": 4, "kernel_size": (3, 2), "depth_multiplier": 2}, (8, 8, 3)),
        ({"filters": 4, "kernel_size": 3, "use_bias": False}, (8, 8, 3)),
    ],
    "BatchNormalization": [
        ({}, (6, 3)),
        ({"scale": False}, (6, 3)),
        ({"center": False, "scale": False, "axis": 1}, (6, 3)),
    ],
    "LayerNormalization": [
        ({}, (6, 3)),
        ({"center": False}, (6, 3)),
        ({"axis": [1, 2]}, (6, 3)),
        ({"axis": 1, "scale": False}, (6, 3)),
    ],
    "RMSNormalization": [({}, (6, 3))],
    "GroupNormalization": [
        ({"groups": 2}, (6, 4)),
        ({"groups": -1, "scale": False}, (6, 4)),
        ({"groups": 3, "axis": 1}, (6, 4)),
    ],
    "Embedding": [
        ({"input_dim": 10, "output_dim": 4}, (6,)),
        ({"input_dim": 3, "output_dim": 2}, ()),
    ],
    "LSTM": [
        ({"units": 4}, (6, 3)),
        ({"units": 4, "return_sequences": True, "use_bias": False}, (None, 3)),
        ({"units": 4, "return_state": True}, (6, 3)),
    ],
    "GRU": [
        ({"units": 4}, (6, 3)),
        ({"units": 4, "reset_after": False, "return_sequences": True}, (6, 3)),
        ({"units": 4, "use_bias": False}, (6, 3)),
    ],
    "SimpleRNN": [
        ({"units": 4}, (6, 3)),
        ({"units": 2, "return_sequences": True}, (6, 3)),
    ],
    "Flatten": [({}, (2, 3, 4)), ({}, (None, 3)), ({}, ())],
    "Masking": [({}, (6, 3))],
    "PReLU": [({}, (6, 3)), ({"shared_axes": [1]}, (6, 3))],
    "Reshape": [({"target_shape": (3, 2)}, (6,))],
    **{
        f"Global{kind}Pooling{rank}D": [
            ({}, (4,) * rank + (3,)),
            ({"keepdims": True}, (4,) * rank + (3,)),
            ({"data_format": "channels_first"}, (3,) + (4,) * rank),
            ({"data_format": "channels_first", "keepdims": True}, (3,) + (4,) * rank),
        ]
        for kind in ("Average", "Max")
        for rank in (1, 2, 3)
    },
    **{
        name: [({}, (6, 3))]
        for name in (
            "ActivityRegularization",
            "ELU",
            "Identity",
            "LeakyReLU",
            "ReLU",
            "Softmax",
            "UnitNormalization",
        )
    },
    **{
        name: [({"rate": 0.5}, (6, 3))]
        for name in ("AlphaDropout", "Dropout", "GaussianDropout", "SpatialDropout1D")
    },
    "Activation": [({"activation": "relu"}, (6, 3))],
    "GaussianNoise": [({"stddev": 0.5}, (6, 3))],
    "Rescaling": [({"scale": 0.5}, (6, 3))],
    "SpatialDropout2D": [({"rate": 0.5}, (6, 3, 2))],
    "SpatialDropout3D": [({"rate": 0.5}, (6, 3, 2, 2))],
    "Cropping2D": [({}, (6, 6, 2))],
    "MaxPooling2D": [({}, (6, 6, 2))],
    "UpSampling2D": [({}, (6, 6, 2))],
    "ZeroPadding2D": [({}, (6, 6, 2))],
    "RepeatVector": [({"n": 3}, (6,))],
    "Permute": [({"dims": (2, 1)}, (6, 3))],
}
# Known at least where nothing unusual is asked for; the rest may be None.
EXPECTED = {
    "Dense",
    "Conv2D",
    "BatchNormalization",
    "Embedding",
    "LSTM",
    "Bidirectional",
}


def one_layer(made: layers.Layer, shape: tuple[int | None, ...]) -> keras.Model:
    inputs = keras.Input(shape=shape, name="features")
    return keras.Model(inputs, made(inputs), name="model")


def assert_never_wrong(model: keras.Model, name: str) -> None:
    graph = kerascodegen.read(model)
    operation = graph.operations[-1]
    real = model.layers[-1]
    count = shapes.parameter_count(operation, graph.nodes[0], graph.specs)
    assert count in (None, real.count_params())
    shape = shapes.output_shape(
        operation, shapes.first_shape(graph.nodes[0], graph.specs)
    )
    assert shape in (None, *[tuple(tensor.shape) for tensor in model.outputs[:1]])
    if name in EXPECTED:
        assert count is not None


@pytest.mark.parametrize("name", CASES)
def test_never_wrong(name: str):
    for config, shape in CASES[name]:
        assert_never_wrong(one_layer(getattr(layers, name)(**config), shape), name)


def test_every_class_is_tried():
    known = {*parameters.SAME_SHAPE, *parameters._PARAMETER_RULES, *shapes._SHAPE_RULES}
    assert known - set(CASES) <= {"Bidirectional", "TimeDistributed"}


@pytest.mark.parametrize(
    "made",
    [
        layers.Bidirectional(layers.LSTM(3)),
        layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode=None),
        layers.Bidirectional(
            layers.LSTM(3, use_bias=False),
            backward_layer=layers.LSTM(3, go_backwards=True),
        ),
        layers.Bidirectional(layers.RNN(layers.LSTMCell(3))),
    ],
    ids=["lstm", "gru", "own-backward", "rnn"],
)
def test_bidirectional_is_never_wrong(made: layers.Layer):
    known = not isinstance(made.forward_layer, layers.RNN) or hasattr(
        made.forward_layer, "units"
    )
    assert_never_wrong(one_layer(made, (6, 4)), "Bidirectional" if known else "")


@pytest.mark.parametrize(
    "made",
    [
        layers.TimeDistributed(layers.Dense(3)),
        layers.TimeDistributed(layers.Conv1D(3, 2)),
        layers.TimeDistributed(layers.BatchNormalization()),
        layers.TimeDistributed(layers.LSTM(3)),
        layers.TimeDistributed(layers.Dropout(0.5)),
        layers.TimeDistributed(keras.Sequential([layers.Dense(2)])),
        layers.SpectralNormalization(layers.Dense(3)),
    ],
)
def test_wrappers_are_never_wrong(made: layers.Layer):
    assert_never_wrong(one_layer(made, (6, 5, 4)), "")


@pytest.mark.parametrize(
    ("made", "shape"),
    [
        (layers.Dense(3, activation=layers.PReLU()), (4,)),
        (layers.Activation(layers.PReLU()), (4,)),
        (layers.Dense(4, dtype="int8_from_float32"), (4,)),
        (layers.Dense(4, dtype="float8_from_float32"), (4,)),
        (layers.Dense(4, lora_rank=2), (4,)),
        (layers.Embedding(10, 4, dtype="int8_from_float32"), (6,)),
        (layers.Embedding(10, 4, lora_rank=2), (6,)),
        (layers.Conv2D(4, 3, lora_rank=2), (8, 8, 3)),
        (layers.TimeDistributed(layers.Dense(3, activation=layers.PReLU())), (5, 4)),
        (layers.LSTM(3, unroll=True), (6, 4)),
        (layers.BatchNormalization(dtype="mixed_float16"), (6, 4)),
    ],
    ids=str,
)
def test_unusual_arguments_are_never_wrong(made: layers.Layer, shape: tuple[int, ...]):
    assert_never_wrong(one_layer(made, shape), "")


def test_custom_layer_inside_a_wrapper_is_not_known():
    foreign = ObjectSpec(ClassRef("my_package", "Dense"), {"units": 3})
    config = {"layer": foreign, "backward_layer": foreign}
    for wrapper in ("TimeDistributed", "Bidirectional"):
        assert parameters.layer_parameters(wrapper, config, (None, 5, 4)) is None


def test_custom_layer_of_a_known_name_is_not_known():
    operation = layer("dense", "Dense", units=3)
    foreign = replace(operation, cls=ClassRef("my_package", "Dense"))
    specs = {TensorRef("features"): TensorSpec((None, 4), "float32")}
    node = call("dense", "features")
    assert shapes.parameter_count(operation, node, specs) == 15
    assert shapes.parameter_count(foreign, node, specs) is None
    assert shapes.output_shape(foreign, (None, 4)) is None


@pytest.mark.parametrize(
    "config",
    [{}, {"units": "3"}, {"units": True}, {"units": 3.0}, {"units": None}],
    ids=str,
)
def test_damaged_config_is_not_known(config: dict[str, object]):
    assert parameters.layer_parameters("Dense", config, (None, 4)) is None
    no_groups = {"filters": 3, "kernel_size": [2], "groups": 0}
    assert parameters.layer_parameters("Conv1D", no_groups, (None, 5, 4)) is None
    assert shapes.output_shape(layer("dense", "Dense", **config), (None, 4)) is None


def test_unknown_dimension_is_not_known():
    for name in ("Dense", "LSTM"):
        assert parameters.layer_parameters(name, {"units": 3}, (None, 5, None)) is None
        assert parameters.layer_parameters(name, {"units": 3}, None) is None


def mixed() -> keras.Model:
    """Nested models, shared layers and ops."""
    inputs = keras.Input(shape=(6,), name="features")
    inner = keras.Sequential([layers.Dense(4), layers.Dense(6)], name="inner")
    shared = layers.Dense(6, name="shared")
    x = shared(inner(shared(inputs))) + inputs
    return keras.Model(inputs, layers.BatchNormalization()(x), name="mixed")


def test_model_counts_shared_layers_once():
    model = mixed()
    assert (
        shapes.model_parameter_count(kerascodegen.read(model)) == model.count_params()
    )


def test_model_with_an_unknown_layer_is_not_known():
    model = one_layer(layers.PReLU(), (4,))
    assert shapes.model_parameter_count(kerascodegen.read(model)) is None


@pytest.mark.parametrize("with_input", [True, False])
def test_sequential_infers_its_shapes(with_input: bool):
    made = [layers.Embedding(10, 4), layers.LSTM(3), layers.Dense(2)]
    if with_input:
        made.insert(0, keras.Input(shape=(6,), dtype="int32"))
    model = keras.Sequential(made)
    graph = kerascodegen.read(model)
    model.build((None, 6))
    given = None if with_input else (None, 6)
    assert shapes.model_parameter_count(graph, given) == model.count_params()
    specs = shapes.sequential_specs(graph, given)
    assert list(specs.values())[-1].shape == tuple(model.output_shape)


def test_sequential_stops_at_what_is_not_known():
    model = keras.Sequential(
        [keras.Input(shape=(6,)), layers.Reshape((3, 2)), layers.Dense(2)]
    )
    graph = kerascodegen.read(model)
    assert len(shapes.sequential_specs(graph, None)) == 1
    assert shapes.model_parameter_count(graph) is None
