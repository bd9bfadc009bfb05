"""Rules for the shapes and dtypes of calls; what they are for stands in `spec.py`."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from kerascodegen.readers.keras2.tfops.dims import (
    Shape,
    Size,
    add,
    divide_exactly,
    multiply,
    product,
    symbol,
)
from kerascodegen.readers.keras2.tfops.expr import LayerCall, Output, Slice
from kerascodegen.readers.keras2.tfops.infer_spatial import SPATIAL
from kerascodegen.readers.keras2.tfops.spec import (
    KINDS,
    NOTHING,
    RULES,
    SAME_DTYPE,
    Spec,
    UnknownError,
    broadcast,
    is_float,
    known_shape,
    merge,
    promote,
    spec_of,
)

__all__ = ["axes_of", "broadcast", "is_float", "promote", "resolve", "spec_of"]


def _elementwise(*operands: Any, **rest: Any) -> Spec:
    return (
        broadcast([known_shape(operand) for operand in operands]),
        promote(operands),
    )


def _divided(*operands: Any, **rest: Any) -> Spec:
    shape, dtype = _elementwise(*operands)
    return (shape, dtype if is_float(dtype) else "float32")


def _compared(*operands: Any, **rest: Any) -> Spec:
    return (broadcast([known_shape(operand) for operand in operands]), "bool")


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
        raise UnknownError
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
        raise UnknownError
    return (resolve(newshape, None if shape is None else product(shape)), dtype)


def _layer_spec(call: LayerCall) -> Spec:
    first = call.args[0]
    shape, dtype = spec_of(first[0] if isinstance(first, tuple) else first)
    if call.shape is not None:
        return (call.shape, dtype)
    target = call.config.get("target_shape")
    if shape is None or not isinstance(target, tuple):
        return NOTHING
    sizes: list[Size] = [size for size in target if isinstance(size, int)]
    return ((shape[0], *resolve(sizes, product(shape[1:]))), dtype)


def _transpose(x: Any, axes: Any = None) -> Spec:
    shape = known_shape(x)
    order = axes if axes is not None else tuple(range(len(shape)))[::-1]
    return (tuple(shape[axis] for axis in order), spec_of(x)[1])


def _swapaxes(x: Any, axis1: int, axis2: int) -> Spec:
    shape = list(known_shape(x))
    shape[axis1], shape[axis2] = shape[axis2], shape[axis1]
    return (tuple(shape), spec_of(x)[1])


def _expand_dims(x: Any, axis: Any) -> Spec:
    shape = list(known_shape(x))
    at = axis + len(shape) + 1 if axis < 0 else axis
    return ((*shape[:at], 1, *shape[at:]), spec_of(x)[1])


def _squeeze(x: Any, axis: Any = None) -> Spec:
    shape = known_shape(x)
    axes = axes_of(axis, len(shape))
    if axis is None:
        axes = {i for i, size in enumerate(shape) if size == 1}
    return (tuple(s for i, s in enumerate(shape) if i not in axes), spec_of(x)[1])


def _concatenate(xs: Any, axis: int = -1) -> Spec:
    shapes = [known_shape(x) for x in xs]
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
    shape = broadcast([known_shape(item) for item in x])
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
        raise UnknownError
    keys = list(key) if isinstance(key, tuple) else [key]
    taken = sum(item is not None and item is not ... for item in keys)
    if taken > len(shape):
        raise UnknownError
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
            raise UnknownError
        axis += 1
    return (tuple(result), dtype)


def _take(x: Any, indices: Any, axis: Any = None) -> Spec:
    shape, picked = known_shape(x), known_shape(indices)
    if axis is None:
        return (picked, spec_of(x)[1])
    axis %= len(shape)
    return ((*shape[:axis], *picked, *shape[axis + 1 :]), spec_of(x)[1])


def _take_along_axis(x: Any, indices: Any, axis: Any = None) -> Spec:
    shape, picked = list(known_shape(x)), known_shape(indices)
    if axis is None:
        return (picked, spec_of(x)[1])
    shape[axis] = picked[axis]
    return (tuple(shape), spec_of(x)[1])


def _tile(x: Any, repeats: Any) -> Spec:
    shape = known_shape(x)
    counts = (repeats,) if isinstance(repeats, int) else tuple(repeats)
    counts = (1,) * (len(shape) - len(counts)) + counts
    shape = (1,) * (len(counts) - len(shape)) + shape
    sizes = tuple(multiply(a, b) for a, b in zip(shape, counts, strict=True))
    return (sizes, spec_of(x)[1])


def _repeat(x: Any, repeats: Any, axis: Any = None) -> Spec:
    shape, dtype = spec_of(x)
    if shape is None or not isinstance(repeats, int):
        raise UnknownError
    if axis is None:
        return ((multiply(product(shape), repeats),), dtype)
    sizes = list(shape)
    sizes[axis] = multiply(sizes[axis], repeats)
    return (tuple(sizes), dtype)


def _pad(x: Any, pad_width: Any, mode: Any = "constant", **rest: Any) -> Spec:
    sizes = zip(known_shape(x), pad_width, strict=True)
    return (tuple(add(size, sum(pair)) for size, pair in sizes), spec_of(x)[1])


def _matmul(a: Any, b: Any) -> Spec:
    left, right = known_shape(a), known_shape(b)
    if len(left) < 2 or len(right) < 2:
        raise UnknownError
    batch = broadcast([left[:-2], right[:-2]])
    return ((*batch, left[-2], right[-1]), promote([a, b]))


def _einsum(subscripts: str, *operands: Any) -> Spec:
    text = subscripts.replace(" ", "")
    if "..." in text or "->" not in text:
        raise UnknownError
    inputs, _, output = text.partition("->")
    sizes: dict[str, Size] = {}
    for term, operand in zip(inputs.split(","), operands, strict=True):
        for letter, size in zip(term, known_shape(operand), strict=True):
            sizes[letter] = merge(sizes.get(letter, 1), size)
    return (tuple(sizes[letter] for letter in output), promote(operands))


def _one_hot(x: Any, num_classes: Any, axis: int = -1, dtype: Any = None) -> Spec:
    shape = known_shape(x)
    at = axis % (len(shape) + 1)
    return ((*shape[:at], num_classes, *shape[at:]), dtype or "float32")


def _broadcast_to(x: Any, shape: Any) -> Spec:
    return (tuple(shape), spec_of(x)[1])


def _sized(x: Any, **rest: Any) -> Spec:
    return ((), "int32")


def _split_parts(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Shape]:
    shape = known_shape(x)
    axis %= len(shape)
    size = shape[axis]
    if isinstance(indices_or_sections, int):
        part = divide_exactly(size, indices_or_sections)
        if part is None:
            raise UnknownError
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
                return NOTHING
            return ((*shape[:-1], count), dtype if index == 0 else "int32")
        if name == "meshgrid":
            sizes = [known_shape(arg)[0] for arg in call.args]
            if call.kwargs.get("indexing", "xy") == "xy" and len(sizes) > 1:
                sizes[:2] = sizes[1::-1]
            return (tuple(sizes), spec_of(call.args[index])[1])
        if name in {"fft", "fft2", "ifft2"}:
            pair = call.args[0]
            return spec_of(pair[0]) if isinstance(pair, tuple) else NOTHING
        if name == "eigh":
            shape, dtype = spec_of(call.args[0])
            return (shape[:-1] if shape and index == 0 else shape, dtype)
        if name == "slogdet":
            shape, dtype = spec_of(call.args[0])
            return (shape[:-2] if shape else None, dtype)
    except (
        UnknownError,
        TypeError,
        IndexError,
        ValueError,
        ArithmeticError,
        KeyError,
    ):
        pass
    return NOTHING


def _segment(data: Any, segment_ids: Any, num_segments: Any = None, **_: Any) -> Spec:
    if not isinstance(num_segments, int):
        raise UnknownError
    return ((num_segments, *known_shape(data)[1:]), spec_of(data)[1])


def _diag_part(x: Any, **options: Any) -> Spec:
    shape = known_shape(x)
    if options.get("axis1") != -2 or not all(isinstance(s, int) for s in shape[-2:]):
        raise UnknownError
    size = min(s for s in shape[-2:] if isinstance(s, int))
    return ((*shape[:-2], size), spec_of(x)[1])


def _matrices_to(*axes: int) -> Callable[..., Spec]:
    def infer(x: Any, *rest: Any, **options: Any) -> Spec:
        shape = known_shape(x)
        return ((*shape[:-2], *(shape[axis] for axis in axes)), spec_of(x)[1])

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
SAME_DTYPE.update((*_UNARY.split(), *_BINARY.split(), "mean", "sum", "max", "min"))
RULES.update(
    {
        **SPATIAL,
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
        **dict.fromkeys(("det", "logdet", "trace"), _matrices_to()),
        **dict.fromkeys(
            ("segment_sum", "segment_max", "segment_min", "segment_prod"), _segment
        ),
        "argsort": lambda x, axis=-1: (spec_of(x)[0], "int32"),
        "where": lambda c, x, y: (
            broadcast([known_shape(i) for i in (c, x, y)]),
            promote([x, y]),
        ),
        "norm": lambda x, ord=None, axis=None, keepdims=False: _reduced(
            x, axis, keepdims
        ),
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
        "size": _sized,
        "diagonal": _diag_part,
    }
)
KINDS.update({Output: _output_spec, LayerCall: _layer_spec})
