"""Give the operations of one graph names of their own.

Blocks that are traced into bring their layers along, and `conv1` may stand in each. A
Functional refuses two layers of one name, so those get the block's name in front.
"""

from __future__ import annotations

import collections
import re
from collections.abc import Container, Iterable, Mapping
from typing import Any

from kerascodegen.readers.tracing.blocks import is_own_code

# Where Keras itself lists what a layer holds.
_OWN = frozenset({"_layers", "_operations", "_operations_by_depth", "_functional"})


def rename(
    operations: Iterable[Any],
    paths: Mapping[int, tuple[str, ...]],
    owned: Container[int],
) -> None:
    """Rename the operations that share a name.

    Args:
        operations: The operations of a graph, in the order of their calls. Their
            attribute `name` is changed; the caller puts it back.
        paths: Names of the blocks that a layer was met in, outermost first, by the
            layer's id.
        owned: Ids of the operations that were there before.
    """
    import keras

    by_name: dict[str, list[Any]] = collections.defaultdict(list)
    ops = []
    for one in operations:
        if isinstance(one, keras.layers.Layer):
            by_name[one.name].append(one)
        else:
            ops.append(one)
    taken = set(by_name)
    for name, group in list(by_name.items()):
        # Who stands outside of all blocks comes first to the bare name.
        outside = [one for one in group if not paths.get(id(one))]
        keeps = group[0] if len(group) == 1 else next(iter(outside), None)
        moved = [one for one in group if one is not keeps]
        for layer, new in _names(name, moved, paths, taken):
            vars(layer)["name"] = new
            taken.add(new)
    # Ops made just now are counted from the start, whatever was traced before.
    fresh = collections.Counter[str]()
    for one in ops:
        if one.name in taken or id(one) not in owned:
            vars(one)["name"] = _next_name(_stem(one), fresh, taken)
        taken.add(one.name)


def label(block: Any, owner: Any) -> str:
    """Name a block as people would: by its own name, or as the attribute it is.

    Args:
        block: A layer.
        owner: The layer whose `call` calls it, or `None`.

    Returns:
        The name that the author gave it, else that of the attribute (`block1`,
        `blocks_0`), else the automatic one.
    """
    if owner is None or not is_own_code(owner) or not _is_automatic(block):
        return str(block.name)
    for name, value in vars(owner).items():
        if name in _OWN:
            continue
        found = _position(value, block)
        if found is not None:
            return "_".join([name.strip("_"), *found])
    return str(block.name)


def _position(value: Any, block: Any) -> list[str] | None:
    if value is block:
        return []
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, list | tuple):
        items = enumerate(value)
    elif isinstance(value, dict):
        items = value.items()
    for key, item in items:
        found = _position(item, block)
        if found is not None:
            return [re.sub(r"\W+", "_", str(key)), *found]
    return None


def _is_automatic(layer: Any) -> bool:
    stem = re.escape(_stem(layer))
    return re.fullmatch(rf"{stem}(_\d+)?", layer.name) is not None


def _stem(operation: Any) -> str:
    from keras.src.utils.naming import to_snake_case

    return str(to_snake_case(type(operation).__name__))


def _next_name(stem: str, counts: collections.Counter[str], taken: set[str]) -> str:
    while True:
        name = f"{stem}_{counts[stem]}" if counts[stem] else stem
        counts[stem] += 1
        if name not in taken:
            return name


def _names(
    name: str, layers: list[Any], paths: Mapping[int, tuple[str, ...]], taken: set[str]
) -> list[tuple[Any, str]]:
    """Put as much of the path in front as tells the layers apart."""
    longest = max((len(paths.get(id(one), ())) for one in layers), default=0)
    for length in range(1, longest + 1):
        new = ["_".join([*paths.get(id(one), ())[-length:], name]) for one in layers]
        if len(set(new)) == len(new) and taken.isdisjoint(new):
            return list(zip(layers, new, strict=True))
    found = []
    taken = set(taken)
    for one in layers:
        new_name = "_".join([*paths.get(id(one), ()), name])
        if new_name in taken:
            new_name = _numbered(new_name, taken)
        taken.add(new_name)
        found.append((one, new_name))
    return found


def _numbered(name: str, taken: set[str]) -> str:
    number = 1
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"
