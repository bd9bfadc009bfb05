"""`tf.nn`: what layers do, as functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.dims import (
    Dim,
    Shape,
    divide_exactly,
    floor_divide,
    multiply,
    product,
)
from kerascodegen.readers.keras2.tfops.expr import (
    Expr,
    Output,
    Slice,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.registry import Several, rule
from kerascodegen.readers.keras2.tfops.rules.reductions import reduced
from kerascodegen.readers.keras2.tfops.rules.shapes import reshaped, subscript


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


@rule("nn.l2_loss")
def _l2_loss(c: Context, t: Any) -> Expr:
    return op("true_divide", op("sum", op("square", c.tensor(t))), 2.0)


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


def channels(data_format: Any) -> str:
    """Read a `data_format` such as NHWC."""
    text = str(data_format or "NHWC")
    if len(text) < 3 or not text.startswith("N") or text.upper() != text:
        raise UntranslatableError("its data_format is not known")
    return "channels_first" if text[1] == "C" else "channels_last"


def spatial(c: Context, value: Any, rank: int, layout: str, what: str) -> Any:
    """Read strides, dilations or windows: one number, one an axis, or one for all."""
    if value is None:
        return 1
    numbers = c.ints(value, what)
    if len(numbers) == rank + 2:
        outer = (numbers[0], numbers[1 if layout == "channels_first" else -1])
        if outer != (1, 1):
            raise UntranslatableError(f"{what} is not 1 for batch and channels")
        numbers = numbers[2:] if layout == "channels_first" else numbers[1:-1]
    if len(numbers) == 1 or len(set(numbers)) == 1:
        return numbers[0]
    if len(numbers) != rank:
        raise UntranslatableError(f"{what} does not fit")
    return numbers


def padding_of(padding: Any) -> str:
    """Read `"SAME"` or `"VALID"`."""
    name = str(padding).lower() if isinstance(padding, str) else ""
    if name not in {"same", "valid"}:
        raise UntranslatableError("its padding is neither SAME nor VALID")
    return name


def explicit_padding(c: Context, x: Any, padding: Any) -> tuple[Any, str]:
    """Put padding that is given in numbers before the op."""
    if isinstance(padding, str):
        return x, padding_of(padding)
    widths = c.ints(padding, "the padding")
    pairs = tuple(zip(widths[::2], widths[1::2], strict=True))
    return op("pad", x, pairs), "valid"


def convolved(
    c: Context,
    function: str,
    x: Any,
    kernels: tuple[Any, ...],
    strides: Any,
    padding: Any,
    data_format: Any,
    dilations: Any,
) -> Expr:
    """Write a convolution; what is default stays out."""
    value = c.tensor(x)
    layout = channels(data_format)
    weights = tuple(c.tensor(kernel, value) for kernel in kernels)
    rank = c.rank(weights[0]) - 2
    steps = spatial(c, strides, rank, layout, "strides")
    rates = spatial(c, dilations, rank, layout, "dilations")
    value, how = explicit_padding(c, value, padding)
    options: dict[str, Any] = {"data_format": layout}
    if rates != 1:
        options["dilation_rate"] = rates
    return op(function, value, *weights, strides=steps, padding=how, **options)


def _conv_rule(default: str) -> Callable[..., Expr]:
    def apply(
        c: Context,
        input: Any,
        filters: Any,
        strides: Any,
        padding: Any,
        data_format: Any = default,
        dilations: Any = None,
    ) -> Expr:
        return convolved(
            c, "conv", input, (filters,), strides, padding, data_format, dilations
        )

    return apply


rule("nn.conv2d")(_conv_rule("NHWC"))
rule("nn.conv3d")(_conv_rule("NDHWC"))


@rule("nn.conv1d")
def _conv1d(
    c: Context,
    input: Any,
    filters: Any,
    stride: Any,
    padding: Any,
    data_format: Any = "NWC",
    dilations: Any = None,
) -> Expr:
    return convolved(
        c, "conv", input, (filters,), stride, padding, data_format, dilations
    )


@rule("compat.v1.nn.conv1d")
def _conv1d_v1(
    c: Context,
    value: Any = None,
    filters: Any = None,
    stride: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: Any = None,
    data_format: Any = None,
    input: Any = None,
    dilations: Any = None,
) -> Expr:
    x = value if input is None else input
    layout = data_format or "NWC"
    return convolved(c, "conv", x, (filters,), stride, padding, layout, dilations)


@rule("compat.v1.nn.conv2d")
def _conv2d_v1(
    c: Context,
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: Any = True,
    data_format: Any = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    filters: Any = None,
) -> Expr:
    kernel = filter if filters is None else filters
    return convolved(
        c, "conv", input, (kernel,), strides, padding, data_format, dilations
    )


@rule("compat.v1.nn.conv3d")
def _conv3d_v1(
    c: Context,
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    data_format: Any = "NDHWC",
    dilations: Any = (1, 1, 1, 1, 1),
    filters: Any = None,
) -> Expr:
    kernel = filter if filters is None else filters
    return convolved(
        c, "conv", input, (kernel,), strides, padding, data_format, dilations
    )


@rule("nn.convolution")
def _convolution(
    c: Context,
    input: Any,
    filters: Any,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: Any = None,
    dilations: Any = None,
) -> Expr:
    return convolved(
        c, "conv", input, (filters,), strides, padding, data_format, dilations
    )


@rule("compat.v1.nn.convolution")
def _convolution_v1(
    c: Context,
    input: Any,
    filter: Any,
    padding: Any,
    strides: Any = None,
    dilation_rate: Any = None,
    data_format: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Expr:
    kernel = filter if filters is None else filters
    rates = dilation_rate if dilations is None else dilations
    return convolved(c, "conv", input, (kernel,), strides, padding, data_format, rates)


@rule("nn.atrous_conv2d")
def _atrous(c: Context, value: Any, filters: Any, rate: Any, padding: Any) -> Expr:
    return convolved(c, "conv", value, (filters,), 1, padding, "NHWC", rate)


@rule("nn.depthwise_conv2d")
def _depthwise(
    c: Context,
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: Any = None,
    dilations: Any = None,
) -> Expr:
    return convolved(
        c, "depthwise_conv", input, (filter,), strides, padding, data_format, dilations
    )


@rule("compat.v1.nn.depthwise_conv2d")
def _depthwise_v1(
    c: Context,
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    data_format: Any = None,
    dilations: Any = None,
) -> Expr:
    rates = rate if dilations is None else dilations
    return convolved(
        c, "depthwise_conv", input, (filter,), strides, padding, data_format, rates
    )


@rule("compat.v1.nn.depthwise_conv2d_native")
def _depthwise_native(
    c: Context,
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: Any = "NHWC",
    dilations: Any = (1, 1, 1, 1),
) -> Expr:
    return convolved(
        c, "depthwise_conv", input, (filter,), strides, padding, data_format, dilations
    )


@rule("nn.separable_conv2d")
def _separable(
    c: Context,
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    data_format: Any = None,
    dilations: Any = None,
) -> Expr:
    kernels = (depthwise_filter, pointwise_filter)
    return convolved(
        c, "separable_conv", input, kernels, strides, padding, data_format, dilations
    )


@rule("compat.v1.nn.separable_conv2d")
def _separable_v1(
    c: Context,
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    data_format: Any = None,
    dilations: Any = None,
) -> Expr:
    kernels = (depthwise_filter, pointwise_filter)
    rates = rate if dilations is None else dilations
    return convolved(
        c, "separable_conv", input, kernels, strides, padding, data_format, rates
    )


def transposed_convolution(
    c: Context,
    x: Any,
    kernel: Any,
    output_shape: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
    dilations: Any,
) -> Expr:
    """Write a transposed convolution as one over an image with zeros between pixels.

    `keras.ops.conv_transpose` gives its own output sizes, and Keras 3.15 cannot call it
    inside a Functional model.
    """
    value = c.tensor(x)
    weights, layout = c.tensor(kernel, value), channels(data_format)
    if layout == "channels_first":
        raise UntranslatableError("its channels come first")
    rank = c.rank(weights) - 2
    steps = _each(spatial(c, strides, rank, layout, "strides"), rank)
    rates = _each(spatial(c, dilations, rank, layout, "dilations"), rank)
    how, given = padding_of(padding), c.shape(value)
    wanted = c.sizes(output_shape, "its output_shape")
    if len(wanted) == rank:
        wanted = (given[0], *wanted, 0)
    before, after = [], []
    for axis in range(rank):
        have, want = given[axis + 1], wanted[axis + 1]
        window = c.shape(weights)[axis]
        if isinstance(have, Dim) or isinstance(want, Dim) or isinstance(window, Dim):
            raise UntranslatableError("the size of its output is not known")
        reach = (window - 1) * rates[axis]
        missing = max((have - 1) * steps[axis] + reach + 1 - want, 0)
        first = reach - (missing // 2 if how == "same" else 0)
        before.append(first)
        after.append(want + reach - have * steps[axis] - first)
    spread = _with_zeros(c, value, steps)
    pairs = [(max(a, 0), max(b, 0)) for a, b in zip(before, after, strict=True)]
    if any(map(any, pairs)):
        spread = op("pad", spread, ((0, 0), *pairs, (0, 0)))
    if min(after) < 0:
        cuts = (Slice(None, min(size, 0) or None) for size in after)
        spread = op("get_item", spread, (Slice(), *cuts))
    turned = op("flip", weights, axis=tuple(range(rank)))
    turned = op("swapaxes", turned, -1, -2)
    options: dict[str, Any] = {}
    if set(rates) != {1}:
        options["dilation_rate"] = rates
    return op(
        "conv",
        spread,
        turned,
        strides=1,
        padding="valid",
        data_format=layout,
        **options,
    )


def _each(value: Any, rank: int) -> tuple[int, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)


def _with_zeros(c: Context, x: Any, steps: tuple[int, ...]) -> Any:
    """Put zeros behind every pixel, so that each takes as much room as a stride."""
    for axis, step in enumerate(steps, start=1):
        if step > 1:
            shape = c.shape(x)
            apart = op("expand_dims", x, axis=axis + 1)
            pairs = [(0, 0)] * (len(shape) + 1)
            pairs[axis + 1] = (0, step - 1)
            wide = op("pad", apart, tuple(pairs))
            size = multiply(shape[axis], step)
            x = reshaped(c, wide, (*shape[:axis], size, *shape[axis + 1 :]))
    return x


def _transpose_rule(default: Any) -> Callable[..., Expr]:
    def apply(
        c: Context,
        input: Any,
        filters: Any,
        output_shape: Any,
        strides: Any,
        padding: Any = "SAME",
        data_format: Any = default,
        dilations: Any = None,
    ) -> Expr:
        return transposed_convolution(
            c, input, filters, output_shape, strides, padding, data_format, dilations
        )

    return apply


for _rank, _format in (("1d", "NWC"), ("2d", "NHWC"), ("3d", "NDHWC"), ("", None)):
    _name = f"conv{_rank}_transpose" if _rank else "conv_transpose"
    rule(f"nn.{_name}")(_transpose_rule(_format))


def _transpose_rule_v1(default: Any) -> Callable[..., Expr]:
    def apply(
        c: Context,
        value: Any = None,
        filter: Any = None,
        output_shape: Any = None,
        strides: Any = None,
        padding: Any = "SAME",
        data_format: Any = default,
        input: Any = None,
        filters: Any = None,
        dilations: Any = None,
    ) -> Expr:
        x, kernel = (
            value if input is None else input,
            filter if filters is None else filters,
        )
        return transposed_convolution(
            c, x, kernel, output_shape, strides, padding, data_format, dilations
        )

    return apply


rule("compat.v1.nn.conv2d_transpose")(_transpose_rule_v1("NHWC"))


@rule("compat.v1.nn.conv3d_transpose")
def _conv3d_transpose_v1(
    c: Context,
    value: Any,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: Any = "NDHWC",
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Expr:
    kernel = filter if filters is None else filters
    return transposed_convolution(
        c, value, kernel, output_shape, strides, padding, data_format, dilations
    )


def pooled(
    c: Context,
    name: str,
    x: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
) -> Expr:
    """Write a pooling over windows."""
    value, layout = c.tensor(x), channels(data_format)
    rank = c.rank(value) - 2
    window = spatial(c, ksize, rank, layout, "ksize")
    steps = spatial(c, strides, rank, layout, "strides")
    how = padding_of(padding)
    return op(name, value, window, strides=steps, padding=how, data_format=layout)


def _pool_rule(name: str, default: Any) -> Callable[..., Expr]:
    def apply(
        c: Context,
        input: Any,
        ksize: Any,
        strides: Any,
        padding: Any,
        data_format: Any = default,
    ) -> Expr:
        return pooled(c, name, input, ksize, strides, padding, data_format)

    return apply


def _pool_rule_v1(name: str) -> Callable[..., Expr]:
    def apply(
        c: Context,
        value: Any,
        ksize: Any,
        strides: Any,
        padding: Any,
        data_format: Any = "NHWC",
        input: Any = None,
    ) -> Expr:
        x = value if input is None else input
        return pooled(c, name, x, ksize, strides, padding, data_format)

    return apply


for _short, _long in (("max", "max_pool"), ("avg", "average_pool")):
    for _rank, _format in (("", None), ("1d", "NWC"), ("2d", "NHWC"), ("3d", "NDHWC")):
        rule(f"nn.{_short}_pool{_rank}")(_pool_rule(_long, _format))
    rule(f"compat.v1.nn.{_short}_pool")(_pool_rule_v1(_long))


@rule("nn.pool")
def _pool(
    c: Context,
    input: Any,
    window_shape: Any,
    pooling_type: Any,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: Any = None,
    dilations: Any = None,
) -> Expr:
    return any_pool(
        c, input, window_shape, pooling_type, strides, padding, data_format, dilations
    )


@rule("compat.v1.nn.pool")
def _pool_v1(
    c: Context,
    input: Any,
    window_shape: Any,
    pooling_type: Any,
    padding: Any,
    dilation_rate: Any = None,
    strides: Any = None,
    data_format: Any = None,
    dilations: Any = None,
) -> Expr:
    rates = dilation_rate if dilations is None else dilations
    return any_pool(
        c, input, window_shape, pooling_type, strides, padding, data_format, rates
    )


def any_pool(
    c: Context,
    x: Any,
    window: Any,
    kind: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
    dilations: Any,
) -> Expr:
    """A pooling that says its kind; dilated ones have no equal."""
    if dilations is not None and any(rate != 1 for rate in c.ints(dilations)):
        raise UntranslatableError("Keras has no dilated pooling")
    name = {"MAX": "max_pool", "AVG": "average_pool"}.get(str(kind))
    if name is None:
        raise UntranslatableError("its pooling_type is not known")
    return pooled(c, name, x, window, strides, padding, data_format)


def _block_rule(name: str) -> Callable[..., Expr]:
    def apply(
        c: Context, input: Any, block_size: Any, data_format: Any = "NHWC"
    ) -> Expr:
        return blocks(c, name, input, block_size, data_format)

    return apply


for _name in ("depth_to_space", "space_to_depth"):
    rule(f"nn.{_name}", f"compat.v1.nn.{_name}")(_block_rule(_name))


def blocks(c: Context, name: str, x: Any, block_size: Any, data_format: Any) -> Expr:
    """Move blocks between space and depth, by a reshape and a transpose.

    Keras has functions of these names since 3.14 only, and without them the source runs
    on older ones.
    """
    value, n = c.tensor(x), c.integer(block_size, "the block size")
    if channels(data_format) == "channels_first":
        raise UntranslatableError("its channels come first")
    batch, height, width, depth = c.shape(value)
    if name == "depth_to_space":
        inner = divide_exactly(depth, n * n)
        if inner is None:
            raise UntranslatableError("its channels do not divide")
        split: Shape = (batch, height, width, n, n, inner)
        order = (0, 1, 3, 2, 4, 5)
        joined: Shape = (batch, multiply(height, n), multiply(width, n), inner)
    else:
        rows, columns = floor_divide(height, n), floor_divide(width, n)
        split = (batch, rows, n, columns, n, depth)
        order = (0, 1, 3, 2, 4, 5)
        joined = (batch, rows, columns, multiply(depth, n * n))
    apart = reshaped(c, value, split)
    return reshaped(c, op("transpose", apart, order), joined)


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


@rule("nn.sigmoid_cross_entropy_with_logits")
def _sigmoid_loss(c: Context, labels: Any = None, logits: Any = None) -> Expr:
    return sigmoid_loss(c, labels, logits)


@rule("compat.v1.nn.sigmoid_cross_entropy_with_logits")
def _sigmoid_loss_v1(c: Context, labels: Any = None, logits: Any = None) -> Expr:
    return sigmoid_loss(c, labels, logits)


def sigmoid_loss(c: Context, labels: Any, logits: Any) -> Expr:
    """`max(x, 0) - x * z + log(1 + exp(-|x|))`."""
    z, x = c.pair(labels, logits)
    linear = op("subtract", op("relu", x), op("multiply", x, z))
    return op("add", linear, op("log1p", op("exp", op("negative", op("abs", x)))))


@rule("nn.softmax_cross_entropy_with_logits")
def _softmax_loss(c: Context, labels: Any, logits: Any, axis: Any = -1) -> Expr:
    return softmax_loss(c, labels, logits, axis)


@rule("compat.v1.nn.softmax_cross_entropy_with_logits")
def _softmax_loss_v1(
    c: Context, labels: Any = None, logits: Any = None, dim: Any = -1, axis: Any = None
) -> Expr:
    return softmax_loss(c, labels, logits, dim if axis is None else axis)


@rule("compat.v1.nn.softmax_cross_entropy_with_logits_v2")
def _softmax_loss_v2(
    c: Context, labels: Any, logits: Any, axis: Any = None, dim: Any = None
) -> Expr:
    at = axis if axis is not None else dim
    return softmax_loss(c, labels, logits, -1 if at is None else at)


def softmax_loss(c: Context, labels: Any, logits: Any, axis: Any) -> Expr:
    """Cross entropy of each row; Keras' own function also normalises the labels."""
    z, x = c.pair(labels, logits)
    at = c.integer(axis, "an axis")
    products = op("multiply", z, op("log_softmax", x, axis=at))
    return op("negative", op("sum", products, axis=at))


