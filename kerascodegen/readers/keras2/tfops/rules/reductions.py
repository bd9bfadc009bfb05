"""Functions that reduce axes, and those along one axis."""

from __future__ import annotations

from typing import Any

from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.expr import (
    Expr,
    OpCall,
    Output,
    Slice,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.infer import axes_of, is_float
from kerascodegen.readers.keras2.tfops.registry import (
    RuleFunction,
    Several,
    rule,
)

_REDUCTIONS = {
    "mean": "mean",
    "sum": "sum",
    "max": "max",
    "min": "min",
    "prod": "prod",
    "any": "any",
    "all": "all",
    "logsumexp": "logsumexp",
}


def reduced(c: Context, name: str, x: Any, axis: Any, keepdims: Any) -> OpCall:
    """Write a reduction; what is default stays out."""
    x = c.tensor(x)
    axes, keep = c.axis(axis), c.flag(keepdims)
    if name == "mean" and not is_float(c.dtype(x)):
        # TensorFlow divides integers as integers.
        return op("floor_divide", _plain("sum", x, axes, keep), _count(c, x, axes))
    return _plain(name, x, axes, keep)


def _plain(name: str, x: Any, axes: Any, keep: bool) -> OpCall:
    kwargs: dict[str, Any] = {}
    if axes is not None:
        kwargs["axis"] = axes
    if keep:
        kwargs["keepdims"] = True
    return op(name, x, **kwargs)


def _count(c: Context, x: Any, axes: Any) -> Any:
    """How many elements are reduced."""
    shape = c.shape(x)
    total: Any = 1
    for axis in sorted(axes_of(axes, len(shape))):
        size = c.count(shape[axis])
        total = size if total == 1 else op("multiply", total, size)
    return total


def _v2(name: str) -> RuleFunction:
    def apply(
        c: Context, input_tensor: Any, axis: Any = None, keepdims: Any = False
    ) -> Expr:
        return reduced(c, name, input_tensor, axis, keepdims)

    return apply


def _v1(name: str) -> RuleFunction:
    def apply(
        c: Context,
        input_tensor: Any,
        axis: Any = None,
        keepdims: Any = None,
        reduction_indices: Any = None,
        keep_dims: Any = None,
    ) -> Expr:
        axis = reduction_indices if axis is None else axis
        keepdims = keep_dims if keepdims is None else keepdims
        return reduced(c, name, input_tensor, axis, keepdims)

    return apply


for _tf, _keras in _REDUCTIONS.items():
    rule(f"math.reduce_{_tf}")(_v2(_keras))
    rule(f"compat.v1.math.reduce_{_tf}")(_v1(_keras))


@rule("math.reduce_variance")
def _variance(
    c: Context, input_tensor: Any, axis: Any = None, keepdims: Any = False
) -> Expr:
    return reduced(c, "var", input_tensor, axis, keepdims)


@rule("math.reduce_std")
def _std(
    c: Context, input_tensor: Any, axis: Any = None, keepdims: Any = False
) -> Expr:
    return reduced(c, "std", input_tensor, axis, keepdims)


@rule("math.reduce_euclidean_norm")
def _euclidean_norm(
    c: Context, input_tensor: Any, axis: Any = None, keepdims: Any = False
) -> Expr:
    squares = op("square", c.tensor(input_tensor))
    return op("sqrt", reduced(c, "sum", squares, axis, keepdims))


@rule("math.argmax")
def _argmax(c: Context, input: Any, axis: Any = None, output_type: Any = None) -> Expr:
    return _extreme(c, "argmax", input, axis, output_type)


@rule("math.argmin")
def _argmin(c: Context, input: Any, axis: Any = None, output_type: Any = None) -> Expr:
    return _extreme(c, "argmin", input, axis, output_type)


@rule("compat.v1.math.argmax")
def _argmax_v1(
    c: Context,
    input: Any,
    axis: Any = None,
    dimension: Any = None,
    output_type: Any = None,
) -> Expr:
    axis = dimension if axis is None else axis
    return _extreme(c, "argmax", input, axis, output_type)


@rule("compat.v1.math.argmin")
def _argmin_v1(
    c: Context,
    input: Any,
    axis: Any = None,
    dimension: Any = None,
    output_type: Any = None,
) -> Expr:
    axis = dimension if axis is None else axis
    return _extreme(c, "argmin", input, axis, output_type)


def _extreme(c: Context, name: str, x: Any, axis: Any, dtype: Any) -> Expr:
    # Without an axis TensorFlow takes the first, Keras all of them. The result is of
    # int32 in Keras whatever was asked for; JAX has no int64 by default.
    at = 0 if axis is None else c.integer(axis, "an axis")
    call = op(name, c.tensor(x), axis=at)
    wanted = c.dtype_name(dtype)
    return call if wanted in {None, "int32", "int64"} else op("cast", call, wanted)


@rule("math.count_nonzero")
def _count_nonzero(
    c: Context, input: Any, axis: Any = None, keepdims: Any = None, dtype: Any = None
) -> Expr:
    x = c.tensor(input)
    ones = op("cast", op("not_equal", x, False if c.dtype(x) == "bool" else 0), "int32")
    call = reduced(c, "sum", ones, axis, keepdims)
    wanted = c.dtype_name(dtype)
    return call if wanted in {None, "int32", "int64"} else op("cast", call, wanted)


@rule("compat.v1.math.count_nonzero")
def _count_nonzero_v1(
    c: Context,
    input_tensor: Any = None,
    axis: Any = None,
    keepdims: Any = None,
    dtype: Any = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
    input: Any = None,
) -> Expr:
    return _count_nonzero(
        c,
        input_tensor if input is None else input,
        reduction_indices if axis is None else axis,
        keep_dims if keepdims is None else keepdims,
        dtype,
    )  # type: ignore[return-value]


@rule("math.zero_fraction")
def _zero_fraction(c: Context, value: Any) -> Expr:
    return op("mean", op("cast", op("equal", c.tensor(value), 0), "float32"))


@rule("math.cumsum")
def _cumsum(
    c: Context, x: Any, axis: Any = 0, exclusive: Any = False, reverse: Any = False
) -> Expr:
    return _cumulated(c, "cumsum", x, axis, exclusive, reverse)


@rule("math.cumprod")
def _cumprod(
    c: Context, x: Any, axis: Any = 0, exclusive: Any = False, reverse: Any = False
) -> Expr:
    return _cumulated(c, "cumprod", x, axis, exclusive, reverse)


def _cumulated(
    c: Context, name: str, x: Any, axis: Any, exclusive: Any, reverse: Any
) -> Expr:
    x, at = c.tensor(x), c.integer(axis, "an axis")
    backwards = c.flag(reverse)
    flipped = op("flip", x, axis=at) if backwards else x
    result = op(name, flipped, axis=at)
    if c.flag(exclusive):
        result = _shifted(c, result, at, 0 if name == "cumsum" else 1)
    return op("flip", result, axis=at) if backwards else result


def _shifted(c: Context, x: Any, axis: int, first: int) -> OpCall:
    """Move along an axis by one, with a constant in front."""
    rank = c.rank(x)
    at = axis % rank
    head = (*everything(at), part(None, 1))
    tail = (*everything(at), part(None, -1))
    start = op("full_like", op("get_item", x, head), first)
    return op("concatenate", (start, op("get_item", x, tail)), axis=at)


def everything(count: int) -> tuple[Expr, ...]:
    """Slices that take all of so many axes."""
    return (part(None, None),) * count


def part(start: Any, stop: Any, step: Any = None) -> Expr:
    """A slice, of which 0 and 1 where they mean nothing are left out."""
    return Slice(start, stop, step)


@rule("math.top_k")
def _top_k(
    c: Context, input: Any, k: Any = 1, sorted: Any = True, index_type: Any = None
) -> Several:
    call = op("top_k", c.tensor(input), c.integer(k, "k"), sorted=c.flag(sorted))
    return Several((Output(call, 0), Output(call, 1)))


@rule("math.in_top_k")
def _in_top_k(c: Context, targets: Any, predictions: Any, k: Any) -> Expr:
    return op("in_top_k", c.tensor(targets), c.tensor(predictions), c.integer(k, "k"))


@rule("compat.v1.math.in_top_k")
def _in_top_k_v1(c: Context, predictions: Any, targets: Any, k: Any) -> Expr:
    return op("in_top_k", c.tensor(targets), c.tensor(predictions), c.integer(k, "k"))


@rule("sort")
def _sort(
    c: Context, values: Any, axis: Any = -1, direction: Any = "ASCENDING"
) -> Expr:
    at = c.integer(axis, "an axis")
    result = op("sort", c.tensor(values), axis=at)
    return op("flip", result, axis=at) if direction == "DESCENDING" else result


@rule("argsort")
def _argsort(
    c: Context,
    values: Any,
    axis: Any = -1,
    direction: Any = "ASCENDING",
    stable: Any = False,
) -> Expr:
    x = c.tensor(values)
    if direction == "DESCENDING":
        if not is_float(c.dtype(x)) and not str(c.dtype(x)).startswith("int"):
            raise UntranslatableError("what is sorted downwards has no negative")
        x = op("negative", x)
    return op("argsort", x, axis=c.integer(axis, "an axis"))


def segment(c: Context, name: str, data: Any, ids: Any, number: Any) -> Expr:
    """Write a reduction by segments; their number has to be known."""
    if number is None:
        raise UntranslatableError("the number of segments depends on values")
    count = c.integer(number, "the number of segments")
    return op(name, c.tensor(data), c.tensor(ids), num_segments=count)


@rule("math.unsorted_segment_sum")
def _unsorted_sum(c: Context, data: Any, segment_ids: Any, num_segments: Any) -> Expr:
    return segment(c, "segment_sum", data, segment_ids, num_segments)


@rule("math.unsorted_segment_max")
def _unsorted_max(c: Context, data: Any, segment_ids: Any, num_segments: Any) -> Expr:
    return segment(c, "segment_max", data, segment_ids, num_segments)


@rule("math.unsorted_segment_min")
def _unsorted_min(c: Context, data: Any, segment_ids: Any, num_segments: Any) -> Expr:
    return segment(c, "segment_min", data, segment_ids, num_segments)


@rule("math.unsorted_segment_prod")
def _unsorted_prod(c: Context, data: Any, segment_ids: Any, num_segments: Any) -> Expr:
    return segment(c, "segment_prod", data, segment_ids, num_segments)


@rule("math.unsorted_segment_mean")
def _unsorted_mean(c: Context, data: Any, segment_ids: Any, num_segments: Any) -> Expr:
    total = segment(c, "segment_sum", data, segment_ids, num_segments)
    ones = op("ones_like", c.tensor(data))
    count = segment(c, "segment_sum", ones, segment_ids, num_segments)
    return op("true_divide", total, op("maximum", count, 1))


@rule("math.unsorted_segment_sqrt_n")
def _unsorted_sqrt_n(
    c: Context, data: Any, segment_ids: Any, num_segments: Any
) -> Expr:
    total = segment(c, "segment_sum", data, segment_ids, num_segments)
    ones = op("ones_like", c.tensor(data))
    count = segment(c, "segment_sum", ones, segment_ids, num_segments)
    return op("true_divide", total, op("sqrt", op("maximum", count, 1)))
