"""The built model as a tree of layers, in the order in which Keras 2 kept weights.

Keras 2 stored a layer's weights as `trainable_weights + non_trainable_weights`, and
those properties go through layers inside of layers by rules of their own
(`tf_keras/src/engine/base_layer.py`, `training.py`). They depend on which layers were
frozen, so they are followed here step by step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kerascodegen.graph.model import Graph
from kerascodegen.graph.rescue import MovedLayer
from kerascodegen.old_weights.slots import Slot, own_slots


@dataclass(slots=True)
class Node:
    """A layer of the built model, and what is in it.

    Attributes:
        layer: The Keras layer.
        path: Names in the file: of the models that it stands in, then its own.
        cls: Its class, as the file names it.
        is_model: Whether it is a Functional or a Sequential.
        trainable: Slots of its own variables that training changes.
        fixed: Slots of its other ones.
        children: The layers inside, in order; by attribute where it is no model.
        attribute: The attribute of the layer around it that holds it.
        joined: The same with the gates of recurrent layers in one array each, where
            Keras 1 may have written either.
    """

    layer: Any
    path: tuple[str, ...]
    cls: str
    is_model: bool
    trainable: list[Slot] = field(default_factory=list)
    fixed: list[Slot] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    attribute: str = ""
    joined: Node | None = None

    def slots(self) -> list[Slot]:
        """Give all slots in the order of an `.h5` file, each variable's once."""
        return _once(self._trainable_slots() + self._fixed_slots())

    def natural_slots(self) -> list[Slot]:
        """Give its own slots as `.keras` files have them, whatever is frozen."""
        return _once(self.trainable + self.fixed)

    def has_weights(self) -> bool:
        """Whether the file has anything for it."""
        return bool(self.trainable or self.fixed) or any(
            child.has_weights() for child in self.children
        )

    def _all_slots(self) -> list[Slot]:
        if not self.is_model:
            return self._trainable_slots() + self._fixed_slots()
        inner = [slot for child in self.children for slot in child._all_slots()]
        return inner + self.trainable + self.fixed

    def _trainable_slots(self) -> list[Slot]:
        if not self.layer.trainable:
            return []
        inner = [s for child in self.children for s in child._trainable_slots()]
        return inner + self.trainable if self.is_model else self.trainable + inner

    def _fixed_slots(self) -> list[Slot]:
        if self.layer.trainable:
            inner = [s for child in self.children for s in child._fixed_slots()]
            return inner + self.fixed if self.is_model else self.fixed + inner
        if not self.is_model:
            inner = [s for child in self.children for s in child._all_slots()]
            return self.trainable + self.fixed + inner
        learnt = [s for child in self.children for s in child._trainable_slots()]
        fixed = [s for child in self.children for s in child._fixed_slots()]
        return learnt + self.trainable + fixed + self.fixed


def model_node(model: Any, graph: Graph | None, version: str) -> Node:
    """Lay out a built model as Keras 2 would.

    Args:
        model: A built Functional or Sequential of Keras 3.
        graph: The graph that the file's config became, or `None` where the file has
            weights only.
        version: The Keras that wrote the weights, or `""`.

    Returns:
        The tree.
    """
    moves: dict[tuple[str, ...], MovedLayer] = {}
    if graph is not None and graph.rescue is not None:
        moves = {moved.path: moved for moved in graph.rescue.moved}
    root = _Builder(moves, version).model(model, graph, (), ())
    if version.startswith("1."):
        others = _Builder(moves, version, gates=False).model(model, graph, (), ())
        for node, other in zip(root.children, others.children, strict=True):
            node.joined = other
    return root


@dataclass(slots=True)
class _Builder:
    moves: Mapping[tuple[str, ...], MovedLayer]
    version: str
    gates: bool = True

    def model(
        self,
        model: Any,
        graph: Graph | None,
        path: tuple[str, ...],
        old_path: tuple[str, ...],
    ) -> Node:
        node = Node(model, old_path, type(model).__name__, is_model=True)
        nested = {} if graph is None else {op.name: op.graph for op in graph.operations}
        for layer in _in_order(model.layers, list(nested)):
            inner = (*path, layer.name)
            moved = self.moves.get(inner)
            old = moved.old_path if moved else (*old_path, layer.name)
            node.children.append(self.layer(layer, nested.get(layer.name), inner, old))
        return node

    def layer(
        self,
        layer: Any,
        graph: Graph | None,
        path: tuple[str, ...],
        old_path: tuple[str, ...],
    ) -> Node:
        if is_model(layer):
            return self.model(layer, graph, path, old_path)
        moved = self.moves.get(path)
        layout = moved.layout if moved else ""
        config = dict(moved.config) if moved else {}
        found = own_slots(
            layer, layout, config, self.version, old_path, gates=self.gates
        )
        node = Node(layer, old_path, found.cls, is_model=False)
        node.trainable, node.fixed = found.trainable, found.fixed
        if found.whole:
            return node
        for attribute, child in attributes(layer):
            # A backward layer that is made from the forward one has its layout too.
            inner = (*path, attribute)
            named = {"forward_layer": "layer", "backward_layer": "layer"}
            if inner not in self.moves and attribute in named:
                inner = (*path, named[attribute])
            one = self.layer(child, None, inner, (*old_path, attribute))
            one.attribute = attribute
            node.children.append(one)
        return node


def is_model(layer: Any) -> bool:
    """Tell a Functional or Sequential from other layers.

    Args:
        layer: A Keras layer.

    Returns:
        Whether its `layers` are all that is in it.
    """
    import keras
    from keras.src.models.functional import Functional

    return isinstance(layer, keras.Sequential | Functional)


def attributes(layer: Any) -> list[tuple[str, Any]]:
    """List the layers inside a layer with the attributes that hold them.

    Args:
        layer: A layer that is no model.

    Returns:
        Attribute and layer; `"cells/0"` and so on for those in a list.
    """
    inside = list(layer._layers)
    known = {id(one): "" for one in inside}
    for name, value in sorted(vars(layer).items(), reverse=True):
        if name == "_layers":
            continue
        if known.get(id(value)) == "":
            known[id(value)] = name
        elif isinstance(value, list | tuple):
            for index, one in enumerate(value):
                if known.get(id(one)) == "":
                    known[id(one)] = f"{name}/{index}"
    return [(known[id(one)], one) for one in inside]


def _in_order(layers: list[Any], names: list[str]) -> list[Any]:
    """Sort layers as the config lists them; Keras 3 may have built another order."""
    places = {name: place for place, name in enumerate(names)}
    if any(layer.name not in places for layer in layers):
        return list(layers)
    return sorted(layers, key=lambda layer: places[layer.name])


def _once(slots: list[Slot]) -> list[Slot]:
    """Leave out what stands there again: a layer may be reached on several ways."""
    return list({slot.key: slot for slot in slots}.values())
