"""A live model as it would be without nested models: which layer is called on what.

Nothing is built and nothing is called: the calls that Keras recorded are followed from
the outputs back, into nested models and out again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kerascodegen.verify.walk import functional_of, is_layer

# Ops that Keras adds by itself where masks are joined, and casts, which a nested model
# makes of its inputs: none of them is a decision of anybody's.
_TRANSPARENT = "Cast"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One call of a nested model, or the outermost model.

    Attributes:
        functional: The model.
        path: Names of the models on the way to it, its own included.
        node: The call, or `None` for the outermost model.
        outer: The frame in which it was called.
    """

    functional: Any
    path: tuple[str, ...] = ()
    node: Any = None
    outer: Frame | None = None


@dataclass(slots=True)
class FlatLayer:
    """A layer and its calls in the flat model.

    Attributes:
        path: Names of the models that it stands in, and its own.
        layer: The Keras layer.
        calls: Digests of what each call takes, sorted.
    """

    path: tuple[str, ...]
    layer: Any
    calls: list[str] = field(default_factory=list)


class FlatWalk:
    """Follows a model's calls back from its outputs.

    Attributes:
        layers: What the flat model has, by path.
        outputs: Digests of what it returns, in flat order.
        ends: The calls that give what it returns.
    """

    def __init__(
        self,
        model: Any,
        stays: Callable[[tuple[str, ...]], bool],
        name: Callable[[tuple[str, ...]], str],
    ) -> None:
        """Walk.

        Args:
            model: A Functional or built Sequential.
            stays: Tells whether a nested model, by its path, counts as a layer.
            name: What a layer is called in digests.
        """
        self.layers: dict[tuple[str, ...], FlatLayer] = {}
        self._paths: dict[int, tuple[str, ...]] = {}
        self._stays = stays
        self._name = name
        self._frames: dict[tuple[int, int], Frame] = {}
        self._digests: dict[tuple[int, int], str] = {}
        self._root = Frame(functional_of(model))
        ends = [_Place(self._root, tensor) for tensor in self._root.functional.outputs]
        self._visit(ends)
        self.ends = [self._source(end) for end in ends]
        self.outputs = [self._digest(end) for end in ends]
        for flat_layer in self.layers.values():
            flat_layer.calls.sort()

    def _visit(self, ends: list[_Place]) -> None:
        """Give every call its digest, each behind those that it takes tensors of."""
        stack = [(self._source(end), False) for end in reversed(ends)]
        while stack:
            place, done = stack.pop()
            if place.key in self._digests:
                continue
            if done:
                self._finish(place)
                continue
            stack.append((place, True))
            stack.extend((source, False) for _, source in self.sources(place))

    def _finish(self, place: _Place) -> None:
        operation = place.node.operation
        taken = [
            (where, f"{self._digests[source.key]}:{source.index}")
            for where, source in self.sources(place)
        ]
        if not is_layer(operation):
            named = type(operation).__name__
            if named == _TRANSPARENT and taken:
                self._digests[place.key] = taken[0][1].rpartition(":")[0]
                return
        else:
            path = (*place.frame.path, operation.name)
            # One that stands in several models is one layer.
            path = self._paths.setdefault(id(operation), path)
            named = self._name(path)
            known = self.layers.setdefault(path, FlatLayer(path, operation))
            known.calls.append(_hash(repr(taken)))
        self._digests[place.key] = _hash(f"{named} {taken!r}")

    def sources(self, place: _Place) -> Iterator[tuple[str, _Place]]:
        """What a call takes, masks aside: Keras passes those by itself.

        Args:
            place: A tensor that the call gives.

        Yields:
            The argument, and where the tensor in it comes from.
        """
        import keras

        arguments = place.node.arguments
        if arguments is None:
            return
        named = {str(i): value for i, value in enumerate(arguments.args)}
        named |= {k: v for k, v in arguments.kwargs.items() if k != "mask"}
        for where, value in named.items():
            for leaf in keras.tree.flatten(value):
                if isinstance(leaf, keras.KerasTensor):
                    yield where, self._source(_Place(place.frame, leaf))

    def _source(self, place: _Place) -> _Place:
        """Follow a tensor into the nested model that made it, or out of one."""
        while True:
            node, frame = place.node, place.frame
            inner = functional_of(node.operation)
            path = (*frame.path, node.operation.name)
            if inner is not None and not self._stays(path):
                key = (id(frame), id(node))
                entered = self._frames.setdefault(key, Frame(inner, path, node, frame))
                place = _Place(entered, inner.outputs[place.index])
            elif frame.outer is not None and _is_input(place.tensor, frame.functional):
                place = _Place(frame.outer, _given(frame, place.tensor))
            else:
                return place

    def _digest(self, end: _Place) -> str:
        source = self._source(end)
        return f"{self._digests[source.key]}:{source.index}"


@dataclass(frozen=True, slots=True)
class _Place:
    """A symbolic tensor within a frame."""

    frame: Frame
    tensor: Any

    @property
    def node(self) -> Any:
        operation, node_index, _ = self.tensor._keras_history
        return operation._inbound_nodes[node_index]

    @property
    def index(self) -> int:
        return int(self.tensor._keras_history.tensor_index)

    @property
    def key(self) -> tuple[int, int]:
        return id(self.frame), id(self.node)


def _is_input(tensor: Any, functional: Any) -> bool:
    return any(tensor is one for one in functional.inputs)


def _given(frame: Frame, tensor: Any) -> Any:
    """What a nested model was called with for one of its inputs."""
    import keras

    arguments = frame.node.arguments
    first = arguments.args[0] if arguments.args else arguments.kwargs["inputs"]
    inputs, arranged = frame.functional.inputs, frame.functional._inputs_struct
    if isinstance(first, dict):
        named = isinstance(arranged, dict)
        keys = (
            arranged if named else [one._keras_history.operation.name for one in inputs]
        )
        if all(key in first for key in keys):
            first = (
                {key: first[key] for key in keys} if named else [*map(first.get, keys)]
            )
    index = next(i for i, one in enumerate(inputs) if one is tensor)
    return keras.tree.flatten(first)[index]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def nested_paths(
    model: Any, stays: Callable[[tuple[str, ...]], bool], path: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """Walk to all layers, into nested models.

    Args:
        model: A Functional or built Sequential.
        stays: Tells whether a nested model, by its path, counts as a layer.
        path: Where the model itself stands.

    Yields:
        The path of each layer but for input layers of nested models.
    """
    functional = functional_of(model)
    if functional is None:
        return
    inputs = {tensor._keras_history.operation.name for tensor in functional.inputs}
    for operation in functional.operations:
        own = (*path, operation.name)
        if path and operation.name in inputs:
            continue
        if functional_of(operation) is not None and not stays(own):
            yield from nested_paths(operation, stays, own)
        elif is_layer(operation):
            yield own
