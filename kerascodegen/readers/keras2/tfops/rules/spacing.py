"""Pixels moved between space, depth and batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.dims import (
    Shape,
    divide_exactly,
    floor_divide,
    multiply,
    product,
)
from kerascodegen.readers.keras2.tfops.expr import (
    Expr,
    LayerCall,
    Slice,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.registry import rule
from kerascodegen.readers.keras2.tfops.rules.convolutions import (
    channels,
)
from kerascodegen.readers.keras2.tfops.rules.shapes import reshaped, subscript


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
    order = (0, 1, 3, 2, 4, 5)
    if name == "depth_to_space":
        inner = divide_exactly(depth, n * n)
        if inner is None:
            raise UntranslatableError("its channels do not divide")
        split: Shape = (batch, height, width, n, n, inner)
        joined: Shape = (batch, multiply(height, n), multiply(width, n), inner)
    else:
        rows, columns = floor_divide(height, n), floor_divide(width, n)
        split = (batch, rows, n, columns, n, depth)
        joined = (batch, rows, columns, multiply(depth, n * n))
    if not isinstance(height, int) and not isinstance(width, int):
        cls = "DepthToSpace" if name == "depth_to_space" else "SpaceToDepth"
        return LayerCall(f"keras2>{cls}", {"block_size": n}, (value,), joined)
    apart = reshaped(c, value, split)
    return reshaped(c, op("transpose", apart, order), joined)


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
