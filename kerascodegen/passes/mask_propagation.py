"""The mask that Keras attaches to each tensor of a graph, computed symbolically.

Follows `Layer.__call__` and each layer's `compute_mask`. Masks are interned, so that
two are compared by what they compute and not by where they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from kerascodegen.catalog.lookup import find_class
from kerascodegen.graph.model import (
    Config,
    Graph,
    Node,
    NodeKey,
    ObjectSpec,
    Operation,
    OperationKind,
    TensorRef,
    Value,
    tensor_refs,
)
from kerascodegen.graph.traverse import call_order, nodes_by_key, operations_by_name

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask as an interned expression; equal ids mean equal expressions.

    Attributes:
        id: The expression.
        rank: Its number of dimensions.
        given: Whether it is handed on from a call that the author gave it to.
    """

    id: int
    rank: int
    given: bool = field(default=False, compare=False)


# Masks of a tensor or, nested alike, of a structure of tensors.
Masks = object


class Propagation:
    """Computes the mask that Keras attaches to each tensor of one graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._operations = operations_by_name(graph)
        self._nodes = nodes_by_key(graph)
        self._expressions: dict[Key, int] = {}
        self._recorded: dict[TensorRef, Mask] = {}
        self._masks: dict[TensorRef, Mask | None] = {}
        # Masks that a layer makes, where others only hand on what they were given.
        self._made: set[Masks] = set()
        self.made_again: set[NodeKey] = set()
        # Calls whose input carries a mask.
        self.masked: set[NodeKey] = set()
        # Tensors behind custom layers: whether they carry a mask is not known.
        self._unknown: set[TensorRef] = set()

    def automatic(self) -> set[NodeKey]:
        """Find the calls whose recorded mask is the one that Keras passes itself.

        Those of them whose mask is made anew are in `made_again` then.
        """
        found = set()
        for key in call_order(self._graph):
            node = self._nodes[key]
            operation = self._operations[node.operation]
            if operation.kind is OperationKind.OP:
                self._record_op(operation, node)
                continue
            first = _first_argument(operation, node)
            expected = self._masks_of(first)
            if any(isinstance(mask, Mask) for mask in _flatten(expected)):
                self.masked.add(key)
            previous: Masks = expected
            if "mask" in node.kwargs:
                previous = self._expression_of(node.kwargs["mask"])
                is_own = key in self._graph.decisions.own_masks
                is_own = is_own or _takes_more(node)
                if self._is_known(first) and previous == expected and not is_own:
                    found.add(key)
                    previous = expected
                    self._note_origin(key, expected)
                else:
                    previous = _as_given(previous)
            self._attach(operation, node, first, previous)
        return found

    def attached(self, ref: TensorRef) -> Mask | None:
        """The mask that a tensor carries, once `automatic` has run."""
        return self._masks.get(ref)

    def is_unknown(self, ref: TensorRef) -> bool:
        """Whether a tensor may carry a mask, since custom code is before it."""
        return ref in self._unknown

    def _note_origin(self, key: NodeKey, masks: Masks) -> None:
        """Note a call whose mask a layer of the rebuilt model makes anew."""
        for mask in _flatten(masks):
            if isinstance(mask, Mask) and not mask.given and mask in self._made:
                self.made_again.add(key)

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
            # An author's mask is handed on by layers like one of Keras' own.
            given = self._recorded.get(value)
            return given or self.intern(self._rank(value), "tensor", value)
        if isinstance(value, list):
            return [self._expression_of(item) for item in value]
        return value

    def _rank(self, value: Value) -> int:
        spec = self._graph.specs.get(value) if isinstance(value, TensorRef) else None
        return len(spec.shape) if spec else 0

    def intern(self, rank: int, name: str, *parts: object) -> Mask:
        """Give equal expressions equal ids."""
        # Damaged calls have lists and dicts where Keras puts tensors.
        key: Key = (name, *map(_hashable, parts))
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
            config = _parameters(**operation.config)
            self._recorded[result] = self.intern(
                self._rank(result), name, *parts, config
            )

    def _attach(
        self, operation: Operation, node: Node, first: Value, previous: Masks
    ) -> None:
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
            mask = rule(self, operation.config, first, previous)
            if entry.name in _MAKERS and isinstance(mask, Mask):
                self._made.add(mask)
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
        # An Embedding switches autocast off, so it sees its input as it is.
        rank, data = self._rank(inputs), self._expression_of(inputs)
        return self.intern(rank, "NotEqual", data, _hashable(0), ())

    def masking(self, config: Config, inputs: Value, previous: Masks) -> Masks:
        """`Masking.compute_mask`: `any(not_equal(inputs, mask_value), axis=-1)`."""
        rank = self._rank(inputs)
        value = _hashable(config.get("mask_value", 0.0))
        unequal = self.intern(rank, "NotEqual", self._data(config, inputs), value, ())
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
            data = self._data(config, tensor)
            dtype = _parameters(dtype="bool")
            if not isinstance(mask, Mask):
                parts.append(self.intern(rank, "OnesLike", data, dtype))
            elif mask.rank < rank:
                expanded = self.intern(rank, "ExpandDims", mask, _parameters(axis=-1))
                zeros = self.intern(rank, "ZerosLike", data, dtype)
                parts.append(self.intern(rank, "LogicalOr", expanded, zeros, ()))
            else:
                parts.append(mask)
        axis = _parameters(axis=config.get("axis", -1))
        joined = self.intern(parts[0].rank, "Concatenate", tuple(parts), axis)
        return self._any(joined, joined.rank - 1)

    def _any(self, operand: Mask, rank: int) -> Mask:
        return self.intern(rank, "Any", operand, _parameters(axis=-1, keepdims=False))

    def _data(self, config: Config, value: Value) -> Mask:
        """A layer's input as `compute_mask` sees it: behind the cast to its dtype."""
        spec = self._graph.specs.get(value) if isinstance(value, TensorRef) else None
        data = self._expression_of(value)
        if not isinstance(data, Mask):
            return self.intern(0, "constant", _hashable(data))
        wanted = _compute_dtype(config)
        if spec is None or "float" not in spec.dtype or wanted in {None, spec.dtype}:
            return data
        return self.intern(data.rank, "Cast", data, _parameters(dtype=wanted))


