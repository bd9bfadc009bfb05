"""Rates that go up from block to block: `0.2 * 7 / 16` in the place of a long number.

Stochastic depth is written so by those who publish it: Huang et al., "Deep Networks
with Stochastic Depth" (2016), let the rate of block `i` of `n` be `rate * i / n`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise

from kerascodegen.folding.expressions import Const, Expr, Share, share
from kerascodegen.graph.model import Value

# Arguments that such rates are given to.
RATES = frozenset({"drop_path_rate", "drop_rate", "rate", "survival_probability"})
_MOST_BLOCKS = 400
_FEWEST = 3
# A number with so many characters was computed, and two of them are no accident.
LONG = 10
_FACTOR = 5


def find_shares(values: Collection[float]) -> Mapping[float, Share]:
    """Find the factor and the count that all rates of a model follow from.

    Args:
        values: The rates.

    Returns:
        Each rate as a share, exact to the bit; nothing where there is no such count,
        or where the numbers are short as they are.
    """
    several = sorted({value for value in values if value > 0})
    computed = [value for value in several if len(repr(value)) >= LONG]
    if len(computed) < _FEWEST:
        return {}
    step = min(b - a for a, b in pairwise(several))
    found: list[tuple[int, int, dict[float, Share]]] = []
    for divisor in range(1, _MOST_BLOCKS + 1):
        factor = float(f"{step * divisor:.6g}")
        if len(repr(factor)) > _FACTOR or factor <= 0:
            continue
        shares = {v: _share(v, factor, divisor) for v in several}
        known = {v: s for v, s in shares.items() if s is not None}
        # One that was not computed may well be another's, as that of a last layer.
        if known.keys() >= set(computed):
            found.append((len(repr(factor)), divisor, known))
    return min(found, key=lambda item: item[:2])[2] if found else {}


def _share(value: float, factor: float, divisor: int) -> Share | None:
    number = round(value * divisor / factor)
    exact = number <= divisor and share(number, factor, divisor) == value
    return Share(Const(number), factor, divisor) if exact else None


def shared(name: str, value: Value, shares: Mapping[float, Share]) -> Expr:
    """An argument of a call: a share where it is one.

    Args:
        name: The argument.
        value: Its value.
        shares: From `find_shares`.

    Returns:
        An expression without variables.
    """
    if name in RATES and isinstance(value, float) and value in shares:
        return shares[value]
    return Const(value)
