"""Functions of numbers, applied element by element."""

from __future__ import annotations

from typing import Any

from kerascodegen.readers.keras2.tfops.const import Const, natural_dtype
from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.expr import (
    Complex,
    Expr,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.infer import is_float
from kerascodegen.readers.keras2.tfops.registry import RuleFunction, add_rule, rule

# TensorFlow's name, its parameter, Keras' name.
_UNARY = """
math.negative x negative
math.sign x sign
math.exp x exp
math.expm1 x expm1
math.log x log
math.log1p x log1p
math.sqrt x sqrt
math.rsqrt x rsqrt
math.square x square
math.sin x sin
math.cos x cos
math.tan x tan
math.asin x arcsin
math.acos x arccos
math.atan x arctan
math.sinh x sinh
math.cosh x cosh
math.tanh x tanh
math.asinh x arcsinh
math.acosh x arccosh
math.atanh x arctanh
math.erf x erf
math.erfc x erfc
math.erfinv x erfinv
math.ceil x ceil
math.floor x floor
math.round x round
math.rint x round
math.reciprocal x reciprocal
math.sigmoid x sigmoid
math.softplus features softplus
math.log_sigmoid x log_sigmoid
math.is_nan x isnan
math.is_inf x isinf
math.is_finite x isfinite
math.logical_not x logical_not
math.bessel_i0 x i0
bitwise.invert x bitwise_invert
nn.relu features relu
nn.relu6 features relu6
nn.elu features elu
nn.selu features selu
nn.softsign features softsign
"""
_BINARY = """
math.pow x y power
math.maximum x y maximum
math.minimum x y minimum
math.atan2 y x arctan2
math.floormod x y mod
math.equal x y equal
math.not_equal x y not_equal
math.greater x y greater
math.greater_equal x y greater_equal
math.less x y less
math.less_equal x y less_equal
math.logical_and x y logical_and
math.logical_or x y logical_or
math.logical_xor x y logical_xor
math.nextafter x1 x2 nextafter
bitwise.bitwise_and x y bitwise_and
bitwise.bitwise_or x y bitwise_or
bitwise.bitwise_xor x y bitwise_xor
bitwise.left_shift x y bitwise_left_shift
bitwise.right_shift x y bitwise_right_shift
math.floordiv x y floor_divide
compat.v1.floor_div x y floor_divide
math.scalar_mul scalar x multiply
compat.v1.math.scalar_mul scalar x multiply
"""


def _unary(function: str) -> RuleFunction:
    def apply(c: Context, x: Any) -> Expr:
        return op(function, c.tensor(x))

    return apply


def _binary(function: str) -> RuleFunction:
    def apply(c: Context, x: Any, y: Any) -> Expr:
        first, second = c.pair(x, y)
        return op(function, first, second)

    return apply


for _line in _UNARY.split("\n"):
    if _line:
        _symbol, _name, _function = _line.split()
        add_rule(_symbol, _name, _unary(_function))
for _line in _BINARY.split("\n"):
    if _line:
        _symbol, *_names, _function = _line.split()
        add_rule(_symbol, " ".join(_names), _binary(_function))


@rule("__operators__.eq")
def _eq(c: Context, self: Any, other: Any = None) -> Expr:
    if other is None:
        raise UntranslatableError("the file does not say what it is compared with")
    return op("equal", *c.pair(self, other))


@rule("__operators__.ne")
def _ne(c: Context, self: Any, other: Any = None) -> Expr:
    if other is None:
        raise UntranslatableError("the file does not say what it is compared with")
    return op("not_equal", *c.pair(self, other))


def integers(c: Context, *operands: Any) -> bool:
    """Tell whether operands are known to be integers; numbers alone do not tell."""
    dtypes = [
        natural_dtype(operand) if isinstance(operand, int | float) else c.dtype(operand)
        for operand in operands
        if not (isinstance(operand, int) and len(operands) > 1)
    ]
    return bool(dtypes) and not any(is_float(dtype) for dtype in dtypes)


@rule("math.divide", "math.truediv", "realdiv")
def _divide(c: Context, x: Any, y: Any) -> Expr:
    return op("true_divide", *c.pair(x, y))


@rule("compat.v1.div")
def _div(c: Context, x: Any, y: Any) -> Expr:
    first, second = c.pair(x, y)
    name = "floor_divide" if integers(c, first, second) else "true_divide"
    return op(name, first, second)


@rule("math.divide_no_nan")
def _divide_no_nan(c: Context, x: Any, y: Any) -> Expr:
    return op("divide_no_nan", *c.pair(x, y))


@rule("math.multiply_no_nan")
def _multiply_no_nan(c: Context, x: Any, y: Any) -> Expr:
    first, second = c.pair(x, y)
    zero = op("equal", second, 0)
    return op("where", zero, op("zeros_like", first), op("multiply", first, second))


@rule("math.reciprocal_no_nan")
def _reciprocal_no_nan(c: Context, x: Any) -> Expr:
    x = c.tensor(x)
    return op("divide_no_nan", op("ones_like", x), x)


@rule("truncatediv")
def _truncatediv(c: Context, x: Any, y: Any) -> Expr:
    first, second = c.pair(x, y)
    quotient = op("trunc", op("true_divide", first, second))
    if integers(c, first, second):
        return op("cast", quotient, dtype=c.dtype(first) or "int32")
    return quotient


@rule("truncatemod")
def _truncatemod(c: Context, x: Any, y: Any) -> Expr:
    return op("fmod", *c.pair(x, y))


@rule("math.squared_difference")
def _squared_difference(c: Context, x: Any, y: Any) -> Expr:
    return op("square", op("subtract", *c.pair(x, y)))


@rule("math.xdivy")
def _xdivy(c: Context, x: Any, y: Any) -> Expr:
    first, second = c.pair(x, y)
    zero = op("equal", first, 0)
    return op("where", zero, op("zeros_like", first), op("true_divide", first, second))


@rule("math.xlogy")
def _xlogy(c: Context, x: Any, y: Any) -> Expr:
    first, second = c.pair(x, y)
    product = op("multiply", first, op("log", second))
    return op("where", op("equal", first, 0), op("zeros_like", product), product)


@rule("math.xlog1py")
def _xlog1py(c: Context, x: Any, y: Any) -> Expr:
    first, second = c.pair(x, y)
    product = op("multiply", first, op("log1p", second))
    return op("where", op("equal", first, 0), op("zeros_like", product), product)


@rule("math.add_n")
def _add_n(c: Context, inputs: Any) -> Expr:
    if not isinstance(inputs, list | tuple):
        return c.tensor(inputs)  # type: ignore[no-any-return]
    return total(c.tensor_list(inputs))


@rule("math.accumulate_n")
def _accumulate_n(
    c: Context, inputs: Any, shape: Any = None, tensor_dtype: Any = None
) -> Expr:
    return total(c.tensor_list(inputs))


# More would be a long line of pluses.
_MOST_SUMMANDS = 8


def total(items: tuple[Any, ...]) -> Expr:
    """Add tensors from the left; many of them at once."""
    if not items:
        raise UntranslatableError("nothing is added")
    if len(items) > _MOST_SUMMANDS:
        return op("sum", op("stack", items, axis=0), axis=0)
    result = items[0]
    for item in items[1:]:
        result = op("add", result, item)
    return result  # type: ignore[no-any-return]


@rule("clip_by_value")
def _clip_by_value(
    c: Context, t: Any, clip_value_min: Any, clip_value_max: Any
) -> Expr:
    x = c.tensor(t)
    low, high = c.tensor(clip_value_min, x), c.tensor(clip_value_max, x)
    if isinstance(low, int | float) and isinstance(high, int | float):
        return op("clip", x, low, high)
    return op("maximum", op("minimum", x, high), low)


@rule("cast")
def _cast(c: Context, x: Any, dtype: Any) -> Any:
    name = c.dtype_name(dtype)
    if name in {"complex64", "complex128"}:
        kind = "float32" if name == "complex64" else "float64"
        if isinstance(x, Complex):
            return Complex(_cast(c, x.real, kind), _cast(c, x.imaginary, kind))
        x = _cast(c, x, kind)
        return Complex(x, op("zeros_like", x))
    x = c.tensor(x.real if isinstance(x, Complex) else x)
    if not isinstance(x, Const) and c.dtype(x) == name and not _is_number(x):
        return x
    return op("cast", x, name)


def _is_number(x: Any) -> bool:
    return isinstance(x, bool | int | float)


@rule("dtypes.saturate_cast")
def _saturate_cast(c: Context, value: Any, dtype: Any) -> Expr:
    return op("saturate_cast", c.tensor(value), c.dtype_name(dtype))


@rule("compat.v1.to_float")
def _to_float(c: Context, x: Any) -> Expr:
    return op("cast", c.tensor(x), "float32")


@rule("compat.v1.to_double")
def _to_double(c: Context, x: Any) -> Expr:
    return op("cast", c.tensor(x), "float64")


@rule("compat.v1.to_int32")
def _to_int32(c: Context, x: Any) -> Expr:
    return op("cast", c.tensor(x), "int32")


@rule("compat.v1.to_int64")
def _to_int64(c: Context, x: Any) -> Expr:
    return op("cast", c.tensor(x), "int64")


@rule("identity")
def _identity(c: Context, input: Any) -> Expr:
    return c.tensor(input)  # type: ignore[no-any-return]


@rule("stop_gradient")
def _stop_gradient(c: Context, input: Any) -> Expr:
    return op("stop_gradient", c.tensor(input))


@rule("math.polyval")
def _polyval(c: Context, coeffs: Any, x: Any) -> Expr:
    x = c.tensor(x)
    terms = [c.tensor(term, x) for term in coeffs]
    if not terms:
        raise UntranslatableError("a polynomial has no coefficients")
    result = terms[0]
    for term in terms[1:]:
        result = op("add", op("multiply", result, x), term)
    if len(terms) == 1:
        return op("multiply", op("ones_like", x), result)
    return result  # type: ignore[no-any-return]


@rule("nn.leaky_relu")
def _leaky_relu(c: Context, features: Any, alpha: Any = 0.2) -> Expr:
    slope = c.number(alpha, "the slope")
    return op("leaky_relu", c.tensor(features), negative_slope=float(slope))


@rule("nn.gelu")
def _gelu(c: Context, features: Any, approximate: Any = False) -> Expr:
    return op("gelu", c.tensor(features), approximate=c.flag(approximate))


@rule("nn.silu")
def _silu(c: Context, features: Any, beta: Any = 1.0) -> Expr:
    x, beta = c.tensor(features), c.tensor(beta)
    if beta == 1.0:
        return op("silu", x)
    return op("multiply", x, op("sigmoid", op("multiply", x, beta)))


@rule("nn.crelu", "compat.v1.nn.crelu")
def _crelu(c: Context, features: Any, axis: Any = -1) -> Expr:
    x = c.tensor(features)
    halves = (op("relu", x), op("relu", op("negative", x)))
    return op("concatenate", halves, axis=c.integer(axis, "an axis"))
