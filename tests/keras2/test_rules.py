"""Each rule for old layers by itself: what goes in, what comes out, what is said."""

from __future__ import annotations

from typing import Any

import pytest

from kerascodegen.errors import Level, UnsupportedModelError
from kerascodegen.graph.custom import CODE_KEY, InlinedCode
from kerascodegen.graph.rescue import MovedLayer
from kerascodegen.readers.keras2.read import keras_3_config
from kerascodegen.readers.keras2.registry import LAYER_RULES, OBJECT_RULES
from tests.keras2.configs import (
    converted,
    old_input,
    old_layer,
    old_model,
    one_layer,
    sequential,
)

Json = dict[str, Any]
_GONE = object()


def _case(cls: str, old: Json, new: Json, becomes: str = "") -> Any:
    return pytest.param(cls, old, new, becomes or cls, id=f"{cls}-{'-'.join(old)}"[:60])


@pytest.mark.parametrize(
    ("cls", "old", "new", "becomes"),
    [
        # What is dropped without effect.
        _case("LSTM", {"time_major": False}, {"time_major": _GONE}),
        _case("GRU", {"implementation": 2}, {"implementation": _GONE}),
        _case("ConvLSTM2D", {"time_major": False}, {"time_major": _GONE}),
        _case("Embedding", {"input_length": 9}, {"input_length": _GONE}),
        _case("DepthwiseConv2D", {"groups": 1}, {"groups": _GONE}),
        _case("DepthwiseConv1D", {"groups": 1}, {"groups": _GONE}),
        _case("Conv2DTranspose", {"groups": 1}, {"groups": _GONE}),
        _case("SeparableConv2D", {"groups": 1}, {"groups": _GONE}),
        _case(
            "SeparableConv1D",
            {"kernel_initializer": None, "kernel_constraint": None},
            {"kernel_initializer": _GONE, "kernel_constraint": _GONE},
        ),
        _case("SeparableConv2D", {"kernel_regularizer": None}, {}),
        _case(
            "MultiHeadAttention",
            {
                "query_shape": [None, 4],
                "key_shape": [None, 4],
                "value_shape": [None, 4],
                "softmax_robust_masking": False,
            },
            dict.fromkeys(
                ("query_shape", "key_shape", "value_shape", "softmax_robust_masking"),
                _GONE,
            ),
        ),
        _case("RandomFlip", {"rng_type": "stateful"}, {"rng_type": _GONE}),
        _case("SpatialDropout1D", {"noise_shape": None}, {"noise_shape": _GONE}),
        _case("BatchNormalization", {"fused": True}, {"fused": _GONE}),
        _case(
            "BatchNormalization",
            {"renorm": False, "renorm_clipping": None, "virtual_batch_size": None},
            dict.fromkeys(("renorm_clipping", "virtual_batch_size"), _GONE),
        ),
        _case("Dense", {"batch_input_shape": [None, 4]}, {"batch_input_shape": _GONE}),
        _case("RNN", {"num_constants": None}, {"num_constants": _GONE}),
        _case("Bidirectional", {"backward_layer": None}, {"backward_layer": _GONE}),
        # What is called otherwise.
        _case("LeakyReLU", {"alpha": 0.1}, {"alpha": _GONE, "negative_slope": 0.1}),
        _case("LeakyReLU", {"alpha": [0.1]}, {"negative_slope": 0.1}),
        _case(
            "LeakyReLU",
            {"alpha": {"type": "ndarray", "value": [0.25]}},
            {"negative_slope": 0.25},
        ),
        _case("ReLU", {"negative_slope": None}, {"negative_slope": 0.0}),
        _case("BatchNormalization", {"axis": [3]}, {"axis": 3}),
        _case("LayerNormalization", {"axis": [1]}, {"axis": -1}),
        _case(
            "Dense",
            {"dtype": {"class_name": "Policy", "config": {"name": "mixed_float16"}}},
            {"dtype": "mixed_float16"},
        ),
        _case(
            "Dense",
            {
                "dtype": {
                    "class_name": "PolicyV1",
                    "config": {"name": "float64", "loss_scale": None},
                }
            },
            {"dtype": "float64"},
        ),
        _case("Dense", {"dtype": None}, {"dtype": _GONE}),
        _case("Dense", {"dtype": "_infer"}, {"dtype": _GONE}),
        _case("UpSampling2D", {"interpolation": "area"}, {"interpolation": "nearest"}),
        _case("Discretization", {"bins": [0.5]}, {"bin_boundaries": [0.5]}),
        _case("CategoryEncoding", {"max_tokens": 4}, {"num_tokens": 4}),
        _case(
            "CategoryEncoding", {"output_mode": "binary"}, {"output_mode": "multi_hot"}
        ),
        _case(
            "TextVectorization", {"output_mode": "tf-idf"}, {"output_mode": "tf_idf"}
        ),
        _case("TextVectorization", {"dtype": "string"}, {"dtype": _GONE}),
        _case("StringLookup", {"max_vocab_size": 9}, {"max_tokens": 9}),
        _case("GRU", {}, {"reset_after": False}),
        _case("GRU", {"reset_after": True}, {"reset_after": True}),
        # What is of another class.
        _case("ThresholdedReLU", {"theta": 0.7}, {"threshold": 0.7}, "ReLU"),
        _case("BatchNormalizationV1", {"fused": False}, {}, "BatchNormalization"),
        _case(
            "SyncBatchNormalization", {}, {"synchronized": True}, "BatchNormalization"
        ),
        _case(
            "CuDNNLSTM",
            {"units": 3},
            {"recurrent_activation": "sigmoid", "activation": "tanh"},
            "LSTM",
        ),
        _case("CuDNNGRU", {"units": 3}, {"reset_after": True}, "GRU"),
        _case("LSTMV2", {"implementation": 1}, {"implementation": _GONE}, "LSTM"),
        # Keras 1.
        _case(
            "Convolution2D",
            {
                "nb_filter": 8,
                "nb_row": 3,
                "nb_col": 5,
                "border_mode": "same",
                "subsample": [2, 1],
                "dim_ordering": "tf",
                "init": "he_normal",
                "bias": False,
            },
            {
                "filters": 8,
                "kernel_size": [3, 5],
                "padding": "same",
                "strides": [2, 1],
                "data_format": "channels_last",
                "use_bias": False,
            },
            "Conv2D",
        ),
        _case(
            "LSTM",
            {
                "output_dim": 5,
                "inner_init": "orthogonal",
                "forget_bias_init": "one",
                "dropout_W": 0.1,
                "dropout_U": 0.2,
                "consume_less": "cpu",
                "input_dim": 3,
                "input_length": 7,
            },
            {
                "units": 5,
                "unit_forget_bias": True,
                "dropout": 0.1,
                "recurrent_dropout": 0.2,
                "consume_less": _GONE,
                "input_dim": _GONE,
            },
        ),
        _case("Dense", {"output_dim": 5, "input_dim": 3}, {"units": 5}),
        _case("Dropout", {"p": 0.3}, {"rate": 0.3}),
        _case("MaxPooling1D", {"pool_length": 3, "stride": 2}, {"pool_size": 3}),
        _case("MaxPooling2D", {"border_mode": "same"}, {"padding": "same"}),
        _case(
            "AtrousConvolution1D", {"atrous_rate": 2}, {"dilation_rate": 2}, "Conv1D"
        ),
        _case("TimeDistributedDense", {"output_dim": 2}, {"units": 2}, "Dense"),
        _case("GaussianNoise", {"sigma": 0.1}, {"stddev": 0.1}),
        _case(
            "Merge", {"mode": "concat", "concat_axis": 1}, {"axis": 1}, "Concatenate"
        ),
        _case("Merge", {"mode": "cos", "dot_axes": 1}, {"normalize": True}, "Dot"),
        _case("Merge", {"mode": "sum"}, {}, "Add"),
    ],
)
def test_arguments(cls: str, old: Json, new: Json, becomes: str) -> None:
    layer, report = converted(cls, **old)
    assert (layer["module"], layer["class_name"]) == ("keras.layers", becomes)
    assert not [r for r in report.remarks if r.level is Level.WARNING]
    for key, value in new.items():
        assert layer["config"].get(key, _GONE) == value, key


