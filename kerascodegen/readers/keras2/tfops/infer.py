"""Shapes and dtypes of expressions, as far as rules need them.

Unknown dimensions are `Dim`s, so that tensors with the same one are seen to have it.
What is not known is `None`, never guessed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from kerascodegen.readers.keras2.tfops.const import Const, natural_dtype
from kerascodegen.readers.keras2.tfops.dims import (
    Dim,
    Shape,
    Size,
    add,
    divide_exactly,
    floor_divide,
    multiply,
    product,
    symbol,
)
from kerascodegen.readers.keras2.tfops.expr import (
    Array,
    Complex,
    LayerCall,
    OpCall,
    Output,
    Slice,
    Tensor,
)

Spec: TypeAlias = tuple["Shape | None", "str | None"]
_NOTHING: Spec = (None, None)


def spec_of(expr: Any) -> Spec:
    """Shape and dtype of an expression; of several outputs, those of the first."""
    if isinstance(expr, Tensor | Array | Const):
        return (expr.shape, expr.dtype)
    if isinstance(expr, bool | int | float | str):
        return ((), natural_dtype(expr))
    if isinstance(expr, Complex):
        return (spec_of(expr.real)[0], "complex64")
    if isinstance(expr, Dim):
        return ((), "int32")
    if isinstance(expr, Output):
        return _output_spec(expr)
    if isinstance(expr, LayerCall):
        return _layer_spec(expr)
    return _call_spec(expr) if isinstance(expr, OpCall) else _NOTHING


# What is found of the calls inside the expression that is asked for: each is asked
# about several times, and so would the calls inside it be, twice as often a level.
_found: dict[int, Spec] = {}
_depth = 0


def _call_spec(call: OpCall) -> Spec:
    global _depth
    if id(call) in _found:
        return _found[id(call)]
    infer = _RULES.get(call.function.removeprefix("keras.ops."))
    if infer is None:
        return _NOTHING
    _depth += 1
    try:
        try:
            spec = infer(*call.args, **call.kwargs)
        except (_UnknownError, TypeError, IndexError, ValueError, ArithmeticError):
            spec = (None, _safe_dtype(call))
        _found[id(call)] = spec
    finally:
        _depth -= 1
        if not _depth:
            # The numbers of objects mean nothing once these are gone.
            _found.clear()
    return spec


class _UnknownError(Exception):
    """A shape that cannot be told."""


def _safe_dtype(call: OpCall) -> str | None:
    dtypes = {spec_of(arg)[1] for arg in call.args if isinstance(arg, Tensor | OpCall)}
    name = call.function.removeprefix("keras.ops.")
    if name not in _SAME_DTYPE or len(dtypes) != 1:
        return None
    return next(iter(dtypes))


def _shape(expr: Any) -> Shape:
    shape = spec_of(expr)[0]
    if shape is None:
        raise _UnknownError
    return shape


def merge(a: Size, b: Size) -> Size:
    """The size that two axes have when broadcast together."""
    if a == 1:
        return b
    if b == 1 or a == b:
        return a
    return b if isinstance(a, Dim) else a


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """The shape that tensors have together."""
    result: list[Size] = []
    for shape in shapes:
        result[:0] = [1] * max(len(shape) - len(result), 0)
        for axis in range(1, len(shape) + 1):
            result[-axis] = merge(result[-axis], shape[-axis])
    return tuple(result)


_RANKS = ("bool", "int", "uint", "bfloat", "float", "complex")


def promote(operands: Sequence[Any]) -> str | None:
    """The dtype that operands have together; Python numbers do not raise it."""
    dtypes = [
        spec_of(operand)[1]
        for operand in operands
        if not isinstance(operand, bool | int | float | str)
    ]
    if None in dtypes:
        return None
    known = [dtype for dtype in dtypes if dtype is not None]
    if not known:
        return spec_of(operands[0])[1] if operands else None
    best = max(known, key=_dtype_rank)
    floats = any(isinstance(operand, float) for operand in operands)
    if floats and _dtype_rank(best)[0] < _RANKS.index("bfloat"):
        return "float32"
    return best


def _dtype_rank(dtype: str) -> tuple[int, int]:
    kind = dtype.rstrip("0123456789")
    bits = dtype[len(kind) :]
    rank = _RANKS.index(kind) if kind in _RANKS else -1
    return (rank, int(bits) if bits else 0)


def is_float(dtype: str | None) -> bool:
    """Tell whether a dtype has fractions; an unknown one is taken for such."""
    return dtype is None or dtype.startswith(("float", "bfloat", "complex"))


def _elementwise(*operands: Any, **rest: Any) -> Spec:
    return (broadcast([_shape(operand) for operand in operands]), promote(operands))


def _divided(*operands: Any, **rest: Any) -> Spec:
    shape, dtype = _elementwise(*operands)
    return (shape, dtype if is_float(dtype) else "float32")


def _compared(*operands: Any, **rest: Any) -> Spec:
    return (broadcast([_shape(operand) for operand in operands]), "bool")


def _same(x: Any, *rest: Any, **options: Any) -> Spec:
    return spec_of(x)


def _like(x: Any, *rest: Any, dtype: Any = None, **options: Any) -> Spec:
    shape, own = spec_of(x)
    return (shape, dtype or own)


def _cast(x: Any, dtype: Any = None) -> Spec:
    return (spec_of(x)[0], dtype)


def axes_of(axis: Any, rank: int) -> set[int]:
    """The axes that an `axis` argument means."""
    if axis is None:
        return set(range(rank))
    axes = axis if isinstance(axis, list | tuple) else (axis,)
    return {item % rank for item in axes} if rank else set()


def _reduced(
    x: Any, axis: Any = None, keepdims: Any = False, dtype: str | None = None
) -> Spec:
    shape, own = spec_of(x)
    if shape is None:
        raise _UnknownError
    axes = axes_of(axis, len(shape))
    kept = tuple(
        1 if index in axes else size
        for index, size in enumerate(shape)
        if keepdims or index not in axes
    )
    return (kept, dtype or own)


def _reduced_to(dtype: str) -> Callable[..., Spec]:
    def infer(x: Any, axis: Any = None, keepdims: Any = False, **rest: Any) -> Spec:
        return _reduced(x, axis, keepdims, dtype)

    return infer


def resolve(shape: Sequence[Size], total: Size | None) -> Shape:
    """Put a size in the place of the one -1 of a new shape."""
    if -1 not in shape:
        return tuple(shape)
    at = list(shape).index(-1)
    rest = product(tuple(size for i, size in enumerate(shape) if i != at))
    size = None if total is None else divide_exactly(total, rest)
    if size is None:
        size = symbol(f"({total}/{rest})") if total is not None else symbol("(?)")
    return (*shape[:at], size, *shape[at + 1 :])


def _reshape(x: Any, newshape: Any) -> Spec:
    shape, dtype = spec_of(x)
    if shape is None and -1 in newshape:
        raise _UnknownError
    return (resolve(newshape, None if shape is None else product(shape)), dtype)


def _layer_spec(call: LayerCall) -> Spec:
    shape, dtype = spec_of(call.args[0])
    target = call.config.get("target_shape")
    if shape is None or not isinstance(target, tuple):
        return _NOTHING
    sizes: list[Size] = [size for size in target if isinstance(size, int)]
    return ((shape[0], *resolve(sizes, product(shape[1:]))), dtype)


def _transpose(x: Any, axes: Any = None) -> Spec:
    shape = _shape(x)
    order = axes if axes is not None else tuple(range(len(shape)))[::-1]
    return (tuple(shape[axis] for axis in order), spec_of(x)[1])


def _swapaxes(x: Any, axis1: int, axis2: int) -> Spec:
    shape = list(_shape(x))
    shape[axis1], shape[axis2] = shape[axis2], shape[axis1]
    return (tuple(shape), spec_of(x)[1])


def _expand_dims(x: Any, axis: Any) -> Spec:
    shape = list(_shape(x))
    at = axis + len(shape) + 1 if axis < 0 else axis
    return ((*shape[:at], 1, *shape[at:]), spec_of(x)[1])


def _squeeze(x: Any, axis: Any = None) -> Spec:
    shape = _shape(x)
    axes = axes_of(axis, len(shape))
    if axis is None:
        axes = {i for i, size in enumerate(shape) if size == 1}
    return (tuple(s for i, s in enumerate(shape) if i not in axes), spec_of(x)[1])


def _concatenate(xs: Any, axis: int = -1) -> Spec:
    shapes = [_shape(x) for x in xs]
    first = list(shapes[0])
    axis %= len(first)
    for at in range(len(first)):
        if at != axis:
            for shape in shapes:
                first[at] = merge(first[at], shape[at])
    total: Size = 0
    for shape in shapes:
        total = add(total, shape[axis])
    first[axis] = total
    return (tuple(first), promote(xs))


def _stack(x: Any, axis: int = 0) -> Spec:
    shape = broadcast([_shape(item) for item in x])
    at = axis % (len(shape) + 1)
    return ((*shape[:at], len(x), *shape[at:]), promote(x))


def slice_size(size: Size, part: Slice) -> Size:
    """How many elements a slice takes of an axis."""
    start, stop, step = part.start, part.stop, part.step
    if step is None:
        step = 1
    ends = (start, stop, step)
    if any(end is not None and not isinstance(end, int) for end in ends):
        return symbol("(?)")
    if isinstance(size, int):
        return len(range(*slice(start, stop, step).indices(size)))
    if (start, stop, step) in {(None, None, 1), (0, None, 1), (None, None, -1)}:
        return size
    begin = start if isinstance(start, int) else 0
    if step == 1 and isinstance(stop, int) and 0 <= begin <= stop and stop == 1:
        return stop - begin
    if step == 1 and begin < 0 and stop is None:
        return -begin
    if (
        step == 1
        and begin >= 0
        and (stop is None or (isinstance(stop, int) and stop < 0))
    ):
        return add(add(size, stop if isinstance(stop, int) else 0), -begin)
    return symbol(f"({size}[{start}:{stop}:{step}])")


def _get_item(x: Any, key: Any) -> Spec:
    shape, dtype = spec_of(x)
    if shape is None:
        raise _UnknownError
    keys = list(key) if isinstance(key, tuple) else [key]
    taken = sum(item is not None and item is not ... for item in keys)
    if taken > len(shape):
        raise _UnknownError
    if ... not in keys:
        keys.append(...)
    at = keys.index(...)
    keys[at : at + 1] = [Slice()] * (len(shape) - taken)
    result: list[Size] = []
    axis = 0
    for item in keys:
        if item is None:
            result.append(1)
            continue
        if isinstance(item, Slice):
            result.append(slice_size(shape[axis], item))
        elif not isinstance(item, int):
            raise _UnknownError
        axis += 1
    return (tuple(result), dtype)


def _take(x: Any, indices: Any, axis: Any = None) -> Spec:
    shape, picked = _shape(x), _shape(indices)
    if axis is None:
        return (picked, spec_of(x)[1])
    axis %= len(shape)
    return ((*shape[:axis], *picked, *shape[axis + 1 :]), spec_of(x)[1])


def _take_along_axis(x: Any, indices: Any, axis: Any = None) -> Spec:
    shape, picked = list(_shape(x)), _shape(indices)
    if axis is None:
        return (picked, spec_of(x)[1])
    shape[axis] = picked[axis]
    return (tuple(shape), spec_of(x)[1])


def _tile(x: Any, repeats: Any) -> Spec:
    shape = _shape(x)
    counts = (repeats,) if isinstance(repeats, int) else tuple(repeats)
    counts = (1,) * (len(shape) - len(counts)) + counts
    shape = (1,) * (len(counts) - len(shape)) + shape
    sizes = tuple(multiply(a, b) for a, b in zip(shape, counts, strict=True))
    return (sizes, spec_of(x)[1])


def _repeat(x: Any, repeats: Any, axis: Any = None) -> Spec:
    shape, dtype = spec_of(x)
    if shape is None or not isinstance(repeats, int):
        raise _UnknownError
    if axis is None:
        return ((multiply(product(shape), repeats),), dtype)
    sizes = list(shape)
    sizes[axis] = multiply(sizes[axis], repeats)
    return (tuple(sizes), dtype)


def _pad(x: Any, pad_width: Any, mode: Any = "constant", **rest: Any) -> Spec:
    sizes = zip(_shape(x), pad_width, strict=True)
    return (tuple(add(size, sum(pair)) for size, pair in sizes), spec_of(x)[1])


def _matmul(a: Any, b: Any) -> Spec:
    left, right = _shape(a), _shape(b)
    if len(left) < 2 or len(right) < 2:
        raise _UnknownError
    batch = broadcast([left[:-2], right[:-2]])
    return ((*batch, left[-2], right[-1]), promote([a, b]))


def _einsum(subscripts: str, *operands: Any) -> Spec:
    text = subscripts.replace(" ", "")
    if "..." in text or "->" not in text:
        raise _UnknownError
    inputs, _, output = text.partition("->")
    sizes: dict[str, Size] = {}
    for term, operand in zip(inputs.split(","), operands, strict=True):
        for letter, size in zip(term, _shape(operand), strict=True):
            sizes[letter] = merge(sizes.get(letter, 1), size)
    return (tuple(sizes[letter] for letter in output), promote(operands))


def _one_hot(x: Any, num_classes: Any, axis: int = -1, dtype: Any = None) -> Spec:
    shape = _shape(x)
    at = axis % (len(shape) + 1)
    return ((*shape[:at], num_classes, *shape[at:]), dtype or "float32")


def _broadcast_to(x: Any, shape: Any) -> Spec:
    return (tuple(shape), spec_of(x)[1])


def _resize(images: Any, size: Any, **rest: Any) -> Spec:
    shape, dtype = spec_of(images)
    if shape is None or rest.get("data_format") == "channels_first":
        raise _UnknownError
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
    shape, weights = _shape(inputs), _shape(kernel)
    rank = len(shape) - 2
    if data_format == "channels_first":
        raise _UnknownError
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
            raise _UnknownError
        result.append(_spatial(size, window, step, padding, rate))
    return tuple(result)


def _depthwise_conv(inputs: Any, kernel: Any, *args: Any, **options: Any) -> Spec:
    (shape, dtype), weights = _conv(inputs, kernel, *args, **options), _shape(kernel)
    if shape is None:
        raise _UnknownError
    return ((*shape[:-1], multiply(weights[-1], weights[-2])), dtype)


def _separable_conv(
    inputs: Any, depthwise: Any, pointwise: Any, *args: Any, **options: Any
) -> Spec:
    shape, dtype = _conv(inputs, depthwise, *args, **options)
    if shape is None:
        raise _UnknownError
    return ((*shape[:-1], _shape(pointwise)[-1]), dtype)


def _pool(
    inputs: Any,
    pool_size: Any,
    strides: Any = None,
    padding: str = "valid",
    data_format: Any = None,
) -> Spec:
    shape = _shape(inputs)
    if data_format == "channels_first":
        raise _UnknownError
    window = _each(pool_size, len(shape) - 2)
    sizes = _windows(
        shape[1:-1], window, window if strides is None else strides, padding
    )
    return ((shape[0], *sizes, shape[-1]), spec_of(inputs)[1])


def _patches(images: Any, size: Any, **options: Any) -> Spec:
    shape = _shape(images)
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


def _sized(x: Any, **rest: Any) -> Spec:
    return ((), "int32")


def _split_parts(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Shape]:
    shape = _shape(x)
    axis %= len(shape)
    size = shape[axis]
    if isinstance(indices_or_sections, int):
        part = divide_exactly(size, indices_or_sections)
        if part is None:
            raise _UnknownError
        sizes: list[Size] = [part] * indices_or_sections
    else:
        ends: list[Size] = [0, *indices_or_sections, size]
        sizes = [
            add(stop, multiply(start, -1)) for start, stop in itertools.pairwise(ends)
        ]
    return [(*shape[:axis], part, *shape[axis + 1 :]) for part in sizes]


def _output_spec(output: Output) -> Spec:
    call, index = output.call, output.index
    name = call.function.removeprefix("keras.ops.")
    try:
        if name == "split":
            parts = _split_parts(*call.args, **call.kwargs)  # type: ignore[arg-type]
            return (parts[index], spec_of(call.args[0])[1])
        if name == "unstack":
            axis: Any = call.kwargs.get("axis", 0)
            return _reduced(call.args[0], axis)
        if name == "moments":
            return _reduced(*call.args, **call.kwargs)  # type: ignore[arg-type]
        if name == "top_k":
            shape, dtype = spec_of(call.args[0])
            count: Any = call.args[1] if len(call.args) > 1 else call.kwargs["k"]
            if shape is None:
                return _NOTHING
            return ((*shape[:-1], count), dtype if index == 0 else "int32")
        if name == "meshgrid":
            sizes = [_shape(arg)[0] for arg in call.args]
            if call.kwargs.get("indexing", "xy") == "xy" and len(sizes) > 1:
                sizes[:2] = sizes[1::-1]
            return (tuple(sizes), spec_of(call.args[index])[1])
        if name in {"fft", "fft2", "ifft2"}:
            pair = call.args[0]
            return spec_of(pair[0]) if isinstance(pair, tuple) else _NOTHING
        if name == "eigh":
            shape, dtype = spec_of(call.args[0])
            return (shape[:-1] if shape and index == 0 else shape, dtype)
        if name == "slogdet":
            shape, dtype = spec_of(call.args[0])
            return (shape[:-2] if shape else None, dtype)
    except (
        _UnknownError,
        TypeError,
        IndexError,
        ValueError,
        ArithmeticError,
        KeyError,
    ):
        pass
    return _NOTHING


def _segment(data: Any, segment_ids: Any, num_segments: Any = None, **_: Any) -> Spec:
    if not isinstance(num_segments, int):
        raise _UnknownError
    return ((num_segments, *_shape(data)[1:]), spec_of(data)[1])


def _diag_part(x: Any, **options: Any) -> Spec:
    shape = _shape(x)
    if options.get("axis1") != -2 or not all(isinstance(s, int) for s in shape[-2:]):
        raise _UnknownError
    size = min(s for s in shape[-2:] if isinstance(s, int))
    return ((*shape[:-2], size), spec_of(x)[1])


def _matrices_to(*axes: int) -> Callable[..., Spec]:
    def infer(x: Any, *rest: Any, **options: Any) -> Spec:
        shape = _shape(x)
        return ((*shape[:-2], *(shape[axis] for axis in axes)), spec_of(x)[1])

    return infer


def _block(grow: bool) -> Callable[..., Spec]:
    def infer(x: Any, block_size: int, data_format: Any = None) -> Spec:
        shape = _shape(x)
        if data_format == "channels_first" or len(shape) != 4:
            raise _UnknownError
        batch, height, width, depth = shape
        if grow:
            sizes = (multiply(height, block_size), multiply(width, block_size))
            channels = divide_exactly(depth, block_size**2)
        else:
            sizes = (floor_divide(height, block_size), floor_divide(width, block_size))
            channels = multiply(depth, block_size**2)
        if channels is None:
            raise _UnknownError
        return ((batch, *sizes, channels), spec_of(x)[1])

    return infer


_UNARY = """abs arccos arccosh arcsin arcsinh arctan arctanh ceil cos cosh elu erf erfc
erfinv exp expm1 floor gelu i0 leaky_relu log log1p log_sigmoid log_softmax negative
normalize reciprocal relu relu6 round rsqrt selu sigmoid sign silu sin sinh softmax
softplus softsign sqrt square tan tanh trunc stop_gradient clip flip roll cumsum cumprod
tril triu sort bitwise_invert cholesky conjugate inv scatter_update
image.rgb_to_hsv image.hsv_to_rgb"""
_BINARY = """add subtract multiply floor_divide mod power maximum minimum arctan2
divide_no_nan logaddexp bitwise_and bitwise_or bitwise_xor left_shift right_shift fmod
nextafter hypot"""
_COMPARISONS = """equal not_equal greater greater_equal less less_equal logical_and
logical_or logical_xor logical_not isnan isinf isfinite"""
_SAME_DTYPE = frozenset(
    (*_UNARY.split(), *_BINARY.split(), "mean", "sum", "max", "min")
)

_RULES: dict[str, Callable[..., Spec]] = {
    **dict.fromkeys(_UNARY.split(), _same),
    **dict.fromkeys(_BINARY.split(), _elementwise),
    **dict.fromkeys(_COMPARISONS.split(), _compared),
    **dict.fromkeys(("true_divide", "divide"), _divided),
    **dict.fromkeys(("zeros_like", "ones_like", "full_like"), _like),
    **dict.fromkeys(("cast", "saturate_cast"), _cast),
    **dict.fromkeys(
        ("mean", "sum", "max", "min", "prod", "std", "var", "logsumexp"), _reduced
    ),
    **dict.fromkeys(("any", "all"), _reduced_to("bool")),
    **dict.fromkeys(("argmax", "argmin", "count_nonzero"), _reduced_to("int32")),
    **dict.fromkeys(("max_pool", "average_pool"), _pool),
    **dict.fromkeys(("det", "logdet", "trace"), _matrices_to()),
    **dict.fromkeys(
        ("segment_sum", "segment_max", "segment_min", "segment_prod"), _segment
    ),
    "argsort": lambda x, axis=-1: (spec_of(x)[0], "int32"),
    "where": lambda c, x, y: (
        broadcast([_shape(i) for i in (c, x, y)]),
        promote([x, y]),
    ),
    "norm": lambda x, ord=None, axis=None, keepdims=False: _reduced(x, axis, keepdims),
    "solve": lambda a, b: spec_of(b),
    "solve_triangular": lambda a, b, lower=False: spec_of(b),
    "reshape": _reshape,
    "transpose": _transpose,
    "swapaxes": _swapaxes,
    "expand_dims": _expand_dims,
    "squeeze": _squeeze,
    "concatenate": _concatenate,
    "stack": _stack,
    "get_item": _get_item,
    "take": _take,
    "take_along_axis": _take_along_axis,
    "tile": _tile,
    "repeat": _repeat,
    "pad": _pad,
    "matmul": _matmul,
    "einsum": _einsum,
    "one_hot": _one_hot,
    "broadcast_to": _broadcast_to,
    "image.resize": _resize,
    "conv": _conv,
    "depthwise_conv": _depthwise_conv,
    "separable_conv": _separable_conv,
    "image.extract_patches": _patches,
    "size": _sized,
    "diagonal": _diag_part,
    "depth_to_space": _block(True),
    "space_to_depth": _block(False),
}
