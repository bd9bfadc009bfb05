"""Which functions of TensorFlow tf_keras can record, and what becomes of each."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from kerascodegen.readers.keras2.tfops.aliases import canonical
from kerascodegen.readers.keras2.tfops.reasons import reason_for
from kerascodegen.readers.keras2.tfops.registry import RULES

NAMESPACES = ("", "math", "nn", "linalg", "image", "signal", "bitwise", "dtypes")


def recordable() -> dict[str, Any]:
    """All functions with dispatch in the public namespaces, by canonical name."""
    import tensorflow as tf
    from tensorflow.python.util import dispatch, tf_export

    found: dict[str, Any] = {}
    for namespace in NAMESPACES:
        for prefix in ("", "compat.v1."):
            module = tf
            for part in (prefix + namespace).strip(".").split("."):
                module = getattr(module, part, None) if part else module
            for function in _functions(module, dispatch):
                name = tf_export.get_canonical_name_for_symbol(
                    function, add_prefix_to_v1_names=True
                )
                if name and _namespace(name) in NAMESPACES:
                    found[name] = function
    return dict(sorted(found.items()))


def _namespace(name: str) -> str:
    return name.removeprefix("compat.v1.").rpartition(".")[0]


def _functions(module: Any, dispatch: Any) -> Iterator[Any]:
    marks = (dispatch.FALLBACK_DISPATCH_ATTR, dispatch.TYPE_BASED_DISPATCH_ATTR)
    for name in sorted(dir(module)):
        value = getattr(module, name, None)
        if name.startswith("_") or inspect.ismodule(value) or not callable(value):
            continue
        if any(hasattr(value, mark) for mark in marks):
            yield value


def verdict(symbol: str) -> str:
    """`"translated"`, or why not."""
    name = canonical(symbol)
    return "translated" if name in RULES else reason_for(name)
