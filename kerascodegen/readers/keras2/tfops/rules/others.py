"""Rarer functions that Keras has an equal of, or that are said in a few calls."""

from __future__ import annotations

import math
from typing import Any

from kerascodegen.readers.keras2.tfops import const
from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.dims import product
from kerascodegen.readers.keras2.tfops.expr import (
    Complex,
    Expr,
    Output,
    Slice,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.infer import broadcast
from kerascodegen.readers.keras2.tfops.registry import Several, rule
from kerascodegen.readers.keras2.tfops.rules.convolutions import (
    transposed_convolution,
)
from kerascodegen.readers.keras2.tfops.rules.image import framed, patches
from kerascodegen.readers.keras2.tfops.rules.resizing import extent, resized
from kerascodegen.readers.keras2.tfops.rules.shapes import reshaped, shape_of


@rule("tuple", "identity_n")
def _tuple(c: Context, tensors: Any, control_inputs: Any = None) -> Several:
    return Several(c.tensor_list(tensors))


@rule("shape_n")
def _shape_n(c: Context, input: Any, out_type: Any = None) -> Several:
    return Several(tuple(shape_of(c, x, out_type) for x in c.tensor_list(input)))


@rule("broadcast_dynamic_shape")
def _broadcast_shape(c: Context, shape_x: Any, shape_y: Any) -> Any:
    return const.vector(broadcast([c.sizes(shape_x), c.sizes(shape_y)]))


@rule("compat.v1.to_bfloat16")
def _to_bfloat16(c: Context, x: Any) -> Expr:
    return op("cast", c.tensor(x), "bfloat16")


@rule("compat.v1.clip_by_average_norm")
def _clip_by_average_norm(c: Context, t: Any, clip_norm: Any) -> Expr:
    x, bound = c.tensor(t), c.number(clip_norm, "the bound")
    count = c.count(_total(c, x), c.dtype(x) or "float32")
    size = op("true_divide", op("sqrt", op("sum", op("square", x))), count)
    return op("true_divide", op("multiply", x, bound), op("maximum", size, bound))


def _total(c: Context, x: Any) -> Any:
    return product(c.shape(x))


@rule("math.bessel_i0e")
def _bessel_i0e(c: Context, x: Any) -> Expr:
    value = c.tensor(x)
    return op("multiply", op("i0", value), op("exp", op("negative", op("abs", value))))


@rule("math.ndtri")
def _ndtri(c: Context, x: Any) -> Expr:
    doubled = op("subtract", op("multiply", c.tensor(x), 2.0), 1.0)
    return op("multiply", op("erfinv", doubled), math.sqrt(2.0))


@rule("math.erfcinv")
def _erfcinv(c: Context, x: Any) -> Expr:
    return op("erfinv", op("subtract", 1.0, c.tensor(x)))


@rule("math.invert_permutation")
def _invert_permutation(c: Context, x: Any) -> Expr:
    return op("argsort", c.tensor(x), axis=0)


def _steps(c: Context, x: Any) -> tuple[Expr, Expr]:
    flat = op("reshape", c.tensor(x), (-1,))
    return op("get_item", flat, (Slice(1),)), op("get_item", flat, (Slice(None, -1),))


@rule("math.is_non_decreasing")
def _non_decreasing(c: Context, x: Any) -> Expr:
    return op("all", op("greater_equal", *_steps(c, x)))


@rule("math.is_strictly_increasing")
def _increasing(c: Context, x: Any) -> Expr:
    return op("all", op("greater", *_steps(c, x)))


@rule("linalg.matrix_rank")
def _matrix_rank(
    c: Context, a: Any, tol: Any = None, validate_args: Any = False
) -> Expr:
    if tol is not None:
        return op("matrix_rank", c.tensor(a), tol=c.number(tol, "tol"))
    return op("matrix_rank", c.tensor(a))


@rule("nn.local_response_normalization")
def _local_response(
    c: Context,
    input: Any,
    depth_radius: Any = 5,
    bias: Any = 1,
    alpha: Any = 1,
    beta: Any = 0.5,
) -> Expr:
    x, radius = c.tensor(input), c.integer(depth_radius, "the radius")
    shape = c.shape(x)
    depth = shape[-1]
    if not isinstance(depth, int):
        raise UntranslatableError("the number of channels is not known")
    # A pooling along the channels, which stand as the steps of a sequence.
    rows = op("reshape", op("square", x), (-1, depth, 1))
    padded = op("pad", rows, ((0, 0), (radius, radius), (0, 0)))
    width = 2 * radius + 1
    options = {"strides": 1, "padding": "valid", "data_format": "channels_last"}
    mean = reshaped(c, op("average_pool", padded, width, **options), shape)
    scale = float(c.number(alpha, "alpha")) * width
    spread = op("add", op("multiply", mean, scale), float(c.number(bias, "bias")))
    return op("true_divide", x, op("power", spread, float(c.number(beta, "beta"))))


def _global_norm(
    c: Context,
    x: Any,
    mean: Any,
    variance: Any,
    beta: Any,
    gamma: Any,
    epsilon: Any,
    scaled: Any,
) -> Expr:
    value = c.tensor(x)
    spread = op("add", c.tensor(variance, value), c.number(epsilon, "epsilon"))
    factor = op("rsqrt", spread)
    if c.flag(scaled):
        factor = op("multiply", factor, c.tensor(gamma, value))
    centred = op("subtract", value, c.tensor(mean, value))
    return op("add", op("multiply", centred, factor), c.tensor(beta, value))


@rule("nn.batch_norm_with_global_normalization")
def _batch_norm(
    c: Context,
    input: Any,
    mean: Any,
    variance: Any,
    beta: Any,
    gamma: Any,
    variance_epsilon: Any,
    scale_after_normalization: Any,
) -> Expr:
    scaled = scale_after_normalization
    return _global_norm(c, input, mean, variance, beta, gamma, variance_epsilon, scaled)


@rule("nn.atrous_conv2d_transpose")
def _atrous_transpose(
    c: Context, value: Any, filters: Any, output_shape: Any, rate: Any, padding: Any
) -> Expr:
    return transposed_convolution(
        c, value, filters, output_shape, 1, padding, "NHWC", rate
    )


@rule("tensor_scatter_nd_add")
def _scatter_add(
    c: Context, tensor: Any, indices: Any, updates: Any, bad_indices_policy: Any = ""
) -> Expr:
    return _scattered(c, tensor, indices, updates, "add")


@rule("tensor_scatter_nd_max")
def _scatter_max(
    c: Context, tensor: Any, indices: Any, updates: Any, bad_indices_policy: Any = ""
) -> Expr:
    return _scattered(c, tensor, indices, updates, "max")


@rule("tensor_scatter_nd_min")
def _scatter_min(
    c: Context, tensor: Any, indices: Any, updates: Any, bad_indices_policy: Any = ""
) -> Expr:
    return _scattered(c, tensor, indices, updates, "min")


@rule("tensor_scatter_nd_sub")
def _scatter_sub(
    c: Context, tensor: Any, indices: Any, updates: Any, bad_indices_policy: Any = ""
) -> Expr:
    changes = op("negative", c.tensor(updates, c.tensor(tensor)))
    return _scattered(c, tensor, indices, changes, "add")


def _scattered(c: Context, x: Any, indices: Any, updates: Any, how: str) -> Expr:
    value = c.tensor(x)
    places, changes = c.tensor(indices), c.tensor(updates, value)
    return op("scatter_update", value, places, changes, reduction=how)


@rule("unravel_index")
def _unravel_index(c: Context, indices: Any, dims: Any) -> Expr:
    sizes = c.ints(dims, "the shape")
    places: Any = c.tensor(indices)
    rows = []
    for position, size in enumerate(sizes):
        step = math.prod(sizes[position + 1 :])
        row = op("floor_divide", places, step) if step > 1 else places
        rows.append(op("mod", row, size) if position else row)
    return op("stack", tuple(rows), axis=0)


@rule("reverse_sequence")
def _reverse_sequence(
    c: Context,
    input: Any,
    seq_lengths: Any,
    seq_axis: Any = None,
    batch_axis: Any = None,
) -> Expr:
    x = c.tensor(input)
    along, batch = c.integer(seq_axis or 0, "seq_axis"), batch_axis or 0
    shape = c.shape(x)
    size = shape[along]
    if along != 1 or batch != 0 or not isinstance(size, int):
        raise UntranslatableError("it reverses another axis than the second")
    steps = const.vector(range(size))
    ends = op("get_item", op("cast", c.tensor(seq_lengths), "int32"), (Slice(), None))
    turned = op("subtract", op("subtract", ends, 1), steps)
    order = op("where", op("less", steps, ends), turned, steps)
    if len(shape) > 2:
        order = op("get_item", order, (..., *[None] * (len(shape) - 2)))
    return op("take_along_axis", x, order, axis=1)


@rule("image.resize_with_pad")
def _resize_with_pad(
    c: Context,
    image: Any,
    target_height: Any,
    target_width: Any,
    method: Any = "bilinear",
    antialias: Any = False,
) -> Expr:
    x = c.tensor(image)
    height, width = extent(c, x)
    wanted = (c.integer(target_height), c.integer(target_width))
    ratio = max(width / wanted[1], height / wanted[0])
    inner = (math.floor(height / ratio), math.floor(width / ratio))
    smaller = resized(c, x, inner, method, antialias)
    top, left = ((a - b) // 2 for a, b in zip(wanted, inner, strict=True))
    return framed(c, smaller, max(top, 0), max(left, 0), *wanted)


@rule("image.ssim")
def _ssim(
    c: Context,
    img1: Any,
    img2: Any,
    max_val: Any,
    filter_size: Any = 11,
    filter_sigma: Any = 1.5,
    k1: Any = 0.01,
    k2: Any = 0.03,
    return_index_map: Any = False,
) -> Expr:
    if c.flag(return_index_map):
        raise UntranslatableError("Keras gives no map of similarities")
    return op(
        "image.ssim",
        c.tensor(img1),
        c.tensor(img2),
        c.number(max_val, "max_val"),
        filter_size=c.integer(filter_size),
        filter_sigma=c.number(filter_sigma),
        k1=c.number(k1),
        k2=c.number(k2),
        data_format="channels_last",
    )


@rule("compat.v1.image.extract_image_patches")
def _patches_v1(
    c: Context,
    images: Any,
    ksizes: Any = None,
    strides: Any = None,
    rates: Any = None,
    padding: Any = None,
    sizes: Any = None,
) -> Expr:
    windows = ksizes if sizes is None else sizes
    return patches(c, images, windows, strides, rates, padding)


@rule("signal.stft")
def _stft(
    c: Context,
    signals: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Any = None,
    pad_end: Any = False,
) -> Any:
    length = c.integer(frame_length, "frame_length")
    if window_fn is not None or c.flag(pad_end):
        raise UntranslatableError("it has a window of its own, or pads its end")
    size = 1 << max(length - 1, 0).bit_length()
    if fft_length is not None:
        size = c.integer(fft_length, "fft_length")
    if size != length:
        raise UntranslatableError(
            "its transform is longer than a frame, around which Keras pads both sides"
        )
    step = c.integer(frame_step, "frame_step")
    x = c.tensor(signals)
    options: dict[str, Any] = {"fft_length": size, "window": "hann", "center": False}
    call = op("stft", x, length, step, **options)
    return Complex(Output(call, 0), Output(call, 1))


@rule("signal.dct")
def _dct(
    c: Context,
    input: Any,
    type: Any = 2,
    n: Any = None,
    axis: Any = -1,
    norm: Any = None,
) -> Expr:
    if type != 2 or n is not None:
        raise UntranslatableError("it is another cosine transform than the second")
    return _cosines(c, input, norm, forwards=True)


@rule("signal.idct")
def _idct(
    c: Context,
    input: Any,
    type: Any = 2,
    n: Any = None,
    axis: Any = -1,
    norm: Any = None,
) -> Expr:
    if type != 2 or n is not None:
        raise UntranslatableError("it is another cosine transform than the second")
    return _cosines(c, input, norm, forwards=False)


def _cosines(c: Context, x: Any, norm: Any, forwards: bool) -> Expr:
    """A cosine transform as a product with its matrix."""
    value = c.tensor(x)
    size = c.shape(value)[-1]
    if not isinstance(size, int):
        raise UntranslatableError("the size of the last axis is not known")
    const.size_of([size, size])
    rows = []
    for i in range(size):
        row = []
        for j in range(size):
            p, w = (i, j) if forwards else (j, i)
            number = 2.0 * math.cos(math.pi * (p + 0.5) * w / size)
            if norm == "ortho":
                number *= math.sqrt((1.0 if w else 0.5) / (2.0 * size))
            elif not forwards:
                number *= 0.5 if w == 0 else 1.0
            row.append(number)
        rows.append(row)
    return op("matmul", value, const.from_nested(rows, "float32"))
