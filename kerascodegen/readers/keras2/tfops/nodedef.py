"""`TensorFlowOpLayer`: ops of TensorFlow's graph, said as calls of its functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kerascodegen.readers.keras2.tfops.calls import decode_call
from kerascodegen.readers.keras2.tfops.expr import UntranslatableError
from kerascodegen.readers.keras2.tfops.protobuf import NodeDef, read_node_def

# Op, function, names of the inputs, attribute=parameter.
_TABLE = """
Add math.add x y
AddV2 math.add x y
Sub math.subtract x y
Mul math.multiply x y
Div math.truediv x y
RealDiv math.truediv x y
DivNoNan math.divide_no_nan x y
FloorDiv math.floordiv x y
FloorMod math.floormod x y
TruncateDiv truncatediv x y
TruncateMod truncatemod x y
Mod truncatemod x y
Pow math.pow x y
Maximum math.maximum x y
Minimum math.minimum x y
SquaredDifference math.squared_difference x y
Atan2 math.atan2 y x
Xdivy math.xdivy x y
Xlogy math.xlogy x y
Xlog1py math.xlog1py x y
Equal math.equal x y
NotEqual math.not_equal x y
Greater math.greater x y
GreaterEqual math.greater_equal x y
Less math.less x y
LessEqual math.less_equal x y
LogicalAnd math.logical_and x y
LogicalOr math.logical_or x y
LogicalNot math.logical_not x
Neg math.negative x
Abs math.abs x
Sign math.sign x
Exp math.exp x
Expm1 math.expm1 x
Log math.log x
Log1p math.log1p x
Sqrt math.sqrt x
Rsqrt math.rsqrt x
Square math.square x
Sin math.sin x
Cos math.cos x
Tan math.tan x
Asin math.asin x
Acos math.acos x
Atan math.atan x
Sinh math.sinh x
Cosh math.cosh x
Tanh math.tanh x
Asinh math.asinh x
Acosh math.acosh x
Atanh math.atanh x
Erf math.erf x
Erfc math.erfc x
Ceil math.ceil x
Floor math.floor x
Round math.round x
Rint math.rint x
Reciprocal math.reciprocal x
Inv math.reciprocal x
Sigmoid math.sigmoid x
Softplus math.softplus features
Softsign nn.softsign features
IsNan math.is_nan x
IsInf math.is_inf x
IsFinite math.is_finite x
Relu nn.relu features
Relu6 nn.relu6 features
Elu nn.elu features
Selu nn.selu features
LeakyRelu nn.leaky_relu features alpha=alpha
Softmax nn.softmax logits
LogSoftmax nn.log_softmax logits
L2Loss nn.l2_loss t
Identity identity input
StopGradient stop_gradient input
PreventGradient identity input
Cast cast x DstT=dtype
Mean math.reduce_mean input_tensor axis keep_dims=keepdims
Sum math.reduce_sum input_tensor axis keep_dims=keepdims
Max math.reduce_max input_tensor axis keep_dims=keepdims
Min math.reduce_min input_tensor axis keep_dims=keepdims
Prod math.reduce_prod input_tensor axis keep_dims=keepdims
All math.reduce_all input_tensor axis keep_dims=keepdims
Any math.reduce_any input_tensor axis keep_dims=keepdims
EuclideanNorm math.reduce_euclidean_norm input_tensor axis keep_dims=keepdims
ArgMax math.argmax input axis output_type=output_type
ArgMin math.argmin input axis output_type=output_type
Cumsum math.cumsum x axis exclusive=exclusive reverse=reverse
Cumprod math.cumprod x axis exclusive=exclusive reverse=reverse
TopKV2 math.top_k input k sorted=sorted
Shape shape input out_type=out_type
Size size input out_type=out_type
Rank rank input
Reshape reshape tensor shape
ExpandDims expand_dims input axis
Squeeze squeeze input squeeze_dims=axis
Transpose transpose a perm
Tile tile input multiples
BroadcastTo broadcast_to input shape
Fill fill dims value
ZerosLike zeros_like input
OnesLike ones_like input
Range range start limit delta
LinSpace linspace start stop num
GatherV2 gather params indices axis batch_dims=batch_dims
Gather gather params indices
GatherNd gather_nd params indices
ReverseV2 reverse tensor axis
Roll roll input shift axis
Slice slice input_ begin size
Pad pad tensor paddings
PadV2 pad tensor paddings constant_values
MirrorPad pad tensor paddings mode=mode
SelectV2 where condition x y
Select where condition x y
ClipByValue clip_by_value t clip_value_min clip_value_max
OneHot one_hot indices depth on_value off_value axis=axis T=dtype
StridedSlice strided_slice input_ begin end strides begin_mask=begin_mask \
end_mask=end_mask ellipsis_mask=ellipsis_mask new_axis_mask=new_axis_mask \
shrink_axis_mask=shrink_axis_mask
MatMul linalg.matmul a b transpose_a=transpose_a transpose_b=transpose_b
BatchMatMul linalg.matmul a b adj_x=transpose_a adj_y=transpose_b
BatchMatMulV2 linalg.matmul a b adj_x=transpose_a adj_y=transpose_b
BatchMatMulV3 linalg.matmul a b adj_x=transpose_a adj_y=transpose_b
MatrixBandPart linalg.band_part input num_lower num_upper
MatrixDiag linalg.diag diagonal
MatrixDiagPart linalg.diag_part input
MatrixInverse linalg.inv input adjoint=adjoint
MatrixDeterminant linalg.det input
Cholesky linalg.cholesky input
BiasAdd nn.bias_add value bias data_format=data_format
DepthToSpace nn.depth_to_space input block_size=block_size data_format=data_format
SpaceToDepth nn.space_to_depth input block_size=block_size data_format=data_format
Conv2D nn.conv2d input filters strides=strides padding=padding \
data_format=data_format dilations=dilations
Conv3D nn.conv3d input filters strides=strides padding=padding \
data_format=data_format dilations=dilations
DepthwiseConv2dNative nn.depthwise_conv2d input filter strides=strides \
padding=padding data_format=data_format dilations=dilations
MaxPool nn.max_pool2d input ksize=ksize strides=strides padding=padding \
data_format=data_format
AvgPool nn.avg_pool2d input ksize=ksize strides=strides padding=padding \
data_format=data_format
MaxPool3D nn.max_pool3d input ksize=ksize strides=strides padding=padding \
data_format=data_format
AvgPool3D nn.avg_pool3d input ksize=ksize strides=strides padding=padding \
data_format=data_format
ResizeBilinear compat.v1.image.resize_bilinear images size \
align_corners=align_corners half_pixel_centers=half_pixel_centers
ResizeNearestNeighbor compat.v1.image.resize_nearest_neighbor images size \
align_corners=align_corners half_pixel_centers=half_pixel_centers
ResizeBicubic compat.v1.image.resize_bicubic images size \
align_corners=align_corners half_pixel_centers=half_pixel_centers
UnsortedSegmentSum math.unsorted_segment_sum data segment_ids num_segments
UnsortedSegmentMax math.unsorted_segment_max data segment_ids num_segments
UnsortedSegmentMin math.unsorted_segment_min data segment_ids num_segments
UnsortedSegmentProd math.unsorted_segment_prod data segment_ids num_segments
"""


@dataclass(frozen=True, slots=True)
class _Entry:
    symbol: str
    inputs: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]


def _parse(table: str) -> dict[str, _Entry]:
    entries = {}
    for line in filter(None, table.split("\n")):
        op, symbol, *rest = line.split()
        pairs = [item.partition("=") for item in rest if "=" in item]
        inputs = tuple(item for item in rest if "=" not in item)
        attributes = tuple((name, parameter) for name, _, parameter in pairs)
        entries[op] = _Entry(symbol, inputs, attributes)
    return entries


OPS: Mapping[str, _Entry] = _parse(_TABLE)
_Call = tuple[str, tuple[Any, ...], dict[str, Any]]


def _concat(node: NodeDef, inputs: Sequence[Any]) -> _Call:
    return "concat", (list(inputs[:-1]), inputs[-1]), {}


def _concat_v1(node: NodeDef, inputs: Sequence[Any]) -> _Call:
    return "concat", (list(inputs[1:]), inputs[0]), {}


def _pack(node: NodeDef, inputs: Sequence[Any]) -> _Call:
    return "stack", (list(inputs), node.attributes.get("axis") or 0), {}


def _unpack(node: NodeDef, inputs: Sequence[Any]) -> _Call:
    attributes = node.attributes
    return (
        "unstack",
        (inputs[0], attributes.get("num"), attributes.get("axis") or 0),
        {},
    )


def _split(node: NodeDef, inputs: Sequence[Any]) -> _Call:
    axis, value = inputs
    return "split", (value, node.attributes["num_split"], axis), {}


def _split_v(node: NodeDef, inputs: Sequence[Any]) -> _Call:
    value, sizes, axis = inputs
    return "split", (value, sizes, axis), {}


def _add_n(node: NodeDef, inputs: Sequence[Any]) -> _Call:
    return "math.add_n", (list(inputs),), {}


def _einsum(node: NodeDef, inputs: Sequence[Any]) -> _Call:
    return "einsum", (node.attributes["equation"], *inputs), {}


_SPECIAL: dict[str, Callable[[NodeDef, Sequence[Any]], _Call]] = {
    "ConcatV2": _concat,
    "Concat": _concat_v1,
    "Pack": _pack,
    "Unpack": _unpack,
    "Split": _split,
    "SplitV": _split_v,
    "AddN": _add_n,
    "Einsum": _einsum,
}


def known_ops() -> frozenset[str]:
    """The ops that are read.

    Returns:
        Their names, as a `NodeDef` has them.
    """
    return frozenset(OPS) | frozenset(_SPECIAL)


def decode_node_def(
    config: Mapping[str, Any], call: Any, is_layer: Callable[[str], bool]
) -> _Call:
    """Read a call of a `TensorFlowOpLayer`.

    Args:
        config: The layer's config: `node_def`, and `constants` by number of the input.
        call: The entry of its `inbound_nodes`.
        is_layer: Tells whether the model has a layer of a name.

    Returns:
        The function of TensorFlow, its positional and its keyword arguments.

    Raises:
        UntranslatableError: There is no such function, or the config is damaged.
    """
    node = read_node_def(config.get("node_def"))
    inputs = _inputs(config.get("constants"), call, is_layer)
    if node.op in _SPECIAL:
        try:
            return _SPECIAL[node.op](node, inputs)
        except (KeyError, ValueError, IndexError):
            raise UntranslatableError("its node_def is damaged in the file") from None
    entry = OPS.get(node.op)
    if entry is None:
        raise UntranslatableError(f'Keras has no equal of the op "{node.op[:60]}"')
    if len(inputs) > len(entry.inputs):
        raise UntranslatableError("it has more inputs than the op takes")
    kwargs = dict(zip(entry.inputs, inputs, strict=False))
    for name, parameter in entry.attributes:
        if name in node.attributes:
            value = node.attributes[name]
            kwargs[parameter] = value if value != [] else None
    return entry.symbol, (), kwargs


def _inputs(constants: Any, call: Any, is_layer: Callable[[str], bool]) -> list[Any]:
    (first,), _ = decode_call(call, is_layer)
    inputs = list(first) if isinstance(first, list) else [first]
    if constants is None:
        return inputs
    if not isinstance(constants, dict):
        raise UntranslatableError("its constants are damaged in the file")
    try:
        numbered = sorted(
            ((int(key), value) for key, value in constants.items()),
            key=lambda item: item[0],
        )
    except (ValueError, TypeError):
        raise UntranslatableError("its constants are damaged in the file") from None
    for index, value in numbered:
        inputs.insert(index, _constant(value))
    return inputs


def _constant(value: Any) -> Any:
    """Take an array out of the forms in which Keras serialised one."""
    if isinstance(value, dict):
        inner = value.get("config", value)
        return inner.get("value") if isinstance(inner, dict) else None
    return value
