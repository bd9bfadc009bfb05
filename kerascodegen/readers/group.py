"""Read several live models that share layers as one graph.

Models over the same tensors (an autoencoder and its encoder), or that call the same
layers on inputs of their own (a decoder for inference), become one graph, which holds
each layer and each call once. A model that another one contains, or that shares nothing
but what is nested, stays a model: an operation of that graph.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kerascodegen.errors import (
    OptionError,
    ReadError,
    UnsupportedModelError,
    printable,
)
from kerascodegen.graph.model import (
    ClassRef,
    Graph,
    GraphKind,
    Member,
    Node,
    Operation,
    OperationKind,
    SliceSpec,
    TensorRef,
    TensorSpec,
    Value,
    tensor_refs,
)
from kerascodegen.options import Options
from kerascodegen.readers.live import read_live_models


def read_group(models: object, options: Options) -> Graph:
    """Read several live models as one graph.

    Args:
        models: A list or tuple of models, or a dict of them by name.
        options: What the user asked for.

    Returns:
        A graph with `members`, in the order given.

    Raises:
        ReadError: There is none, one is given twice, or one is not a live model.
        UnsupportedModelError: One of them cannot be read.
        OptionError: `inline` is for one model.
    """
    keys: list[str | None]
    if isinstance(models, Mapping):
        keys, given = list(models), list(models.values())
        if not all(isinstance(key, str) for key in keys):
            raise ReadError("A dict of models must have strings as keys.")
    elif isinstance(models, list | tuple):
        given = list(models)
        keys = [None] * len(given)
    else:
        raise ReadError("Several models are given as a list, a tuple or a dict.")
    if not given:
        raise ReadError("No model was given.")
    if len({id(model) for model in given}) < len(given):
        raise ReadError("The same model was given twice.")
    if options.inline:
        raise OptionError("--inline is for one model; several were given.")
    graphs, numbers = read_live_models(given, options)
    for model, graph in zip(given, graphs, strict=True):
        keras = sys.modules["keras"]
        if not isinstance(model, keras.Sequential) and not hasattr(model, "operations"):
            # What they share is told by Keras' own graph, which it does not have.
            raise UnsupportedModelError(
                f'The model "{printable(graph.name, 60)}" is subclassed, and can only '
                "be read alone: leave the others out, or rebuild it as a Functional "
                "from its own source first."
            )
        if graph.inputs is None:
            raise UnsupportedModelError(
                f'The Sequential "{printable(graph.name, 60)}" has no Input and was '
                "never built. Build it, or give it an Input, to read it with others."
            )
    return _Group(given, graphs, numbers, keys).read()


class _Group:
    """Joins the graphs of several models."""

    def __init__(
        self,
        models: Sequence[Any],
        graphs: Sequence[Graph],
        numbers: Sequence[int | None],
        keys: Sequence[str | None],
    ) -> None:
        self._models = models
        self._graphs = graphs
        self._numbers = numbers
        self._keys = keys
        self._tables = [_CallTable(model) for model in models]
        self._names: dict[int, str] = {}  # by id() of the Keras object
        self._operations: dict[str, Operation] = {}
        self._ranks: dict[str, dict[int, int]] = {}

    def read(self) -> Graph:
        inline = self._inline()
        for index in inline:
            self._add_operations(index)
        nodes: dict[tuple[str, int], Node] = {}
        specs: dict[TensorRef, TensorSpec] = {}
        for index in inline:
            for node in self._graphs[index].nodes:
                joined = self._node(node, index)
                nodes[joined.key] = joined
            for ref, spec in self._graphs[index].specs.items():
                specs[self._ref(ref, index)] = spec
        members = [
            self._member(index, index in inline) for index in range(len(self._models))
        ]
        places = {name: place for place, name in enumerate(self._operations)}
        inputs = [ref for member in members for ref in tensor_refs(member.inputs)]
        joined_inputs: list[Value] = list(dict.fromkeys(inputs))
        return Graph(
            kind=GraphKind.FUNCTIONAL,
            name=", ".join(graph.name for graph in self._graphs),
            trainable=True,
            inputs=joined_inputs if inline else None,
            outputs=[member.outputs for member in members if member.operation is None],
            operations=tuple(self._operations.values()),
            nodes=tuple(
                sorted(nodes.values(), key=lambda n: (places[n.key[0]], n.index))
            ),
            specs=specs,
            members=tuple(members),
        )

    def _inline(self) -> list[int]:
        """Indices of the models whose layers the joined graph holds itself."""
        inside: set[int] = set()
        for model in self._models:
            inside |= {id(layer) for layer in model._flatten_layers(include_self=False)}
        outer = [i for i, model in enumerate(self._models) if id(model) not in inside]
        if len(outer) == 1:
            return outer
        return [
            i
            for i in outer
            if any(self._tables[i].shares(self._tables[j]) for j in outer if j != i)
        ]

    def _add_operations(self, index: int) -> None:
        table = self._tables[index]
        for operation in self._graphs[index].operations:
            keras_object = table.operations[operation.name]
            name = self._names.get(id(keras_object))
            if name is None:
                name = self._unique(operation.name)
                self._names[id(keras_object)] = name
                if name != operation.name:
                    operation = replace(operation, name=name, own_name=operation.name)
                self._operations[name] = operation
            calls = self._ranks.setdefault(name, {})
            calls.update(dict.fromkeys(table.calls[id(keras_object)], 0))
            for rank, number in enumerate(sorted(calls)):
                calls[number] = rank

    def _unique(self, name: str) -> str:
        unique, number = name, 2
        while unique in self._operations:
            unique, number = f"{name} ({number})", number + 1
        return unique

    def _ref(self, ref: TensorRef, index: int) -> TensorRef:
        table = self._tables[index]
        keras_object = table.operations[ref.operation]
        name = self._names[id(keras_object)]
        if self._operations[name].kind is OperationKind.INPUT:
            return TensorRef(name, 0, ref.tensor_index)
        number = table.calls[id(keras_object)][ref.node_index]
        return TensorRef(name, self._ranks[name][number], ref.tensor_index)

    def _node(self, node: Node, index: int) -> Node:
        own = self._ref(TensorRef(node.operation, node.index), index)
        return Node(
            own.operation,
            own.node_index,
            tuple(self._value(value, index) for value in node.args),
            {key: self._value(value, index) for key, value in node.kwargs.items()},
            node.outputs,
        )

    def _value(self, value: Value, index: int) -> Value:
        if isinstance(value, TensorRef):
            return self._ref(value, index)
        if isinstance(value, list):
            return [self._value(item, index) for item in value]
        if isinstance(value, dict):
            return {key: self._value(item, index) for key, item in value.items()}
        if isinstance(value, SliceSpec):
            parts = (value.start, value.stop, value.step)
            return SliceSpec(*(self._value(part, index) for part in parts))
        return value

    def _member(self, index: int, inline: bool) -> Member:
        graph, key = self._graphs[index], self._keys[index]
        member = Member(
            graph.name,
            key,
            trainable=graph.trainable,
            compile_config=graph.compile_config,
        )
        if inline:
            inputs, outputs = (
                self._value(end, index) for end in (graph.inputs, graph.outputs)
            )
            return replace(member, inputs=inputs, outputs=outputs)
        name = self._names.get(id(self._models[index]))
        if name is None:
            name = self._unique(graph.name)
            kind = "Sequential" if graph.kind is GraphKind.SEQUENTIAL else "Functional"
            cls = ClassRef("keras", kind)
            own_name = graph.name if name != graph.name else ""
            self._operations[name] = Operation(
                name, OperationKind.MODEL, cls, {}, graph=graph, own_name=own_name
            )
        # What the model was compiled with is told by the member.
        operation = self._operations[name]
        self._operations[name] = replace(
            operation,
            graph=replace(operation.graph or graph, compile_config=None),
            shared_id=self._numbers[index],
        )
        return replace(member, operation=name)


class _CallTable:
    """The Keras objects of a model and which of their calls belong to it.

    Attributes:
        operations: The Keras object of each operation, by name.
        calls: By `id()` of the object, the positions of the model's calls among all.
    """

    def __init__(self, model: Any) -> None:
        from keras.src.ops.function import make_node_key

        keras = sys.modules["keras"]
        functional = model
        if isinstance(model, keras.Sequential):
            functional = model._functional
        self.operations: dict[str, Any] = {}
        self.calls: dict[int, list[int]] = {}
        for operation in functional.operations if functional is not None else ():
            self.operations[operation.name] = operation
            self.calls[id(operation)] = [
                index
                for index in range(len(operation._inbound_nodes))
                if make_node_key(operation, index) in functional._nodes
            ]

    def shares(self, other: _CallTable) -> bool:
        """Whether both models have an operation or input in common."""
        return not self.calls.keys().isdisjoint(other.calls)
