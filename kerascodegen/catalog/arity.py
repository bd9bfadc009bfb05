"""How many tensors a call returns and how they are arranged.

A config records only the tensors that something consumes, so an LSTM with
`return_state=True` of which one output is used looks like a plain one. The rules here
say what the call returns, from the classes' `call` methods in Keras 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from kerascodegen.catalog.lookup import find_class, find_op
from kerascodegen.graph.model import (
    Config,
    Graph,
    Node,
    ObjectSpec,
    Operation,
    OperationKind,
    TensorRef,
    Value,
)

SINGLE: Value = 0
# No model takes a tensor apart into more; a hostile config names a billion.
MAX_OUTPUTS = 10_000


def output_structure(operation: Operation, node: Node) -> Value:
    """Tell how the result of a call is arranged.

    Args:
        operation: What is called.
        node: The call; its keyword arguments matter (`return_attention_scores`).

    Returns:
        A tensor index (0) for one tensor, lists and dicts of indices for several, or
        `None` where the class is not known.
    """
    if operation.graph is not None:
        return _model_outputs(operation.graph)
    if operation.kind is OperationKind.OP:
        return _op_outputs(operation, node)
    entry = find_class(operation.cls.path)
    if entry is None:
        return None
    rule = _LAYER_RULES.get(entry.name)
    return SINGLE if rule is None else rule(operation.config, node.kwargs)


def _model_outputs(graph: Graph) -> Value:
    """Number a model's outputs as `keras.tree` flattens them: dict keys sorted."""
    counter = iter(range(1_000_000))

    def number(structure: Value) -> Value:
        if isinstance(structure, TensorRef):
            return next(counter)
        if isinstance(structure, list):
            return [number(item) for item in structure]
        if isinstance(structure, dict):
            numbered = {key: number(structure[key]) for key in sorted(structure)}
            return {key: numbered[key] for key in structure}
        return None

    return number(graph.outputs)


def _op_outputs(operation: Operation, node: Node) -> Value:
    entry = find_op(operation.cls.path)
    outputs = 1 if entry is None else entry.outputs
    if outputs == 1:
        return SINGLE
    if isinstance(outputs, int):
        return list(range(outputs))
    rule = _OP_RULES.get(outputs)
    return None if rule is None else rule(operation.config, node)


def _split_outputs(config: Config, node: Node) -> Value:
    sections = config.get("indices_or_sections")
    if isinstance(sections, list):
        return list(range(len(sections) + 1))
    return _bounded(sections)


def _unstack_outputs(config: Config, node: Node) -> Value:
    count = config.get("num")
    return _bounded(count)


def _bounded(count: Value) -> Value:
    is_count = type(count) is int and 0 < count <= MAX_OUTPUTS
    return list(range(count)) if is_count else None  # type: ignore[arg-type]


def _meshgrid_outputs(config: Config, node: Node) -> Value:
    return list(range(len(node.args)))


def _unravel_outputs(config: Config, node: Node) -> Value:
    shape = config.get("shape")
    return _bounded(len(shape)) if isinstance(shape, list) else None


def _indices(count: int) -> list[Value]:
    return list(range(count))


def _numbered(structure: Value, counter: Iterator[int]) -> Value:
    if isinstance(structure, list):
        return [_numbered(item, counter) for item in structure]
    return next(counter)


def _state_structure(cell: Value) -> Value:
    """States of a cell: one, a list, or for stacked cells a list of those."""
    if not isinstance(cell, ObjectSpec) or find_class(cell.cls.path) is None:
        return None  # a custom cell has states of its own, whatever its name
    if cell.cls.name == "StackedRNNCells":
        cells = cell.config.get("cells")
        if not isinstance(cells, list):
            return None
        states = [_state_structure(inner) for inner in cells]
        if any(state is None for state in states):
            return None
        # A single state stands without a list of its own among stacked states.
        return [state[0] if state == [0] else state for state in states]
    count = _STATES.get(cell.cls.name)
    return None if count is None else [0] * count


_STATES = {"LSTMCell": 2, "GRUCell": 1, "SimpleRNNCell": 1}


def _with_states(states: int) -> Rule:
    def rule(config: Config, kwargs: Mapping[str, Value]) -> Value:
        if config.get("return_state") is True:
            return _indices(1 + states)
        return SINGLE

    return rule


def _rnn_outputs(config: Config, kwargs: Mapping[str, Value]) -> Value:
    if config.get("return_state") is not True:
        return SINGLE
    cell = config.get("cell")
    if isinstance(cell, list):
        return None
    states = _state_structure(cell)
    if not isinstance(states, list):
        return None
    return _numbered([0, *states], iter(range(1_000_000)))


def _bidirectional_outputs(config: Config, kwargs: Mapping[str, Value]) -> Value:
    merged = 2 if config.get("merge_mode") is None else 1
    layer = config.get("layer")
    if not isinstance(layer, ObjectSpec) or find_class(layer.cls.path) is None:
        return None
    if layer.config.get("return_state") is not True:
        return SINGLE if merged == 1 else _indices(merged)
    rule = _LAYER_RULES.get(layer.cls.name)
    inner = rule(layer.config, {}) if rule else None
    if not isinstance(inner, list):
        return None
    outputs: list[Value] = [0] * merged
    return _numbered([*outputs, *inner[1:], *inner[1:]], iter(range(1_000_000)))


def _attention_outputs(config: Config, kwargs: Mapping[str, Value]) -> Value:
    return _indices(2) if kwargs.get("return_attention_scores") is True else SINGLE


Rule = Callable[[Config, Mapping[str, Value]], Value]

_LAYER_RULES: dict[str, Rule] = {
    "LSTM": _with_states(2),
    "GRU": _with_states(1),
    "SimpleRNN": _with_states(1),
    "ConvLSTM1D": _with_states(2),
    "ConvLSTM2D": _with_states(2),
    "ConvLSTM3D": _with_states(2),
    "RNN": _rnn_outputs,
    "Bidirectional": _bidirectional_outputs,
    "Attention": _attention_outputs,
    "AdditiveAttention": _attention_outputs,
    "MultiHeadAttention": _attention_outputs,
    "GroupQueryAttention": _attention_outputs,
    "GroupedQueryAttention": _attention_outputs,
}

_OP_RULES: dict[str, Callable[[Config, Node], Value]] = {
    "split": _split_outputs,
    "unstack": _unstack_outputs,
    "meshgrid": _meshgrid_outputs,
    "unravel_index": _unravel_outputs,
}
