"""Constant arrays in plain Python, whose numbers may be unknown dimensions.

What the old graph computed from shapes and constants alone is computed here, so that a
`tf.shape` and all that hangs on it leaves nothing behind but numbers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kerascodegen.readers.keras2.tfops.dims import Dim, bounded

Item: TypeAlias = bool | int | float | str | Dim
# More is no constant of a model's code.
MAX_ELEMENTS = 2**20


class UnfoldableError(Exception):
    """A constant cannot be computed here."""


@dataclass(frozen=True, slots=True)
class Const:
    """A constant array of any rank.

    Attributes:
        values: Its numbers, last axis fastest.
        shape: Its shape.
        dtype: As TensorFlow and Keras name it.
    """

    values: tuple[Item, ...]
    shape: tuple[int, ...]
    dtype: str

    @property
    def known(self) -> bool:
        """Whether no number is an unknown dimension."""
        return not any(isinstance(value, Dim) for value in self.values)

    @property
    def item(self) -> Item:
        """The only number.

        Raises:
            UnfoldableError: There are several.
        """
        if len(self.values) != 1:
            raise UnfoldableError("several values where one belongs")
        return self.values[0]

    def nested(self) -> object:
        """The numbers in tuples of tuples; one number alone for rank 0."""

        def build(offset: int, shape: tuple[int, ...]) -> object:
            if not shape:
                return self.values[offset]
            step = math.prod(shape[1:])
            return tuple(build(offset + i * step, shape[1:]) for i in range(shape[0]))

        return build(0, self.shape)


def scalar(value: Item, dtype: str | None = None) -> Const:
    """One number."""
    return Const((value,), (), dtype or natural_dtype(value))


def vector(values: Iterable[Item], dtype: str = "int32") -> Const:
    """Several numbers in a row."""
    items = tuple(values)
    return Const(items, (len(items),), dtype)


def natural_dtype(value: Item) -> str:
    """What TensorFlow makes of a Python number."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, float):
        return "float32"
    return "string" if isinstance(value, str) else "int32"


def from_nested(value: object, dtype: str | None = None) -> Const:
    """Make nested lists of numbers an array.

    Args:
        value: A number, or lists of them.
        dtype: Its dtype, found from the numbers when left out.

    Returns:
        The array.

    Raises:
        UnfoldableError: It is ragged, too large, or no numbers.
    """
    shape: list[int] = []
    level = value
    while isinstance(level, list | tuple):
        shape.append(len(level))
        if len(shape) > 32 or not level:
            break
        level = level[0]
    values: list[Item] = []
    _collect(value, shape, 0, values)
    if dtype is None:
        kinds = {natural_dtype(item) for item in values} or {"float32"}
        dtype = "float32" if kinds == {"float32", "int32"} else min(kinds)
        if len(kinds) > 1 and dtype != "float32":
            raise UnfoldableError("a constant mixes kinds of values")
    return Const(tuple(cast_item(item, dtype) for item in values), tuple(shape), dtype)


def _collect(value: object, shape: Sequence[int], axis: int, out: list[Item]) -> None:
    if isinstance(value, Const) and not value.shape:
        value = value.item
    if axis == len(shape):
        if not isinstance(value, bool | int | float | str | Dim):
            raise UnfoldableError("a constant is no number")
        out.append(value)
        return
    if not isinstance(value, list | tuple) or len(value) != shape[axis]:
        raise UnfoldableError("a constant is ragged")
    for item in value:
        _collect(item, shape, axis + 1, out)
    if len(out) > MAX_ELEMENTS:
        raise UnfoldableError("a constant is too large")


def cast_item(value: Item, dtype: str) -> Item:
    """Convert one number to a dtype as TensorFlow does."""
    if isinstance(value, Dim):
        if not dtype.startswith(("int", "uint")):
            raise UnfoldableError("an unknown dimension as another kind of number")
        return value
    if isinstance(value, str) or dtype == "string":
        if isinstance(value, str) and dtype == "string":
            return value
        raise UnfoldableError("text among numbers")
    if dtype == "bool":
        return bool(value)
    if dtype.startswith(("int", "uint")):
        if isinstance(value, float) and not math.isfinite(value):
            raise UnfoldableError("a number that is not finite as an integer")
        return bounded(int(value))
    if dtype.startswith(("float", "bfloat")):
        return float(value)
    raise UnfoldableError(f"no constants of dtype {dtype}")


def make(values: Iterable[Item], shape: Iterable[int], dtype: str) -> Const:
    """Make an array of what was computed, in bounds."""
    dims = tuple(shape)
    count = size_of(dims)
    items = tuple(values)
    if len(items) != count:
        raise UnfoldableError("a constant does not fit its shape")
    return Const(items, dims, dtype)


def size_of(shape: Iterable[int]) -> int:
    """Count the elements of a shape, in bounds."""
    total = 1
    for size in shape:
        if size < 0:
            raise UnfoldableError("a shape below zero")
        total *= size
        if total > MAX_ELEMENTS:
            raise UnfoldableError("a constant is too large")
    return total