@pytest.mark.parametrize(
    ("cls", "old", "message"),
    [
        ("DepthwiseConv2D", {"groups": 2}, "groups=2 is not in Keras 3"),
        ("Conv2DTranspose", {"groups": 2}, "groups=2"),
        ("BatchNormalization", {"axis": [1, 2]}, "takes one axis"),
        ("BatchNormalization", {"virtual_batch_size": 8}, "virtual_batch_size"),
        ("BatchNormalization", {"mode": 2}, "mode=2"),
        ("UpSampling2D", {"interpolation": "gaussian"}, "'gaussian'"),
        ("RNN", {"num_constants": 1}, "takes constants"),
        ("Merge", {"mode": ["4wEAAAA="]}, "Keras 1"),
        ("LocallyConnected1D", {"implementation": 9}, "implementation"),
        ("RandomHeight", {"interpolation": "sharp"}, "interpolation='sharp'"),
    ],
)
def test_refusals_name_the_layer(cls: str, old: Json, message: str) -> None:
    with pytest.raises(UnsupportedModelError, match=message) as caught:
        converted(cls, **old)
    assert str(caught.value).startswith('"layer": ')


@pytest.mark.parametrize(
    ("cls", "becomes"),
    [
        ("AddLoss", "Identity"),
        ("AddMetric", "Identity"),
    ],
)
def test_what_changes_meaning_is_a_warning(cls: str, becomes: str) -> None:
    layer, report = converted(cls, unconditional=True)
    assert layer["class_name"] == becomes
    assert [(r.level, r.where) for r in report.remarks] == [(Level.WARNING, "layer")]


