"""Expressions: what stands for an argument in a body that is used more than once.

Where a call is written once its arguments are constants. Inside a block or a loop they
depend on its variables: `4 * filters`, `f"{name}_conv"`, `"valid" if pad else "same"`.
Expressions are compared by structure, so they can be folded again one level up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from kerascodegen.errors import InternalError
from kerascodegen.graph.model import Value


@dataclass(frozen=True, slots=True)
class Const:
    """A constant. Compared by its text, since `1`, `1.0` and `True` are one in Python.

    Attributes:
        value: The value.
        key: Its text, which tells types apart.
    """

    value: Value = field(compare=False)
    key: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", repr(self.value))


@dataclass(frozen=True, slots=True, order=True)
class Var:
    """A variable: a parameter of a block or what a loop counts. Its name comes later.

    Attributes:
        number: Unique in the program, in the order of making.
    """

    number: int


@dataclass(frozen=True, slots=True)
class Linear:
    """`factor * of + offset`, in whole numbers."""

    of: Expr
    factor: int = 1
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Sum:
    """A number that two variables give: where a stage begins, and how far it is."""

    of: Expr
    other: Expr


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter of a number: `a` is 0."""

    of: Expr


@dataclass(frozen=True, slots=True)
class Share:
    """`factor * of / divisor`, a float: the rate of the block that `of` counts."""

    of: Expr
    factor: float
    divisor: int


@dataclass(frozen=True, slots=True)
class Text:
    """A string made of literal parts and of expressions, as an f-string writes it.

    Invariants: literal parts are plain (`is_plain`), never empty, and no two of them
    stand side by side.
    """

    parts: tuple[str | Expr, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list, of which some items are not constant."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Equal:
    """Whether a variable has a certain value."""

    of: Expr
    value: Const


@dataclass(frozen=True, slots=True)
class Given:
    """Whether a variable has a value: `rate is not None`."""

    of: Expr


@dataclass(frozen=True, slots=True)
class If:
    """One of two expressions, as a flag says."""

    test: Expr
    then: Expr
    other: Expr


Expr: TypeAlias = (
    Const | Var | Linear | Sum | Letter | Share | Text | Items | Equal | Given | If
)
Environment: TypeAlias = Mapping[Var, Expr]

# Layer names of these characters mean the same inside an f-string as outside of one.
_PLAIN = re.compile(r"[0-9A-Za-z_./: -]*")


def is_plain(text: str) -> bool:
    """Tell whether text can be a literal part of an f-string as it is."""
    return _PLAIN.fullmatch(text) is not None


def text(parts: Iterator[str | Expr] | tuple[str | Expr, ...]) -> Expr:
    """Join parts into a text; a constant where nothing in it varies.

    Args:
        parts: Literals and expressions, in order.

    Returns:
        The text, simplified.
    """
    joined: list[str | Expr] = []
    for part in _flat(parts):
        if part == "":
            continue
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    if not joined:
        return Const("")
    if len(joined) == 1 and isinstance(joined[0], str):
        return Const(joined[0])
    return Text(tuple(joined))


def _flat(parts: Iterator[str | Expr] | tuple[str | Expr, ...]) -> Iterator[str | Expr]:
    for part in parts:
        if isinstance(part, Text):
            yield from part.parts
        elif isinstance(part, Const):
            yield str(part.value)
        elif isinstance(part, Letter) and isinstance(part.of, Const):
            yield letter(part.of)
        else:
            yield part


FIRST_LETTER = ord("a")


def letter(of: Const) -> str:
    """The letter of a number."""
    return chr(FIRST_LETTER + int(str(of.value)))


def linear(of: Expr, factor: int = 1, offset: int = 0) -> Expr:
    """Make `factor * of + offset`, simplified."""
    if isinstance(of, Const) and type(of.value) is int:
        return Const(factor * of.value + offset)
    if isinstance(of, Linear):
        return linear(of.of, factor * of.factor, factor * of.offset + offset)
    return of if (factor, offset) == (1, 0) else Linear(of, factor, offset)


def total(of: Expr, other: Expr) -> Expr:
    """Make `of + other`, simplified where one of them is a constant."""
    for one, two in ((of, other), (other, of)):
        if isinstance(two, Const) and type(two.value) is int:
            return linear(one, 1, two.value)
    return Sum(of, other)


def as_linear(expr: Expr) -> tuple[Expr | None, int, int] | None:
    """Read an expression as `factor * of + offset`.

    Returns:
        What varies (`None` in a constant), the factor and the offset; `None` where the
        expression is no whole number.
    """
    if isinstance(expr, Const):
        return (None, 0, expr.value) if type(expr.value) is int else None
    if isinstance(expr, Linear):
        return (expr.of, expr.factor, expr.offset)
    return (expr, 1, 0) if isinstance(expr, Var) else None


def substitute(expr: Expr, environment: Environment) -> Expr:
    """Put expressions in the place of variables.

    Args:
        expr: An expression.
        environment: What stands for each variable; others stay.

    Returns:
        The expression, simplified: a constant once nothing in it varies.
    """
    match expr:
        case Const():
            return expr
        case Var():
            return environment.get(expr, expr)
        case Linear(of, factor, offset):
            return linear(substitute(of, environment), factor, offset)
        case Sum(of, other):
            return total(substitute(of, environment), substitute(other, environment))
        case Letter(of):
            known = substitute(of, environment)
            return Const(letter(known)) if isinstance(known, Const) else Letter(known)
        case Share(of, factor, divisor):
            return Share(substitute(of, environment), factor, divisor)
        case Text(parts):
            return text(
                tuple(
                    part if isinstance(part, str) else substitute(part, environment)
                    for part in parts
                )
            )
        case Items(items):
            return items_of(tuple(substitute(item, environment) for item in items))
        case Equal(of, value):
            known = substitute(of, environment)
            if isinstance(known, Const):
                return Const(known == value)
            return Equal(known, value)
        case Given(of):
            known = substitute(of, environment)
            if not any(variables(known)):
                return Const(known != Const(None))
            return Given(known)
        case If(test, then, other):
            known = substitute(test, environment)
            if isinstance(known, Const):
                return substitute(then if known.value else other, environment)
            return If(
                known, substitute(then, environment), substitute(other, environment)
            )


def items_of(items: tuple[Expr, ...]) -> Expr:
    """Make a list; a constant where all items are."""
    if all(isinstance(item, Const) for item in items):
        return Const([item.value for item in items if isinstance(item, Const)])
    return Items(items)


def variables(expr: Expr) -> Iterator[Var]:
    """Yield the variables of an expression, in order, each as often as it is used."""
    match expr:
        case Var():
            yield expr
        case Linear(of=of) | Equal(of=of) | Letter(of=of) | Share(of=of) | Given(of=of):
            yield from variables(of)
        case Text(parts):
            for part in parts:
                if not isinstance(part, str):
                    yield from variables(part)
        case Items(items):
            for item in items:
                yield from variables(item)
        case Sum(of, other):
            yield from variables(of)
            yield from variables(other)
        case If(test, then, other):
            for part in (test, then, other):
                yield from variables(part)
        case Const():
            pass


def constant(expr: Expr) -> Value:
    """The value of a constant, or of a share of one.

    Raises:
        InternalError: The expression varies.
    """
    if isinstance(expr, Share):
        number = constant(expr.of)
        assert isinstance(number, int)
        return share(number, expr.factor, expr.divisor)
    if not isinstance(expr, Const):
        raise InternalError(f"{expr} is no constant.")
    return expr.value


def share(number: int, factor: float, divisor: int) -> float:
    """What a share is, computed as the source does."""
    return factor * number / divisor
