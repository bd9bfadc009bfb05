"""Find out which layers of a config are one object that stands in several models.

A config spells a layer out in every place that it stands in. In a `.keras` file Keras
marks the second and later places with `shared_object_id`; the first place mostly lost
its mark, since `get_config` of the model around it gives a copy that was made before
the second was met. What `to_json` gives has no marks at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kerascodegen.readers.decode import JsonObject, is_model
from kerascodegen.readers.jsontext import MAX_DEPTH

_MARK = "shared_object_id"
# What Keras writes beside an object's own config: how it is called, not what it is.
_BESIDE = frozenset({_MARK, "inbound_nodes", "name"})
_DTYPE_POLICY = "DTypePolicy"


@dataclass(frozen=True, slots=True)
class Sharing:
    """Which layers stand in several places.

    Attributes:
        ids: By `id()` of a serialised layer, the number of the object that it is.
            Only of layers that stand in several models, wrappers or arguments.
        lost: Names of layers that are shared, though with which is not to be told.
    """

    ids: Mapping[int, int] = field(default_factory=dict)
    lost: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class _Place:
    """A layer or model where it stands.

    Attributes:
        data: The serialised object.
        owner: What it stands in; `None` for a whole model.
        spot: Where in there.
        rank: Position in the order in which Keras wrote the objects.
        inner: The layers inside it, by spot.
        same: Another place of the same object, or `None` for the one that all lead to.
        unmarked: Rank of the first place without a mark, kept where all lead to.
    """

    data: JsonObject
    owner: _Place | None
    spot: str
    rank: int = 0
    inner: dict[str, _Place] = field(default_factory=dict)
    same: _Place | None = None
    unmarked: int | None = None

    @property
    def mark(self) -> int | None:
        mark = self.data.get(_MARK)
        return mark if type(mark) is int else None

    @property
    def label(self) -> tuple[str, str]:
        return (str(self.data.get("class_name")), self.name)

    @property
    def name(self) -> str:
        name = self.data["config"].get("name")
        return name if isinstance(name, str) else ""

    def root(self) -> _Place:
        place = self
        while place.same is not None:
            # Every second step is cut short, or chains would be walked again and again.
            place.same = place.same.same or place.same
            place = place.same
        return place


def find_sharing(documents: Sequence[Any], *, marked: bool = False) -> Sharing:
    """Find the layers that stand in several places.

    Args:
        documents: Serialised models; several only where they share objects.
        marked: Whether first places have their mark too, as in what is written for a
            live model.

    Returns:
        Which they are, numbered in the order of their first places.
    """
    finder = _Finder(marked)
    try:
        for index, document in enumerate(documents):
            finder.walk_model(document, str(index))
        return finder.result()
    except RecursionError:
        # Nested more deeply than any model; the decoder says so.
        return Sharing()


class _Finder:
    def __init__(self, marked: bool) -> None:
        self._marked = marked
        self._places: list[_Place] = []  # as they stand in the config
        self._rank = 0
        self._unmarked: dict[str, list[_Place]] = {}
        self._lost: dict[str, None] = {}

    def walk_model(self, document: Any, spot: str) -> None:
        if isinstance(document, dict) and is_model(document):
            self._visit(document, None, spot, 0)

    def _visit(
        self, data: JsonObject, owner: _Place | None, spot: str, depth: int
    ) -> None:
        place = _Place(data, owner, spot)
        self._places.append(place)
        if owner is not None:
            owner.inner[spot] = place
        config = data["config"]
        if is_model(data):
            for index, layer in enumerate(config["layers"]):
                if _is_layer(layer):
                    # A Sequential may hold a layer twice, under one name.
                    name = layer["config"].get("name", index)
                    self._visit(layer, place, f"layers/{name}", depth + 1)
        else:
            for key, value in config.items():
                self._search(value, place, str(key), depth + 1)
        self._rank += 1
        place.rank = self._rank
        if place.mark is None:
            place.unmarked = place.rank

    def _search(self, value: Any, owner: _Place, spot: str, depth: int) -> None:
        """Look for layers inside a config value."""
        # The decoder refuses what is deeper.
        if depth > MAX_DEPTH:
            return
        if isinstance(value, list):
            for index, item in enumerate(value):
                self._search(item, owner, f"{spot}/{index}", depth + 1)
        elif isinstance(value, dict):
            if _is_layer(value) and "trainable" in value["config"]:
                self._visit(value, owner, spot, depth + 1)
                return
            for key, item in value.items():
                self._search(item, owner, f"{spot}/{key}", depth + 1)

    def result(self) -> Sharing:
        groups: dict[tuple[int, object], list[_Place]] = {}
        for place in self._places:
            if place.mark is not None:
                # What a damaged file marks as one, but spells differently, is not one.
                looks = place.label if self._marked else _essence(place.data)
                groups.setdefault((place.mark, looks), []).append(place)
        if groups and not self._marked:
            self._index({group[0].label for group in groups.values()})
        for group in groups.values():
            self._unite(group)
        return Sharing(self._number(), tuple(self._lost))

    def _index(self, labels: set[object]) -> None:
        """List the places without a mark in which a shared object may stand."""
        found = [p for p in self._places if p.mark is None and p.label in labels]
        for place in sorted(found, key=lambda place: place.rank):
            self._unmarked.setdefault(_essence(place.data), []).append(place)

    def _unite(self, group: list[_Place]) -> None:
        for place in group[1:]:
            _merge(group[0], place)
        if self._marked or self._has_first(group):
            return
        earlier = self._candidates(_first(group))
        if len(earlier) == 1:
            _merge(earlier[0], group[0])
        elif earlier or len(group) == 1:
            self._lost[group[0].name] = None

    def _has_first(self, group: list[_Place]) -> bool:
        """Tell whether the first place of an object is known already."""
        first = _first(group)
        # Inside a copy of a model whose first place was found.
        unmarked = first.root().unmarked
        if unmarked is not None and unmarked < first.rank:
            return True
        # The mark on a first place survives where the second is found while the model
        # around it is still being written.
        owner = first.owner
        if owner is None or not first.spot.startswith("layers/"):
            return False
        others = [place for place in group if place is not first]
        if not any(owner in _owners(place) for place in others):
            return False
        return not _all_marked(first.data["config"]) or not self._candidates(first)

    def _candidates(self, later: _Place) -> list[_Place]:
        """Find where the object may have been written first; two are enough."""
        found = self._unmarked.get(_essence(later.data), [])[:2]
        return [place for place in found if place.rank < later.rank]

    def _number(self) -> dict[int, int]:
        spots: dict[int, set[tuple[int, str]]] = {}
        for place in self._places:
            owner = id(place.owner.root()) if place.owner is not None else 0
            spots.setdefault(id(place.root()), set()).add((owner, place.spot))
        numbers: dict[int, int] = {}
        ids: dict[int, int] = {}
        for place in self._places:
            root = id(place.root())
            if len(spots[root]) > 1:
                ids[id(place.data)] = numbers.setdefault(root, len(numbers) + 1)
        return ids


def _is_layer(data: Any) -> bool:
    """Tell whether a serialised object is a layer or model, with weights of its own."""
    if not isinstance(data, dict) or not isinstance(data.get("config"), dict):
        return False
    name, module = data.get("class_name"), data.get("module")
    # Several models may well start from one Input, and an op has nothing to share.
    return (
        isinstance(name, str)
        and name != "InputLayer"
        and not str(module).startswith("keras.src.ops.")
    )


def _merge(first: _Place, second: _Place) -> None:
    """Note that two places are of one object, and so are the layers inside them."""
    left, right = first.root(), second.root()
    if left is right:
        return
    right.same = left
    ranks = [p.unmarked for p in (left, right) if p.unmarked is not None]
    left.unmarked = min(ranks, default=None)
    for spot, place in right.inner.items():
        if spot in left.inner and left.inner[spot].label == place.label:
            _merge(left.inner[spot], place)


def _owners(place: _Place) -> Iterator[_Place]:
    owner = place.owner
    while owner is not None:
        yield owner
        owner = owner.owner


def _all_marked(config: Any) -> bool:
    """Tell whether every object inside a config was written before.

    An object's parts are written with it, so in a later place all have marks.
    """
    if isinstance(config, list):
        return all(_all_marked(item) for item in config)
    if not isinstance(config, dict):
        return True
    is_object = isinstance(config.get("config"), dict) and "class_name" in config
    if is_object and config["class_name"] != _DTYPE_POLICY and _MARK not in config:
        return False
    return all(_all_marked(i) for k, i in config.items() if k != "inbound_nodes")


def _first(group: list[_Place]) -> _Place:
    return min(group, key=lambda place: place.rank)


def _essence(data: JsonObject) -> str:
    """What two places of one object have in common, as text."""
    own = {key: value for key, value in data.items() if key not in _BESIDE}
    return json.dumps(_unmarked(own), sort_keys=True)


def _unmarked(data: Any) -> Any:
    if isinstance(data, list):
        return [_unmarked(item) for item in data]
    if isinstance(data, dict):
        return {key: _unmarked(value) for key, value in data.items() if key != _MARK}
    return data
