"""See through masks: drop what Keras adds to a graph by itself.

`Embedding(mask_zero=True)` and `Masking` compute a mask with ops, layers pass it on,
and Keras records both the ops and a `mask=` argument on each call that took one. The
rebuilt model makes all of that again, so none of it belongs in source. But an author
may pass a mask too, and that one has to stay.

To tell them apart, this pass computes symbolically the mask that Keras would pass by
itself, following `Layer.__call__` and each layer's `compute_mask`, and drops a recorded
mask only where it is that very expression. Where a layer's rule is not known (custom
code), the recorded mask stays: passing it explicitly means the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from kerascodegen.catalog.lookup import find_class
from kerascodegen.graph.model import (
    Config,
    Graph,
    Node,
    ObjectSpec,
    Operation,
    OperationKind,
    TensorRef,
    Value,
    node_refs,
    tensor_refs,
)
from kerascodegen.graph.traverse import call_order, nodes_by_key
from kerascodegen.passes.base import PassContext

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask as an interned expression; equal ids mean equal expressions."""

    id: int
    rank: int


# Masks of a tensor or, nested alike, of a structure of tensors.
Masks = object


def drop_auto_masks(graph: Graph, context: PassContext) -> Graph:
    """Drop masks that Keras passes by itself, and the ops that only served them.

    Args:
        graph: The graph.
        context: Not used.

    Returns:
        The graph without automatic masks; one without masks comes back as it is.
    """
    if not any("mask" in node.kwargs for node in graph.nodes):
        return graph
    automatic = _Propagation(graph).automatic()
    if not automatic:
        return graph
    dropped = {
        ref
        for node in graph.nodes
        if node.key in automatic
        for ref in tensor_refs(node.kwargs["mask"])
    }
    nodes = [
        (
            replace(node, kwargs={k: v for k, v in node.kwargs.items() if k != "mask"})
            if node.key in automatic
            else node
        )
        for node in graph.nodes
    ]
    return _without_unused_ops(replace(graph, nodes=tuple(nodes)), dropped)


def _without_unused_ops(graph: Graph, dropped: set[TensorRef]) -> Graph:
    """Remove ops that fed only the masks dropped, and ops that fed only those."""
    ops = {o.name for o in graph.operations if o.kind is OperationKind.OP}
    nodes = nodes_by_key(graph)
    uses: dict[tuple[str, int], int] = {}
    for ref in _all_refs(graph):
        key = (ref.operation, ref.node_index)
        uses[key] = uses.get(key, 0) + 1
    removed: set[tuple[str, int]] = set()
    candidates = [(ref.operation, ref.node_index) for ref in dropped]
    while candidates:
        key = candidates.pop()
        if key[0] not in ops or key in removed or uses.get(key, 0):
            continue
        removed.add(key)
        for ref in node_refs(nodes[key]):
            source = (ref.operation, ref.node_index)
            uses[source] -= 1
            candidates.append(source)
    kept = tuple(node for node in graph.nodes if node.key not in removed)
    gone = {name for name, _ in removed}
    operations = tuple(o for o in graph.operations if o.name not in gone)
    return replace(graph, operations=operations, nodes=kept)


def _all_refs(graph: Graph) -> Iterator[TensorRef]:
    for node in graph.nodes:
        yield from node_refs(node)
    yield from tensor_refs(graph.outputs)


