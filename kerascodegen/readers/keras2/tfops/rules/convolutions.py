"""Convolutions of `tf.nn`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.dims import (
    Dim,
    multiply,
)
from kerascodegen.readers.keras2.tfops.expr import (
    Expr,
    Slice,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.registry import rule
from kerascodegen.readers.keras2.tfops.rules.shapes import reshaped


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
