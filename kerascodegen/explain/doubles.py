"""Layers that are doubled where one, called twice, was perhaps meant.

The mistake of the siamese network: an encoder is built twice, once for each input, so
each half learns by itself. It is judged by structure alone. Two halves must be built
alike from inputs of one kind, have nothing in common, and meet where they are compared:
towers that are joined (`Concatenate`) have weights of their own on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator

from kerascodegen.catalog.lookup import find_class
from kerascodegen.explain.report import Finding
from kerascodegen.graph.layer_order import flat
from kerascodegen.graph.model import (
    Graph,
    Node,
    NodeKey,
    ObjectSpec,
    Operation,
    OperationKind,
    TensorRef,
    Value,
    node_refs,
)
from kerascodegen.graph.prune import map_tensors
from kerascodegen.graph.shapes import parameter_count
from kerascodegen.graph.straight import names, shown
from kerascodegen.graph.traverse import call_order, nodes_by_key, operations_by_name

# Differences are always between things of one kind; a product may be between a user
# and an item, so there it takes more than a pair of embeddings to be suspicious.
_DIFFERENCES = frozenset({"Subtract", "Lambda"})
_PRODUCTS = frozenset({"Dot", "Multiply", "Matmul"})
_MIN_IN_PRODUCT = 2
# Differ between two layers that are alike in every other way.
_OWN = frozenset({"name", "seed"})


def find_doubles(graph: Graph, prefix: str = "") -> Iterator[Finding]:
    """Find pairs of equal halves whose results are compared.

    Args:
        graph: The graph.
        prefix: Where it stands.

    Yields:
        A finding for each comparison.
    """
    nodes, operations = nodes_by_key(graph), operations_by_name(graph)
    order = call_order(graph)
    forms: dict[NodeKey, int] = {}
    known: dict[str, int] = {}
    for name, operation in operations.items():
        if operation.kind is OperationKind.INPUT:
            form = f"input {_plain(operation.config)}"
            forms[(name, 0)] = known.setdefault(form, len(known))
    for key in order:
        form = _form(operations[key[0]], nodes[key], forms)
        forms[key] = known.setdefault(form, len(known))
    for key in order:
        pair = _compared(operations[key[0]], nodes[key])
        if pair is None or pair[0].tensor_index != pair[1].tensor_index:
            continue
        first, second = ((ref.operation, ref.node_index) for ref in pair)
        if first == second or forms[first] != forms[second]:
            continue
        finding = _judge(graph, nodes[key], _half(nodes, first), _half(nodes, second))
        if finding is not None:
            yield _within(finding, prefix)
    for operation in graph.operations:
        if operation.graph is not None:
            yield from find_doubles(operation.graph, f"{prefix}{operation.name}/")


def _compared(operation: Operation, node: Node) -> tuple[TensorRef, TensorRef] | None:
    """The two tensors that a call compares, if it compares two."""
    refs = list(node_refs(node))
    # A custom layer on two tensors of one form is most likely a distance.
    custom = operation.kind is OperationKind.LAYER and not find_class(
        operation.cls.path
    )
    fits = operation.cls.name in _DIFFERENCES | _PRODUCTS or custom
    return (refs[0], refs[1]) if fits and len(refs) == 2 else None


def _half(nodes: dict[NodeKey, Node], end: NodeKey) -> list[NodeKey]:
    """All calls that a result is computed from, inputs among them, first ones first."""
    found: dict[NodeKey, None] = {}
    waiting = [end]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found[key] = None
            if key in nodes:
                refs = reversed(list(node_refs(nodes[key])))
                waiting.extend((ref.operation, ref.node_index) for ref in refs)
    return list(reversed(found))


def _judge(
    graph: Graph, merge: Node, left: list[NodeKey], right: list[NodeKey]
) -> Finding | None:
    if {key[0] for key in left} & {key[0] for key in right}:
        return None
    operations, nodes = operations_by_name(graph), nodes_by_key(graph)
    pairs: dict[tuple[str, str], int | None] = {}
    for one, other in zip(left, right, strict=False):
        if one in nodes and operations[one[0]].kind is not OperationKind.OP:
            count = parameter_count(operations[one[0]], nodes[one], graph.specs)
            if count != 0:
                pairs[one[0], other[0]] = count
    product = operations[merge.operation].cls.name in _PRODUCTS
    models = any(operations[one].graph is not None for one, _ in pairs)
    if not pairs or (product and not models and len(pairs) < _MIN_IN_PRODUCT):
        return None
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    counts = [count for count in pairs.values() if count is not None]
    size = f" ({sum(counts):,} parameters, twice)" if len(counts) == len(pairs) else ""
    return Finding(
        "doubled-layers",
        (*first, *second, merge.operation),
        f"{names(first)} and {names(second)} are built alike, each with weights of its "
        f"own{size}, on inputs of one kind, and {shown(merge.operation)} compares what "
        "they give. Trained so, equal inputs need not give equal results.",
        "If both inputs are to be judged by the same rule, as in a siamese network, "
        "perhaps they were meant to be one: make the layer (or the model) once, keep "
        "it in a variable, and call that twice.",
    )


def _within(finding: Finding, prefix: str) -> Finding:
    layers = tuple(f"{prefix}{name}" for name in finding.layers)
    return Finding(finding.code, layers, finding.problem, finding.advice)


def _form(operation: Operation, node: Node, forms: dict[NodeKey, int]) -> str:
    """What a call computes, names left out: equal for calls that are built alike."""

    def place(ref: TensorRef) -> Value:
        return f"#{forms[ref.operation, ref.node_index]}:{ref.tensor_index}"

    taken = [map_tensors(arg, place) for arg in node.args]
    named = {key: map_tensors(arg, place) for key, arg in sorted(node.kwargs.items())}
    inside = _graph_form(operation.graph) if operation.graph is not None else ""
    config = _plain(operation.config)
    return f"{operation.cls.path} {config} {inside} {taken!r} {named!r}"


def _graph_form(graph: Graph) -> str:
    """What a nested model computes: its layers in order and how they are connected."""
    nodes, operations = nodes_by_key(graph), operations_by_name(graph)
    forms: dict[NodeKey, int] = {}
    parts: list[str] = []
    for number, ref in enumerate(flat(graph.inputs)):
        if isinstance(ref, TensorRef):
            forms[ref.operation, 0] = number
            parts.append(_plain(operations[ref.operation].config))
    for key in call_order(graph):
        parts.append(_form(operations[key[0]], nodes[key], forms))
        forms[key] = len(forms)
    ends = [
        f"#{forms[ref.operation, ref.node_index]}:{ref.tensor_index}"
        for ref in flat(graph.outputs)
        if isinstance(ref, TensorRef)
    ]
    return f"{parts!r} {ends!r}"


def _plain(value: object) -> str:
    """A config as text, without names and seeds."""
    if isinstance(value, ObjectSpec):
        inside = _graph_form(value.graph) if value.graph is not None else ""
        return f"{value.cls.path}({_plain(value.config)}{inside})"
    if isinstance(value, list):
        return f"[{', '.join(_plain(item) for item in value)}]"
    if hasattr(value, "items"):
        items = sorted((k, v) for k, v in value.items() if k not in _OWN)
        return f"{{{', '.join(f'{key}: {_plain(item)}' for key, item in items)}}}"
    return repr(value)
