"""Say which arguments a file does not hold because Keras leaves them out of configs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kerascodegen.catalog.lookup import ClassEntry, LostArgument, find_class
from kerascodegen.catalog.lost import loss_level, lost_arguments
from kerascodegen.errors import Level, printable
from kerascodegen.graph.model import (
    Config,
    Graph,
    Node,
    ObjectSpec,
    TensorRef,
    TensorSpec,
    Value,
)
from kerascodegen.graph.shapes import first_shape, output_shape, sequential_specs
from kerascodegen.graph.traverse import operations_by_name
from kerascodegen.passes.base import PassContext

_COMPILE = "compile"
# A layer that occurs a hundred times needs no hundred names.
_SHOWN = 3
# The classes of a vector a sample stand in its last axis; there is no other to choose.
_CLASS_AXIS = "keras.losses.SparseCategoricalCrossentropy"
_SCALED_POLICY = "mixed_float16"
_SCALER = "LossScaleOptimizer"
_DROPOUTS = ("dropout", "recurrent_dropout")


@dataclass(slots=True)
class _Loss:
    """One argument of one class, and where it may be missing."""

    entry: ClassEntry
    argument: LostArgument
    places: list[str] = field(default_factory=list)


def warn_of_lost_arguments(graph: Graph, context: PassContext) -> None:
    """Report the arguments that a config does not have, whatever their value was.

    Args:
        graph: The outermost graph as it was read. One that was read from a live model
            has them all.
        context: Takes a warning or note for each argument of each class.
    """
    if not context.options.compile:
        # What is not written cannot be wrong.
        graph = replace(graph, compile_config=None)
    _report_loss_scale(graph, context)
    if graph.complete:
        return
    losses: dict[tuple[str, str], _Loss] = {}
    for place, entry, config in _objects(graph):
        for argument in lost_arguments(entry):
            if argument.name in config or not _matters(entry, argument, config, graph):
                continue
            key = entry.key, argument.name
            found = losses.setdefault(key, _Loss(entry, argument))
            if place not in found.places:
                found.places.append(place)
    for loss in losses.values():
        _report(loss, context)


def _report(loss: _Loss, context: PassContext) -> None:
    level = loss_level(loss.argument.name)
    if level is None:
        return
    shown, more = loss.places[:_SHOWN], len(loss.places) - _SHOWN
    places = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    say = context.warn if level is Level.WARNING else context.note
    say(
        places,
        f"Keras leaves the argument {loss.argument.name} of {loss.entry.import_path} "
        "out of the file, so the source has its default. Where it was given another "
        "value, put that in, or generate from the live model.",
    )


def _objects(graph: Graph) -> Iterator[tuple[str, ClassEntry, Config]]:
    """Yield everything in a model that is of a class of Keras, with its place."""
    for operation in graph.operations:
        if operation.graph is not None:
            yield from _objects(operation.graph)
            continue
        where = printable(operation.name, 60)
        entry = find_class(operation.cls.path)
        if entry is not None:
            yield where, entry, operation.config
        for value in operation.config.values():
            yield from _inside(value, where)
    for value in (graph.compile_config or {}).values():
        yield from _inside(value, _COMPILE)


def _inside(value: Value, where: str) -> Iterator[tuple[str, ClassEntry, Config]]:
    if isinstance(value, ObjectSpec):
        if value.graph is not None:
            yield from _objects(value.graph)
            return
        entry = find_class(value.cls.path)
        if entry is not None:
            yield where, entry, value.config
        for item in value.config.values():
            yield from _inside(item, where)
    elif isinstance(value, list):
        for item in value:
            yield from _inside(item, where)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _inside(item, where)


def _matters(
    entry: ClassEntry, argument: LostArgument, config: Config, graph: Graph
) -> bool:
    """Tell whether an argument can make a difference where it stands."""
    if argument.name == "seed" and any(key in config for key in _DROPOUTS):
        return any(config.get(key) for key in _DROPOUTS)
    if entry.key == _CLASS_AXIS and argument.name == "axis":
        return not _all_rank_two(graph)
    return True


def _report_loss_scale(graph: Graph, context: PassContext) -> None:
    """Tell of a loss scale that depends on where the model is built.

    `compile` wraps the optimizer for a model whose own policy is mixed_float16. That is
    the global policy at the time, which no config has.
    """
    config = graph.compile_config
    if config is None or config.get("auto_scale_loss") is False:
        return
    optimizer = config.get("optimizer")
    if isinstance(optimizer, ObjectSpec) and optimizer.cls.name == _SCALER:
        return
    if any(o.config.get("dtype") == _SCALED_POLICY for o in graph.operations):
        context.note(
            _COMPILE,
            "Keras scales the loss of a mixed_float16 model only if the global policy "
            'is that: call keras.config.set_dtype_policy("mixed_float16") before '
            "build_model.",
        )


def _all_rank_two(graph: Graph) -> bool:
    """Tell whether every output is known to be one vector a sample."""
    specs = {**sequential_specs(graph, None), **graph.specs}
    nodes = {node.key: node for node in graph.nodes}
    return all(
        _rank(ref, graph, nodes, specs) == 2 for ref in _references(graph.outputs)
    )


def _references(value: Value) -> Iterator[TensorRef]:
    if isinstance(value, TensorRef):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _references(item)


def _rank(
    ref: TensorRef,
    graph: Graph,
    nodes: dict[tuple[str, int], Node],
    specs: dict[TensorRef, TensorSpec],
) -> int | None:
    if ref in specs:
        return len(specs[ref].shape)
    node = nodes.get((ref.operation, ref.node_index))
    if node is None:
        return None
    operation = operations_by_name(graph)[ref.operation]
    shape = output_shape(operation, first_shape(node, specs))
    return None if shape is None else len(shape)