def _compute_dtype(config: Config) -> str | None:
    """The dtype that a layer casts its floating inputs to."""
    policy = config.get("dtype")
    if not isinstance(policy, str) or config.get("autocast") is False:
        return None
    return policy.removeprefix("mixed_")


def _first_argument(operation: Operation, node: Node) -> Value:
    """What a layer is called with first, by position or by its parameter's name."""
    if node.args:
        return node.args[0]
    entry = find_class(operation.cls.path)
    return node.kwargs.get(entry.call[0].name) if entry and entry.call else None


def _recurrent(
    state: Propagation, config: Config, inputs: Value, previous: Masks
) -> Masks:
    """`RNN.compute_mask`: the first mask, where whole sequences are returned."""
    first = next(iter(_flatten(previous)), None)
    return first if config.get("return_sequences") is True else None


def _bidirectional(
    state: Propagation, config: Config, inputs: Value, previous: Masks
) -> Masks:
    layer = config.get("layer")
    inner: Mapping[str, Value] = layer.config if isinstance(layer, ObjectSpec) else {}
    mask = _recurrent(state, inner, inputs, previous)
    return [mask, mask] if config.get("merge_mode") is None else mask


def _first(state: Propagation, config: Config, inputs: Value, previous: Masks) -> Masks:
    """`Attention.compute_mask`: the mask of the query."""
    return next(iter(_flatten(previous)), None)


MaskRule = Callable[[Propagation, Config, Value, Masks], Masks]

_MAKERS: dict[str, MaskRule] = {
    "Embedding": Propagation.embedding,
    "Masking": Propagation.masking,
    "Concatenate": Propagation.concatenate,
    **dict.fromkeys(
        ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"),
        Propagation.merge,
    ),
}
_RULES: dict[str, MaskRule] = {
    **_MAKERS,
    **dict.fromkeys(
        ("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
        _recurrent,
    ),
    "Bidirectional": _bidirectional,
    "Attention": _first,
    "AdditiveAttention": _first,
}


def _as_given(masks: Masks) -> Masks:
    if isinstance(masks, list):
        return [_as_given(item) for item in masks]
    return replace(masks, given=True) if isinstance(masks, Mask) else masks


def _flatten(masks: Masks) -> Iterator[Masks]:
    if isinstance(masks, list):
        for item in masks:
            yield from _flatten(item)
    else:
        yield masks


def _parameters(**values: object) -> Key:
    """The parameters of an op, as a part of its expression."""
    return tuple((key, _hashable(value)) for key, value in sorted(values.items()))


def _hashable(value: object) -> object:
    if isinstance(value, list):
        return tuple(_hashable(item) for item in value)
    if isinstance(value, bool | int | float):
        # To Python 0 and 0.0 are equal, and only one of them is what Keras wrote.
        return (type(value).__name__, value)
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value


def _takes_more(node: Node) -> bool:
    """Whether a call takes tensors besides the first argument, such as states.

    `Layer.__call__` looks for a mask only where one argument is a tensor.
    """
    rest = [*node.args[1:], *(v for k, v in node.kwargs.items() if k != "mask")]
    first = sum(1 for _ in tensor_refs(node.args[0])) if node.args else 0
    others = [value for value in rest if any(True for _ in tensor_refs(value))]
    return len(others) + bool(first) > 1