def test_every_class_with_rules_is_known_or_made_known() -> None:
    unknown = []
    for cls in [*LAYER_RULES, *OBJECT_RULES]:
        if cls == "*" or cls in OBJECT_RULES:
            continue
        old: Json = {"mode": "sum"} if cls == "Merge" else {}
        layer, _ = converted(cls, **old)
        if layer["module"] != "keras.layers" and CODE_KEY not in layer:
            unknown.append(cls)
    assert unknown == []


def test_hard_sigmoid_keeps_its_slope() -> None:
    layer, _ = converted("LSTM", recurrent_activation="hard_sigmoid", units=2)
    function = layer["config"]["recurrent_activation"]
    assert isinstance(function[CODE_KEY], InlinedCode)
    assert "0.2 * x + 0.5" in function[CODE_KEY].definitions[0].source


def test_a_function_that_keras_does_not_have_is_custom() -> None:
    layer, _ = converted("Dense", activation="shop>bump")
    assert layer["config"]["activation"] == {
        "module": "builtins",
        "class_name": "function",
        "config": "shop>bump",
        "registered_name": "shop>bump",
    }


def test_locally_connected_is_written_into_the_source() -> None:
    layer, report = converted(
        "LocallyConnected2D",
        filters=3,
        kernel_size=[3, 3],
        strides=[1, 1],
        padding="same",
        data_format="channels_last",
        implementation=3,
    )
    assert layer["registered_name"] == "keras2>LocallyConnected2D"
    assert isinstance(layer[CODE_KEY], InlinedCode)
    assert "implementation" not in layer["config"]
    (moved,) = report.moved
    assert moved.layout == "locally_connected_2d:3"
    assert dict(moved.config)["kernel_size"] == (3, 3)


@pytest.mark.parametrize("cls", ["RandomHeight", "RandomWidth"])
def test_random_sizes_are_written_into_the_source(cls: str) -> None:
    layer, report = converted(
        cls, factor=0.2, interpolation="Area", seed=3, rng_type="stateful"
    )
    assert layer["registered_name"] == f"keras2>{cls}"
    assert layer[CODE_KEY].name == cls
    config = {"name": "layer", "factor": 0.2, "interpolation": "area", "seed": 3}
    assert config.items() <= layer["config"].items()
    assert "rng_type" not in layer["config"]
    assert not report.remarks


def test_cudnn_inside_bidirectional_says_where_its_weights_are() -> None:
    inner = {"class_name": "CuDNNGRU", "config": {"name": "gru", "units": 3}}
    layer, report = converted("Bidirectional", layer=inner)
    assert layer["config"]["layer"]["class_name"] == "GRU"
    assert report.moved == [
        MovedLayer(("layer", "layer"), ("layer", "layer"), "cudnn_gru", (("units", 3),))
    ]


def _initializer(old: Json) -> Json:
    layer, _ = converted("Dense", kernel_initializer=old)
    found: Json = layer["config"]["kernel_initializer"]
    return found


