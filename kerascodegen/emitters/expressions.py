"""Render the expressions that stand in blocks and loops."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kerascodegen.emitters.source import ModuleScope
from kerascodegen.emitters.values import Renderer
from kerascodegen.folding.expressions import (
    FIRST_LETTER,
    Const,
    Equal,
    Expr,
    Given,
    If,
    Items,
    Letter,
    Linear,
    Share,
    Sum,
    Text,
    Var,
    constant,
)
from kerascodegen.folding.program import NAME
from kerascodegen.folding.shares import LONG
from kerascodegen.graph.model import Graph, TensorRef, Value
from kerascodegen.literals import string

_EXPRESSIONS = (
    Const | Var | Linear | Sum | Letter | Share | Text | Items | Equal | Given | If
)


class ExpressionRenderer(Renderer):
    """Renders values in which variables may stand.

    Attributes:
        variables: The names of parameters and of what loops set.
    """

    def __init__(
        self,
        scope: ModuleScope,
        helper: Callable[[Graph], tuple[str, Sequence[int]]],
        tensors: Mapping[TensorRef, str],
        variables: Mapping[Var, str],
    ) -> None:
        super().__init__(scope, helper, tensors)
        self.variables = variables

    def value(self, value: Any) -> str:
        """Render a value or an expression."""
        if isinstance(value, _EXPRESSIONS):
            return self.expression(value)
        return super().value(value)

    def expression(self, expr: Expr) -> str:
        """Render an expression.

        Args:
            expr: Over variables that have names.

        Returns:
            Python source.
        """
        match expr:
            case Const(value=value):
                return self.value(value)
            case Var():
                return self.variables[expr]
            case Linear():
                return self._linear(expr)
            case Sum(one, other):
                return f"{self.expression(one)} + {self.expression(other)}"
            case Letter(of=of):
                return self._letter(of)
            case Share():
                return self._share(expr)
            case Text(parts):
                return self._text(parts)
            case Items(items):
                return self.tuple(items)  # type: ignore[arg-type]
            case Equal(of, value):
                return f"{self.expression(of)} == {self.value(value.value)}"
            case Given(of):
                return f"{self.expression(of)} is not None"
            case If(test, then, other):
                sides = self._side(then), self._side(other)
                return f"{sides[0]} if {self._side(test)} else {sides[1]}"

    def negated(self, test: Expr) -> str:
        """Render what is true where a test is not."""
        match test:
            case Equal(of, value):
                return f"{self.expression(of)} != {self.value(value.value)}"
            case Given(of):
                return f"{self.expression(of)} is None"
        return f"not {self.expression(test)}"

    def _letter(self, of: Expr) -> str:
        """`chr(97 + i)`, which is `b` for 1."""
        first, number = FIRST_LETTER, of
        if isinstance(of, Linear) and of.factor == 1:
            first, number = first + of.offset, of.of
        return f"chr({first} + {self._side(number)})"

    def _share(self, expr: Share) -> str:
        """`0.2 * i / 16`; a rate that is short by itself is a plain number."""
        if isinstance(expr.of, Const):
            plain = self.value(constant(expr))
            if len(plain) < LONG:
                return plain
        number = self.expression(expr.of)
        number = f"({number})" if isinstance(expr.of, Linear | Sum) else number
        return f"{self.value(expr.factor)} * {number} / {expr.divisor}"

    def _side(self, expr: Expr) -> str:
        text = self.expression(expr)
        return f"({text})" if isinstance(expr, If) else text

    def _linear(self, expr: Linear) -> str:
        of = self._side(expr.of)
        product = of if expr.factor == 1 else f"{expr.factor} * {of}"
        if not expr.offset:
            return product
        sign = "+" if expr.offset > 0 else "-"
        return f"{product} {sign} {abs(expr.offset)}"

    def _text(self, parts: tuple[str | Expr, ...]) -> str:
        """An f-string; its literal parts are plain, so none needs an escape."""
        if len(parts) == 1 and isinstance(parts[0], Var):
            name = self.variables[parts[0]]
            # What is called so holds a text; numbers have other names.
            if name == NAME or name.startswith(f"{NAME}_"):
                return name
        inner = "".join(
            string(part)[1:-1] if isinstance(part, str) else f"{{{self._hole(part)}}}"
            for part in parts
        )
        return f'f"{inner}"'

    def _hole(self, part: Expr) -> str:
        # Quotes inside a replacement field need Python 3.12.
        return self.expression(part).replace('"', "'")


def as_value(expr: Expr) -> Value:
    """Let an expression stand where renderers take values; a constant is one."""
    if isinstance(expr, Const):
        return expr.value
    return expr  # type: ignore[return-value]
