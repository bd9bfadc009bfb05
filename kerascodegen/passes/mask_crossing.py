"""Where inlining a nested model changes which mask a layer is given.

Keras attaches masks twice. When a model is built, a nested model gives none, and is
built without those of its caller. When it runs, masks cross its border with the
tensors, so a layer that was recorded without a mask is given the one that a flat model
has too. What was recorded with a mask keeps that one. So the two differ only where one
was made of several tensors, some with a mask and some behind a nested model.
"""

from __future__ import annotations

from kerascodegen.catalog.lookup import find_class
from kerascodegen.graph.flat_names import Path
from kerascodegen.graph.layer_order import flat
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
from kerascodegen.graph.traverse import call_order, nodes_by_key, operations_by_name
from kerascodegen.passes.inlining import bind_inputs, why_it_stays
from kerascodegen.passes.mask_propagation import Mask, Masks, Propagation

WHY = (
    "takes or gives a mask that Keras does not see while it builds the model, but "
    "would see in a flat one, which changes predictions. So it stays a nested model."
)


def kept_by_masks(graph: Graph) -> set[Path]:
    """Find the nested models that cannot be inlined for the sake of masks.

    Args:
        graph: The outermost graph, without the masks that Keras recorded by itself.

    Returns:
        Their paths.
    """
    kept: set[Path] = set()
    _Flow(graph, (), set(), kept, through=True).blame()
    return kept


class _Flow(Propagation):
    """Masks as they are at run time or, with `through` off, may be when recorded."""

    def __init__(
        self,
        graph: Graph,
        prefix: Path,
        given: set[TensorRef],
        kept: set[Path],
        *,
        through: bool,
    ) -> None:
        super().__init__(graph)
        self._prefix = prefix
        self._kept = kept
        self._through = through
        self._given = given
        for ref in given:
            self._masks[ref] = self.intern(self._rank(ref), "outside", ref)
        self.automatic()

    def _attach(
        self, operation: Operation, node: Node, first: Value, previous: Masks
    ) -> None:
        if operation.graph is not None:
            if self._through and not why_it_stays(operation, self._graph):
                self._enter(operation, operation.graph, node)
            return
        super()._attach(operation, node, first, previous)
        custom = find_class(operation.cls.path) is None
        if custom and operation.kind is OperationKind.LAYER:
            # It may hand a mask on, which is all that matters here.
            mask = next((m for m in map(self.attached, tensor_refs(first)) if m), None)
            self._spread(node, [mask for _ in tensor_refs(node.result())])

    def _enter(self, operation: Operation, graph: Graph, node: Node) -> None:
        path, given = (*self._prefix, operation.name), set()
        for bound in bind_inputs(graph, node, self._graph.specs):
            if isinstance(bound.value, TensorRef) and self.attached(bound.value):
                given.add(bound.target)
                if bound.cast:
                    # An op would cast it, and masks do not pass ops.
                    self._kept.add(path)
        inner = _Flow(graph, path, given, self._kept, through=True)
        inner.blame()
        masks: list[Mask | None] = [
            inner.attached(ref) if isinstance(ref, TensorRef) else None
            for ref in flat(graph.outputs)
        ]
        for ref, mask in zip(tensor_refs(node.result()), masks, strict=False):
            if mask is not None:
                self._masks[ref] = self.intern(mask.rank, "inside", ref)

    def blame(self) -> None:
        """Note the models that masks cross on their way to a call that differs."""
        recorded = Propagation(self._graph)
        recorded.automatic()
        perhaps = _Flow(self._graph, self._prefix, set(), set(), through=False)
        for key in call_order(self._graph):
            node, operation = self._nodes[key], self._operations[key[0]]
            refs = list(_first_tensors(operation, node))
            new = [r for r in refs if self.attached(r) and not recorded.attached(r)]
            if not new or not any(map(perhaps.attached, refs)):
                continue
            joined = any(map(perhaps.attached, tensor_refs(node.result())))
            if joined or _takes_mask(operation):
                self._follow(new)

    def _follow(self, pending: list[TensorRef]) -> None:
        seen = set(pending)
        nodes, operations = nodes_by_key(self._graph), operations_by_name(self._graph)
        while pending:
            ref = pending.pop()
            if ref in self._given:
                self._kept.add(self._prefix)
            node = nodes.get((ref.operation, ref.node_index))
            if node is None or not self.attached(ref):
                continue
            if operations[ref.operation].graph is not None:
                self._kept.add((*self._prefix, ref.operation))
            pending.extend(set(node_refs(node)) - seen)
            seen.update(node_refs(node))


def _first_tensors(operation: Operation, node: Node) -> list[TensorRef]:
    """The tensors that a layer joins into one mask: those of its first argument."""
    if operation.kind is not OperationKind.LAYER or operation.graph is not None:
        return []
    entry = find_class(operation.cls.path)
    first = node.args[0] if node.args else None
    if not node.args and entry is not None and entry.call:
        first = node.kwargs.get(entry.call[0].name)
    refs = [ref for ref in tensor_refs(first) if isinstance(ref, TensorRef)]
    # A single tensor's mask is recorded or, where it is not, found at run time.
    return refs if len(refs) > 1 else []


def _takes_mask(operation: Operation) -> bool:
    entry = find_class(operation.cls.path)
    return entry is None or any(parameter.name == "mask" for parameter in entry.call)
