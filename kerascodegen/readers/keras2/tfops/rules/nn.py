"""`tf.nn`: what layers do, as functions."""

from __future__ import annotations

from typing import Any

from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.expr import (
    Expr,
    Output,
    Slice,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.registry import Several, rule
from kerascodegen.readers.keras2.tfops.rules.reductions import reduced


@rule("nn.softmax")
def _softmax(c: Context, logits: Any, axis: Any = None) -> Expr:
    return along_one(c, "softmax", logits, axis)


@rule("nn.log_softmax")
def _log_softmax(c: Context, logits: Any, axis: Any = None) -> Expr:
    return along_one(c, "log_softmax", logits, axis)


@rule("compat.v1.nn.softmax")
def _softmax_v1(c: Context, logits: Any, axis: Any = None, dim: Any = None) -> Expr:
    return along_one(c, "softmax", logits, dim if axis is None else axis)


@rule("compat.v1.nn.log_softmax")
def _log_softmax_v1(c: Context, logits: Any, axis: Any = None, dim: Any = None) -> Expr:
    return along_one(c, "log_softmax", logits, dim if axis is None else axis)


def along_one(c: Context, name: str, x: Any, axis: Any) -> Expr:
    """Write a function along one axis, the last when none is named."""
    at = -1 if axis is None else c.integer(axis, "an axis")
    return op(name, c.tensor(x), **({} if at == -1 else {"axis": at}))


@rule("math.l2_normalize")
def _l2_normalize(
    c: Context, x: Any, axis: Any = None, epsilon: Any = 1e-12, dim: Any = None
) -> Expr:
    return l2_normalized(c, c.tensor(x), dim if axis is None else axis, epsilon)


def l2_normalized(c: Context, x: Any, axis: Any, epsilon: Any) -> Expr:
    """`keras.ops.normalize` bounds the norm where TensorFlow bounds its square."""
    squares = reduced(c, "sum", op("square", x), axis, True)
    bound = c.number(epsilon, "epsilon")
    return op("multiply", x, op("rsqrt", op("maximum", squares, bound)))


@rule("nn.bias_add")
def _bias_add(c: Context, value: Any, bias: Any, data_format: Any = None) -> Expr:
    x, offset = c.pair(value, bias)
    if data_format is not None and str(data_format).startswith("NC"):
        rank = c.rank(x)
        key = (slice_all(), *([None] * (rank - 2)))
        offset = op("get_item", offset, key) if rank > 2 else offset
    return op("add", x, offset)


def slice_all() -> Expr:
    """A slice that takes all."""
    return Slice()


@rule("compat.v1.nn.relu_layer")
def _relu_layer(c: Context, x: Any, weights: Any, biases: Any) -> Expr:
    return op("relu", _affine(c, x, weights, biases))


@rule("compat.v1.nn.xw_plus_b")
def _xw_plus_b(c: Context, x: Any, weights: Any, biases: Any) -> Expr:
    return _affine(c, x, weights, biases)


def _affine(c: Context, x: Any, weights: Any, biases: Any) -> Expr:
    first, second = c.pair(x, weights)
    return op("add", op("matmul", first, second), c.tensor(biases, first))


@rule("nn.moments")
def _moments(
    c: Context, x: Any, axes: Any, shift: Any = None, keepdims: Any = False
) -> Several:
    return moments(c, x, axes, keepdims)


@rule("compat.v1.nn.moments")
def _moments_v1(
    c: Context,
    x: Any,
    axes: Any,
    shift: Any = None,
    keep_dims: Any = None,
    keepdims: Any = None,
) -> Several:
    return moments(c, x, axes, keep_dims if keepdims is None else keepdims)


def moments(c: Context, x: Any, axes: Any, keepdims: Any) -> Several:
    """Mean and variance."""
    reduced_axes = c.ints(axes, "an axis")
    options: dict[str, Any] = {"keepdims": True} if c.flag(keepdims) else {}
    call = op("moments", c.tensor(x), reduced_axes, **options)
    return Several((Output(call, 0), Output(call, 1)))


@rule("nn.batch_normalization")
def _batch_normalization(
    c: Context,
    x: Any,
    mean: Any,
    variance: Any,
    offset: Any,
    scale: Any,
    variance_epsilon: Any,
) -> Expr:
    value = c.tensor(x)
    spread = op("add", c.tensor(variance, value), c.tensor(variance_epsilon))
    factor: Any = op("rsqrt", spread)
    if scale is not None:
        factor = op("multiply", factor, c.tensor(scale, value))
    centred = op("subtract", value, c.tensor(mean, value))
    result = op("multiply", centred, factor)
    return result if offset is None else op("add", result, c.tensor(offset, value))


@rule("compat.v1.nn.fused_batch_norm")
def _fused_batch_norm(
    c: Context,
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any = None,
    variance: Any = None,
    epsilon: Any = 0.001,
    data_format: Any = "NHWC",
    is_training: Any = True,
    exponential_avg_factor: Any = 1.0,
) -> Expr | Several:
    if c.flag(is_training) or str(data_format) != "NHWC":
        raise UntranslatableError("it learns statistics while it runs")
    mean, variance = c.tensor(mean), c.tensor(variance)
    result = _batch_normalization(c, x, mean, variance, offset, scale, epsilon)
    assert not isinstance(result, Several)
    return Several((result, mean, variance))


@rule("nn.dropout")
def _dropout(
    c: Context, x: Any, rate: Any, noise_shape: Any = None, seed: Any = None
) -> Expr:
    return dropped(c, x, rate)


@rule("compat.v1.nn.dropout")
def _dropout_v1(
    c: Context,
    x: Any,
    keep_prob: Any = None,
    noise_shape: Any = None,
    seed: Any = None,
    rate: Any = None,
) -> Expr:
    if rate is None and keep_prob is not None:
        rate = 1 - c.number(keep_prob, "keep_prob")
    return dropped(c, x, rate)


def dropped(c: Context, x: Any, rate: Any) -> Expr:
    """A dropout that is on in inference too, which no layer of Keras is."""
    if rate is not None and c.number(rate, "the rate") == 0:
        return c.tensor(x)  # type: ignore[no-any-return]
    raise UntranslatableError(
        "it drops values at random in inference too; keras.layers.Dropout does so in "
        "training only"
    )


@rule("nn.embedding_lookup")
def _embedding_lookup(c: Context, params: Any, ids: Any, max_norm: Any = None) -> Expr:
    return looked_up(c, params, ids, max_norm)


@rule("compat.v1.nn.embedding_lookup")
def _embedding_lookup_v1(
    c: Context,
    params: Any,
    ids: Any,
    partition_strategy: Any = "mod",
    validate_indices: Any = True,
    max_norm: Any = None,
) -> Expr:
    return looked_up(c, params, ids, max_norm)


def looked_up(c: Context, params: Any, ids: Any, max_norm: Any) -> Expr:
    """Take rows of a table."""
    if max_norm is not None:
        raise UntranslatableError("it bounds norms while it looks up")
    return op("take", c.tensor(params), c.tensor(ids), axis=0)


@rule("nn.weighted_moments")
def _weighted_moments(
    c: Context, x: Any, axes: Any, frequency_weights: Any, keepdims: Any = False
) -> Several:
    return weighted_moments(c, x, axes, frequency_weights, keepdims)


@rule("compat.v1.nn.weighted_moments")
def _weighted_moments_v1(
    c: Context,
    x: Any,
    axes: Any,
    frequency_weights: Any,
    keep_dims: Any = None,
    keepdims: Any = None,
) -> Several:
    keep = keep_dims if keepdims is None else keepdims
    return weighted_moments(c, x, axes, frequency_weights, keep)


def weighted_moments(
    c: Context, x: Any, axes: Any, frequency_weights: Any, keepdims: Any
) -> Several:
    """Mean and variance, each element counted as its weight says."""
    value = c.tensor(x)
    weights = c.tensor(frequency_weights, value)
    full = op("add", weights, op("zeros_like", value))
    total = reduced(c, "sum", full, axes, True)
    mean = op(
        "true_divide",
        reduced(c, "sum", op("multiply", weights, value), axes, True),
        total,
    )
    squares = op("multiply", weights, op("square", op("subtract", value, mean)))
    variance: Any = op("true_divide", reduced(c, "sum", squares, axes, True), total)
    if not c.flag(keepdims):
        at = c.ints(axes, "an axis")
        return Several((op("squeeze", mean, axis=at), op("squeeze", variance, axis=at)))
    return Several((mean, variance))
