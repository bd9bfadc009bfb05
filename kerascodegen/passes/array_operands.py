"""Write numbers as arrays again where an op takes no plain ones.

Keras saves a NumPy scalar and an array without axes as a plain number, and then cannot
load the model: `ops.hypot(x, 2.0)` asks the number for its dtype.
"""

from __future__ import annotations

from dataclasses import replace

from kerascodegen.catalog.lookup import find_op
from kerascodegen.graph.model import (
    ArraySpec,
    Graph,
    Node,
    Operation,
    OperationKind,
    TensorRef,
    Value,
)
from kerascodegen.passes.base import PassContext

_BOTH = frozenset({"x1", "x2", "x", "y"})
_FIRST = frozenset({"x"})
# Parameters by function, as measured on Keras 3.15.
_ARRAYS = {
    "keras.ops.append": _BOTH,
    "keras.ops.bitwise_and": _BOTH,
    "keras.ops.bitwise_left_shift": _FIRST,
    "keras.ops.bitwise_or": _BOTH,
    "keras.ops.bitwise_right_shift": _FIRST,
    "keras.ops.bitwise_xor": _BOTH,
    "keras.ops.digitize": frozenset({"bins"}),
    "keras.ops.full_like": _FIRST,
    "keras.ops.heaviside": _BOTH,
    "keras.ops.hypot": _BOTH,
    "keras.ops.in_top_k": frozenset({"targets", "predictions"}),
    "keras.ops.isin": frozenset({"x1"}),
    "keras.ops.left_shift": _FIRST,
    "keras.ops.nanpercentile": _FIRST,
    "keras.ops.nanquantile": _FIRST,
    "keras.ops.percentile": _FIRST,
    "keras.ops.polar": frozenset({"abs_"}),
    "keras.ops.quantile": _FIRST,
    "keras.ops.right_shift": _FIRST,
    "keras.ops.take": _FIRST,
}
_DTYPES = {bool: "bool", int: "int32", float: "float32"}
_KINDS = {bool: ("bool",), int: ("int", "uint"), float: ("float",)}


def write_array_operands(graph: Graph, context: PassContext) -> Graph:
    """Turn plain numbers into arrays where an op needs those.

    Args:
        graph: The graph.
        context: Not used.

    Returns:
        The graph; a number gets the dtype of the op's result where that is known and
        one that such a number may have.
    """
    functions = {
        operation.name: _function(operation)
        for operation in graph.operations
        if operation.kind is OperationKind.OP
    }
    if not any(function in _ARRAYS for function in functions.values()):
        return graph
    nodes = tuple(
        _with_arrays(node, functions.get(node.operation, ""), graph)
        for node in graph.nodes
    )
    return replace(graph, nodes=nodes)


def _function(operation: Operation) -> str:
    entry = find_op(operation.cls.path)
    return entry.function if entry is not None else ""


def _with_arrays(node: Node, function: str, graph: Graph) -> Node:
    if function not in _ARRAYS:
        return node
    entry = find_op(graph.operation(node.operation).cls.path)
    assert entry is not None
    spec = graph.specs.get(TensorRef(node.operation, node.index))
    dtype = spec.dtype if spec is not None else ""
    args, kwargs = list(node.args), dict(node.kwargs)
    for parameter in entry.parameters:
        if parameter.name not in _ARRAYS[function]:
            continue
        position = parameter.position
        if position is not None and position < len(args):
            args[position] = _array(args[position], dtype)
        elif parameter.key in kwargs:
            kwargs[parameter.key] = _array(kwargs[parameter.key], dtype)
    return replace(node, args=tuple(args), kwargs=kwargs)


def _array(value: Value, result: str) -> Value:
    if not isinstance(value, bool | int | float):
        return value
    kind = type(value)
    fits = result.rstrip("0123456789") in _KINDS[kind]
    return ArraySpec(value, result if fits else _DTYPES[kind], is_tensor=False)
