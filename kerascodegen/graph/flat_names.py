"""Names for the layers of nested models once they all stand in one model.

The rule is in one place because two need it: the pass that flattens a graph, and
verification, which finds each flat layer's counterpart in the nested original.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

# Names of the nested models on the way, outermost first, and the layer's own.
Path = tuple[str, ...]


def flat_names(paths: Iterable[Path], taken: Collection[str] = ()) -> dict[Path, str]:
    """Name layers by as little of their path as tells them apart.

    A layer keeps its name where no other has it. Else the model that it stands in goes
    before it, `encoder_dense`, then the model around that one. What stands in the
    outermost model always keeps its name. The result does not depend on the order of
    the paths.

    Args:
        paths: All different.
        taken: Names that none may have, but for those of the outermost model.

    Returns:
        A name for each path, all different.
    """
    parts = dict.fromkeys(paths, 1)
    while True:
        clashing = [
            path
            for group in _by_name(parts).values()
            for path in group
            if parts[path] < len(path)
            and (len(group) > 1 or _name(path, parts[path]) in taken)
        ]
        if not clashing:
            return _numbered(parts, taken)
        for path in clashing:
            parts[path] += 1


def canonical_path(paths: Iterable[Path]) -> Path:
    """Choose which of its places a layer that stands in several models is named by.

    Args:
        paths: All places of one layer, at least one.

    Returns:
        The one nearest to the outermost model, however they are ordered.
    """
    return min(paths, key=lambda path: (len(path), path))


def _name(path: Path, parts: int) -> str:
    return "_".join(path[-parts:])


def _by_name(parts: dict[Path, int]) -> dict[str, list[Path]]:
    groups: dict[str, list[Path]] = {}
    for path, count in parts.items():
        groups.setdefault(_name(path, count), []).append(path)
    return groups


def _numbered(parts: dict[Path, int], taken: Collection[str]) -> dict[Path, str]:
    """Put a number behind names that even whole paths share: `a_b/c` and `a/b_c`."""
    groups = _by_name(parts)
    used = {*groups, *taken}
    names: dict[Path, str] = {}
    for wanted in sorted(groups):
        # The shortest path first: it may be the outermost model's own.
        first, *others = sorted(groups[wanted], key=lambda path: (len(path), path))
        if wanted in taken:
            others.insert(0, first)
        else:
            names[first] = wanted
        number = 2
        for path in others:
            while f"{wanted}_{number}" in used:
                number += 1
            names[path] = f"{wanted}_{number}"
            used.add(names[path])
    return names