@rule("nn.sparse_softmax_cross_entropy_with_logits")
def _sparse_loss(c: Context, labels: Any, logits: Any) -> Expr:
    return sparse_loss(c, labels, logits)


@rule("compat.v1.nn.sparse_softmax_cross_entropy_with_logits")
def _sparse_loss_v1(c: Context, labels: Any = None, logits: Any = None) -> Expr:
    return sparse_loss(c, labels, logits)


def sparse_loss(c: Context, labels: Any, logits: Any) -> Expr:
    """Cross entropy of each row by the number of its class."""
    z, x = c.tensor(labels), c.tensor(logits)
    return op("sparse_categorical_crossentropy", z, x, from_logits=True)


@rule("nn.weighted_cross_entropy_with_logits")
def _weighted_loss(c: Context, labels: Any, logits: Any, pos_weight: Any) -> Expr:
    z, x = c.pair(labels, logits)
    weight = c.tensor(pos_weight, x)
    factor = op("add", 1, op("multiply", op("subtract", weight, 1), z))
    tail = op("log1p", op("exp", op("negative", op("abs", x))))
    soft = op("add", tail, op("relu", op("negative", x)))
    return op(
        "add", op("multiply", op("subtract", 1, z), x), op("multiply", factor, soft)
    )


@rule("nn.log_poisson_loss")
def _poisson(
    c: Context, targets: Any, log_input: Any, compute_full_loss: Any = False
) -> Expr:
    if c.flag(compute_full_loss):
        raise UntranslatableError("Keras has no full Poisson loss")
    z, x = c.pair(targets, log_input)
    return op("subtract", op("exp", x), op("multiply", x, z))


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


