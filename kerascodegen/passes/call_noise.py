"""Drop keyword arguments that Keras recorded on calls but nobody wrote.

`Layer.__call__` fills in `training` and `mask` and, when a layer is called with one
tensor, records what it filled in (keras/src/layers/layer.py). For `training` that is
the default of the layer's `call`: `False` for Dropout and the recurrent layers, for
which nothing in the file may tell it from one that the author wrote. Keras up to 3.15
overrides it at run time; later versions honour it, so writing it out would switch
dropout off for ever. Where the default is `None`, as for BatchNormalization and nested
models, Keras records nothing, so `training=False` is the author's (a frozen base model)
and stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from kerascodegen.catalog.lookup import find_class
from kerascodegen.errors import printable
from kerascodegen.graph.model import (
    Graph,
    Node,
    Operation,
    TensorRef,
    TensorSpec,
    Value,
    node_refs,
)
from kerascodegen.graph.traverse import operations_by_name
from kerascodegen.passes.base import PassContext

# Call arguments whose default is None in every Keras layer that has them.
_NONE_BY_DEFAULT = frozenset({"mask", "training", "initial_state"})


def drop_call_noise(graph: Graph, context: PassContext) -> Graph:
    """Drop what Keras filled in, and `None` where that is the default.

    Args:
        graph: The graph.
        context: `options.keep_training` keeps `training=False`.

    Returns:
        The graph with fewer keyword arguments. An author's `training=True` is noted.
    """
    operations = operations_by_name(graph)
    dropped_training = False
    nodes: list[Node] = []
    for node in graph.nodes:
        operation = operations[node.operation]
        kwargs = dict(node.kwargs)
        if not _is_authors_none(operation, node):
            kwargs = {k: v for k, v in kwargs.items() if not _is_empty(k, v)}
        kept = context.options.keep_training and kwargs.get("training") is False
        if not kept and _is_recorded(operation, node, graph.specs):
            dropped_training |= kwargs.pop("training", None) is False
        if kwargs.get("training") is True:
            context.note(
                printable(node.operation, 60),
                "called with training=True, which stays in force at inference too.",
            )
        unchanged = len(kwargs) == len(node.kwargs)
        nodes.append(node if unchanged else replace(node, kwargs=kwargs))
    if dropped_training:
        context.note(
            "",
            "training=False on calls is left out, since Keras records it by itself; "
            "--keep-training keeps it.",
        )
    own_masks = frozenset(
        node.key
        for node in graph.nodes
        if _has_own_mask(operations[node.operation], node)
    )
    empty_masks = frozenset(
        node.key
        for node, new in zip(graph.nodes, nodes, strict=True)
        if "mask" in node.kwargs and "mask" not in new.kwargs
    )
    graph = replace(graph, nodes=tuple(nodes))
    if not own_masks and not empty_masks:
        return graph
    return graph.decide(own_masks=own_masks, empty_masks=empty_masks)


def _has_own_mask(operation: Operation, node: Node) -> bool:
    """Tell whether the author gave a call its mask, be it the one that Keras would.

    Where Keras fills a mask in it also records a `training` whose default is `False`,
    but given a keyword of the author's it records nothing of its own.
    """
    if operation.graph is not None or node.kwargs.get("mask") is None:
        return False
    entry = find_class(operation.cls.path)
    return (
        entry is not None and entry.training is False and "training" not in node.kwargs
    )


def _is_authors_none(operation: Operation, node: Node) -> bool:
    """Tell whether the author wrote a `None` that is the default anyway.

    With a keyword of the author's, Keras fills nothing in. Where it would have recorded
    a `training`, leaving the `None` out would make it do so.
    """
    if operation.graph is not None or "training" in node.kwargs:
        return False
    entry = find_class(operation.cls.path)
    return entry is not None and entry.training is False


def _is_recorded(
    operation: Operation, node: Node, specs: Mapping[TensorRef, TensorSpec]
) -> bool:
    """Tell whether Keras may have written a call's `training` by itself."""
    if operation.graph is not None or "training" not in node.kwargs:
        return False
    entry = find_class(operation.cls.path)
    if entry is None:
        # Custom layers follow either habit; the safer guess is that nobody wrote it.
        return node.kwargs["training"] is False
    if entry.training is not node.kwargs["training"]:
        return False
    # Keras records what it filled in only where it did not have to convert the input.
    first = next(node_refs(node), None)
    spec = specs.get(first) if first else None
    computes = _compute_dtype(operation.config.get("dtype"))
    if spec is not None and computes is not None and spec.dtype != computes:
        return False
    # Where Keras fills in one of them it fills in both, so a `training` that stands
    # without a `mask` was the author's.
    takes_mask = any(parameter.name == "mask" for parameter in entry.call)
    return "mask" in node.kwargs or not takes_mask


def _compute_dtype(policy: Value) -> str | None:
    """The dtype that a layer converts its inputs to, where its policy is a name."""
    if not isinstance(policy, str):
        return None
    return policy.removeprefix("mixed_")


def _is_empty(key: str, value: Value) -> bool:
    return key in _NONE_BY_DEFAULT and all(item is None for item in _leaves(value))


def _leaves(value: Value) -> Iterator[Value]:
    if isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value
