"""The table of rules, one for each function of TensorFlow, and how calls reach them.

A rule is a function whose parameters, behind the first, are those of TensorFlow's own
function, in its order, with its defaults (`name` is left out; it means nothing here).
TensorFlow is not imported; a test holds the rules against the installed one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from kerascodegen.readers.keras2.tfops.expr import Expr, UntranslatableError


@dataclass(frozen=True, slots=True)
class Several:
    """The results of an op that has several, in TensorFlow's order."""

    items: tuple[Expr, ...]


RuleFunction: TypeAlias = Callable[..., "Expr | Several"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is known about one function of TensorFlow.

    Attributes:
        symbol: Its canonical name, without `tf.`.
        function: Makes the expression; takes a `Context` and the bound arguments.
        signature: Its parameters, without the context.
    """

    symbol: str
    function: RuleFunction
    signature: inspect.Signature

    def bind(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> inspect.BoundArguments:
        """Give arguments the names of parameters.

        Raises:
            UntranslatableError: They do not fit.
        """
        given = {key: value for key, value in kwargs.items() if key != "name"}
        try:
            bound = self.signature.bind(*args, **given)
        except TypeError as error:
            raise UntranslatableError(
                f"the arguments do not fit those of tf.{self.symbol} ({error})"
            ) from None
        bound.apply_defaults()
        return bound


RULES: dict[str, Rule] = {}


def rule(*symbols: str) -> Callable[[RuleFunction], RuleFunction]:
    """Register a rule for functions of TensorFlow.

    Args:
        symbols: Canonical names, without `tf.`.

    Returns:
        The decorator.
    """

    def register(function: RuleFunction) -> RuleFunction:
        parameters = list(inspect.signature(function).parameters.values())[1:]
        for symbol in symbols:
            assert symbol not in RULES, symbol
            RULES[symbol] = Rule(symbol, function, inspect.Signature(parameters))
        return function

    return register


def add_rule(symbol: str, parameters: str, function: RuleFunction) -> None:
    """Register a rule that takes its arguments in order.

    Args:
        symbol: Canonical name, without `tf.`.
        parameters: Names of the parameters, none of which has a default.
        function: The rule.
    """
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    names = [inspect.Parameter(name, kind) for name in parameters.split()]
    assert symbol not in RULES, symbol
    RULES[symbol] = Rule(symbol, function, inspect.Signature(names))
