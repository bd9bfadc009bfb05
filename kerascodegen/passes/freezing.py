"""Decide how `trainable=False` is written: once for a run of layers, not on each.

Freezing a base model sets the flag on every layer inside it. Written out one by one
that is a flag on each of 175 lines; a person writes `model.trainable = False`, or a
loop over `model.layers[:-20]`.
"""

from __future__ import annotations

from kerascodegen.graph.model import (
    Config,
    Freeze,
    Graph,
    GraphKind,
    ObjectSpec,
    Operation,
    OperationKind,
    Value,
)
from kerascodegen.passes.base import PassContext

# Fewer layers than this carry the flag themselves.
MIN_RUN = 4


def decide_freezing(graph: Graph, context: PassContext) -> Graph:
    """Find the shortest exact way to write the graph's `trainable` flags.

    Args:
        graph: The graph.
        context: For the options.

    Returns:
        The graph with `decisions.freezes` and `decisions.frozen`, the layers whose own
        flag those set.
    """
    # Several models have no `layers` in common; each layer carries its own flag.
    if graph.members:
        return graph
    layers = [
        operation
        for operation in graph.operations
        if operation.kind is not OperationKind.OP
        and not (
            operation.kind is OperationKind.INPUT and graph.kind is GraphKind.SEQUENTIAL
        )
    ]
    flags = [_deep_flag(layer) for layer in layers]
    freezes, positions = _plan(graph.trainable, layers, flags)
    if not freezes:
        return graph
    # Blocks that are layers stand in `model.layers` in the place of what is in them.
    is_open = _order_is_open(graph) or context.options.block_kind == "layer"
    if is_open and freezes[-1].start is not None:
        return graph
    frozen = frozenset(layers[position].name for position in positions)
    return graph.decide(freezes=freezes, frozen=frozen)


def _order_is_open(graph: Graph) -> bool:
    """Whether `model.layers` may come out in another order than the graph's.

    Where the graph was rearranged, its order was worked out without the ops that Keras
    adds for masks, and those can move an input among the layers.
    """
    masked = any(
        operation.cls.name == "Masking" or operation.config.get("mask_zero") is True
        for operation in graph.operations
    )
    return masked and bool(graph.decisions.transfer)


def _plan(
    trainable: bool, layers: list[Operation], flags: list[bool | None]
) -> tuple[tuple[Freeze, ...], range]:
    """Choose among: the whole model, the model and then a run, a run, nothing."""
    nothing: tuple[tuple[Freeze, ...], range] = ((), range(0))
    inputs = [layer.kind is OperationKind.INPUT for layer in layers]
    everything = range(len(layers))
    if not trainable:
        whole = Freeze(None, None, trainable=False)
        if None in flags or len(layers) == sum(inputs):
            return nothing
        run = _run_of(True, flags, inputs)
        if run is None:
            return nothing
        if not run:
            return (whole,), everything
        return (whole, Freeze(run.start, run.stop, trainable=True)), everything
    run = _run_of(False, flags, inputs)
    if run is None or sum(not inputs[i] for i in run) < MIN_RUN:
        return nothing
    return (Freeze(run.start, run.stop, trainable=False),), run


def _run_of(wanted: bool, flags: list[bool | None], inputs: list[bool]) -> range | None:
    """The one run of layers with a flag; empty if there is none, `None` if several.

    Input layers have no flag of their own, so a run may reach over them.
    """
    positions = [i for i, flag in enumerate(flags) if flag is wanted and not inputs[i]]
    if not positions:
        return range(0)
    start, stop = positions[0], positions[-1] + 1
    if all(flags[i] is wanted or inputs[i] for i in range(start, stop)):
        while start > 0 and inputs[start - 1]:
            start -= 1
        while stop < len(flags) and inputs[stop]:
            stop += 1
        return range(start, stop)
    return None


def _deep_flag(operation: Operation) -> bool | None:
    """The flag of a layer and of all layers inside it; `None` where they differ."""
    if operation.graph is not None:
        return _graph_flag(operation.graph)
    return _config_flag(operation.config)


def _graph_flag(graph: Graph) -> bool | None:
    flags = {graph.trainable} | {
        _deep_flag(operation)
        for operation in graph.operations
        if operation.kind not in {OperationKind.INPUT, OperationKind.OP}
    }
    return flags.pop() if len(flags) == 1 else None


def _config_flag(config: Config) -> bool | None:
    flags: set[bool | None] = {config.get("trainable") is not False}
    for value in config.values():
        flags |= _inner_flags(value)
    return flags.pop() if len(flags) == 1 else None


def _inner_flags(value: Value) -> set[bool | None]:
    if isinstance(value, ObjectSpec):
        if value.graph is not None:
            return {_graph_flag(value.graph)}
        return {_config_flag(value.config)} if "trainable" in value.config else set()
    if isinstance(value, list):
        return set().union(*(_inner_flags(item) for item in value))
    return set()