@pytest.mark.parametrize(
    ("old", "cls", "some"),
    [
        ({"class_name": "GlorotUniformV2", "config": {}}, "GlorotUniform", {}),
        (
            {"class_name": "RandomNormalV1", "config": {"dtype": "float32"}},
            "RandomNormal",
            {"dtype": _GONE},
        ),
        (
            {
                "class_name": "VarianceScaling",
                "config": {
                    "scale": 1.0,
                    "mode": "fan_avg",
                    "distribution": "uniform",
                    "seed": 3,
                },
            },
            "GlorotUniform",
            {"seed": 3, "scale": _GONE},
        ),
        (
            {
                "class_name": "VarianceScaling",
                "config": {"scale": 3.0, "mode": "fan_in", "distribution": "normal"},
            },
            "VarianceScaling",
            {"distribution": "truncated_normal"},
        ),
        ("glorot_uniform", "GlorotUniform", {}),
        ("zero", "Zeros", {}),
        ("uniform", "RandomUniform", {}),
        (
            {"class_name": "Constant", "config": {"value": [2.0]}},
            "Constant",
            {"value": 2.0},
        ),
        (
            {"class_name": "Identity", "config": {"gain": 2.0}},
            "Identity",
            {"gain": 2.0},
        ),
    ],
)
def test_initializers(old: Json, cls: str, some: Json) -> None:
    new = _initializer(old)
    assert (new["module"], new["class_name"]) == ("keras.initializers", cls)
    for key, value in some.items():
        assert new["config"].get(key, _GONE) == value


@pytest.mark.parametrize(
    ("old", "cls", "config"),
    [
        ({"l1": 0.0, "l2": 0.5}, "L2", {"l2": 0.5}),
        ({"l1": 0.5, "l2": 0.0}, "L1", {"l1": 0.5}),
        ({"l1": 0.1, "l2": 0.5}, "L1L2", {"l1": 0.1, "l2": 0.5}),
    ],
)
def test_regularizers(old: Json, cls: str, config: Json) -> None:
    layer, _ = converted(
        "Dense", kernel_regularizer={"class_name": "L1L2", "config": old}
    )
    new = layer["config"]["kernel_regularizer"]
    assert (new["class_name"], new["config"]) == (cls, config)


def test_regularizers_of_keras_1() -> None:
    old = {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.5}
    layer, _ = converted("Dense", W_regularizer=old, output_dim=2)
    assert layer["config"]["kernel_regularizer"]["class_name"] == "L2"


@pytest.mark.parametrize(
    "encoded",
    [
        {"class_name": "__tuple__", "items": [3, 3]},
        {"class_name": "TensorShape", "items": [3, 3]},
    ],
)
def test_encoded_tuples_become_lists(encoded: Json) -> None:
    layer, _ = converted("Reshape", target_shape=encoded)
    assert layer["config"]["target_shape"] == [3, 3]


def test_causal_attention_becomes_an_argument_of_the_call() -> None:
    layer, _ = converted("Attention", causal=True)
    assert layer["inbound_nodes"][0]["kwargs"] == {"use_causal_mask": True}
    assert "causal" not in layer["config"]


def test_random_crop_is_followed_by_what_it_did_at_inference() -> None:
    model, _ = keras_3_config(one_layer("RandomCrop", 9, 9, 3, height=4, width=5))
    behind = model["config"]["layers"][-1]
    assert behind["class_name"] == "Resizing"
    assert behind["config"]["crop_to_aspect_ratio"] is True
    assert model["config"]["output_layers"] == ["layer_resizing", 0, 0]
    data = sequential(
        old_layer("RandomCrop", "crop", height=4, width=5, batch_input_shape=[None, 9])
    )
    names = [x["name"] for x in keras_3_config(data)[0]["config"]["layers"]]
    assert names == ["crop_input", "crop", "crop_resizing"]


def test_time_major_layers_get_their_axes_exchanged() -> None:
    data = one_layer("LSTM", 5, 3, units=2, time_major=True, return_sequences=True)
    model, _ = keras_3_config(data)
    layers = {layer["name"]: layer for layer in model["config"]["layers"]}
    taken = layers["layer"]["inbound_nodes"][0]["args"][0]["config"]["keras_history"]
    assert layers[taken[0]]["class_name"] == "Transpose"
    assert layers[model["config"]["output_layers"][0]]["config"]["axes"] == [1, 0, 2]
    with pytest.raises(UnsupportedModelError, match="Functional API"):
        keras_3_config(sequential(old_layer("LSTM", "a", time_major=True, units=1)))


def test_slashes_leave_names_and_collisions_get_numbers() -> None:
    model, report = keras_3_config(
        old_model(
            old_input("in/put", 4),
            old_layer("Dense", "a/b", [["in/put", 0, 0, {}]], units=1),
            old_layer("Dense", "a_b", [["a/b", 0, 0, {}]], units=1),
            outputs=[["a_b", 0, 0]],
        )
    )
    names = [layer["name"] for layer in model["config"]["layers"]]
    assert names == ["in_put", "a_b_1", "a_b"]
    assert [(m.path, m.old_path) for m in report.moved] == [
        (("in_put",), ("in/put",)),
        (("a_b_1",), ("a/b",)),
    ]
    assert {change.rule for change in report.changes} == {"slash_in_name"}
