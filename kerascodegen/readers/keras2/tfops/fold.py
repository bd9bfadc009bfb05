"""Computes calls of Keras' functions whose arguments are all constants."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from kerascodegen.readers.keras2.tfops import const as c
from kerascodegen.readers.keras2.tfops import dims
from kerascodegen.readers.keras2.tfops.const import Const, Item, UnfoldableError
from kerascodegen.readers.keras2.tfops.dims import Dim
from kerascodegen.readers.keras2.tfops.expr import Array, OpCall, Slice
from kerascodegen.readers.keras2.tfops.infer import axes_of, promote

Fold: TypeAlias = Callable[..., Const]


def fold(call: OpCall) -> Const | None:
    """Compute a call, where its arguments are constants and it is simple enough.

    Args:
        call: The call; its own arguments are folded already.

    Returns:
        The result, or `None`.
    """
    rule = _FOLDS.get(call.function.removeprefix("keras.ops."))
    if rule is None or not all(map(_is_constant, call.args)):
        return None
    if not all(map(_is_constant, call.kwargs.values())):
        return None
    try:
        return rule(*call.args, **call.kwargs)
    except (UnfoldableError, ArithmeticError, ValueError, TypeError, IndexError):
        return None


def _is_constant(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_constant, value))
    if isinstance(value, Slice):
        return all(map(_is_constant, (value.start, value.stop, value.step)))
    plain = Const | Array | bool | int | float | str | None | Dim
    return isinstance(value, plain) or value is ...


def as_const(value: Any, dtype: str | None = None) -> Const:
    """Make a leaf a constant array."""
    if isinstance(value, Const):
        return value
    if isinstance(value, Array):
        return c.from_nested(value.values, value.dtype)
    return c.from_nested(value, dtype)


def _item(function: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse what a function of numbers cannot say of unknown dimensions."""

    def call(*items: Item) -> Any:
        if any(isinstance(item, Dim) for item in items):
            raise UnfoldableError("an unknown dimension")
        return function(*items)

    return call


def _elementwise(
    function: Callable[..., Item], dtype: str | None = None, divides: bool = False
) -> Fold:
    def call(*operands: Any) -> Const:
        result = dtype or promote(operands)
        if result is None:
            raise UnfoldableError("the dtype is not known")
        if divides and result.startswith(("int", "uint", "bool")):
            result = "float32"
        numbers = [as_const(operand) for operand in operands]
        return c.elementwise(
            lambda *items: _cast(function(*items), result), numbers, result
        )

    return call


def _cast(value: Item, dtype: str) -> Item:
    # A dimension stays one whatever it is cast to; it is made a number at last.
    return value if isinstance(value, Dim) else c.cast_item(value, dtype)


def _add(a: Any, b: Any) -> Item:
    if isinstance(a, Dim) or isinstance(b, Dim):
        return dims.add(_integer(a), _integer(b))
    return a + b  # type: ignore[no-any-return]


def _subtract(a: Any, b: Any) -> Item:
    if isinstance(a, Dim) or isinstance(b, Dim):
        return dims.add(_integer(a), dims.multiply(_integer(b), -1))
    return a - b  # type: ignore[no-any-return]


def _multiply(a: Any, b: Any) -> Item:
    if isinstance(a, Dim) or isinstance(b, Dim):
        return dims.multiply(_integer(a), _integer(b))
    return a * b  # type: ignore[no-any-return]


def _floor_divide(a: Any, b: Any) -> Item:
    if isinstance(a, Dim) or isinstance(b, Dim):
        return dims.floor_divide(_integer(a), _integer(b))
    return a // b  # type: ignore[no-any-return]


def _true_divide(a: Any, b: Any) -> Item:
    if isinstance(a, Dim) or isinstance(b, Dim):
        exact = dims.divide_exactly(_integer(a), _integer(b))
        if exact is None:
            raise UnfoldableError("an unknown dimension")
        return exact
    if b == 0:
        raise UnfoldableError("division by zero")
    return a / b  # type: ignore[no-any-return]


def _integer(value: Any) -> int | Dim:
    if isinstance(value, Dim):
        return value
    if isinstance(value, bool | str) or int(value) != value:
        raise UnfoldableError("an unknown dimension among fractions")
    return int(value)


def _power(a: Any, b: Any) -> Any:
    if isinstance(a, int) and isinstance(b, int) and (b < 0 or b > 64):
        raise UnfoldableError("a power out of bounds")
    return a**b


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, Dim) or isinstance(b, Dim):
        if a == b:
            return True
        raise UnfoldableError("an unknown dimension")
    return bool(a == b)