@rule("space_to_batch_nd")
def _space_to_batch_nd(c: Context, input: Any, block_shape: Any, paddings: Any) -> Expr:
    return space_to_batch(c, input, block_shape, paddings)


@rule("space_to_batch")
def _space_to_batch(c: Context, input: Any, block_shape: Any, paddings: Any) -> Expr:
    return space_to_batch(c, input, block_shape, paddings)


@rule("compat.v1.nn.space_to_batch")
def _space_to_batch_v1(
    c: Context,
    input: Any,
    paddings: Any,
    block_size: Any = None,
    block_shape: Any = None,
) -> Expr:
    blocks_ = block_shape
    if block_size is not None:
        blocks_ = [c.integer(block_size)] * 2
    return space_to_batch(c, input, blocks_, paddings)


def space_to_batch(c: Context, x: Any, block_shape: Any, paddings: Any) -> Expr:
    """Move pixels that stand a stride apart into images of their own."""
    value, steps = c.tensor(x), c.ints(block_shape, "the block shape")
    widths = c.ints(paddings, "the padding")
    pairs = tuple(zip(widths[::2], widths[1::2], strict=True))
    rank, count = c.rank(value), len(steps)
    if any(widths):
        value = op("pad", value, ((0, 0), *pairs, *[(0, 0)] * (rank - 1 - count)))
    shape = c.shape(value)
    split: list[Any] = [shape[0]]
    for size, step in zip(shape[1:], steps, strict=False):
        split += [floor_divide(size, step), step]
    rest = shape[1 + count :]
    apart = reshaped(c, value, (*split, *rest))
    order = [*range(2, 2 * count + 1, 2), 0, *range(1, 2 * count, 2)]
    order += range(2 * count + 1, 2 * count + 1 + len(rest))
    inner = tuple(split[1::2])
    batch = multiply(shape[0], product(steps))
    return reshaped(c, op("transpose", apart, tuple(order)), (batch, *inner, *rest))


