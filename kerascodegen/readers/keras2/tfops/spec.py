"""Shapes and dtypes of expressions, as far as rules need them.

Unknown dimensions are `Dim`s, so that tensors with the same one are seen to have it.
What is not known is `None`, never guessed. `infer.py` has the rules of calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from kerascodegen.readers.keras2.tfops.const import Const, natural_dtype
from kerascodegen.readers.keras2.tfops.dims import Dim, Shape, Size
from kerascodegen.readers.keras2.tfops.expr import (
    Array,
    Complex,
    LayerCall,
    OpCall,
    Output,
    Tensor,
)

Spec: TypeAlias = tuple["Shape | None", "str | None"]
NOTHING: Spec = (None, None)

# Filled by `infer.py`: by the function without `keras.ops.`, and by the kind of call.
RULES: dict[str, Callable[..., Spec]] = {}
KINDS: dict[type, Callable[[Any], Spec]] = {}
# Functions whose result has the dtype of what they take.
SAME_DTYPE: set[str] = set()


class UnknownError(Exception):
    """A shape that cannot be told."""


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
    if isinstance(expr, Output | LayerCall):
        return KINDS[type(expr)](expr)
    return _call_spec(expr) if isinstance(expr, OpCall) else NOTHING


# What is found of the calls inside the expression that is asked for: each is asked
# about several times, and so would the calls inside it be, twice as often a level.
_found: dict[int, Spec] = {}
_depth = 0


def _call_spec(call: OpCall) -> Spec:
    global _depth
    if id(call) in _found:
        return _found[id(call)]
    infer = RULES.get(call.function.removeprefix("keras.ops."))
    if infer is None:
        return NOTHING
    _depth += 1
    try:
        try:
            spec = infer(*call.args, **call.kwargs)
        except (UnknownError, TypeError, IndexError, ValueError, ArithmeticError):
            spec = (None, _safe_dtype(call))
        _found[id(call)] = spec
    finally:
        _depth -= 1
        if not _depth:
            # The numbers of objects mean nothing once these are gone.
            _found.clear()
    return spec


def _safe_dtype(call: OpCall) -> str | None:
    dtypes = {spec_of(arg)[1] for arg in call.args if isinstance(arg, Tensor | OpCall)}
    name = call.function.removeprefix("keras.ops.")
    if name not in SAME_DTYPE or len(dtypes) != 1:
        return None
    return next(iter(dtypes))


def known_shape(expr: Any) -> Shape:
    """The shape of an expression.

    Raises:
        UnknownError: It is not known.
    """
    shape = spec_of(expr)[0]
    if shape is None:
        raise UnknownError
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
