"""Dimensions that are not known before run time, and arithmetic on them.

TensorFlow code asks for them with `tf.shape(x)[0]`. In a Functional model of Keras 3
such a dimension has no value, so it is carried through the arithmetic by name until it
ends in a place that can say it otherwise: -1 in a reshape, a broadcast in a tile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Dim:
    """A dimension that is not known: `coefficient * product(symbols) + offset`.

    Attributes:
        coefficient: Never 0.
        symbols: Names of unknowns, sorted; at least one.
        offset: What is added.
    """

    coefficient: int
    symbols: tuple[str, ...]
    offset: int = 0

    def __str__(self) -> str:
        text = "*".join(self.symbols)
        text = f"{self.coefficient}*{text}" if self.coefficient != 1 else text
        return f"({text}{self.offset:+d})" if self.offset else text


Size: TypeAlias = int | Dim
Shape: TypeAlias = tuple[Size, ...]

# The batch of every input and of what is made of them.
BATCH = Dim(1, ("batch",))


# A hostile file squares a dimension again and again.
_MAX_TEXT = 500
_MAX_SYMBOLS = 16
_MAX_SIZE = 2**63


def symbol(name: str) -> Dim:
    """An unknown of its own.

    Raises:
        ArithmeticError: Nobody computes with a dimension that long.
    """
    if len(name) > _MAX_TEXT:
        raise ArithmeticError("arithmetic on dimensions is too long")
    return Dim(1, (name,))


def bounded(size: int) -> int:
    """Check that a number may be a size.

    Raises:
        ArithmeticError: It is larger than any tensor.
    """
    if abs(size) > _MAX_SIZE:
        raise ArithmeticError("a number is larger than any tensor")
    return size


def _make(coefficient: int, symbols: tuple[str, ...], offset: int) -> Size:
    if len(symbols) > _MAX_SYMBOLS:
        raise ArithmeticError("arithmetic on dimensions is too long")
    bounded(offset)
    if not coefficient or not symbols:
        return offset
    return Dim(bounded(coefficient), symbols, offset)


def add(a: Size, b: Size) -> Size:
    """Add two dimensions."""
    if isinstance(a, int) and isinstance(b, int):
        return bounded(a + b)
    if isinstance(a, int):
        a, b = b, a
    if not isinstance(a, Dim):
        raise TypeError("a size that is no integer")
    if isinstance(b, int):
        return _make(a.coefficient, a.symbols, a.offset + b)
    if a.symbols == b.symbols:
        coefficient = a.coefficient + b.coefficient
        return _make(coefficient, a.symbols, a.offset + b.offset)
    first, second = sorted((a, b))
    return symbol(f"({first}+{second})")


def multiply(a: Size, b: Size) -> Size:
    """Multiply two dimensions."""
    if isinstance(a, int) and isinstance(b, int):
        return bounded(a * b)
    if isinstance(a, int):
        a, b = b, a
    if not isinstance(a, Dim):
        raise TypeError("a size that is no integer")
    if isinstance(b, int):
        return _make(a.coefficient * b, a.symbols, a.offset * b)
    if a.offset or b.offset:
        first, second = sorted((a, b))
        return symbol(f"({first}*{second})")
    symbols = tuple(sorted(a.symbols + b.symbols))
    return _make(a.coefficient * b.coefficient, symbols, 0)


def divide_exactly(a: Size, b: Size) -> Size | None:
    """Divide two dimensions, or `None` where a remainder is possible."""
    if isinstance(a, int) and isinstance(b, int):
        return a // b if b and a % b == 0 else None
    if isinstance(b, int):
        if not isinstance(a, Dim):
            raise TypeError("a size that is no integer")
        if not b or a.coefficient % b or a.offset % b:
            return None
        return Dim(a.coefficient // b, a.symbols, a.offset // b)
    if isinstance(a, int):
        return 0 if a == 0 else None
    if a == b:
        return 1
    if a.offset or b.offset or a.coefficient % b.coefficient:
        return None
    left = list(a.symbols)
    for name in b.symbols:
        if name not in left:
            return None
        left.remove(name)
    coefficient = a.coefficient // b.coefficient
    return Dim(coefficient, tuple(left)) if left else coefficient


def floor_divide(a: Size, b: Size) -> Size:
    """Divide two dimensions, rounding down."""
    if isinstance(a, int) and isinstance(b, int):
        return a // b
    exact = divide_exactly(a, b)
    return symbol(f"({a}//{b})") if exact is None else exact


def product(shape: Shape) -> Size:
    """Multiply all dimensions of a shape."""
    result: Size = 1
    for size in shape:
        result = multiply(result, size)
    return result
