"""`trainable` flags that contradict each other, and what Keras makes of them."""

from __future__ import annotations

from collections.abc import Iterator

from kerascodegen.explain.report import Finding
from kerascodegen.graph.model import (
    Graph,
    Node,
    ObjectSpec,
    Operation,
    OperationKind,
    node_refs,
)
from kerascodegen.graph.shapes import parameter_count
from kerascodegen.graph.straight import names, shown

_NORMALIZATION = "BatchNormalization"


def find_contradictions(graph: Graph, prefix: str = "") -> Iterator[Finding]:
    """Compare the flags of models with those of the layers in them.

    Args:
        graph: The graph.
        prefix: Where it stands; empty for the outermost.

    Yields:
        Findings, the outermost model's first.
    """
    weighted = _weighted(graph)
    free = [o.name for o in weighted if _trainable(o)]
    if not graph.trainable and free:
        yield _frozen_model(graph, prefix, free)
    elif graph.trainable and weighted and not free and not prefix:
        yield Finding(
            "trainable",
            tuple(o.name for o in weighted),
            f"{shown(graph.name)} is trainable, but every layer in it with weights is "
            "frozen. fit() runs and changes nothing.",
            "Set trainable = True on the layers that are to learn.",
        )
    yield from _wrappers(graph, prefix)
    if graph.trainable:
        yield from _normalizations(graph, weighted, prefix)
    for operation in graph.operations:
        if operation.graph is not None:
            inside = f"{prefix}{operation.name}/"
            yield from find_contradictions(operation.graph, inside)


def _frozen_model(graph: Graph, prefix: str, free: list[str]) -> Finding:
    layers = tuple(f"{prefix}{name}" for name in free)
    if not prefix:
        return Finding(
            "trainable",
            layers,
            f"{shown(graph.name)} has trainable=False, though {names(free)} inside it "
            "say True. Keras asks the model first: fit() trains nothing at all.",
            "Set trainable = True on the model, and False on each layer that is to "
            "stay as it is. In that order: setting it on a model sets it on all "
            "layers inside.",
        )
    model = shown(prefix.rstrip("/"))
    return Finding(
        "trainable",
        layers,
        f"The nested model {model} has trainable=False, though {names(free)} inside it "
        "say True. Inside another model only the layers' own flags count: Keras does "
        "train them."
        + (
            " A BatchNormalization among them also moves its averages."
            if any(
                o.name in free and o.cls.name == _NORMALIZATION
                for o in graph.operations
            )
            else ""
        ),
        f"To freeze all of it, set {model}.trainable = False once the model is built, "
        "and nothing on its layers afterwards: the assignment reaches every layer "
        "inside, an argument of the constructor none.",
    )


def _wrappers(graph: Graph, prefix: str) -> Iterator[Finding]:
    for operation in graph.operations:
        inner = operation.config.get("layer")
        if not isinstance(inner, ObjectSpec) or operation.kind is OperationKind.OP:
            continue
        if inner.graph is not None or "trainable" not in inner.config:
            continue
        outside = operation.config.get("trainable") is not False
        inside = inner.config["trainable"] is not False
        if inside and not outside:
            where = f"{prefix}{operation.name}"
            name = inner.config.get("name")
            yield Finding(
                "trainable",
                (where,),
                f"The wrapper {shown(where)} has trainable=False, but the layer "
                f"{shown(str(name))} inside it says True. Keras looks at the layer's "
                "own flag, so it is trained.",
                f"Set {shown(operation.name)}.trainable = False after it is made, "
                "which reaches the layer inside, or give the flag to that layer.",
            )


def _normalizations(
    graph: Graph, weighted: list[Operation], prefix: str
) -> Iterator[Finding]:
    """Find normalisations whose flag differs from that of the layer before them."""
    by_name = {operation.name: operation for operation in weighted}
    frozen, moving = [], []
    for node in graph.nodes:
        operation = by_name.get(node.operation)
        if operation is None or operation.cls.name != _NORMALIZATION:
            continue
        before = [
            by_name[ref.operation]
            for ref in node_refs(node)
            if ref.operation in by_name and by_name[ref.operation].graph is None
        ]
        if not before or before[0].cls.name == _NORMALIZATION:
            continue
        if not _trainable(operation) and _trainable(before[0]):
            frozen.append(f"{prefix}{operation.name}")
        elif _trainable(operation) and not _trainable(before[0]):
            moving.append(f"{prefix}{operation.name}")
    if frozen:
        yield Finding(
            "frozen-normalization",
            tuple(frozen),
            f"Frozen: {names(frozen)}, while the layer before can learn. A frozen "
            "BatchNormalization normalises by its stored mean and variance in training "
            "too, and does not update them.",
            "That is right for fine-tuning a trained model. A model trained from "
            "scratch normalises by mean 0 and variance 1 for ever: unfreeze it there.",
        )
    if moving:
        yield Finding(
            "frozen-normalization",
            tuple(moving),
            f"Not frozen: {names(moving)}, while the layer before is. In training it "
            "normalises by each batch and moves its averages, so what the frozen "
            "layers give changes all the same.",
            "To keep the frozen part as it was, freeze its BatchNormalization too.",
        )


def _weighted(graph: Graph) -> list[Operation]:
    """The layers with weights of their own; nested models are looked into apart."""
    first: dict[str, Node] = {}
    for node in graph.nodes:
        first.setdefault(node.operation, node)
    return [
        operation
        for operation in graph.operations
        if operation.name in first
        and operation.graph is None
        and operation.kind is OperationKind.LAYER
        and parameter_count(operation, first[operation.name], graph.specs) != 0
    ]


def _trainable(operation: Operation) -> bool:
    # In a wrapper the flag of the layer inside decides.
    inner = operation.config.get("layer")
    if isinstance(inner, ObjectSpec) and "trainable" in inner.config:
        return inner.config["trainable"] is not False
    return operation.config.get("trainable") is not False
