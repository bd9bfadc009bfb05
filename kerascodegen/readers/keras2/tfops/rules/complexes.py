"""Complex numbers, carried as a real and an imaginary part.

Keras has no complex tensors on all backends; its Fourier transforms take and give the
parts apart. So a complex tensor of the old graph has no node of its own: what takes the
parts, or their size, has the calls inside.
"""

from __future__ import annotations

from typing import Any

from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.expr import (
    Complex,
    Expr,
    Output,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.registry import rule


def parts(c: Context, x: Any) -> Complex:
    """Read a complex or a real tensor."""
    if isinstance(x, Complex):
        return x
    value = c.tensor(x)
    return Complex(value, op("zeros_like", value))


@rule("dtypes.complex")
def _complex(c: Context, real: Any, imag: Any) -> Any:
    first, second = c.pair(real, imag)
    return Complex(first, second)


@rule("math.real")
def _real(c: Context, input: Any) -> Any:
    return input.real if isinstance(input, Complex) else c.tensor(input)


@rule("math.imag")
def _imag(c: Context, input: Any) -> Any:
    return parts(c, input).imaginary


@rule("math.abs")
def _abs(c: Context, x: Any) -> Expr:
    if not isinstance(x, Complex):
        return op("abs", c.tensor(x))
    return op("sqrt", op("add", op("square", x.real), op("square", x.imaginary)))


@rule("math.angle")
def _angle(c: Context, input: Any) -> Expr:
    if not isinstance(input, Complex):
        return op("angle", c.tensor(input))
    return op("arctan2", input.imaginary, input.real)


@rule("math.conj")
def _conj(c: Context, x: Any) -> Any:
    if not isinstance(x, Complex):
        return c.tensor(x)
    return Complex(x.real, op("negative", x.imaginary))


@rule("math.multiply")
def _multiply(c: Context, x: Any, y: Any) -> Any:
    if not isinstance(x, Complex) and not isinstance(y, Complex):
        return op("multiply", *c.pair(x, y))
    if not isinstance(x, Complex):
        x, y = y, x
    if not isinstance(y, Complex):
        factor = c.tensor(y)
        return Complex(
            op("multiply", x.real, factor), op("multiply", x.imaginary, factor)
        )
    real = op(
        "subtract",
        op("multiply", x.real, y.real),
        op("multiply", x.imaginary, y.imaginary),
    )
    imaginary = op(
        "add", op("multiply", x.real, y.imaginary), op("multiply", x.imaginary, y.real)
    )
    return Complex(real, imaginary)


def _sum_rule(name: str) -> Any:
    def apply(c: Context, x: Any, y: Any) -> Any:
        if not isinstance(x, Complex) and not isinstance(y, Complex):
            return op(name, *c.pair(x, y))
        a, b = parts(c, x), parts(c, y)
        return Complex(op(name, a.real, b.real), op(name, a.imaginary, b.imaginary))

    return apply


rule("math.add", "__operators__.add")(_sum_rule("add"))
rule("math.subtract")(_sum_rule("subtract"))


def transformed(name: str, value: Complex) -> Complex:
    """Write a Fourier transform."""
    call = op(name, (value.real, value.imaginary))
    return Complex(Output(call, 0), Output(call, 1))


@rule("signal.fft")
def _fft(c: Context, input: Any) -> Any:
    return transformed("fft", parts(c, input))


@rule("signal.ifft")
def _ifft(c: Context, input: Any) -> Any:
    # The transform of the conjugate, of which the conjugate is taken again.
    value = parts(c, input)
    size = c.shape(value.real)[-1]
    if not isinstance(size, int):
        raise UntranslatableError("the size of the last axis is not known")
    there = transformed("fft", Complex(value.real, op("negative", value.imaginary)))
    real = op("true_divide", there.real, float(size))
    return Complex(real, op("true_divide", there.imaginary, -float(size)))


@rule("signal.fft2d")
def _fft2d(c: Context, input: Any) -> Any:
    return transformed("fft2", parts(c, input))


@rule("signal.ifft2d")
def _ifft2d(c: Context, input: Any) -> Any:
    return transformed("ifft2", parts(c, input))
