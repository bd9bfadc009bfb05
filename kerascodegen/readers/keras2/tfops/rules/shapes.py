"""Shapes: asking for them, and functions that take them as arguments."""

from __future__ import annotations

import math
from typing import Any

from kerascodegen.readers.keras2.tfops import const
from kerascodegen.readers.keras2.tfops.const import Const, scalar, vector
from kerascodegen.readers.keras2.tfops.context import Context, static
from kerascodegen.readers.keras2.tfops.dims import (
    Dim,
    Shape,
    Size,
    add,
    divide_exactly,
    multiply,
    product,
)
from kerascodegen.readers.keras2.tfops.expr import (
    Expr,
    LayerCall,
    Output,
    Slice,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.infer import resolve
from kerascodegen.readers.keras2.tfops.registry import rule


def shape_of(c: Context, x: Any, dtype: Any) -> Any:
    """The shape of a tensor as a constant vector."""
    return vector(c.shape(c.tensor(x)), c.dtype_name(dtype) or "int32")


@rule("shape")
def _shape(c: Context, input: Any, out_type: Any = None) -> Any:
    return shape_of(c, input, out_type)


@rule("compat.v1.shape")
def _shape_v1(c: Context, input: Any, out_type: Any = None) -> Any:
    return shape_of(c, input, out_type)


@rule("size", "compat.v1.size")
def _size(c: Context, input: Any, out_type: Any = None) -> Any:
    size = product(c.shape(c.tensor(input)))
    return scalar(size, c.dtype_name(out_type) or "int32")


@rule("rank")
def _rank(c: Context, input: Any) -> Any:
    return scalar(c.rank(c.tensor(input)))


@rule("ensure_shape")
def _ensure_shape(c: Context, x: Any, shape: Any) -> Expr:
    return c.tensor(x)  # type: ignore[no-any-return]


@rule("convert_to_tensor")
def _convert(c: Context, value: Any, dtype: Any = None, dtype_hint: Any = None) -> Any:
    x, name = c.tensor(value), c.dtype_name(dtype)
    if name is None or c.dtype(x) == name:
        return x
    return op("cast", x, name)


@rule("compat.v1.convert_to_tensor")
def _convert_v1(
    c: Context,
    value: Any,
    dtype: Any = None,
    preferred_dtype: Any = None,
    dtype_hint: Any = None,
) -> Any:
    return _convert(c, value, dtype)


@rule("reshape")
def _reshape(c: Context, tensor: Any, shape: Any) -> Expr:
    return reshaped(c, c.tensor(tensor), c.sizes(shape))


def reshaped(c: Context, x: Any, target: Shape) -> Expr:
    """Write a reshape to a shape with unknown dimensions.

    Args:
        c: The context.
        x: The tensor.
        target: Its new shape, in which one -1 may stand.

    Returns:
        A reshape where at most one dimension is unknown; the layer where the batch
        stays and one more is unknown; other forms where only the last axis changes.

    Raises:
        UntranslatableError: More is unknown than Keras lets a model say.
    """
    if static(target):
        return op("reshape", x, target)
    unknown = [i for i, size in enumerate(target) if not isinstance(size, int)]
    if len(unknown) == 1 and -1 not in target:
        return op("reshape", x, _with_unknown(target, unknown[0]))
    # A size that stands as -1 may be known from the others.
    shape = c.shape(x)
    if -1 in target:
        at = target.index(-1)
        rest = product(tuple(size for i, size in enumerate(target) if i != at))
        size = divide_exactly(product(shape), rest)
        if size is not None:
            return reshaped(c, x, (*target[:at], size, *target[at + 1 :]))
    if target and shape and target[0] == shape[0]:
        inner = tuple(-1 if isinstance(size, Dim) else size for size in target[1:])
        if inner.count(-1) <= 1:
            return LayerCall("keras.layers.Reshape", {"target_shape": inner}, (x,))
    try:
        return _last_axes(x, shape, target)
    except UntranslatableError:
        return _reshaped_as(c, x, target)


def _reshaped_as(c: Context, x: Any, target: Shape) -> Expr:
    """Reshape to sizes that another tensor has at the same axes at run time."""
    like = c.shaped(target)
    if like is None:
        raise UntranslatableError(
            "it reshapes to more than one dimension that is not known before run time"
        )
    plain = tuple(size if isinstance(size, int) else None for size in target)
    config = {"target_shape": plain}
    total = product(c.shape(x))
    return LayerCall("keras2>ReshapeAs", config, ((x, like),), resolve(target, total))


# More would be no code that somebody reads.
_MAX_HEADS = 64


def _with_unknown(target: Shape, at: int) -> tuple[int, ...]:
    return tuple(
        size if isinstance(size, int) and i != at else -1
        for i, size in enumerate(target)
    )


def _last_axes(x: Any, shape: Shape, target: Shape) -> Expr:
    """Split or join the last axes, which needs no other axis to be known."""
    if len(target) == len(shape) + 1 and target[:-2] == shape[:-1]:
        heads, width = target[-2:]
        if (
            isinstance(heads, int)
            and isinstance(width, int)
            and 1 < heads <= _MAX_HEADS
        ):
            pieces = op("split", x, heads, axis=-1)
            parts = tuple(Output(pieces, index) for index in range(heads))
            return op("stack", parts, axis=-2)
    if len(target) == len(shape) - 1 and target[:-1] == shape[:-2]:
        heads = shape[-2]
        fits = isinstance(heads, int) and heads <= _MAX_HEADS
        if fits and isinstance(heads, int) and target[-1] == multiply(heads, shape[-1]):
            rows = tuple(op("get_item", x, (..., i, Slice())) for i in range(heads))
            return op("concatenate", rows, axis=-1)
    raise UntranslatableError(
        "it reshapes to more than one dimension that is not known before run time"
    )


@rule("expand_dims")
def _expand_dims(c: Context, input: Any, axis: Any) -> Expr:
    return op("expand_dims", c.tensor(input), axis=c.integer(axis, "an axis"))


@rule("compat.v1.expand_dims")
def _expand_dims_v1(c: Context, input: Any, axis: Any = None, dim: Any = None) -> Expr:
    return _expand_dims(c, input, dim if axis is None else axis)  # type: ignore[return-value]


@rule("squeeze")
def _squeeze(c: Context, input: Any, axis: Any = None) -> Expr:
    return squeezed(c, input, axis)


@rule("compat.v1.squeeze")
def _squeeze_v1(
    c: Context, input: Any, axis: Any = None, squeeze_dims: Any = None
) -> Expr:
    return squeezed(c, input, squeeze_dims if axis is None else axis)


def squeezed(c: Context, x: Any, axis: Any) -> Expr:
    """Take axes of size one away."""
    x = c.tensor(x)
    axes = c.axis(axis)
    if axes is None or axes == ():
        return op("squeeze", x)
    if isinstance(axes, tuple) and len(axes) == 1:
        axes = axes[0]
    return op("squeeze", x, axis=axes)


@rule("tile")
def _tile(c: Context, input: Any, multiples: Any) -> Expr:
    return tiled(c, c.tensor(input), c.sizes(multiples, "how often it repeats"))


def tiled(c: Context, x: Any, counts: Shape) -> Expr:
    """Repeat a tensor; as often as an unknown dimension by broadcasting."""
    known = tuple(size if isinstance(size, int) else 1 for size in counts)
    result = x if all(size == 1 for size in known) else op("tile", x, known)
    if static(counts):
        return result
    shape = list(c.shape(result))
    for axis, size in enumerate(counts):
        if isinstance(size, Dim):
            result, shape = _repeated(c, result, shape, axis, size)
    return result


def _repeated(
    c: Context, x: Any, shape: list[Size], axis: int, size: Dim
) -> tuple[Any, list[Size]]:
    if shape[axis] == 1:
        result = stretched(c, x, size, axis, len(shape))
        return result, [*shape[:axis], size, *shape[axis + 1 :]]
    # Repeated along an axis of its own in front, which then joins it.
    front = op("expand_dims", x, axis=axis)
    wide = stretched(c, front, size, axis, len(shape) + 1)
    new = [*shape[:axis], multiply(size, shape[axis]), *shape[axis + 1 :]]
    return reshaped(c, wide, tuple(new)), new


def stretched(c: Context, x: Any, size: Dim, axis: int, rank: int) -> Expr:
    """Broadcast an axis of size one to an unknown dimension."""
    dtype = c.dtype(x)
    if dtype is None or dtype == "string":
        raise UntranslatableError("the dtype of what is repeated is not known")
    zeros = c.along(size, axis, rank, 0, dtype)
    return op("logical_or" if dtype == "bool" else "add", x, zeros)


@rule("broadcast_to")
def _broadcast_to(c: Context, input: Any, shape: Any) -> Expr:
    return broadcast(c, c.tensor(input), c.sizes(shape))


def broadcast(c: Context, x: Any, target: Shape) -> Expr:
    """Broadcast to a shape that may have unknown dimensions."""
    if static(target):
        return op("broadcast_to", x, target)
    shape = c.shape(x)
    shape = (1,) * (len(target) - len(shape)) + shape
    if tuple(shape) == target:
        return x  # type: ignore[no-any-return]
    if len(shape) > c.rank(x):
        at = (None,) * (len(shape) - c.rank(x))
        x = op("get_item", as_array(x), (*at, ...))
    counts = tuple(
        want if have == 1 else 1 for have, want in zip(shape, target, strict=True)
    )
    return tiled(c, x, counts)


def as_array(x: Any) -> Any:
    """A number as an array of rank 0, of which parts can be taken."""
    return scalar(x) if isinstance(x, bool | int | float) else x


def filled(c: Context, shape: Any, value: Any, dtype: str) -> Any:
    """Make a tensor of one value."""
    sizes = c.sizes(shape)
    if static(sizes):
        known = tuple(size for size in sizes if isinstance(size, int))
        count = const.size_of(known)
        if isinstance(value, int | float):
            item = const.cast_item(value, dtype)
            return Const((item,) * count, known, dtype)
        return op("broadcast_to", value, known)
    first = next(i for i, size in enumerate(sizes) if isinstance(size, Dim))
    size = sizes[first]
    assert isinstance(size, Dim)
    ones = value == 1 and isinstance(value, int | float)
    start: Any = c.along(size, first, len(sizes), 1 if ones else 0, dtype)
    if not ones and value != 0:
        start = op("full_like", start, value)
    rest = tuple(1 if i == first else size for i, size in enumerate(sizes))
    return tiled(c, start, rest)


@rule("zeros")
def _zeros(c: Context, shape: Any, dtype: Any = "float32", layout: Any = None) -> Any:
    return filled(c, shape, 0, c.dtype_name(dtype) or "float32")


@rule("ones")
def _ones(c: Context, shape: Any, dtype: Any = "float32", layout: Any = None) -> Any:
    return filled(c, shape, 1, c.dtype_name(dtype) or "float32")


@rule("fill")
def _fill(c: Context, dims: Any, value: Any, layout: Any = None) -> Any:
    value = c.tensor(value)
    return filled(c, dims, value, c.dtype(value) or "float32")


@rule("zeros_like")
def _zeros_like(c: Context, input: Any, dtype: Any = None, layout: Any = None) -> Expr:
    return _like(c, "zeros_like", input, dtype)


@rule("ones_like")
def _ones_like(c: Context, input: Any, dtype: Any = None, layout: Any = None) -> Expr:
    return _like(c, "ones_like", input, dtype)


@rule("compat.v1.zeros_like")
def _zeros_like_v1(
    c: Context, tensor: Any, dtype: Any = None, optimize: Any = True
) -> Expr:
    return _like(c, "zeros_like", tensor, dtype)


@rule("compat.v1.ones_like")
def _ones_like_v1(
    c: Context, tensor: Any, dtype: Any = None, optimize: Any = True
) -> Expr:
    return _like(c, "ones_like", tensor, dtype)


def _like(c: Context, name: str, x: Any, dtype: Any) -> Expr:
    wanted = c.dtype_name(dtype)
    return op(name, c.tensor(x), **({"dtype": wanted} if wanted else {}))


@rule("range")
def _range(
    c: Context, start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None
) -> Any:
    if limit is None:
        start, limit = 0, start
    ends = [c.tensor(end) for end in (start, limit, delta)]
    wanted = c.dtype_name(dtype)
    numbers = [_number(end) for end in ends]
    if not any(isinstance(number, Dim) for number in numbers):
        return _known_range(numbers, wanted)
    first, last, step = numbers
    if step != 1 or not isinstance(last, Dim) or isinstance(first, float):
        raise UntranslatableError("its length is not known before run time")
    length = add(last, multiply(first, -1))
    if not isinstance(length, Dim):
        raise UntranslatableError("its ends are not known before run time")
    counted = op("cumsum", c.along(length, 0, 1, 1, wanted or "int32"), axis=0)
    # Ones added up begin with 1.
    back = add(1, multiply(first, -1))
    return counted if back == 0 else op("subtract", counted, c.count(back))


def _number(value: Any) -> Any:
    if isinstance(value, Const):
        value = value.item
    if isinstance(value, int | float | Dim):
        return value
    raise UntranslatableError("its ends are computed from the values of a tensor")


def _known_range(numbers: list[Any], dtype: str | None) -> Const:
    start, limit, step = numbers
    if dtype is None:
        dtype = "float32" if any(isinstance(n, float) for n in numbers) else "int32"
    if step == 0:
        raise UntranslatableError("its step is 0")
    count = max(math.ceil((limit - start) / step), 0)
    const.size_of([count])
    return vector(
        [const.cast_item(start + i * step, dtype) for i in range(count)], dtype
    )


@rule("linspace")
def _linspace(c: Context, start: Any, stop: Any, num: Any, axis: Any = 0) -> Any:
    count = c.integer(num, "how many there are")
    first, last = c.number(start), c.number(stop)
    const.size_of([count])
    step = (last - first) / (count - 1) if count > 1 else 0.0
    return vector([float(first + i * step) for i in range(count)], "float32")


@rule("eye")
def _eye(
    c: Context,
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = "float32",
) -> Any:
    rows = c.integer(num_rows, "the number of rows")
    columns = rows if num_columns is None else c.integer(num_columns, "that of columns")
    kind = c.dtype_name(dtype) or "float32"
    const.size_of([rows, columns])
    values = [
        const.cast_item(int(i == j), kind) for i in range(rows) for j in range(columns)
    ]
    matrix = const.make(values, (rows, columns), kind)
    if batch_shape is None:
        return matrix
    batch = c.sizes(batch_shape)
    return broadcast(c, matrix, (*batch, rows, columns))


@rule("sequence_mask")
def _sequence_mask(
    c: Context, lengths: Any, maxlen: Any = None, dtype: Any = "bool"
) -> Expr:
    if maxlen is None:
        raise UntranslatableError("the length of the longest row depends on values")
    x = c.tensor(lengths)
    steps = _range(c, c.tensor(maxlen))
    key: tuple[Expr, ...] = (..., None)
    mask = op("less", steps, op("cast", op("get_item", x, key), "int32"))
    kind = c.dtype_name(dtype)
    return mask if kind == "bool" else op("cast", mask, kind)


@rule("slice")
def _slice(c: Context, input_: Any, begin: Any, size: Any) -> Expr:
    x = c.tensor(input_)
    starts, sizes = c.ints(begin, "where it begins"), c.sizes(size, "its size")
    keys: list[Expr] = []
    shape = c.shape(x) if any(isinstance(s, Dim) for s in sizes) else ()
    for axis, (start, count) in enumerate(zip(starts, sizes, strict=True)):
        first = start or None
        if count == -1 or (start == 0 and shape and shape[axis] == count):
            keys.append(Slice(first))
        elif isinstance(count, int):
            keys.append(Slice(first, start + count))
        else:
            stop = relative_end(add(count, start), shape[axis])
            keys.append(Slice(first, stop))
    return subscript(x, keys)


def relative_end(end: Size, size: Size) -> int | None:
    """An end of a slice, counted from the end of an axis where that is unknown."""
    if isinstance(end, int):
        return end
    distance = add(end, multiply(size, -1))
    if distance == 0:
        return None
    if isinstance(distance, int) and distance < 0:
        return distance
    raise UntranslatableError(
        "a slice ends at a dimension that is not known before run time"
    )


def subscript(x: Any, keys: list[Expr]) -> Expr:
    """Take a part; slices that take all of the last axes are left out."""
    if ... not in keys:
        while keys and keys[-1] == Slice():
            keys = keys[:-1]
    if not keys or keys == [...]:
        return x  # type: ignore[no-any-return]
    return op("get_item", as_array(x), tuple(keys))
