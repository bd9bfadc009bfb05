"""Resizing of images, as TensorFlow 2 and as TensorFlow 1 did it."""

from __future__ import annotations

import math
from typing import Any

from kerascodegen.readers.keras2.tfops import const
from kerascodegen.readers.keras2.tfops.const import Const
from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.dims import Dim, Shape
from kerascodegen.readers.keras2.tfops.expr import (
    Expr,
    LayerCall,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.registry import rule

_METHODS = {
    "bilinear": "bilinear",
    "nearest": "nearest",
    "bicubic": "bicubic",
    "lanczos3": "lanczos3",
    "lanczos5": "lanczos5",
    # The enumeration of TensorFlow 1.
    "0": "bilinear",
    "1": "nearest",
    "2": "bicubic",
}
LAST = "channels_last"


@rule("image.resize")
def _resize(
    c: Context,
    images: Any,
    size: Any,
    method: Any = "bilinear",
    preserve_aspect_ratio: Any = False,
    antialias: Any = False,
) -> Expr:
    x, sizes = c.tensor(images), c.sizes(size, "the size")
    if any(isinstance(size, Dim) for size in sizes):
        if c.flag(preserve_aspect_ratio) or c.flag(antialias):
            c.ints(size, "the size")
        return _resized_as(c, x, sizes, method)
    wanted = c.ints(size, "the size")
    if c.flag(preserve_aspect_ratio):
        wanted = _fitted(c, x, wanted)
    return resized(c, x, wanted, method, antialias)


def _resized_as(c: Context, x: Any, size: Shape, method: Any) -> Expr:
    """Resize to the size that another tensor has at run time, or a multiple of it."""
    how = _METHODS.get(str(method).lower())
    if how is None:
        raise UntranslatableError("Keras does not resize by its method")
    shape = c.shape(x)
    like, factor = c.images_of(size)
    if len(shape) != 4 or like is None:
        raise UntranslatableError(
            "the size depends on a dimension that is not known before run time"
        )
    if how != "nearest" and c.dtype(x) not in {None, "float32"}:
        x = op("cast", x, "float32")
    config: dict[str, Any] = {} if factor == (1, 1) else {"factor": factor}
    if how != "bilinear":
        config["interpolation"] = how
    return LayerCall(
        "keras2>ResizeAs", config, ((x, like),), (shape[0], *size, shape[-1])
    )


def resized(
    c: Context, x: Any, size: tuple[int, ...], method: Any, antialias: Any = False
) -> Expr:
    """Write a resize as TensorFlow 2 and Keras 3 have it."""
    how = _METHODS.get(str(method).lower())
    if how is None:
        raise UntranslatableError("Keras does not resize by its method")
    options: dict[str, Any] = {"data_format": LAST}
    if how != "bilinear":
        options["interpolation"] = how
    if c.flag(antialias):
        options["antialias"] = True
    if how != "nearest" and c.dtype(x) not in {None, "float32"}:
        x = op("cast", x, "float32")
    return op("image.resize", x, size, **options)


def _fitted(c: Context, x: Any, wanted: tuple[int, ...]) -> tuple[int, ...]:
    height, width = extent(c, x)
    scale = min(wanted[0] / height, wanted[1] / width)
    return (round(scale * height), round(scale * width))


def extent(c: Context, x: Any) -> tuple[int, int]:
    """Height and width of images, which have to be known."""
    height, width = c.shape(x)[-3:-1]
    if not isinstance(height, int) or not isinstance(width, int):
        raise UntranslatableError("the size of the images is not known")
    return height, width


@rule("compat.v1.image.resize_images")
def _resize_images(
    c: Context,
    images: Any,
    size: Any,
    method: Any = 0,
    align_corners: Any = False,
    preserve_aspect_ratio: Any = False,
) -> Expr:
    how = _METHODS.get(str(method).lower())
    if c.flag(preserve_aspect_ratio) or how is None:
        raise UntranslatableError("it is a resize of TensorFlow 1 that Keras has not")
    return old_resize(c, images, size, how, align_corners, False)


@rule("compat.v1.image.resize_bilinear")
def _resize_bilinear(
    c: Context,
    images: Any,
    size: Any,
    align_corners: Any = False,
    half_pixel_centers: Any = False,
) -> Expr:
    return old_resize(c, images, size, "bilinear", align_corners, half_pixel_centers)


@rule("compat.v1.image.resize_nearest_neighbor")
def _resize_nearest(
    c: Context,
    images: Any,
    size: Any,
    align_corners: Any = False,
    half_pixel_centers: Any = False,
) -> Expr:
    return old_resize(c, images, size, "nearest", align_corners, half_pixel_centers)


@rule("compat.v1.image.resize_bicubic")
def _resize_bicubic(
    c: Context,
    images: Any,
    size: Any,
    align_corners: Any = False,
    half_pixel_centers: Any = False,
) -> Expr:
    return old_resize(c, images, size, "bicubic", align_corners, half_pixel_centers)


def old_resize(
    c: Context, images: Any, size: Any, method: str, corners: Any, centers: Any
) -> Expr:
    """Resize as TensorFlow 1 did, whose pixels lay elsewhere.

    Keras has the newer form only. The older ones are rows and columns taken by number,
    or a product with the weights that each row and column has.
    """
    if c.flag(centers) and not c.flag(corners):
        return _resize(c, images, size, method)  # type: ignore[return-value]
    x, wanted = c.tensor(images), c.ints(size, "the size")
    if method == "bicubic":
        raise UntranslatableError("Keras has no bicubic resize of TensorFlow 1")
    sizes = extent(c, x)
    at = c.rank(x) - 3
    if method == "bilinear" and c.dtype(x) not in {None, "float32"}:
        x = op("cast", x, "float32")
    for offset, (have, want) in enumerate(zip(sizes, wanted, strict=True)):
        if have == want:
            continue
        places = _places(have, want, c.flag(corners))
        if method == "nearest":
            nearest = [
                math.floor(p + 0.5) if c.flag(corners) else int(p) for p in places
            ]
            x = op(
                "take",
                x,
                const.vector(min(p, have - 1) for p in nearest),
                axis=at + offset,
            )
        else:
            letters = "abcdefg"[: c.rank(x)]
            axis = letters[at + offset]
            equation = f"z{axis},{letters}->{letters.replace(axis, 'z')}"
            x = op("einsum", equation, _weights(have, places), x)
    return x  # type: ignore[no-any-return]


def _places(have: int, want: int, corners: bool) -> list[float]:
    if corners and want > 1:
        return [i * ((have - 1) / (want - 1)) for i in range(want)]
    return [i * (have / want) for i in range(want)]


def _weights(have: int, places: list[float]) -> Const:
    const.size_of([have, len(places)])
    values: list[float] = []
    for place in places:
        low = min(int(place), have - 1)
        high, part = min(low + 1, have - 1), place - int(place)
        row = [0.0] * have
        row[low] += 1.0 - part
        row[high] += part
        values += row
    return const.make(values, (len(places), have), "float32")
