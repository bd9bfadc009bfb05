"""Other names of the same functions of TensorFlow.

Old configs hold the canonical name, though which one that is has changed over the
years, and `TensorFlowOpLayer` or people's own tools wrote others.
"""

from __future__ import annotations


def canonical(symbol: str) -> str:
    """Find the name under which a rule is registered.

    Args:
        symbol: A function of TensorFlow, without `tf.`.

    Returns:
        Its canonical name, or the name itself.
    """
    from kerascodegen.readers.keras2.tfops.registry import RULES

    seen = {symbol}
    while symbol not in RULES and symbol in ALIASES and ALIASES[symbol] not in seen:
        symbol = ALIASES[symbol]
        seen.add(symbol)
    if symbol not in RULES and symbol.startswith("compat."):
        rest = symbol.removeprefix("compat.").partition(".")[2]
        if symbol.startswith(("compat.v1.", "compat.v2.")) and rest in RULES:
            return rest
        if rest in ALIASES:
            return ALIASES[rest]
    return symbol


ALIASES: dict[str, str] = {}