@rule("batch_to_space")
def _batch_to_space(c: Context, input: Any, block_shape: Any, crops: Any) -> Expr:
    return batch_to_space(c, input, block_shape, crops)


@rule("compat.v1.batch_to_space_nd")
def _batch_to_space_nd(c: Context, input: Any, block_shape: Any, crops: Any) -> Expr:
    return batch_to_space(c, input, block_shape, crops)


@rule("compat.v1.batch_to_space")
def _batch_to_space_v1(
    c: Context, input: Any, crops: Any, block_size: Any = None, block_shape: Any = None
) -> Expr:
    steps = block_shape
    if block_size is not None:
        steps = [c.integer(block_size)] * 2
    return batch_to_space(c, input, steps, crops)


def batch_to_space(c: Context, x: Any, block_shape: Any, crops: Any) -> Expr:
    """The other way round."""
    value, steps = c.tensor(x), c.ints(block_shape, "the block shape")
    cuts, count = c.ints(crops, "the cuts"), len(steps)
    shape = c.shape(value)
    batch = floor_divide(shape[0], product(steps))
    inner, rest = shape[1 : 1 + count], shape[1 + count :]
    apart = reshaped(c, value, (*steps, batch, *inner, *rest))
    order = [count]
    for axis in range(count):
        order += [count + 1 + axis, axis]
    order += range(2 * count + 1, 2 * count + 1 + len(rest))
    sizes = tuple(multiply(size, step) for size, step in zip(inner, steps, strict=True))
    joined = reshaped(c, op("transpose", apart, tuple(order)), (batch, *sizes, *rest))
    keys = [
        Slice(start or None, -stop or None)
        for start, stop in zip(cuts[::2], cuts[1::2], strict=True)
    ]
    return subscript(joined, [Slice(), *keys])
