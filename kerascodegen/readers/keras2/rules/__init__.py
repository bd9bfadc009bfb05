"""All rules for layers and objects of old configs. Importing this registers them."""

from __future__ import annotations

import importlib

# Rules of one layer run in this order: what Keras 1 called it comes first.
_ORDER = (
    "keras1",
    "everywhere",
    "attention",
    "convolutions",
    "core",
    "preprocessing",
    "recurrent",
    "removed",
    "objects",
)
for _name in _ORDER:
    importlib.import_module(f"{__name__}.{_name}")
