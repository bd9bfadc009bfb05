"""The rules; importing the package registers all of them."""

from __future__ import annotations

from kerascodegen.readers.keras2.tfops.registry import RULES
from kerascodegen.readers.keras2.tfops.rules import (
    arrays,
    backend,
    complexes,
    convolutions,
    elementwise,
    image,
    linalg,
    losses,
    nn,
    others,
    pooling,
    reductions,
    resizing,
    shapes,
    spacing,
)

__all__ = [
    "RULES",
    "arrays",
    "backend",
    "complexes",
    "convolutions",
    "elementwise",
    "image",
    "linalg",
    "losses",
    "nn",
    "others",
    "pooling",
    "reductions",
    "resizing",
    "shapes",
    "spacing",
]
