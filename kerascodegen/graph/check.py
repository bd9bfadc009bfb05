"""Invariants of a graph, checked behind the reader and behind every pass.

A reader's graph that breaks one comes from a damaged file and is the file's fault; a
pass's graph that breaks one is a bug, and the message names the pass.
"""

from __future__ import annotations

from kerascodegen.errors import InternalError, ReadError, printable
from kerascodegen.graph.model import (
    Graph,
    GraphKind,
    ObjectSpec,
    OperationKind,
    TensorRef,
    Value,
    node_refs,
    tensor_refs,
)
from kerascodegen.graph.traverse import call_order


def check_file_graph(graph: Graph) -> None:
    """Check a graph that came from a file.

    Args:
        graph: The graph; nested ones are checked as well.

    Raises:
        ReadError: The file describes no model that could be built.
    """
    problem = find_problem(graph)
    if problem:
        raise ReadError(problem)
    call_order(graph)
    for operation in graph.operations:
        if operation.graph is not None:
            check_file_graph(operation.graph)
        if operation.holds_models:
            for value in operation.config.values():
                _check_inside(value)
    for value in (graph.compile_config or {}).values():
        _check_inside(value)


def _check_inside(value: Value) -> None:
    """Check the models inside a value, such as a model in a TimeDistributed."""
    if isinstance(value, ObjectSpec):
        if value.graph is not None:
            check_file_graph(value.graph)
        for item in value.config.values():
            _check_inside(item)
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            _check_inside(item)


def check_pass_graph(graph: Graph, name: str) -> None:
    """Check a graph that a pass made.

    Args:
        graph: The graph.
        name: The pass, for the message.

    Raises:
        InternalError: The pass broke an invariant.
    """
    problem = find_problem(graph)
    if problem:
        raise InternalError(f"The pass {name} broke the graph: {problem}")


def find_problem(graph: Graph) -> str | None:
    """Look for a broken invariant.

    Invariants: operation names are unique; every call belongs to an operation and is
    numbered without gaps and takes a tensor; every tensor consumed or returned is the
    result of a call or an input, and of one that has as many outputs; inputs are input
    layers, and all that are consumed are the model's; what is neither input nor called
    does not exist.

    Args:
        graph: The graph.

    Returns:
        A sentence on the first problem, or `None`.
    """
    if graph.kind is GraphKind.CUSTOM:
        return None
    kinds = {operation.name: operation.kind for operation in graph.operations}
    if len(kinds) != len(graph.operations):
        return "Two layers of the model have the same name."
    widths: dict[tuple[str, int], int | None] = {}
    counts: dict[str, int] = {}
    for node in graph.nodes:
        if node.operation not in kinds:
            return _missing(node.operation)
        if node.index != counts.get(node.operation, 0):
            return f'The calls of "{printable(node.operation, 60)}" are misnumbered.'
        counts[node.operation] = node.index + 1
        widths[node.key] = _width(node.outputs)
    for name, kind in kinds.items():
        if kind is OperationKind.INPUT:
            widths[(name, 0)] = 1
    for node in graph.nodes:
        takes = False
        for ref in node_refs(node):
            takes = True
            problem = _unresolved(ref, kinds, widths)
            if problem:
                return f'{problem} "{printable(node.operation, 60)}" takes it.'
        # The first layer of a Sequential that was never built has nothing to take yet.
        if not takes and graph.kind is GraphKind.FUNCTIONAL:
            return f'"{printable(node.operation, 60)}" is called without any tensor.'
    return _ends_problem(graph, kinds, widths)


def _ends_problem(
    graph: Graph,
    kinds: dict[str, OperationKind],
    widths: dict[tuple[str, int], int | None],
) -> str | None:
    for ref in tensor_refs(graph.inputs):
        if kinds.get(ref.operation) is not OperationKind.INPUT:
            return (
                f'"{printable(ref.operation, 60)}" is named as an input of the model '
                "but is not an input layer."
            )
        if (ref.node_index, ref.tensor_index) != (0, 0):
            return (
                f'The input "{printable(ref.operation, 60)}" has one tensor, though '
                "the model refers to another."
            )
    if graph.kind is GraphKind.FUNCTIONAL:
        given = {ref.operation for ref in tensor_refs(graph.inputs)}
        for ref in (ref for node in graph.nodes for ref in node_refs(node)):
            if (
                kinds[ref.operation] is OperationKind.INPUT
                and ref.operation not in given
            ):
                return (
                    f'"{printable(ref.operation, 60)}" is taken by layers but is not '
                    "among the inputs of the model."
                )
    for ref in tensor_refs(graph.outputs):
        problem = _unresolved(ref, kinds, widths)
        if problem:
            return f"{problem} The model returns it."
    if not any(True for _ in tensor_refs(graph.outputs)) and graph.inputs is not None:
        return "The model has no outputs."
    return None


def _unresolved(
    ref: TensorRef,
    kinds: dict[str, OperationKind],
    widths: dict[tuple[str, int], int | None],
) -> str | None:
    if ref.operation not in kinds:
        return _missing(ref.operation)
    key = (ref.operation, ref.node_index)
    if key not in widths:
        return (
            f'There is no call number {ref.node_index} of "'
            f'{printable(ref.operation, 60)}", though the model refers to its result.'
        )
    width = widths[key]
    if width is not None and ref.tensor_index >= width:
        return (
            f'"{printable(ref.operation, 60)}" has {width} outputs, though the model '
            f"refers to number {ref.tensor_index}."
        )
    return None


def _width(outputs: Value) -> int | None:
    if outputs is None:
        return None
    if isinstance(outputs, int):
        return 1
    items = list(outputs.values()) if isinstance(outputs, dict) else outputs
    if not isinstance(items, list):
        return None
    widths = [_width(item) for item in items]
    if any(width is None for width in widths):
        return None
    return sum(width for width in widths if width is not None)


def _missing(name: str) -> str:
    return f'The model refers to a layer "{printable(name, 60)}" that it does not have.'
