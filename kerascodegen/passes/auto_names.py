"""Automatic names: which layer names can be left out, which ops must keep clear of.

Keras names what has no name after its class, with one counter a class for the whole
process (keras/src/utils/naming.py): `dense`, `dense_1`, … Ops, which cannot be given a
name, share those counters with layers: `x + y` and `layers.Add()` are both `add`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kerascodegen.catalog.lookup import find_class
from kerascodegen.graph.model import Graph, GraphKind, Operation, OperationKind
from kerascodegen.graph.traverse import input_order, operations_by_name
from kerascodegen.passes.base import PassContext, map_nested
from kerascodegen.passes.naming import snake_case

# Keras counts the ops of a whole process, not of one model.
MAX_GUARDED = 10_000
_NUMBERED = re.compile(r"(.+?)(?:_([0-9]{1,9}))?")
# Ops that Keras itself adds where masks are joined (see auto_masks.py).
_MASK_OPS = (
    "any",
    "concatenate",
    "convert_to_tensor",
    "expand_dims",
    "logical_or",
    "not_equal",
    "ones_like",
    "zeros_like",
)


def guard_names(graph: Graph, context: PassContext) -> Graph:
    """Find layers whose names an op could take.

    Args:
        graph: The graph.
        context: Not used.

    Returns:
        The graph with `decisions.reserved_uids`.
    """
    prefixes = set(op_prefixes(graph))
    if not prefixes:
        return graph
    highest: dict[str, int] = {}
    for operation in graph.operations:
        if operation.kind is OperationKind.OP:
            continue
        prefix, number = split_auto_name(operation.label)
        # The guard counts up to the number; no model has so many ops that one of them
        # would come to it.
        if prefix in prefixes and number <= MAX_GUARDED:
            highest[prefix] = max(highest.get(prefix, 0), number)
    return graph.decide(reserved_uids=tuple(sorted(highest.items())))


def op_prefixes(graph: Graph) -> Iterator[str]:
    """Yield the prefixes of automatic names that ops in a graph take."""
    masks = False
    for operation in graph.operations:
        if operation.kind is OperationKind.OP:
            yield snake_case(operation.cls.name)
        masks |= _makes_mask(operation)
    if masks:
        yield from _MASK_OPS


def _makes_mask(operation: Operation) -> bool:
    masked = operation.config.get("mask_zero") is True
    return operation.cls.name == "Masking" or masked


def automatic_stem(operation: Operation) -> str:
    """The name to which Keras adds a number for operations of a class.

    It is made from the name in Keras' source, which need not be the public one: a
    `GroupQueryAttention` is called `grouped_query_attention`.
    """
    entry = find_class(operation.cls.path)
    known = entry.auto_name if entry is not None else None
    return known or snake_case(operation.cls.name)


def split_auto_name(name: str) -> tuple[str, int]:
    """Split a name as Keras would have counted it.

    Args:
        name: A layer's name.

    Returns:
        The prefix and the number: 0 for the first of its class, which has none.
    """
    match = _NUMBERED.fullmatch(name)
    # A prefix may end in digits of its own (`conv2d`); `conv2d_0` is no automatic name.
    if match is None or match[2] is None or match[2].startswith("0"):
        return name, 0
    return match[1], int(match[2])


# Layers that make further layers without a name, by prefix.
_ATTENTION = ("softmax", "dropout")
_AUGMENTATIONS = (
    "auto_contrast",
    "equalization",
    "random_brightness",
    "random_color_degeneration",
    "random_contrast",
    "random_posterization",
    "random_rotation",
    "random_sharpness",
    "random_shear",
    "random_translation",
    "solarization",
)
_MADE_INSIDE = {
    "AugMix": _AUGMENTATIONS,
    "GroupQueryAttention": _ATTENTION,
    "MultiHeadAttention": _ATTENTION,
    "RandAugment": _AUGMENTATIONS,
    "TextVectorization": ("string_lookup",),
}


def leave_out_names(graph: Graph, context: PassContext) -> Graph:
    """Leave out the names that Keras gives itself, in a fresh process.

    Follows Keras' counters through the statements in the order in which they run. A
    name is left out only where the counter then gives that very name. What is nested
    inside a layer's arguments keeps its name, and so does what several models share.

    Args:
        graph: The outermost graph, with order and guards decided.
        context: Without `options.names == "auto"` nothing is done.

    Returns:
        The graph with `decisions.unnamed`, in nested graphs too.
    """
    if context.options.names != "auto":
        return graph
    # A guard moves a counter, so none of its prefix can be left out. Where all layers
    # that it protects can be, it is the guard that is left out.
    attempt = _Counters(set())
    attempt.pass_over_shared(graph)
    attempt.walk(graph)
    counters = _Counters(attempt.failed & attempt.guarded)
    counters.pass_over_shared(graph)
    return counters.walk(graph)


class _Counters:
    """Keras' counters of automatic names while the generated module runs."""

    def __init__(self, given_up: set[str]) -> None:
        self._given_up = set(given_up)
        self._next: dict[str, int] = {}
        self.failed: set[str] = set()
        self.guarded: set[str] = set()

    def walk(self, graph: Graph) -> Graph:
        """Run through the statements of a graph's function.

        Args:
            graph: The graph.

        Returns:
            The graph with `decisions.unnamed` and only the guards that it needs.
        """
        operations = operations_by_name(graph)
        self.guarded.update(prefix for prefix, _ in graph.decisions.reserved_uids)
        unnamed: set[str] = set()
        changed: dict[str, Operation] = {}
        for name in _construction_order(graph):
            operation = operations[name]
            if operation.shared_id is not None:
                continue
            if operation.graph is not None:
                changed[name] = replace(operation, graph=self.walk(operation.graph))
            elif self._takes(operation):
                unnamed.add(name)
        guards = tuple(
            (prefix, highest)
            for prefix, highest in graph.decisions.reserved_uids
            if prefix in self._given_up or prefix in self.failed
        )
        kept = tuple(changed.get(o.name, o) for o in graph.operations)
        graph = replace(graph, operations=kept)
        return graph.decide(unnamed=frozenset(unnamed), reserved_uids=guards)

    def _takes(self, operation: Operation) -> bool:
        """Count an operation; tell whether Keras would give it its very name."""
        prefix, number = split_auto_name(operation.label)
        own = automatic_stem(operation)
        if _makes_mask(operation):
            self._given_up.update(_MASK_OPS)
        if operation.kind is OperationKind.OP:
            self._next[own] = self._next.get(own, 0) + 1
            return False
        if operation.holds_models:
            for value in operation.config.values():
                map_nested(value, self._pass_over)
        given_up = own in self._given_up
        self._given_up.update(_MADE_INSIDE.get(operation.cls.name, ()))
        if prefix != own or given_up:
            return False
        if number != self._next.get(own, 0):
            self.failed.add(own)
            return False
        self._next[own] = number + 1
        return True

    def pass_over_shared(self, graph: Graph) -> None:
        """Give up what shared layers and models count: it is not here that it runs.

        Args:
            graph: The outermost graph.
        """
        for operation in graph.operations:
            if operation.shared_id is not None:
                self._given_up.update(_MADE_INSIDE.get(operation.cls.name, ()))
                if operation.graph is not None:
                    self._pass_over(operation.graph)
            if operation.graph is not None:
                self.pass_over_shared(operation.graph)

    def _pass_over(self, graph: Graph) -> Graph:
        """Give up what a model inside a layer's arguments counts: its own ops."""
        self._given_up.update(op_prefixes(graph))
        for operation in graph.operations:
            self._given_up.update(_MADE_INSIDE.get(operation.cls.name, ()))
            if operation.graph is not None:
                self._pass_over(operation.graph)
            for value in operation.config.values() if operation.holds_models else ():
                map_nested(value, self._pass_over)
        return graph


def _construction_order(graph: Graph) -> Iterator[str]:
    """Names of operations in the order in which the function makes them."""
    if graph.kind is GraphKind.SEQUENTIAL:
        yield from (operation.name for operation in graph.operations)
        return
    yield from input_order(graph)
    yield from dict.fromkeys(name for name, _ in graph.decisions.order)
