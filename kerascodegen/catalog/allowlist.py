"""Everything of Keras that generated source may import or call."""

from __future__ import annotations

from functools import cache

from kerascodegen.catalog.lookup import catalog_data

# What it wraps is replaced by a stand-in before it is written.
_SAFE_AS_WRITTEN = "keras.layers.Lambda"


def is_known(path: str) -> bool:
    """Tell whether a dotted path is a modelling class or function of Keras.

    Args:
        path: The path in full, as source names it.

    Returns:
        Whether the catalog gives this very path to write; no prefix is enough.
    """
    return path in _known()


@cache
def _known() -> frozenset[str]:
    data = catalog_data()
    paths = {_SAFE_AS_WRITTEN}
    for key, entry in data["classes"].items():
        if not entry.get("unsafe"):
            paths.add(entry.get("path", key))
    paths.update(entry["function"] for entry in data["ops"].values())
    paths.update(data["functions"].values())
    paths.update(data["builtin_functions"].values())
    return frozenset(paths)
