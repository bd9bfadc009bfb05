"""What keeps a graph from being a straight line of layers, as a Sequential is."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from kerascodegen.catalog.lookup import find_op
from kerascodegen.errors import printable
from kerascodegen.graph.model import (
    Graph,
    Node,
    Operation,
    OperationKind,
    TensorRef,
    Value,
    node_refs,
    tensor_refs,
)
from kerascodegen.graph.traverse import consumers, input_order

# Names in a list of them before "and N more".
_NAMES_SHOWN = 4


class BendKind(enum.StrEnum):
    """Why a node cannot stand in a straight line."""

    INPUTS = "inputs"
    OUTPUTS = "outputs"
    BRANCH = "branch"
    MERGE = "merge"
    SHARED = "shared"
    OP = "op"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Bend:
    """A place where a graph is no straight line.

    Attributes:
        kind: Why.
        name: Of the layer or op, as the model has it.
        reason: What is so about it, safe to print: `takes 2 tensors: dense_2, inputs`.
    """

    kind: BendKind
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{shown(self.name)} ({self.reason})"


def find_bends(graph: Graph) -> list[Bend]:
    """List all that keeps a graph from being a Sequential.

    Args:
        graph: A Functional graph, behind the passes that drop what Keras recorded on
            calls by itself. Nested models count as layers.

    Returns:
        Nothing for a straight line; else each reason, in the order of the layers,
        inputs and outputs first.
    """
    bends = list(_end_bends(graph))
    takers = consumers(graph)
    returned = list(tensor_refs(graph.outputs))
    calls: dict[str, list[Node]] = {}
    for node in graph.nodes:
        calls.setdefault(node.operation, []).append(node)
    for operation in graph.operations:
        nodes = calls.get(operation.name, [])
        if operation.kind is OperationKind.OP:
            bends.append(Bend(BendKind.OP, operation.name, _op_reason(operation)))
        if len(nodes) > 1:
            reason = f"is called {len(nodes)} times"
            bends.append(Bend(BendKind.SHARED, operation.name, reason))
        for node in nodes[:1]:
            bends.extend(_call_bends(operation, node))
        branch = _branch(operation, nodes, takers, returned)
        if branch:
            bends.append(Bend(BendKind.BRANCH, operation.name, branch))
    return bends


def shown(name: str) -> str:
    """A layer's name as a message has it."""
    return printable(name, 60)


def names(values: list[str]) -> str:
    """Names in a row, the first few of them."""
    listed = ", ".join(shown(value) for value in values[:_NAMES_SHOWN])
    rest = len(values) - _NAMES_SHOWN
    return f"{listed} and {rest} more" if rest > 0 else listed


def _end_bends(graph: Graph) -> Iterator[Bend]:
    inputs = input_order(graph)
    if len(inputs) > 1:
        reason = f"has {len(inputs)} inputs: {names(inputs)}"
        yield Bend(BendKind.INPUTS, graph.name, reason)
    outputs = [ref.operation for ref in tensor_refs(graph.outputs)]
    if len(outputs) > 1:
        reason = f"has {len(outputs)} outputs: {names(outputs)}"
        yield Bend(BendKind.OUTPUTS, graph.name, reason)
    for kind, what, value in (
        (BendKind.INPUTS, "takes its input in", graph.inputs),
        (BendKind.OUTPUTS, "returns its output in", graph.outputs),
    ):
        # A list of one is no more than a habit of writing.
        single = value[0] if isinstance(value, list) and len(value) == 1 else value
        tensors = list(tensor_refs(value))
        if len(tensors) == 1 and not isinstance(single, TensorRef):
            form = "a dict" if isinstance(value, dict) else "a structure"
            yield Bend(kind, graph.name, f"{what} {form}")
    given = {ref.operation for ref in tensor_refs(graph.outputs)}
    for name in inputs:
        if name in given:
            yield Bend(BendKind.OUTPUTS, name, "is an input and an output at once")


def _op_reason(operation: Operation) -> str:
    entry = find_op(operation.cls.path)
    function = entry.function if entry else operation.cls.name
    return f"is the operation {printable(function, 60)}, not a layer"


def _call_bends(operation: Operation, node: Node) -> Iterator[Bend]:
    """What a Sequential, which calls each layer with one tensor, cannot do."""
    taken = list(node_refs(node))
    if len(taken) > 1:
        listed = names([ref.operation for ref in taken])
        reason = f"takes {len(taken)} tensors: {listed}"
        yield Bend(BendKind.MERGE, operation.name, reason)
    elif operation.kind is not OperationKind.OP and not (
        len(node.args) == 1 and isinstance(node.args[0], TensorRef)
    ):
        yield Bend(BendKind.CALL, operation.name, "takes its tensor in a structure")
    if operation.kind is OperationKind.OP:
        return
    plain = {
        key: value
        for key, value in node.kwargs.items()
        if not any(True for _ in tensor_refs(value))
    }
    if plain:
        listed = ", ".join(f"{key}={_short(value)}" for key, value in plain.items())
        yield Bend(BendKind.CALL, operation.name, f"is called with {listed}")


def _short(value: Value) -> str:
    return printable(value, 30) if isinstance(value, bool | int | float) else "…"


def _branch(
    operation: Operation,
    nodes: list[Node],
    takers: dict[TensorRef, list[tuple[str, int]]],
    returned: list[TensorRef],
) -> str:
    """Say to what an operation's results go, where that is more than one place."""
    results = [ref for node in nodes[:1] for ref in tensor_refs(node.result())]
    if operation.kind is OperationKind.INPUT:
        results = [TensorRef(operation.name)]
    if len(results) > 1:
        return f"gives {len(results)} tensors"
    if len(nodes) > 1:
        return ""
    goals = list(dict.fromkeys(k[0] for ref in results for k in takers.get(ref, ())))
    is_output = any(ref in returned for ref in results)
    if len(goals) > 1:
        more = " and is an output" if is_output else ""
        return f"feeds {len(goals)} layers: {names(goals)}{more}"
    if goals and is_output:
        return f"feeds {shown(goals[0])} and is an output"
    return ""
