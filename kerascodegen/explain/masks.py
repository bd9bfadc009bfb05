"""Masks that do not reach the layer that would have used them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kerascodegen.catalog.lookup import find_class
from kerascodegen.explain.report import Finding
from kerascodegen.graph.model import (
    Graph,
    Node,
    Operation,
    OperationKind,
    TensorRef,
    node_refs,
    tensor_refs,
)
from kerascodegen.graph.straight import shown
from kerascodegen.graph.traverse import call_order, nodes_by_key, operations_by_name
from kerascodegen.passes.mask_propagation import Propagation

_ATTENTION = frozenset(
    {"AdditiveAttention", "Attention", "GroupQueryAttention", "MultiHeadAttention"}
)
# Layers that read a sequence, and skip what a mask tells them to skip.
_USERS = _ATTENTION | {
    "Bidirectional",
    "ConvLSTM1D",
    "GRU",
    "GlobalAveragePooling1D",
    "LSTM",
    "RNN",
    "SimpleRNN",
}
_MAKERS = frozenset({"Embedding", "Masking"})
# Behind these the steps of the sequence are gone or moved, and a mask with them.
_RESHAPING = frozenset(
    {"Dot", "Flatten", "GetItem", "Permute", "RepeatVector", "Reshape", "Transpose"}
)
_MERGES = frozenset(
    {"Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"},
)


@dataclass(frozen=True, slots=True)
class _Lost:
    """A mask that a tensor should carry and does not: who made it, who stopped it."""

    maker: str
    stopper: str
    why: str


def find_lost_masks(graph: Graph, prefix: str = "") -> Iterator[Finding]:
    """Follow each mask to where it is stopped, and on to who misses it.

    Args:
        graph: The graph, without the masks that Keras recorded by itself.
        prefix: Where it stands.

    Yields:
        A finding for each layer that reads padding as data.
    """
    yield from _Search(graph, prefix).run()
    for operation in graph.operations:
        if operation.graph is not None:
            yield from find_lost_masks(operation.graph, f"{prefix}{operation.name}/")


class _Search:
    def __init__(self, graph: Graph, prefix: str) -> None:
        self._graph = graph
        self._prefix = prefix
        self._operations = operations_by_name(graph)
        self._masks = Propagation(graph)
        self._masks.automatic()
        self._makers: dict[TensorRef, str] = {}
        self._lost: dict[TensorRef, _Lost] = {}

    def run(self) -> Iterator[Finding]:
        nodes = nodes_by_key(self._graph)
        for key in call_order(self._graph):
            node, operation = nodes[key], self._operations[key[0]]
            if operation.cls.name in _MAKERS:
                self._note_maker(operation, node)
                continue
            if operation.cls.name in _USERS:
                yield from self._missing(operation, node)
                self._carry_maker(node)
            elif operation.kind in {OperationKind.LAYER, OperationKind.OP}:
                self._carry_maker(node)
                self._carry_lost(operation, node)

    def _note_maker(self, operation: Operation, node: Node) -> None:
        for ref in tensor_refs(node.result()):
            if self._masks.attached(ref) is not None:
                self._makers[ref] = operation.name

    def _carry_maker(self, node: Node) -> None:
        maker = next((m for r in node_refs(node) if (m := self._makers.get(r))), None)
        for ref in tensor_refs(node.result()):
            if maker is not None and self._masks.attached(ref) is not None:
                self._makers[ref] = maker

    def _carry_lost(self, operation: Operation, node: Node) -> None:
        """Note that a call stops a mask, or hands on a tensor whose mask is lost."""
        lost = next((x for r in node_refs(node) if (x := self._lost.get(r))), None)
        masked = [ref for ref in node_refs(node) if self._masks.attached(ref)]
        if masked and masked[0] in self._makers:
            why = self._why(operation, node, masked)
            maker = self._makers[masked[0]]
            lost = _Lost(maker, operation.name, why) if why else None
        if lost is None or operation.cls.name in _RESHAPING:
            return
        for ref in tensor_refs(node.result()):
            if self._masks.attached(ref) is None and self._keeps_rank(node, ref):
                self._lost[ref] = lost

    def _why(self, operation: Operation, node: Node, masked: list[TensorRef]) -> str:
        if operation.kind is OperationKind.OP:
            return "is an operation, and operations hand no mask on"
        entry = find_class(operation.cls.path)
        if entry is None:
            # What custom code does with a mask is not known.
            return ""
        if entry.name in _MERGES and len(masked) < len(list(node_refs(node))):
            return "hands a mask on only if all that it merges have one"
        if entry.supports_masking or entry.compute_mask == "custom":
            return ""
        return "does not support masks, so it hands none on"

    def _keeps_rank(self, node: Node, result: TensorRef) -> bool:
        specs = self._graph.specs
        ranks = [len(specs[ref].shape) for ref in node_refs(node) if ref in specs]
        return result in specs and len(specs[result].shape) == max(ranks, default=0)

    def _missing(self, operation: Operation, node: Node) -> Iterator[Finding]:
        if any("mask" in key for key in node.kwargs if key != "use_causal_mask"):
            return
        for ref in node_refs(node):
            lost = self._lost.get(ref)
            if lost is None:
                continue
            maker, stopper, user = (
                shown(f"{self._prefix}{name}")
                for name in (lost.maker, lost.stopper, operation.name)
            )
            layers = tuple(
                f"{self._prefix}{name}"
                for name in (lost.maker, lost.stopper, operation.name)
            )
            yield Finding(
                "lost-mask", layers, *_lost_text(maker, stopper, user, lost, operation)
            )
            return


def _lost_text(
    maker: str, stopper: str, user: str, lost: _Lost, operation: Operation
) -> tuple[str, str]:
    problem = (
        f"The mask that {maker} makes does not reach {user}: on the way stands "
        f"{stopper}, which {lost.why}. {user} reads padding as if it were data."
    )
    advice = (
        f"Hand the mask over yourself: mask = {maker}.compute_mask(...) on what "
        f"{maker} takes, then mask=mask in the call of {user}"
    )
    if operation.cls.name in {"GroupQueryAttention", "MultiHeadAttention"}:
        advice = advice.replace("mask=mask", "query_mask=mask, value_mask=mask")
    elif operation.cls.name in {"Attention", "AdditiveAttention"}:
        advice = advice.replace("mask=mask", "mask=[mask, mask]")
    if lost.why.startswith("is an operation"):
        advice += "; or use the layer of that name, layers.Add() for +"
    return problem, f"{advice}."
