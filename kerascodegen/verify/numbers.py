"""How far two arrays are apart, and how far they may be."""

from __future__ import annotations

import math
from typing import Any

# Relative to the largest value. The same operations on the same machine agree far
# better; this leaves room for a different order of summation only.
_TOLERANCES = {"float64": 1e-10, "float32": 1e-5, "float16": 1e-2, "bfloat16": 5e-2}


def tolerance_of(model: Any) -> float:
    """Choose the tolerance by the coarsest float type that a model computes in.

    Args:
        model: A Keras model.

    Returns:
        The largest acceptable `difference`.
    """
    kinds = {
        str(layer.compute_dtype)
        for layer in model._flatten_layers()
        if layer.weights or layer is not model
    }
    found = [_TOLERANCES[kind] for kind in kinds if kind in _TOLERANCES]
    return max(found, default=_TOLERANCES["float32"])


def has_finite(value: Any) -> bool:
    """Whether an array has anything in it that a comparison can tell apart.

    Args:
        value: A NumPy array.

    Returns:
        False where all is NaN or infinite.
    """
    import numpy as np

    if value.dtype.kind in "OSUbiu":
        return True
    return bool(np.isfinite(value.astype("float64")).any())


def difference(expected: Any, found: Any) -> float:
    """Measure the largest difference, relative to the largest expected value.

    Args:
        expected: A NumPy array.
        found: A NumPy array.

    Returns:
        0.0 where equal; NaN equals NaN. Infinity where shapes, types or the places of
        NaN and infinities differ, and for anything but numbers that is not equal.
    """
    import numpy as np

    if expected.shape != found.shape or expected.dtype != found.dtype:
        return math.inf
    if expected.size == 0 or expected.tobytes() == found.tobytes():
        return 0.0
    if expected.dtype.kind in "OSUb":
        return 0.0 if bool((expected == found).all()) else math.inf
    left, right = expected.astype("float64"), found.astype("float64")
    finite = np.isfinite(left)
    if not np.array_equal(left[~finite], right[~finite], equal_nan=True):
        return math.inf
    left, right = left[finite], right[finite]
    if not np.isfinite(right).all():
        return math.inf
    gap = float(np.abs(left - right).max(initial=0.0))
    scale = float(np.abs(left).max(initial=0.0))
    return gap / scale if scale > 0 else gap