def strides_of(shape: Sequence[int]) -> tuple[int, ...]:
    """How far apart neighbours along each axis are."""
    steps = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        steps[axis] = steps[axis + 1] * shape[axis + 1]
    return tuple(steps)


def take(array: Const, axes: Sequence[Sequence[int]]) -> Const:
    """Take chosen indices along every axis."""
    shape = tuple(len(axis) for axis in axes)
    size_of(shape)
    steps = strides_of(array.shape)
    values = (
        array.values[sum(i * step for i, step in zip(index, steps, strict=True))]
        for index in itertools.product(*axes)
    )
    return make(values, shape, array.dtype)


def broadcast_shape(shapes: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """The shape that arrays have together."""
    result: list[int] = []
    for shape in shapes:
        padding = [1] * max(len(shape) - len(result), 0)
        result = padding + result
        for axis in range(1, len(shape) + 1):
            here, there = result[-axis], shape[-axis]
            if here != there and 1 not in (here, there):
                raise UnfoldableError("shapes do not fit")
            result[-axis] = there if here == 1 else here
    return tuple(result)


def broadcast(array: Const, shape: tuple[int, ...]) -> Const:
    """Repeat an array along axes of size one and new ones."""
    if broadcast_shape([array.shape, shape]) != shape:
        raise UnfoldableError("shapes do not fit")
    size_of(shape)
    full = Const(
        array.values, (1,) * (len(shape) - len(array.shape)) + array.shape, array.dtype
    )
    axes = [
        range(size) if here == size else [0] * size
        for here, size in zip(full.shape, shape, strict=True)
    ]
    return take(full, axes)


def elementwise(
    function: Callable[..., Item], arrays: Sequence[Const], dtype: str
) -> Const:
    """Apply a function of numbers to arrays."""
    shape = broadcast_shape(array.shape for array in arrays)
    columns = [broadcast(array, shape).values for array in arrays]
    values = (_in_bounds(function(*items)) for items in zip(*columns, strict=True))
    return make(values, shape, dtype)


def _in_bounds(value: Item) -> Item:
    return bounded(value) if type(value) is int else value


def reshape(array: Const, shape: Sequence[int]) -> Const:
    """Give an array another shape, in which one -1 may stand."""
    dims = list(shape)
    if dims.count(-1) == 1:
        rest = size_of(size for size in dims if size != -1)
        if not rest:
            raise UnfoldableError("no size follows from the others")
        dims[dims.index(-1)] = len(array.values) // rest
    return make(array.values, dims, array.dtype)


def transpose(array: Const, axes: Sequence[int]) -> Const:
    """Put the axes of an array in another order."""
    shape = [array.shape[axis] for axis in axes]
    steps = strides_of(array.shape)
    order = [steps[axis] for axis in axes]
    values = (
        array.values[sum(i * step for i, step in zip(index, order, strict=True))]
        for index in itertools.product(*(range(size) for size in shape))
    )
    return make(values, shape, array.dtype)


def concatenate(arrays: Sequence[Const], axis: int) -> Const:
    """Join arrays along an axis."""
    rank = len(arrays[0].shape)
    axis %= rank
    first = list(arrays[0].shape)
    for array in arrays:
        if array.shape[:axis] + array.shape[axis + 1 :] != tuple(
            first[:axis] + first[axis + 1 :]
        ):
            raise UnfoldableError("shapes do not fit")
    outer = math.prod(first[:axis])
    values: list[Item] = []
    for row in range(outer):
        for array in arrays:
            width = math.prod(array.shape[axis:])
            values.extend(array.values[row * width : (row + 1) * width])
    first[axis] = sum(array.shape[axis] for array in arrays)
    return make(values, first, arrays[0].dtype)


def reduce(
    array: Const,
    axes: Iterable[int],
    function: Callable[[list[Item]], Item],
    keep: bool,
) -> Const:
    """Reduce an array along axes."""
    rank = len(array.shape)
    reduced = sorted({axis % rank for axis in axes}) if rank else []
    kept = [axis for axis in range(rank) if axis not in reduced]
    moved = transpose(array, [*kept, *reduced])
    width = math.prod(array.shape[axis] for axis in reduced)
    count = math.prod(array.shape[axis] for axis in kept)
    values = [
        _in_bounds(function(list(moved.values[i * width : (i + 1) * width])))
        for i in range(count)
    ]
    shape = [
        1 if axis in reduced else size
        for axis, size in enumerate(array.shape)
        if keep or axis not in reduced
    ]
    return make(values, shape, array.dtype)


def unstack(array: Const, axis: int) -> Iterator[Const]:
    """Yield the parts of an array along an axis, without it."""
    axis %= len(array.shape)
    everywhere = [range(size) for size in array.shape]
    for index in range(array.shape[axis]):
        part = take(array, [*everywhere[:axis], [index], *everywhere[axis + 1 :]])
        yield reshape(part, array.shape[:axis] + array.shape[axis + 1 :])
