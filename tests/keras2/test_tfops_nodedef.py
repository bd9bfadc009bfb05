"""`TensorFlowOpLayer`, which TensorFlow 2.0 to 2.3 wrote: ops of graphs."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kerascodegen.readers.keras2.tfops import Stub, Translator
from kerascodegen.readers.keras2.tfops.nodedef import OPS
from kerascodegen.readers.keras2.tfops.protobuf import read_node_def
from kerascodegen.readers.keras2.tfops.registry import RULES
from tests.keras2.tfops_proof import Case, Input, difference, rebuild, values_of

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("tf_keras") is None, reason="tf_keras is not installed"
    ),
    pytest.mark.filterwarnings("ignore"),
]

IMAGE = Input((8, 6, 4))
SEQ = Input((5, 8))
_KERNEL = np.random.default_rng(2).normal(size=(3, 3, 4, 5)).astype("float32")
_DEPTHWISE = _KERNEL[..., :2]

GRAPHS: dict[str, tuple[list[Input], Callable[..., Any]]] = {
    "AddV2": ([SEQ, SEQ], lambda tf, x, y: tf.add(x, y)),
    "Mul": ([SEQ], lambda tf, x: x * 2.0),
    "Sub": ([SEQ], lambda tf, x: 1.0 - x),
    "RealDiv": ([SEQ], lambda tf, x: x / [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]),
    "Pow": ([SEQ], lambda tf, x: x**2.0),
    "Mean": ([IMAGE], lambda tf, x: tf.reduce_mean(x, [1, 2], keepdims=True)),
    "Max": ([IMAGE], lambda tf, x: tf.reduce_max(x, -1)),
    "ConcatV2": ([SEQ, SEQ], lambda tf, x, y: tf.concat([x, y], -1)),
    "Pack": ([SEQ, SEQ], lambda tf, x, y: tf.stack([x, y], 1)),
    "Unpack": ([SEQ], lambda tf, x: tf.unstack(x, axis=1)[2]),
    "Split": ([SEQ], lambda tf, x: tf.split(x, 2, -1)[1]),
    "SplitV": ([SEQ], lambda tf, x: tf.split(x, [3, 5], -1)[1]),
    "StridedSlice": ([IMAGE], lambda tf, x: x[:, 0, ..., tf.newaxis, ::2]),
    "Relu6": ([SEQ], lambda tf, x: tf.nn.relu6(x)),
    "LeakyRelu": ([SEQ], lambda tf, x: tf.nn.leaky_relu(x, 0.3)),
    "Pad": ([SEQ], lambda tf, x: tf.pad(x, [[0, 0], [1, 2], [0, 0]])),
    "PadV2": (
        [SEQ],
        lambda tf, x: tf.pad(x, [[0, 0], [1, 2], [0, 0]], constant_values=3.0),
    ),
    "MirrorPad": ([SEQ], lambda tf, x: tf.pad(x, [[0, 0], [1, 2], [0, 0]], "REFLECT")),
    "ResizeBilinear": ([IMAGE], lambda tf, x: tf.image.resize(x, [16, 12])),
    "ResizeNearestNeighbor": (
        [IMAGE],
        lambda tf, x: tf.image.resize(x, [16, 12], "nearest"),
    ),
    "Transpose": ([IMAGE], lambda tf, x: tf.transpose(x, [0, 2, 1, 3])),
    "Reshape": ([IMAGE], lambda tf, x: tf.reshape(x, [-1, 48, 4])),
    "ExpandDims": ([SEQ], lambda tf, x: tf.expand_dims(x, -1)),
    "Squeeze": ([Input((1, 4))], lambda tf, x: tf.squeeze(x, [1])),
    "Tile": ([SEQ], lambda tf, x: tf.tile(x, [1, 2, 1])),
    "BatchMatMulV2": ([SEQ, SEQ], lambda tf, x, y: tf.matmul(x, y, transpose_b=True)),
    "MatMul": ([Input((4,))], lambda tf, x: tf.matmul(x, [[1.0, 2.0]] * 4)),
    "Einsum": ([SEQ, SEQ], lambda tf, x, y: tf.einsum("abc,adc->abd", x, y)),
    "Cast": ([SEQ], lambda tf, x: tf.cast(x, tf.int32)),
    "OneHot": ([Input((3,), "int32", 0, 4)], lambda tf, x: tf.one_hot(x, 4)),
    "GatherV2": ([SEQ], lambda tf, x: tf.gather(x, [2, 0], axis=1)),
    "SelectV2": ([SEQ], lambda tf, x: tf.where([[True] * 4 + [False] * 4], x, 0.5)),
    "Cumsum": ([SEQ], lambda tf, x: tf.cumsum(x, 1, reverse=True)),
    "Conv2D": ([IMAGE], lambda tf, x: tf.nn.conv2d(x, _KERNEL, [1, 2, 2, 1], "SAME")),
    "DepthwiseConv2dNative": (
        [IMAGE],
        lambda tf, x: tf.nn.depthwise_conv2d(x, _DEPTHWISE, [1, 1, 1, 1], "SAME"),
    ),
    "MaxPool": ([IMAGE], lambda tf, x: tf.nn.max_pool2d(x, 2, 2, "VALID")),
    "AvgPool": ([IMAGE], lambda tf, x: tf.nn.avg_pool2d(x, 3, 1, "SAME")),
    "BiasAdd": ([IMAGE], lambda tf, x: tf.nn.bias_add(x, [1.0, 2.0, 3.0, 4.0])),
    "DepthToSpace": ([IMAGE], lambda tf, x: tf.nn.depth_to_space(x, 2)),
    "SpaceToDepth": ([IMAGE], lambda tf, x: tf.nn.space_to_depth(x, 2)),
    "ArgMax": ([SEQ], lambda tf, x: tf.argmax(x, -1)),
    "Softmax": ([SEQ], lambda tf, x: tf.nn.softmax(x)),
    "AddN": ([SEQ, SEQ], lambda tf, x, y: tf.add_n([x, y])),
    "ReverseV2": ([SEQ], lambda tf, x: tf.reverse(x, [1])),
    "Prod": ([SEQ], lambda tf, x: tf.reduce_prod(x, 1)),
}


def _old_model(name: str) -> tuple[dict[str, Any], Case, Any, int]:
    """Build what TensorFlow 2.1 did: a layer for the node, its constants beside it."""
    import tensorflow as tf
    import tf_keras
    from google.protobuf import json_format
    from tf_keras.src.engine.base_layer import TensorFlowOpLayer

    specs, build = GRAPHS[name]
    case = Case(name, specs, lambda *_: None)
    values = [tf.constant(value) for value in values_of(case)]
    traced = tf.function(lambda *x: build(tf, *x)).get_concrete_function(
        *(tf.TensorSpec([None, *spec.shape], spec.dtype) for spec in specs)
    )
    (node,) = (op for op in traced.graph.get_operations() if op.type == name)
    names = [tensor.op.name for tensor in traced.graph.inputs]
    inputs = [
        tf_keras.Input(spec.shape, dtype=spec.dtype, name=f"in_{i}")
        for i, spec in enumerate(specs)
    ]
    constants, tensors = {}, []
    for index, tensor in enumerate(node.inputs):
        if tensor.op.name in names:
            tensors.append(inputs[names.index(tensor.op.name)])
        else:
            constants[index] = tf.get_static_value(tensor)
    node_def = json_format.MessageToDict(node.node_def)
    layer = TensorFlowOpLayer(node_def, name=node.name, constants=constants)
    result = layer(tensors if len(tensors) > 1 else tensors[0])
    position = (
        traced.outputs[0].op.inputs[0].value_index
        if traced.outputs[0].op.type == "Identity"
        else 0
    )
    outputs = result if isinstance(result, list | tuple) else [result]
    model = tf_keras.Model(inputs, outputs[position])
    config = json.loads(model.to_json())["config"]
    expected = build(tf, *values)
    assert difference(np.asarray(model(values)), np.asarray(expected)) < 1e-6
    return config, case, np.asarray(expected), position


@pytest.mark.parametrize("binary", [False, True], ids=["json", "binary"])
@pytest.mark.parametrize("name", GRAPHS)
def test_predictions(name: str, binary: bool) -> None:
    """The layer, as JSON or as the bytes that TensorFlow 2.0 stored."""
    from google.protobuf import json_format
    from tensorflow.core.framework import node_def_pb2

    config, case, expected, _ = _old_model(name)
    (layer,) = (x for x in config["layers"] if x["class_name"] == "TensorFlowOpLayer")
    if binary:
        message = json_format.ParseDict(
            layer["config"]["node_def"], node_def_pb2.NodeDef()
        )
        data = message.SerializeToString()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            # TensorFlow 2.0 could not save those.
            return
        layer["config"]["node_def"] = text
    model, _, _ = rebuild(config)
    actual = model(values_of(case))
    assert difference(np.asarray(actual), expected) < 5e-6


def test_binary_is_the_same_message() -> None:
    from google.protobuf import json_format
    from tensorflow.core.framework import node_def_pb2

    for name in ("Conv2D", "StridedSlice", "Mean", "Einsum", "Cast"):
        config, *_ = _old_model(name)
        (layer,) = (
            x for x in config["layers"] if x["class_name"] == "TensorFlowOpLayer"
        )
        data = layer["config"]["node_def"]
        message = json_format.ParseDict(data, node_def_pb2.NodeDef())
        text = message.SerializeToString().decode("utf-8")
        assert read_node_def(text) == read_node_def(data)


def test_every_op_leads_to_a_rule() -> None:
    from kerascodegen.readers.keras2.tfops.aliases import canonical

    for entry in OPS.values():
        rule = RULES[canonical(entry.symbol)]
        named = {*entry.inputs, *(parameter for _, parameter in entry.attributes)}
        assert named <= set(rule.signature.parameters), entry


@pytest.mark.parametrize(
    ("node_def", "words"),
    [
        ({"op": "Bucketize", "attr": {}}, "Bucketize"),
        ({"attr": {}}, "damaged"),
        (None, "damaged"),
        ("\x12\x7fMul", "damaged"),
        ("", "damaged"),
        ({"op": "Split", "attr": {}}, "damaged"),
        ({"op": "Cast", "attr": {"DstT": {"type": "DT_NOTHING"}}}, "dtype"),
        ({"op": "Mean", "attr": {"keep_dims": 7}}, "damaged"),
    ],
)
def test_what_cannot_be_read(node_def: Any, words: str) -> None:
    translator = Translator()
    translator.tensor(("x", 0, 0), (None, 4))
    result = translator.op_layer(
        "tf_op_layer_a",
        0,
        "TensorFlowOpLayer",
        {"name": "a", "node_def": node_def, "constants": {}},
        [["x", 0, 0, {}]],
        {"x"}.__contains__,
    )
    assert isinstance(result, Stub)
    assert words in result.reason
