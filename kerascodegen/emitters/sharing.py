"""Where a layer that several models hold is made, and which functions it is handed to.

Models and layers that hold others form a graph without circles: what is shared has
several owners. It is made in the innermost function that all its owners are made in,
its immediate dominator, and is a parameter of the functions on the way to each owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from kerascodegen.graph.model import Graph, ObjectSpec, Operation, Value

Thing: TypeAlias = "Operation | ObjectSpec"
# A model by its graph, or a shared layer or model by its number.
_Key: TypeAlias = tuple[str, int]
_ROOT: _Key = ("graph", 0)


class SharedPlan:
    """Functions of a module and the shared layers that each makes or is given.

    Attributes:
        functions: The nested models, innermost first; each shared one once.
    """

    def __init__(self, root: Graph) -> None:
        """Plan a module.

        Args:
            root: The outermost graph, behind all passes.
        """
        self.functions: list[Graph] = []
        self._sources: dict[int, Thing] = {}
        self._frozen: set[int] = set()
        self._owners: dict[_Key, list[_Key]] = {_ROOT: []}
        self._keys: dict[int, _Key] = {id(root): _ROOT}
        self._finished: list[_Key] = []
        self._models: set[_Key] = {_ROOT}
        for thing, frozen in _things(root):
            self._offer(thing, frozen)
        self._walk(root, _ROOT)
        self._finished.append(_ROOT)
        self._makers = self._dominators()
        self._parameters: dict[_Key, dict[int, None]] = {}
        self._local: dict[_Key, dict[int, None]] = {}
        for number in sorted(self._sources):
            self._place(("shared", number))

    def is_shared(self, thing: Thing) -> bool:
        """Whether a layer or model is made apart from where it is used."""
        number = thing.shared_id
        return number is not None and len(self._owners[("shared", number)]) > 1

    def numbers(self) -> list[int]:
        """Numbers of all objects that stand in several places."""
        return sorted(self._sources)

    def source(self, number: int) -> Thing:
        """The place that a shared object's construction is written from."""
        return self._sources[number]

    def function(self, graph: Graph) -> Graph:
        """The graph whose function builds a nested model: its own, or its copy's."""
        key = self._keys[id(graph)]
        found = self._sources[key[1]].graph if key[0] == "shared" else None
        return found if found is not None else graph

    def parameters(self, graph: Graph) -> list[int]:
        """Numbers of the shared objects that a model's function is given."""
        return sorted(self._parameters.get(self._keys[id(graph)], ()))

    def local(self, graph: Graph) -> list[int]:
        """Numbers of the shared objects that a model's function makes."""
        return sorted(self._local.get(self._keys[id(graph)], ()))

    def needs(self, thing: Thing) -> list[int]:
        """Numbers of the shared objects that making a layer or model takes."""
        if thing.graph is not None:
            return self.parameters(thing.graph)
        found: dict[int, None] = {}
        for inner in _inner(thing):
            if self.is_shared(inner) and inner.shared_id is not None:
                found[inner.shared_id] = None
            else:
                found.update(dict.fromkeys(self.needs(inner)))
        return list(found)

    def _offer(self, thing: Thing, frozen: bool) -> None:
        """Remember the best place to write a shared object's construction from.

        That of a layer in a graph has all its arguments, and best where no bulk change
        behind the model sets its `trainable`.
        """
        number = thing.shared_id
        if number is None:
            return
        if number not in self._sources:
            better = True
        else:
            plain = isinstance(self._sources[number], ObjectSpec)
            better = isinstance(thing, Operation) and (
                plain or (number in self._frozen and not frozen)
            )
        if better:
            self._sources[number] = thing
            self._frozen.discard(number)
            if frozen:
                self._frozen.add(number)

    def _walk(self, graph: Graph, key: _Key) -> None:
        for operation in graph.operations:
            self._visit(operation, key)

    def _visit(self, thing: Thing, owner: _Key) -> None:
        key = owner
        if thing.shared_id is not None:
            key = ("shared", thing.shared_id)
        elif thing.graph is not None:
            key = ("graph", id(thing.graph))
        if key != owner:
            known = key in self._owners
            self._owners.setdefault(key, []).append(owner)
            if thing.graph is not None:
                self._keys[id(thing.graph)] = key
            if known:
                return
            if thing.shared_id is not None:
                thing = self._sources[thing.shared_id]
        if thing.graph is not None:
            self._keys[id(thing.graph)] = key
            self._models.add(key)
            self._walk(thing.graph, key)
            self.functions.append(thing.graph)
        for inner in _inner(thing):
            self._visit(inner, key)
        if key != owner:
            self._finished.append(key)

    def _dominators(self) -> dict[_Key, _Key]:
        """The innermost thing that contains all owners of each, its owner if one."""
        order = {key: place for place, key in enumerate(reversed(self._finished))}
        makers: dict[_Key, _Key] = {_ROOT: _ROOT}
        for key in order:
            if key == _ROOT:
                continue
            first, *others = self._owners[key]
            for other in others:
                while first != other:
                    if order[first] > order[other]:
                        first = makers[first]
                    else:
                        other = makers[other]
            makers[key] = first
        return makers

    def _scope(self, key: _Key) -> _Key:
        """The function that runs where something is made; a model's is its own."""
        while key not in self._models:
            key = self._makers[key]
        return key

    def _place(self, key: _Key) -> None:
        owners = self._owners[key]
        if len(owners) < 2:
            return
        scope = self._scope(self._makers[key])
        self._local.setdefault(scope, {})[key[1]] = None
        for owner in owners:
            function = self._scope(owner)
            while function != scope:
                self._parameters.setdefault(function, {})[key[1]] = None
                function = self._scope(self._makers[function])


def _inner(thing: Thing) -> Iterator[ObjectSpec]:
    """Yield the objects that stand right in the arguments of a layer."""
    for argument in thing.arguments or ():
        yield from _objects(argument.value)


def _objects(value: Value) -> Iterator[ObjectSpec]:
    if isinstance(value, ObjectSpec):
        yield value
    elif isinstance(value, list | dict):
        items: Iterable[Value] = value.values() if isinstance(value, dict) else value
        for item in items:
            yield from _objects(item)


def _things(graph: Graph) -> Iterator[tuple[Thing, bool]]:
    """Yield every layer and object of a graph and of those nested in it.

    Each comes with whether a bulk change sets its `trainable`.
    """
    for operation in graph.operations:
        frozen = operation.name in graph.decisions.frozen
        yield from _things_in(operation, frozen)


def _things_in(thing: Thing, frozen: bool) -> Iterator[tuple[Thing, bool]]:
    yield thing, frozen
    if thing.graph is not None:
        yield from _things(thing.graph)
    for inner in _inner(thing):
        yield from _things_in(inner, frozen)
