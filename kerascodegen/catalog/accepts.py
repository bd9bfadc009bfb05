"""Which keys of a custom class's config its constructor takes."""

from __future__ import annotations

from kerascodegen.catalog.lookup import find_class
from kerascodegen.graph.custom import Constructor

# What every layer takes, and what such a class is called.
_LAYER_KEYWORDS = frozenset(
    {"activity_regularizer", "autocast", "trainable", "dtype", "name"}
)
_PLAIN_LAYER = frozenset(
    {"keras.layers.Layer", "keras.Layer", "keras.Model", "keras.models.Model"}
)


def accepts(name: str, known: Constructor) -> bool:
    """Tell whether the constructor of a custom class takes a key of its config.

    Args:
        name: The key.
        known: What the constructor takes.

    Returns:
        Whether it may be an argument; `from_config` may take more.
    """
    if name in known.parameters:
        return True
    if not known.any_keyword or known.base is None:
        return known.any_keyword
    if name in _LAYER_KEYWORDS:
        return True
    base = find_class(known.base)
    if base is None:
        return known.base not in _PLAIN_LAYER
    return base.accepts(name)