class _Propagation:
    """Computes the mask that Keras attaches to each tensor of one graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._operations = {o.name: o for o in graph.operations}
        self._nodes = nodes_by_key(graph)
        self._expressions: dict[Key, int] = {}
        self._recorded: dict[TensorRef, Mask] = {}
        self._masks: dict[TensorRef, Mask | None] = {}
        # Tensors behind custom layers: whether they carry a mask is not known.
        self._unknown: set[TensorRef] = set()

    def automatic(self) -> set[tuple[str, int]]:
        """Find the calls whose recorded mask is the one that Keras passes itself."""
        found = set()
        for key in call_order(self._graph):
            node = self._nodes[key]
            operation = self._operations[node.operation]
            if operation.kind is OperationKind.OP:
                self._record_op(operation, node)
                continue
            if not node.args:
                continue
            expected = self._masks_of(node.args[0])
            previous: Masks = expected
            if "mask" in node.kwargs:
                previous = self._expression_of(node.kwargs["mask"])
                if self._is_known(node.args[0]) and previous == expected:
                    found.add(key)
            self._attach(operation, node, previous)
        return found

    def _is_known(self, value: Value) -> bool:
        return not any(ref in self._unknown for ref in tensor_refs(value))

    def _masks_of(self, value: Value) -> Masks:
        if isinstance(value, TensorRef):
            return self._masks.get(value)
        if isinstance(value, list):
            return [self._masks_of(item) for item in value]
        return None

    def _expression_of(self, value: Value) -> Masks:
        if isinstance(value, TensorRef):
            return self._recorded.get(value, value)
        if isinstance(value, list):
            return [self._expression_of(item) for item in value]
        return value

    def _rank(self, value: Value) -> int:
        spec = self._graph.specs.get(value) if isinstance(value, TensorRef) else None
        return len(spec.shape) if spec else 0

    def intern(self, rank: int, name: str, *parts: object) -> Mask:
        """Give equal expressions equal ids."""
        key: Key = (name, *parts)
        return Mask(self._expressions.setdefault(key, len(self._expressions)), rank)

    def _record_op(self, operation: Operation, node: Node) -> None:
        """Intern the expression of an op, in the form that the rules below give."""
        result = TensorRef(node.operation, node.index)
        name = operation.cls.name
        if name == "ConvertToTensor" and node.args:
            # Attention passes the query's mask through convert_to_tensor.
            inner = self._expression_of(node.args[0])
            if isinstance(inner, Mask):
                self._recorded[result] = inner
            return
        parts = tuple(_hashable(self._expression_of(arg)) for arg in node.args)
        if not node.kwargs:
            config = tuple(
                (key, _hashable(value))
                for key, value in sorted(operation.config.items())
            )
            self._recorded[result] = self.intern(
                self._rank(result), name, *parts, config
            )

    def _attach(self, operation: Operation, node: Node, previous: Masks) -> None:
        """Attach the mask of a layer's output, as `_set_mask_metadata` does."""
        if operation.kind is not OperationKind.LAYER:
            return
        entry = find_class(operation.cls.path)
        if entry is None:
            self._unknown.update(
                ref for ref in tensor_refs(node.result()) if ref is not None
            )
            return
        rule = _RULES.get(entry.name)
        if rule is not None:
            mask = rule(self, operation.config, node.args[0], previous)
        elif entry.supports_masking and entry.compute_mask == "default":
            mask = previous
        else:
            mask = None
        self._spread(node, mask)

    def _spread(self, node: Node, masks: Masks) -> None:
        flat = list(_flatten(masks))
        for ref, mask in zip(tensor_refs(node.result()), flat, strict=False):
            if isinstance(mask, Mask):
                self._masks[ref] = mask

    def embedding(self, config: Config, inputs: Value, previous: Masks) -> Masks:
        """`Embedding.compute_mask`: `not_equal(inputs, 0)`."""
        if config.get("mask_zero") is not True:
            return None
        rank = self._rank(inputs)
        return self.intern(rank, "NotEqual", self._data(inputs), 0, ())

    def masking(self, config: Config, inputs: Value, previous: Masks) -> Masks:
        """`Masking.compute_mask`: `any(not_equal(inputs, mask_value), axis=-1)`."""
        rank = self._rank(inputs)
        value = _hashable(config.get("mask_value", 0.0))
        unequal = self.intern(rank, "NotEqual", self._data(inputs), value, ())
        return self._any(unequal, rank - 1)

    def merge(self, config: Config, inputs: Value, previous: Masks) -> Masks:
        """`Merge.compute_mask`: a chain of `logical_or`, none if any is missing."""
        masks = list(_flatten(previous))
        if not masks or not all(isinstance(mask, Mask) for mask in masks):
            return None
        result = masks[0]
        for mask in masks[1:]:
            result = self.intern(result.rank, "LogicalOr", result, mask, ())  # type: ignore[attr-defined]
        return result

    def concatenate(self, config: Config, inputs: Value, previous: Masks) -> Masks:
        """`Concatenate.compute_mask`: masks broadcast to their inputs, joined."""
        masks = list(_flatten(previous))
        if not isinstance(inputs, list) or not any(isinstance(m, Mask) for m in masks):
            return None
        parts: list[Mask] = []
        for tensor, mask in zip(inputs, masks, strict=False):
            rank = self._rank(tensor)
            data = self._data(tensor)
            dtype = (("dtype", "bool"),)
            if not isinstance(mask, Mask):
                parts.append(self.intern(rank, "OnesLike", data, dtype))
            elif mask.rank < rank:
                expanded = self.intern(rank, "ExpandDims", mask, (("axis", -1),))
                zeros = self.intern(rank, "ZerosLike", data, dtype)
                parts.append(self.intern(rank, "LogicalOr", expanded, zeros, ()))
            else:
                parts.append(mask)
        axis = (("axis", _hashable(config.get("axis", -1))),)
        joined = self.intern(parts[0].rank, "Concatenate", tuple(parts), axis)
        return self._any(joined, joined.rank - 1)

    def _any(self, operand: Mask, rank: int) -> Mask:
        return self.intern(rank, "Any", operand, (("axis", -1), ("keepdims", False)))

    def _data(self, value: Value) -> object:
        return _hashable(self._expression_of(value))


def _recurrent(
    state: _Propagation, config: Config, inputs: Value, previous: Masks
) -> Masks:
    """`RNN.compute_mask`: the first mask, where whole sequences are returned."""
    first = next(iter(_flatten(previous)), None)
    return first if config.get("return_sequences") is True else None


def _bidirectional(
    state: _Propagation, config: Config, inputs: Value, previous: Masks
) -> Masks:
    layer = config.get("layer")
    inner: Mapping[str, Value] = layer.config if isinstance(layer, ObjectSpec) else {}
    mask = _recurrent(state, inner, inputs, previous)
    return [mask, mask] if config.get("merge_mode") is None else mask


def _first(
    state: _Propagation, config: Config, inputs: Value, previous: Masks
) -> Masks:
    """`Attention.compute_mask`: the mask of the query."""
    return next(iter(_flatten(previous)), None)


MaskRule = Callable[[_Propagation, Config, Value, Masks], Masks]

_RULES: dict[str, MaskRule] = {
    "Embedding": _Propagation.embedding,
    "Masking": _Propagation.masking,
    "Concatenate": _Propagation.concatenate,
    **dict.fromkeys(
        ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"),
        _Propagation.merge,
    ),
    **dict.fromkeys(
        ("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
        _recurrent,
    ),
    "Bidirectional": _bidirectional,
    "Attention": _first,
    "AdditiveAttention": _first,
}


def _flatten(masks: Masks) -> Iterator[Masks]:
    if isinstance(masks, list):
        for item in masks:
            yield from _flatten(item)
    else:
        yield masks


def _hashable(value: object) -> object:
    if isinstance(value, list):
        return tuple(_hashable(item) for item in value)
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value
