"""`tf.image`. Images have channels last; the axes are counted from the end."""

from __future__ import annotations

import math
from typing import Any

from kerascodegen.readers.keras2.tfops import const
from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.expr import (
    Expr,
    Output,
    Slice,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.registry import Several, rule
from kerascodegen.readers.keras2.tfops.rules.resizing import LAST, extent
from kerascodegen.readers.keras2.tfops.rules.shapes import reshaped


def cut(x: Any, top: int, height: int, left: int, width: int) -> Expr:
    """Take a rectangle out of images."""
    key = (..., Slice(top or None, top + height), Slice(left or None, left + width))
    return op("get_item", x, (*key, Slice()))


@rule("image.crop_to_bounding_box")
def _crop(
    c: Context,
    image: Any,
    offset_height: Any,
    offset_width: Any,
    target_height: Any,
    target_width: Any,
) -> Expr:
    top, left = c.integer(offset_height), c.integer(offset_width)
    return cut(
        c.tensor(image), top, c.integer(target_height), left, c.integer(target_width)
    )


@rule("image.central_crop")
def _central_crop(c: Context, image: Any, central_fraction: Any) -> Expr:
    x, fraction = c.tensor(image), c.number(central_fraction, "the fraction")
    if fraction == 1.0:
        return x  # type: ignore[no-any-return]
    height, width = extent(c, x)
    top = int((height - height * fraction) / 2)
    left = int((width - width * fraction) / 2)
    return cut(x, top, height - 2 * top, left, width - 2 * left)


@rule("image.pad_to_bounding_box")
def _pad(
    c: Context,
    image: Any,
    offset_height: Any,
    offset_width: Any,
    target_height: Any,
    target_width: Any,
) -> Expr:
    top, left = c.integer(offset_height), c.integer(offset_width)
    return framed(
        c, c.tensor(image), top, left, c.integer(target_height), c.integer(target_width)
    )


def framed(c: Context, x: Any, top: int, left: int, height: int, width: int) -> Expr:
    """Pad images to a size."""
    have = extent(c, x)
    rows, columns = height - top - have[0], width - left - have[1]
    outer = ((0, 0),) * (c.rank(x) - 3)
    pairs = (*outer, (top, rows), (left, columns), (0, 0))
    if min(top, left, rows, columns) < 0:
        raise UntranslatableError("it pads to a size below that of the images")
    return x if not any((top, left, rows, columns)) else op("pad", x, pairs)


@rule("image.resize_with_crop_or_pad")
def _crop_or_pad(c: Context, image: Any, target_height: Any, target_width: Any) -> Expr:
    x = c.tensor(image)
    wanted = (c.integer(target_height), c.integer(target_width))
    have = extent(c, x)
    kept = tuple(min(a, b) for a, b in zip(have, wanted, strict=True))
    starts = [max(a - b, 0) // 2 for a, b in zip(have, wanted, strict=True)]
    if kept != have:
        x = cut(x, starts[0], kept[0], starts[1], kept[1])
    top, left = (max(b - a, 0) // 2 for a, b in zip(have, wanted, strict=True))
    return framed(c, x, top, left, *wanted)


@rule("image.flip_left_right")
def _flip_left_right(c: Context, image: Any) -> Expr:
    return op("flip", c.tensor(image), axis=-2)


@rule("image.flip_up_down")
def _flip_up_down(c: Context, image: Any) -> Expr:
    return op("flip", c.tensor(image), axis=-3)


@rule("image.transpose")
def _transpose(c: Context, image: Any) -> Expr:
    return op("swapaxes", c.tensor(image), -3, -2)


@rule("image.rot90")
def _rot90(c: Context, image: Any, k: Any = 1) -> Expr:
    x, times = c.tensor(image), c.integer(k, "k") % 4
    if times == 0:
        return x  # type: ignore[no-any-return]
    if times == 2:
        return op("flip", op("flip", x, axis=-3), axis=-2)
    if times == 1:
        return op("swapaxes", op("flip", x, axis=-2), -3, -2)
    return op("flip", op("swapaxes", x, -3, -2), axis=-2)


@rule("image.rgb_to_grayscale")
def _grayscale(c: Context, images: Any) -> Expr:
    weights = const.vector([0.2989, 0.5870, 0.1140], "float32")
    return op("sum", op("multiply", c.tensor(images), weights), axis=-1, keepdims=True)


@rule("image.grayscale_to_rgb")
def _rgb(c: Context, images: Any) -> Expr:
    return op("repeat", c.tensor(images), 3, axis=-1)


@rule("image.rgb_to_hsv")
def _rgb_to_hsv(c: Context, images: Any) -> Expr:
    return op("image.rgb_to_hsv", c.tensor(images), data_format=LAST)


@rule("image.hsv_to_rgb")
def _hsv_to_rgb(c: Context, images: Any) -> Expr:
    return op("image.hsv_to_rgb", c.tensor(images), data_format=LAST)


_COLOURS = {
    "rgb_to_yiq": (
        (0.299, 0.59590059, 0.2115),
        (0.587, -0.27455667, -0.52273617),
        (0.114, -0.32134392, 0.31119955),
    ),
    "yiq_to_rgb": (
        (1.0, 1.0, 1.0),
        (0.95598634, -0.27201283, -1.10674021),
        (0.6208248, -0.64720424, 1.70423049),
    ),
    "rgb_to_yuv": (
        (0.299, -0.14714119, 0.61497538),
        (0.587, -0.28886916, -0.51496512),
        (0.114, 0.43601035, -0.10001026),
    ),
    "yuv_to_rgb": (
        (1.0, 1.0, 1.0),
        (0.0, -0.394642334, 2.03206185),
        (1.13988303, -0.58062185, 0.0),
    ),
}


def _colour_rule(kernel: tuple[tuple[float, ...], ...]) -> Any:
    def apply(c: Context, images: Any) -> Expr:
        return op("matmul", c.tensor(images), const.from_nested(kernel, "float32"))

    return apply


for _name, _kernel in _COLOURS.items():
    rule(f"image.{_name}")(_colour_rule(_kernel))


def float_image(c: Context, image: Any) -> Any:
    """Images as fractions; integers would be scaled and rounded, and are refused."""
    x = c.tensor(image)
    if not str(c.dtype(x) or "float32").startswith(("float", "bfloat")):
        raise UntranslatableError("it scales images of integers to fractions and back")
    return x


@rule("image.adjust_brightness")
def _brightness(c: Context, image: Any, delta: Any) -> Expr:
    x = float_image(c, image)
    return op("add", x, c.tensor(delta, x))


@rule("image.adjust_contrast")
def _contrast(c: Context, images: Any, contrast_factor: Any) -> Expr:
    x = float_image(c, images)
    mean = op("mean", x, axis=(-3, -2), keepdims=True)
    factor = c.tensor(contrast_factor, x)
    return op("add", op("multiply", op("subtract", x, mean), factor), mean)


@rule("image.adjust_gamma")
def _gamma(c: Context, image: Any, gamma: Any = 1, gain: Any = 1) -> Expr:
    x = float_image(c, image)
    power = op("power", x, c.tensor(gamma, x))
    factor = c.tensor(gain, x)
    return power if factor == 1 else op("multiply", factor, power)


@rule("image.adjust_saturation")
def _saturation(c: Context, image: Any, saturation_factor: Any) -> Expr:
    hue, saturation, value = _hsv(float_image(c, image))
    changed = op("multiply", saturation, c.tensor(saturation_factor))
    return _from_hsv(hue, op("clip", changed, 0.0, 1.0), value)


@rule("image.adjust_hue")
def _hue(c: Context, image: Any, delta: Any) -> Expr:
    hue, saturation, value = _hsv(float_image(c, image))
    return _from_hsv(op("mod", op("add", hue, c.tensor(delta)), 1.0), saturation, value)


def _hsv(x: Any) -> tuple[Any, Any, Any]:
    call = op("split", op("image.rgb_to_hsv", x, data_format=LAST), 3, axis=-1)
    return Output(call, 0), Output(call, 1), Output(call, 2)


def _from_hsv(*parts: Any) -> Expr:
    joined = op("concatenate", tuple(parts), axis=-1)
    return op("image.hsv_to_rgb", joined, data_format=LAST)


@rule("image.per_image_standardization")
def _standardization(c: Context, image: Any) -> Expr:
    x = c.tensor(image)
    if c.dtype(x) != "float32":
        x = op("cast", x, "float32")
    height, width = extent(c, x)
    channels = c.shape(x)[-1]
    if not isinstance(channels, int):
        raise UntranslatableError("the number of channels is not known")
    axes = (-3, -2, -1)
    mean = op("mean", x, axis=axes, keepdims=True)
    spread = op("std", x, axis=axes, keepdims=True)
    least = 1.0 / math.sqrt(height * width * channels)
    return op("true_divide", op("subtract", x, mean), op("maximum", spread, least))


@rule("image.total_variation")
def _total_variation(c: Context, images: Any) -> Expr:
    x = c.tensor(images)
    rank = c.rank(x)
    axes = None if rank == 3 else tuple(range(1, rank))
    total: Any = None
    for axis in (-3, -2):
        size = op("abs", _difference(x, axis))
        part = op("sum", size) if axes is None else op("sum", size, axis=axes)
        total = part if total is None else op("add", total, part)
    return total  # type: ignore[no-any-return]


def _difference(x: Any, axis: int) -> Expr:
    after: tuple[Expr, ...] = (Slice(),) * (-axis - 1)
    later = op("get_item", x, (..., Slice(1), *after))
    return op("subtract", later, op("get_item", x, (..., Slice(None, -1), *after)))


@rule("image.image_gradients")
def _gradients(c: Context, image: Any) -> Several:
    x = c.tensor(image)
    down = op("pad", _difference(x, -3), ((0, 0), (0, 1), (0, 0), (0, 0)))
    right = op("pad", _difference(x, -2), ((0, 0), (0, 0), (0, 1), (0, 0)))
    return Several((down, right))


_SOBEL = ((-1.0, -2.0, -1.0), (0.0, 0.0, 0.0), (1.0, 2.0, 1.0))


@rule("image.sobel_edges")
def _sobel(c: Context, image: Any) -> Expr:
    x = c.tensor(image)
    batch, height, width, depth = c.shape(x)
    if not isinstance(depth, int):
        raise UntranslatableError("the number of channels is not known")
    padded = op("pad", x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
    kernel = [
        [[[_SOBEL[i][j], _SOBEL[j][i]] for _ in range(depth)] for j in range(3)]
        for i in range(3)
    ]
    weights = const.from_nested(kernel, "float32")
    edges = op(
        "depthwise_conv", padded, weights, strides=1, padding="valid", data_format=LAST
    )
    return reshaped(c, edges, (batch, height, width, depth, 2))


@rule("image.extract_patches")
def _patches(
    c: Context, images: Any, sizes: Any, strides: Any, rates: Any, padding: Any
) -> Expr:
    return patches(c, images, sizes, strides, rates, padding)


def patches(
    c: Context, images: Any, sizes: Any, strides: Any, rates: Any, padding: Any
) -> Expr:
    """Take windows out of images, each laid flat along the last axis."""
    size, steps = c.ints(sizes)[1:3], c.ints(strides)[1:3]
    dilation = c.ints(rates)[1:3]
    return op(
        "image.extract_patches",
        c.tensor(images),
        size,
        strides=steps,
        dilation_rate=dilation[0] if dilation[0] == dilation[1] else dilation,
        padding=str(padding).lower(),
        data_format=LAST,
    )


@rule("image.psnr")
def _psnr(c: Context, a: Any, b: Any, max_val: Any) -> Expr:
    first, second = float_image(c, a), c.tensor(b)
    most = c.number(max_val, "max_val")
    error = op("mean", op("square", op("subtract", first, second)), axis=(-3, -2, -1))
    decibels = op("multiply", op("log", error), -10.0 / math.log(10.0))
    return op("add", decibels, 20.0 * math.log10(most))


@rule("image.convert_image_dtype")
def _convert(c: Context, image: Any, dtype: Any, saturate: Any = False) -> Expr:
    x, wanted = c.tensor(image), c.dtype_name(dtype)
    have = c.dtype(x)
    if have is None or wanted is None:
        raise UntranslatableError("the dtype of the images is not known")
    if have == wanted:
        return x  # type: ignore[no-any-return]
    if have.startswith("float") and wanted.startswith("float"):
        return op("cast", x, wanted)
    if have.startswith(("int", "uint")) and wanted.startswith("float"):
        return op("multiply", op("cast", x, wanted), 1.0 / _most(have))
    if have.startswith("float") and wanted.startswith(("int", "uint")):
        scaled = op("multiply", x, _most(wanted) + 0.5)
        return op("saturate_cast" if c.flag(saturate) else "cast", scaled, wanted)
    raise UntranslatableError("it converts integers to other integers")


def _most(dtype: str) -> int:
    bits = int(dtype.lstrip("uint"))
    return (1 << (bits if dtype.startswith("u") else bits - 1)) - 1
