"""One of two values: `"valid" if strides == 2 else "same"`."""

from __future__ import annotations

from kerascodegen.folding.expressions import Const, Equal, Expr, If
from kerascodegen.folding.records import CHANNELS, Parameter
from kerascodegen.folding.relations import distinct

# Arguments on which others depend: padding on strides, an activation on a flag.
_DECIDING = frozenset({"strides", "use_bias"})


def choice(
    parameter: Parameter, base: list[Expr], wanted: list[Expr], argument: str
) -> Expr | None:
    """Find how values follow from which value a parameter has.

    Args:
        parameter: The parameter.
        base: Its values, use by use.
        wanted: The values that the argument must have.
        argument: The argument.

    Returns:
        `then if test else other`; `None` where it does not follow so.
    """
    deciding = _DECIDING | ({"kernel_size"} if argument == "padding" else set())
    if parameter.argument not in deciding | {"flag"} or distinct(wanted) != 2:
        return None
    if argument in CHANNELS:
        return None
    values: dict[Expr, Expr] = {}
    for known, cell in zip(base, wanted, strict=True):
        if values.setdefault(known, cell) != cell:
            return None
    if not all(isinstance(item, Const) for pair in values.items() for item in pair):
        return None
    if parameter.argument == "flag":
        # With one side only the other's value would be anybody's guess.
        if len(values) != 2:
            return None
        return If(parameter.variable, values[Const(True)], values[Const(False)])
    alone = [k for k in values if sum(v == values[k] for v in values.values()) == 1]
    if len(values) > 3 or not alone or len(wanted) < 4:
        return None
    single = max(alone, key=lambda known: known != Const(1))
    other = next(v for k, v in values.items() if v != values[single])
    if not isinstance(single, Const) or len(set(values.values())) != 2:
        return None
    return If(Equal(parameter.variable, single), values[single], other)
