"""Functions that arrange arrays anew: joining, splitting, slicing, gathering."""

from __future__ import annotations

from typing import Any

from kerascodegen.readers.keras2.tfops.const import Const, size_of, vector
from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.dims import Dim
from kerascodegen.readers.keras2.tfops.expr import (
    Expr,
    Output,
    Slice,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.registry import Several, rule
from kerascodegen.readers.keras2.tfops.rules.shapes import relative_end, subscript


@rule("concat")
def _concat(c: Context, values: Any, axis: Any) -> Expr:
    if not isinstance(values, list | tuple):
        return c.tensor(values)  # type: ignore[no-any-return]
    at = c.integer(axis, "an axis")
    items = c.tensor_list(values)
    return items[0] if len(items) == 1 else op("concatenate", items, axis=at)


@rule("stack")
def _stack(c: Context, values: Any, axis: Any = 0) -> Expr:
    if not isinstance(values, list | tuple):
        x, at = c.tensor(values), c.integer(axis, "an axis")
        # A tensor is taken apart along its first axis and put together along another.
        return x if at == 0 else op("moveaxis", x, 0, at)
    return op("stack", c.tensor_list(values), axis=c.integer(axis, "an axis"))


@rule("parallel_stack")
def _parallel_stack(c: Context, values: Any) -> Expr:
    return op("stack", c.tensor_list(values), axis=0)


@rule("unstack")
def _unstack(c: Context, value: Any, num: Any = None, axis: Any = 0) -> Several:
    x, at = c.tensor(value), c.integer(axis, "an axis")
    size: Any = num
    if num is None:
        size = c.shape(x)[at]
    count = c.integer(size, "how many parts there are")
    keys: list[list[Expr]] = [[*([Slice()] * at), i] for i in range(count)]
    if at < 0:
        after: list[Expr] = [Slice()] * (-at - 1)
        keys = [[..., i, *after] for i in range(count)]
    return Several(tuple(op("get_item", x, tuple(key)) for key in keys))


@rule("split")
def _split(
    c: Context, value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None
) -> Several:
    x, at = c.tensor(value), c.integer(axis, "an axis")
    if isinstance(num_or_size_splits, list | tuple) or (
        isinstance(num_or_size_splits, Const) and num_or_size_splits.shape
    ):
        return _split_sizes(c, x, num_or_size_splits, at)
    count = c.integer(num_or_size_splits, "how many parts there are")
    return _outputs(op("split", x, count, axis=at), count)


def _split_sizes(c: Context, x: Any, sizes: Any, axis: int) -> Several:
    # Keras takes the places where it is cut.
    widths = list(c.ints(sizes, "the size of a part"))
    if widths.count(-1) == 1:
        size = c.shape(x)[axis]
        if isinstance(size, Dim):
            raise UntranslatableError("the size of a part is not known")
        rest = sum(width for width in widths if width != -1)
        widths[widths.index(-1)] = size - rest
    ends = [sum(widths[: i + 1]) for i in range(len(widths) - 1)]
    return _outputs(op("split", x, tuple(ends), axis=axis), len(widths))


def _outputs(call: Any, count: int) -> Several:
    if not 0 < count <= 10_000:
        raise UntranslatableError("it has too many outputs")
    return Several(tuple(Output(call, index) for index in range(count)))


@rule("transpose")
def _transpose(c: Context, a: Any, perm: Any = None, conjugate: Any = False) -> Expr:
    return transposed(c, a, perm, conjugate)


@rule("compat.v1.transpose")
def _transpose_v1(c: Context, a: Any, perm: Any = None, conjugate: Any = False) -> Expr:
    return transposed(c, a, perm, conjugate)


def transposed(c: Context, a: Any, perm: Any, conjugate: Any) -> Expr:
    """Put axes in another order."""
    x = c.tensor(a)
    if c.flag(conjugate):
        x = op("conjugate", x)
    if perm is None:
        return op("transpose", x)
    return op("transpose", x, c.ints(perm, "the order of axes"))


@rule("__operators__.getitem")
def _getitem(c: Context, tensor: Any, slice_spec: Any = None, var: Any = None) -> Expr:
    x = c.tensor(tensor)
    keys = slice_spec if isinstance(slice_spec, list | tuple) else [slice_spec]
    return subscript(x, _keys(c, x, list(keys)))


def _keys(c: Context, x: Any, keys: list[Any]) -> list[Expr]:
    taken = sum(item is not None and item is not ... for item in keys)
    axis = 0
    result: list[Expr] = []
    for item in keys:
        if item is None or item is ...:
            result.append(item)
            if item is ... and any(key is not None for key in keys):
                axis = -taken_after(keys)
            continue
        result.append(_key(c, x, item, axis))
        axis += 1
    if taken > 64:
        raise UntranslatableError("a subscript is too long")
    return result


def taken_after(keys: list[Any]) -> int:
    """How many axes a subscript takes behind its ellipsis."""
    at = next(i for i, key in enumerate(keys) if key is ...)
    return sum(key is not None for key in keys[at + 1 :])


def _key(c: Context, x: Any, item: Any, axis: int) -> Expr:
    if isinstance(item, Slice):
        ends = [_end(c, x, end, axis) for end in (item.start, item.stop)]
        step = (
            None if item.step is None else c.integer(item.step, "the step of a slice")
        )
        start, stop = ends
        return Slice(start or None if step in {None, 1} else start, stop, step)
    if isinstance(item, bool):
        raise UntranslatableError("it is indexed by a truth value")
    size = c.size(item, "an index")
    if isinstance(size, int):
        return size
    end = relative_end(size, c.shape(x)[axis])
    if end is None:
        raise UntranslatableError("it is indexed behind its end")
    return end


def _end(c: Context, x: Any, end: Any, axis: int) -> int | None:
    if end is None:
        return None
    size = c.size(end, "an end of a slice")
    return size if isinstance(size, int) else relative_end(size, c.shape(x)[axis])


@rule("strided_slice")
def _strided_slice(
    c: Context,
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: Any = 0,
    end_mask: Any = 0,
    ellipsis_mask: Any = 0,
    new_axis_mask: Any = 0,
    shrink_axis_mask: Any = 0,
    var: Any = None,
) -> Expr:
    x = c.tensor(input_)
    starts, stops = c.sizes(begin, "where it begins"), c.sizes(end, "where it ends")
    steps = (1,) * len(starts) if strides is None else c.ints(strides, "its steps")
    keys: list[Any] = []
    for bit, (start, stop, step) in enumerate(zip(starts, stops, steps, strict=True)):
        flag = 1 << bit
        if int(ellipsis_mask) & flag:
            keys.append(...)
        elif int(new_axis_mask) & flag:
            keys.append(None)
        elif int(shrink_axis_mask) & flag:
            keys.append(start)
        else:
            first = None if int(begin_mask) & flag else start
            last = None if int(end_mask) & flag else stop
            keys.append(Slice(first, last, None if step == 1 else step))  # type: ignore[arg-type]
    return subscript(x, _keys(c, x, keys))


@rule("reverse")
def _reverse(c: Context, tensor: Any, axis: Any) -> Expr:
    axes = c.ints(axis, "an axis")
    return op("flip", c.tensor(tensor), axis=axes[0] if len(axes) == 1 else axes)


@rule("roll")
def _roll(c: Context, input: Any, shift: Any, axis: Any) -> Expr:
    x, shifts, axes = c.tensor(input), c.ints(shift, "the shift"), c.ints(axis)
    if len(shifts) == 1 and len(axes) == 1:
        return op("roll", x, shifts[0], axis=axes[0])
    for by, along in zip(shifts, axes, strict=True):
        x = op("roll", x, by, axis=along)
    return x  # type: ignore[no-any-return]


@rule("repeat")
def _repeat(c: Context, input: Any, repeats: Any, axis: Any = None) -> Expr:
    x = c.tensor(input)
    counts = c.ints(repeats, "how often it repeats")
    at = None if axis is None else c.integer(axis, "an axis")
    if len(counts) == 1:
        options: dict[str, Any] = {} if at is None else {"axis": at}
        return op("repeat", x, counts[0], **options)
    # Keras on JAX repeats all as often; numbers of entries say the same.
    size_of([sum(counts)])
    places = vector(i for i, times in enumerate(counts) for _ in range(times))
    if at is None:
        return op("take", op("reshape", x, (-1,)), places, axis=0)
    return op("take", x, places, axis=at)


@rule("pad")
def _pad(
    c: Context,
    tensor: Any,
    paddings: Any,
    mode: Any = "CONSTANT",
    constant_values: Any = 0,
) -> Expr:
    return padded(c, tensor, paddings, mode, constant_values)


@rule("compat.v1.pad")
def _pad_v1(
    c: Context,
    tensor: Any,
    paddings: Any,
    mode: Any = "CONSTANT",
    constant_values: Any = 0,
) -> Expr:
    return padded(c, tensor, paddings, mode, constant_values)


def padded(c: Context, tensor: Any, paddings: Any, mode: Any, value: Any) -> Expr:
    """Write a padding of every axis."""
    widths = c.ints(paddings, "the padding")
    pairs = tuple(zip(widths[::2], widths[1::2], strict=True))
    how = str(mode).lower()
    if how not in {"constant", "reflect", "symmetric"}:
        raise UntranslatableError("its mode is not known")
    if how != "constant":
        return op("pad", c.tensor(tensor), pairs, mode=how)
    number = c.number(value, "what is padded with")
    if number == 0:
        return op("pad", c.tensor(tensor), pairs)
    return op("pad", c.tensor(tensor), pairs, mode=how, constant_values=number)


@rule("gather")
def _gather(
    c: Context,
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = None,
    batch_dims: Any = 0,
) -> Expr:
    return gathered(c, params, indices, axis, batch_dims)


@rule("compat.v1.gather")
def _gather_v1(
    c: Context,
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = None,
    batch_dims: Any = 0,
) -> Expr:
    return gathered(c, params, indices, axis, batch_dims)


@rule("compat.v1.batch_gather")
def _batch_gather(c: Context, params: Any, indices: Any) -> Expr:
    return gathered(c, params, indices, -1, -1)


def gathered(c: Context, params: Any, indices: Any, axis: Any, batch_dims: Any) -> Expr:
    """Take entries along an axis, in each batch its own where there are batches."""
    x, picked = c.tensor(params), c.tensor(indices)
    batch = c.integer(batch_dims or 0, "batch_dims")
    if batch < 0:
        batch += c.rank(picked)
    at = batch if axis is None else c.integer(axis, "an axis")
    if batch == 0:
        return op("take", x, picked, axis=at)
    rank, depth = c.rank(x), c.rank(picked)
    at %= rank
    if at != batch:
        raise UntranslatableError("it gathers by batch along an axis that is not next")
    # One index along the axis: the other axes are broadcast.
    if depth == batch + 1:
        key: tuple[Expr, ...] = (..., *([None] * (rank - batch - 1)))
        along = picked if rank == batch + 1 else op("get_item", picked, key)
        return op("take_along_axis", x, along, axis=at)
    if depth == batch:
        key = (..., *([None] * (rank - batch)))
        along = op("take_along_axis", x, op("get_item", picked, key), axis=at)
        return op("squeeze", along, axis=at)
    raise UntranslatableError("it gathers by batch with indices of a higher rank")


@rule("gather_nd")
def _gather_nd(
    c: Context,
    params: Any,
    indices: Any,
    batch_dims: Any = 0,
    bad_indices_policy: Any = "",
) -> Expr:
    return gathered_nd(c, params, indices, batch_dims)


@rule("compat.v1.gather_nd")
def _gather_nd_v1(
    c: Context,
    params: Any,
    indices: Any,
    batch_dims: Any = 0,
    bad_indices_policy: Any = "",
) -> Expr:
    return gathered_nd(c, params, indices, batch_dims)


def gathered_nd(c: Context, params: Any, indices: Any, batch_dims: Any) -> Expr:
    """Take entries by index vectors: along one axis, or as numbers in a flat array."""
    x, picked = c.tensor(params), c.tensor(indices)
    batch = c.integer(batch_dims or 0, "batch_dims")
    width = c.shape(picked)[-1]
    if not isinstance(width, int):
        raise UntranslatableError("how many axes are indexed is not known")
    if width == 1:
        return gathered(c, x, op("get_item", picked, (..., 0)), batch, batch)
    shape = c.shape(x)
    inner = shape[batch : batch + width]
    if batch or not all(isinstance(size, int) for size in inner[1:]):
        raise UntranslatableError("it gathers along axes of an unknown size")
    flat: Any = None
    for position in range(width):
        part = op("get_item", picked, (..., position))
        size = shape[position]
        flat = part if flat is None else op("add", op("multiply", flat, size), part)
    rest = tuple(c.ints(shape[width:], "a shape"))
    return op("take", op("reshape", x, (-1, *rest)), flat, axis=0)


@rule("where", "compat.v1.where")
def _where(c: Context, condition: Any, x: Any = None, y: Any = None) -> Expr:
    if x is None or y is None:
        raise UntranslatableError("how many places it finds depends on values")
    return op("where", c.tensor(condition), *c.pair(x, y))


@rule("one_hot")
def _one_hot(
    c: Context,
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
) -> Expr:
    count = c.integer(depth, "the depth")
    at = -1 if axis is None else c.integer(axis, "an axis")
    on = 1 if on_value is None else c.number(on_value, "on_value")
    off = 0 if off_value is None else c.number(off_value, "off_value")
    kind = c.dtype_name(dtype)
    if kind is None:
        given = [value for value in (on_value, off_value) if value is not None]
        integers = given and all(type(value) is int for value in given)
        kind = "int32" if integers else "float32"
    options: dict[str, Any] = {} if at == -1 else {"axis": at}
    if (on, off) == (1, 0):
        if kind != "float32":
            options["dtype"] = kind
        return op("one_hot", c.tensor(indices), count, **options)
    hot = op("one_hot", c.tensor(indices), count, dtype="bool", **options)
    return op("cast", op("where", hot, on, off), kind)


@rule("tensor_scatter_nd_update")
def _scatter_update(c: Context, tensor: Any, indices: Any, updates: Any) -> Expr:
    return op("scatter_update", *(c.tensor(x) for x in (tensor, indices, updates)))


@rule("scatter_nd")
def _scatter(
    c: Context, indices: Any, updates: Any, shape: Any, bad_indices_policy: Any = ""
) -> Expr:
    sizes = c.ints(shape, "the shape")
    return op("scatter", c.tensor(indices), c.tensor(updates), sizes)


@rule("meshgrid")
def _meshgrid(c: Context, *args: Any, indexing: Any = "xy", **kwargs: Any) -> Several:
    items = [c.tensor(arg) for arg in args]
    if len(items) < 2:
        raise UntranslatableError("the file does not hold all of its tensors")
    call = op("meshgrid", *items, indexing=str(indexing))
    return Several(tuple(Output(call, index) for index in range(len(items))))


@rule("searchsorted")
def _searchsorted(
    c: Context,
    sorted_sequence: Any,
    values: Any,
    side: Any = "left",
    out_type: Any = None,
) -> Expr:
    sequence, sought = c.pair(sorted_sequence, values)
    if c.rank(sequence) != 1:
        raise UntranslatableError("Keras searches in one sequence only")
    return op("searchsorted", sequence, sought, side=str(side))