def _reduced(function: Callable[[list[Any]], Any]) -> Fold:
    def call(x: Any, axis: Any = None, keepdims: bool = False) -> Const:
        array = as_const(x)
        if not array.values:
            raise UnfoldableError("no elements")
        axes = axes_of(axis, len(array.shape))
        return c.reduce(array, axes, function, keepdims)

    return call


def _sum(items: Sequence[Item]) -> Item:
    total = items[0]
    for item in items[1:]:
        total = _add(total, item)
    return total


def _product(items: Sequence[Item]) -> Item:
    total: Item = 1
    for item in items:
        total = _multiply(total, item)
        if type(total) is int:
            dims.bounded(total)
    return total


def _mean(items: Sequence[Any]) -> float:
    return float(_item(lambda *numbers: math.fsum(numbers))(*items) / len(items))


def get_item(x: Any, key: Any) -> Const:
    """Take a part of a constant by a key of `keras.ops.get_item`."""
    array = as_const(x)
    keys = list(key) if isinstance(key, tuple) else [key]
    taken = sum(item is not None and item is not ... for item in keys)
    if ... not in keys:
        keys.append(...)
    at = keys.index(...)
    keys[at : at + 1] = [Slice()] * (len(array.shape) - taken)
    axes: list[Sequence[int]] = []
    shape: list[int] = []
    for item in keys:
        if item is None:
            shape.append(1)
            continue
        size = array.shape[len(axes)]
        if isinstance(item, Slice):
            ends = [_end(end) for end in (item.start, item.stop, item.step)]
            axes.append(range(size)[slice(*ends)])
            shape.append(len(axes[-1]))
        else:
            axes.append([range(size)[_end(item) or 0]])
    return c.reshape(c.take(array, axes), shape)


def _end(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, Const):
        value = value.item
    if isinstance(value, Dim | str | bool):
        raise UnfoldableError("an unknown dimension")
    return int(value)


def _take(x: Any, indices: Any, axis: int | None = None) -> Const:
    array, picked = as_const(x), as_const(indices, "int32")
    if axis is None:
        array, axis = c.reshape(array, [-1]), 0
    axis %= len(array.shape)
    axes: list[Sequence[int]] = [range(size) for size in array.shape]
    axes[axis] = [range(array.shape[axis])[_end(index) or 0] for index in picked.values]
    flat = c.take(array, axes)
    return c.reshape(flat, [*flat.shape[:axis], *picked.shape, *flat.shape[axis + 1 :]])


def _tile(x: Any, repeats: Any) -> Const:
    array = as_const(x)
    counts = [repeats] if isinstance(repeats, int) else list(repeats)
    counts = [1] * (len(array.shape) - len(counts)) + counts
    shape = (1,) * (len(counts) - len(array.shape)) + array.shape
    c.size_of(size * count for size, count in zip(shape, counts, strict=True))
    axes = [list(range(s)) * n for s, n in zip(shape, counts, strict=True)]
    return c.take(c.reshape(array, shape), axes)


def _repeat(x: Any, repeats: int, axis: int | None = None) -> Const:
    array = as_const(x)
    if axis is None:
        array, axis = c.reshape(array, [-1]), 0
    c.size_of([*array.shape, repeats])
    axes = [
        (
            [i for i in range(size) for _ in range(repeats)]
            if at == axis % len(array.shape)
            else list(range(size))
        )
        for at, size in enumerate(array.shape)
    ]
    return c.take(array, axes)


def _flip(x: Any, axis: Any = None) -> Const:
    array = as_const(x)
    flipped = axes_of(axis, len(array.shape))
    axes = [
        range(size)[::-1] if at in flipped else range(size)
        for at, size in enumerate(array.shape)
    ]
    return c.take(array, axes)


def _expand_dims(x: Any, axis: int) -> Const:
    array = as_const(x)
    at = axis + len(array.shape) + 1 if axis < 0 else axis
    return c.reshape(array, [*array.shape[:at], 1, *array.shape[at:]])


def _squeeze(x: Any, axis: Any = None) -> Const:
    array = as_const(x)
    axes = axes_of(axis, len(array.shape))
    shape = [s for i, s in enumerate(array.shape) if s != 1 or i not in axes]
    return c.reshape(array, shape)


def _joined(xs: Sequence[Any]) -> list[Const]:
    dtype = promote(xs)
    if dtype is None:
        raise UnfoldableError("the dtype is not known")
    return [_to_dtype(as_const(x, dtype), dtype) for x in xs]


