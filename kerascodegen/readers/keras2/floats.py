"""Numbers as people wrote them, where Keras 2 kept them in 32 bits.

`LeakyReLU` and the optimizers of Keras 2 made `float32` of their arguments
(`backend.cast_to_floatx`), so that their configs say 0.10000000149011612 for 0.1.
"""

from __future__ import annotations

import struct
from typing import Any

# What has no more digits than this is written as people do.
_SHORT = 9
# Digits that tell all numbers of 32 bits apart.
_DIGITS = range(6, 10)


def with_short_floats(value: Any) -> Any:
    """Shorten numbers that are of 32 bits to the digits that tell them apart.

    Args:
        value: Parsed JSON.

    Returns:
        The same; what computes in 32 bits cannot tell the difference.
    """
    if isinstance(value, float):
        return _shortened(value)
    if isinstance(value, list):
        return [with_short_floats(item) for item in value]
    if isinstance(value, dict):
        return {key: with_short_floats(item) for key, item in value.items()}
    return value


def computes_in_64_bits(value: Any) -> bool:
    """Tell whether anything in a config says `float64`.

    Args:
        value: Parsed JSON.

    Returns:
        Whether the digits of numbers may matter.
    """
    if isinstance(value, list):
        return any(map(computes_in_64_bits, value))
    if isinstance(value, dict):
        return any(map(computes_in_64_bits, value.values()))
    return value in ("float64", "double", "complex128")


def _shortened(value: float) -> float:
    if len(repr(value)) <= _SHORT:
        return value
    try:
        bits = struct.pack("<f", value)
    except OverflowError:
        return value
    if struct.unpack("<f", bits)[0] != value:
        # NaN among them.
        return value
    for digits in _DIGITS:
        short = float(f"{value:.{digits}g}")
        if struct.pack("<f", short) == bits:
            return short
    return value
