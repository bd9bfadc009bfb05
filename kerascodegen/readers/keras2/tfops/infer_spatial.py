"""Shapes of calls that slide windows over space or move pixels."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from kerascodegen.readers.keras2.tfops.dims import (
    Shape,
    Size,
    add,
    divide_exactly,
    floor_divide,
    multiply,
)
from kerascodegen.readers.keras2.tfops.spec import (
    Spec,
    UnknownError,
    known_shape,
    spec_of,
)


def _resize(images: Any, size: Any, **rest: Any) -> Spec:
    shape, dtype = spec_of(images)
    if shape is None or rest.get("data_format") == "channels_first":
        raise UnknownError
    return ((*shape[:-3], *size, shape[-1]), dtype)


def _spatial(
    size: Size, kernel: int, stride: int, padding: str, dilation: int = 1
) -> Size:
    if padding == "valid":
        size = add(size, -dilation * (kernel - 1))
    return floor_divide(add(size, stride - 1), stride)


def _each(value: Any, count: int) -> tuple[int, ...]:
    return (value,) * count if isinstance(value, int) else tuple(value)


def _conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
) -> Spec:
    shape, weights = known_shape(inputs), known_shape(kernel)
    rank = len(shape) - 2
    if data_format == "channels_first":
        raise UnknownError
    sizes = _windows(shape[1:-1], weights[:rank], strides, padding, dilation_rate)
    return ((shape[0], *sizes, weights[-1]), spec_of(inputs)[1])


def _windows(
    spatial: Shape, kernel: Shape, strides: Any, padding: str, dilation: Any = 1
) -> tuple[Size, ...]:
    rank = len(spatial)
    steps, rates = _each(strides, rank), _each(dilation, rank)
    result = []
    for size, window, step, rate in zip(spatial, kernel, steps, rates, strict=True):
        if not isinstance(window, int):
            raise UnknownError
        result.append(_spatial(size, window, step, padding, rate))
    return tuple(result)


def _depthwise_conv(inputs: Any, kernel: Any, *args: Any, **options: Any) -> Spec:
    (shape, dtype), weights = _conv(inputs, kernel, *args, **options), known_shape(
        kernel
    )
    if shape is None:
        raise UnknownError
    return ((*shape[:-1], multiply(weights[-1], weights[-2])), dtype)


def _separable_conv(
    inputs: Any, depthwise: Any, pointwise: Any, *args: Any, **options: Any
) -> Spec:
    shape, dtype = _conv(inputs, depthwise, *args, **options)
    if shape is None:
        raise UnknownError
    return ((*shape[:-1], known_shape(pointwise)[-1]), dtype)


def _pool(
    inputs: Any,
    pool_size: Any,
    strides: Any = None,
    padding: str = "valid",
    data_format: Any = None,
) -> Spec:
    shape = known_shape(inputs)
    if data_format == "channels_first":
        raise UnknownError
    window = _each(pool_size, len(shape) - 2)
    sizes = _windows(
        shape[1:-1], window, window if strides is None else strides, padding
    )
    return ((shape[0], *sizes, shape[-1]), spec_of(inputs)[1])


def _patches(images: Any, size: Any, **options: Any) -> Spec:
    shape = known_shape(images)
    window = _each(size, 2)
    sizes = _windows(
        shape[1:3],
        window,
        options.get("strides") or window,
        options.get("padding", "valid"),
        options.get("dilation_rate", 1),
    )
    depth = multiply(shape[-1], math.prod(window))
    return ((shape[0], *sizes, depth), spec_of(images)[1])


def _block(grow: bool) -> Callable[..., Spec]:
    def infer(x: Any, block_size: int, data_format: Any = None) -> Spec:
        shape = known_shape(x)
        if data_format == "channels_first" or len(shape) != 4:
            raise UnknownError
        batch, height, width, depth = shape
        if grow:
            sizes = (multiply(height, block_size), multiply(width, block_size))
            channels = divide_exactly(depth, block_size**2)
        else:
            sizes = (floor_divide(height, block_size), floor_divide(width, block_size))
            channels = multiply(depth, block_size**2)
        if channels is None:
            raise UnknownError
        return ((batch, *sizes, channels), spec_of(x)[1])

    return infer


SPATIAL: dict[str, Callable[..., Spec]] = {
    **dict.fromkeys(("max_pool", "average_pool"), _pool),
    "image.resize": _resize,
    "image.extract_patches": _patches,
    "conv": _conv,
    "depthwise_conv": _depthwise_conv,
    "separable_conv": _separable_conv,
    "depth_to_space": _block(True),
    "space_to_depth": _block(False),
}