def _to_dtype(x: Any, dtype: str) -> Const:
    array = as_const(x)
    values = tuple(_cast(value, dtype) for value in array.values)
    return Const(values, array.shape, dtype)


def _stack(x: Sequence[Any], axis: int = 0) -> Const:
    arrays = _joined(x)
    at = axis + len(arrays[0].shape) + 1 if axis < 0 else axis
    return c.concatenate([_expand_dims(array, at) for array in arrays], at)


def _transpose(x: Any, axes: Any = None) -> Const:
    array = as_const(x)
    order = range(len(array.shape))[::-1] if axes is None else axes
    return c.transpose(array, order)


def _swapaxes(x: Any, axis1: int, axis2: int) -> Const:
    array = as_const(x)
    order = list(range(len(array.shape)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return c.transpose(array, order)


def _where(condition: Any, x1: Any, x2: Any) -> Const:
    dtype = promote([x1, x2]) or "float32"
    arrays = [as_const(condition), as_const(x1), as_const(x2)]
    return c.elementwise(
        _item(lambda test, a, b: c.cast_item(a if test else b, dtype)), arrays, dtype
    )


def _one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None) -> Const:
    array = as_const(x)
    dtype = dtype or "float32"
    c.size_of([*array.shape, num_classes])
    one, zero = c.cast_item(1, dtype), c.cast_item(0, dtype)
    values = [
        one if value == index else zero
        for value in array.values
        for index in range(num_classes)
    ]
    result = c.make(values, (*array.shape, num_classes), dtype)
    order = list(range(len(array.shape)))
    order.insert(axis % (len(order) + 1), len(array.shape))
    return c.transpose(result, order)


def _filled(value: int) -> Fold:
    def call(x: Any, dtype: Any = None) -> Const:
        array = as_const(x)
        kind = dtype or array.dtype
        item = c.cast_item(value, kind)
        return Const((item,) * len(array.values), array.shape, kind)

    return call


def _reshape(x: Any, newshape: Sequence[int]) -> Const:
    return c.reshape(as_const(x), newshape)


def _broadcast_to(x: Any, shape: Sequence[int]) -> Const:
    return c.broadcast(as_const(x), tuple(shape))


_NUMBERS: Mapping[str, Callable[..., Any]] = {
    "mod": lambda a, b: a % b,
    "power": _power,
    "maximum": max,
    "minimum": min,
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "sqrt": math.sqrt,
    "rsqrt": lambda a: 1 / math.sqrt(a),
    "exp": math.exp,
    "log": math.log,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "square": lambda a: a * a,
    "round": round,
    "sign": lambda a: (a > 0) - (a < 0),
    "reciprocal": lambda a: 1 / a,
}
_TESTS: Mapping[str, Callable[..., bool]] = {
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
    "logical_and": lambda a, b: bool(a) and bool(b),
    "logical_or": lambda a, b: bool(a) or bool(b),
    "logical_xor": lambda a, b: bool(a) != bool(b),
    "logical_not": operator.not_,
}
_FOLDS: dict[str, Fold] = {
    **{name: _elementwise(_item(function)) for name, function in _NUMBERS.items()},
    **{name: _elementwise(_item(test), "bool") for name, test in _TESTS.items()},
    "add": _elementwise(_add),
    "subtract": _elementwise(_subtract),
    "multiply": _elementwise(_multiply),
    "floor_divide": _elementwise(_floor_divide),
    "true_divide": _elementwise(_true_divide, divides=True),
    "negative": _elementwise(lambda a: _multiply(a, -1)),
    "equal": _elementwise(_equal, "bool"),
    "not_equal": _elementwise(lambda a, b: not _equal(a, b), "bool"),
    "sum": _reduced(_sum),
    "prod": _reduced(_product),
    "max": _reduced(lambda items: _item(max)(*items) if len(items) > 1 else items[0]),
    "min": _reduced(lambda items: _item(min)(*items) if len(items) > 1 else items[0]),
    "mean": _reduced(_mean),
    "cast": _to_dtype,
    "reshape": _reshape,
    "transpose": _transpose,
    "swapaxes": _swapaxes,
    "expand_dims": _expand_dims,
    "squeeze": _squeeze,
    "concatenate": lambda xs, axis=-1: c.concatenate(_joined(xs), axis),
    "stack": _stack,
    "get_item": get_item,
    "take": _take,
    "tile": _tile,
    "repeat": _repeat,
    "flip": _flip,
    "broadcast_to": _broadcast_to,
    "where": _where,
    "one_hot": _one_hot,
    "zeros_like": _filled(0),
    "ones_like": _filled(1),
    "stop_gradient": as_const,
}
