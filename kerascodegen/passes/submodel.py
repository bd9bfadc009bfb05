"""Write a model up to a layer's output (`--submodel`)."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Mapping
from dataclasses import replace

from kerascodegen.errors import OptionError, printable
from kerascodegen.graph.model import (
    Graph,
    Operation,
    OperationKind,
    TensorRef,
    Value,
    node_refs,
    tensor_refs,
)
from kerascodegen.graph.prune import in_keras_order, prune
from kerascodegen.graph.traverse import operations_by_name
from kerascodegen.passes.base import PassContext

_SUGGESTIONS = 3


def cut_submodel(
    graph: Graph, inner: Mapping[str, Value], name: str, context: PassContext
) -> Graph:
    """Make a layer's outputs those of the model, and drop what they do not need.

    Args:
        graph: The outermost graph, Functional.
        inner: What layers of inlined models give, by their paths.
        name: The layer's name, or its path in a nested model.
        context: Takes notes.

    Returns:
        The graph up to the layer.

    Raises:
        OptionError: There is no such layer, or nothing stands before it.
    """
    outputs = _find(graph, inner, name, context.options.flatten)
    shown = printable(name, 60)
    first = next(tensor_refs(outputs), None)
    if first is None:
        raise OptionError(f'The layer "{shown}" gives no tensor to end a model with.')
    operation = graph.operation(first.operation)
    if operation.kind is OperationKind.INPUT:
        raise OptionError(
            f'"{shown}" is an input of the model, so no layer stands before it. Name '
            "the layer whose output the model is to end with."
        )
    calls = sum(node.operation == first.operation for node in graph.nodes)
    if calls > 1:
        context.note(
            shown, f"is called {calls} times; the model ends with its last call."
        )
    if graph.compile_config is not None and context.options.compile:
        context.note(
            "",
            "compile settings belong to the whole model and are left out of the "
            "submodel.",
        )
    before = {operation.name for operation in graph.operations}
    cut = prune(replace(graph, outputs=outputs, compile_config=None))
    cut = in_keras_order(replace(cut, inputs=_inputs(cut)))
    if {operation.name for operation in cut.operations} == before:
        return cut
    flags = (*graph.decisions.transfer, f"--submodel {shlex.quote(name)}")
    return cut.decide(transfer=flags)


def _find(graph: Graph, inner: Mapping[str, Value], name: str, is_flat: bool) -> Value:
    operations = operations_by_name(graph)
    if name in operations:
        return _last_result(graph, operations[name], inner.get(name))
    if name in inner:
        return inner[name]
    shown, model = printable(name, 60), printable(graph.name, 60)
    around = _around(graph, name)
    if around:
        todo = (
            "Name" if is_flat else "Add --flatten to write the model up to it, or name"
        )
        why = ", which stays nested" if is_flat else ""
        raise OptionError(
            f'The layer "{shown}" stands inside the nested model '
            f'"{printable(around, 60)}"{why}. {todo} a layer of the model itself.'
        )
    close = difflib.get_close_matches(
        name, [*operations, *inner], n=_SUGGESTIONS, cutoff=0.5
    )
    hint = ", ".join(printable(match, 60) for match in close)
    hint = f"Close to it: {hint}." if hint else "Take a name from model.summary()."
    raise OptionError(f'The model "{model}" has no layer "{shown}". {hint}')


def _last_result(graph: Graph, operation: Operation, known: Value) -> Value:
    """What its last call gives; of a layer of several models, that in the model named.

    `known` is what flattening took note of.
    """
    if operation.kind is OperationKind.INPUT:
        return TensorRef(operation.name)
    nodes = [node for node in graph.nodes if node.operation == operation.name]
    if not nodes:
        return []
    ref = next(tensor_refs(known), None)
    called = [
        node for node in nodes if ref and node.key == (ref.operation, ref.node_index)
    ]
    last = called[-1] if called else nodes[-1]
    if last.outputs is not None:
        return last.result()
    # Custom code: how many tensors it gives is known only by what takes them.
    taken = {
        ref
        for node in graph.nodes
        for ref in node_refs(node)
        if (ref.operation, ref.node_index) == last.key
    } | {
        ref
        for ref in tensor_refs(graph.outputs)
        if (ref.operation, ref.node_index) == last.key
    }
    if len(taken) < 2:
        return last.result()
    refs: list[Value] = []
    refs.extend(sorted(taken))
    return refs


def _around(graph: Graph, name: str) -> str:
    """Find the nested model that a layer stands in, given its path or its name."""
    for operation in graph.operations:
        if operation.graph is None:
            continue
        rest = name.removeprefix(f"{operation.name}/")
        names = {inner.name for inner in operation.graph.operations}
        if rest in names:
            return operation.name
        deeper = _around(operation.graph, rest)
        if deeper:
            return f"{operation.name}/{deeper}"
    return ""


def _inputs(graph: Graph) -> Value:
    """Keep the inputs that are needed; a list of which one is left becomes that one."""
    used = {ref for node in graph.nodes for ref in node_refs(node)}
    used |= set(tensor_refs(graph.outputs))

    def keep(value: Value) -> Value:
        if isinstance(value, list):
            items: list[Value] = []
            items.extend(one for one in map(keep, value) if one not in ([], {}, None))
            if len(items) == 1 < len(value):
                return items[0]
            return items
        if isinstance(value, dict):
            kept = {key: keep(item) for key, item in value.items()}
            return {k: v for k, v in kept.items() if v not in ([], {}, None)}
        return value if value in used else None

    return keep(graph.inputs)
