"""How a nested model is called, and whether its layers can stand in the outer model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kerascodegen.graph.layer_order import flat
from kerascodegen.graph.model import (
    Graph,
    Node,
    Operation,
    OperationKind,
    TensorRef,
    TensorSpec,
    Value,
    tensor_refs,
)
from kerascodegen.graph.shapes import input_shape_of
from kerascodegen.graph.traverse import consumers, operations_by_name

Call = Callable[[TensorRef], Value]
# Stands for the input of a Sequential that has none of its own.
_NO_INPUT = TensorRef("")


@dataclass(frozen=True, slots=True)
class Bound:
    """What an input of a nested model is given.

    Attributes:
        target: The input inside the nested model.
        value: What the call gives it, in tensors of the outer model.
        cast: The dtype that the nested model casts it to and its layers do not, or
            `""`.
    """

    target: TensorRef
    value: Value
    cast: str


def why_it_stays(operation: Operation, outer: Graph) -> str:
    """Say why a model cannot be inlined.

    Args:
        operation: An operation of the outer model.
        outer: The outer model.

    Returns:
        A sentence, or `""` for what can be inlined and for what holds no model.
    """
    if operation.graph is None:
        if operation.holds_models:
            return "holds a model inside it, which --flatten leaves there."
        return ""
    for node in outer.nodes:
        if node.operation != operation.name:
            continue
        extra = sorted(set(node.kwargs) - {"training", "inputs"})
        if "mask" in extra:
            return "is called with a mask of its own, so it stays a nested model."
        value = _argument(node)
        if extra or value is None:
            return "is called in a way of its own, so it stays a nested model."
        reason = _mismatch(operation.graph, value, outer.specs)
        if reason:
            return f"{reason}, so it stays a nested model."
    return ""


def bind_inputs(
    graph: Graph, node: Node, specs: Mapping[TensorRef, TensorSpec]
) -> Iterator[Bound]:
    """Pair the inputs of a nested model with what a call gives them.

    Args:
        graph: The nested model.
        node: A call of it.
        specs: Shapes and dtypes of the outer model's tensors.

    Yields:
        One for each input.
    """
    value = _argument(node)
    if graph.inputs is None:
        yield Bound(_NO_INPUT, value, "")
        return
    operations = operations_by_name(graph)
    takers = consumers(graph)
    for target, given in _pairs(graph, value):
        spec = specs.get(given) if isinstance(given, TensorRef) else None
        wanted = operations[target.operation].config.get("dtype")
        cast = ""
        if spec and isinstance(wanted, str) and spec.dtype != wanted:
            kinds = {operations[name].kind for name, _ in takers.get(target, ())}
            # Layers cast floats to what they compute in by themselves.
            floats = "float" in spec.dtype and "float" in wanted
            narrower = _bits(wanted) < _bits(spec.dtype)
            if not floats or narrower or OperationKind.OP in kinds:
                cast = wanted
        yield Bound(target, given, cast)


def _argument(node: Node) -> Value:
    if len(node.args) == 1 and "inputs" not in node.kwargs:
        return node.args[0]
    return None if node.args else node.kwargs.get("inputs")


def _pairs(graph: Graph, value: Value) -> list[tuple[TensorRef, Value]]:
    """Pair inputs with values as `Functional` does: by key, by name, else in order."""
    targets = [ref for ref in flat(graph.inputs) if isinstance(ref, TensorRef)]
    if isinstance(value, dict) and not isinstance(graph.inputs, dict):
        named = [value.get(ref.operation) for ref in targets]
        if all(item is not None for item in named):
            return list(zip(targets, named, strict=True))
    if isinstance(value, dict) and isinstance(graph.inputs, dict):
        # More may be given than is taken.
        value = {key: value[key] for key in graph.inputs if key in value}
    return list(zip(targets, flat(value), strict=False))


def _mismatch(graph: Graph, value: Value, specs: Mapping[TensorRef, TensorSpec]) -> str:
    if graph.inputs is None:
        return "" if isinstance(value, TensorRef) else "has no input of its own"
    pairs = _pairs(graph, value)
    if len(pairs) != sum(1 for _ in tensor_refs(graph.inputs)):
        return "is called with another number of tensors than it has inputs"
    operations = operations_by_name(graph)
    for target, given in pairs:
        spec = specs.get(given) if isinstance(given, TensorRef) else None
        shape = input_shape_of(operations[target.operation])
        if spec and shape is not None and len(spec.shape) != len(shape):
            return "is called with a tensor of another rank than its input has"
    return ""


def _bits(dtype: str) -> int:
    digits = "".join(char for char in dtype if char.isdigit())
    return int(digits) if digits else 32
