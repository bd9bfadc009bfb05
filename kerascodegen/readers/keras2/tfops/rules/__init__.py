"""The rules; importing the package registers all of them."""

from __future__ import annotations

from kerascodegen.readers.keras2.tfops.registry import RULES
from kerascodegen.readers.keras2.tfops.rules import (
    arrays,
    complexes,
    elementwise,
    image,
    linalg,
    nn,
    reductions,
    shapes,
)

__all__ = [
    "RULES",
    "arrays",
    "complexes",
    "elementwise",
    "image",
    "linalg",
    "nn",
    "reductions",
    "shapes",
]
