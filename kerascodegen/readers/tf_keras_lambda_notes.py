"""Say what became of the Lambdas of a live model of tf_keras."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from kerascodegen.errors import printable
from kerascodegen.graph.custom import MissingCode
from kerascodegen.graph.model import Graph, LambdaSpec, ObjectSpec, Operation, Value
from kerascodegen.graph.rescue import Change
from kerascodegen.readers.tf_keras_lambdas import LiveLambdas


def changes_of_lambdas(
    changes: Collection[Change], found: LiveLambdas
) -> tuple[Change, ...]:
    """Say of Lambdas what is said of the ops in their place.

    Args:
        changes: What rules changed, in the order of the model.
        found: What became of the Lambdas.

    Returns:
        The changes, one for each Lambda that became ops.
    """
    became: dict[str, list[str]] = {where: [] for where in found.written}
    result = []
    for change in changes:
        where = found.ops.get(change.where)
        if change.rule == "model_in_layer" and change.where in became:
            continue
        if change.rule != "raw_op" or where is None:
            result.append(change)
            continue
        what = change.what.partition(" becomes ")[2]
        became[where] += [] if what.startswith("part of") else what.split(" and ")
    for where, ops in became.items():
        what = " and ".join(dict.fromkeys(ops)) or "what its inputs are"
        says = f"what the function of the live model does becomes {what}"
        result.append(Change("live_lambda", where, says))
    return tuple(result)


def with_reasons(graph: Graph, kept: Mapping[str, str], prefix: str = "") -> Graph:
    """Note on Lambdas why they could not be written as ops.

    Args:
        graph: The graph.
        kept: The reasons, as in `LiveLambdas`.
        prefix: What stands before names of its layers.

    Returns:
        The graph.
    """
    if not kept:
        return graph
    operations = []
    for operation in graph.operations:
        where = f"{prefix}{printable(operation.name, 60)}"
        operations.append(_with_reason(operation, where, kept))
    return replace(graph, operations=tuple(operations))


def _with_reason(
    operation: Operation, where: str, kept: Mapping[str, str]
) -> Operation:
    if operation.graph is not None:
        inner = with_reasons(operation.graph, kept, f"{where}/")
        return replace(operation, graph=inner)
    config = {
        key: _noted(value, where, kept) for key, value in operation.config.items()
    }
    return replace(operation, config=config)


def _noted(value: Value, where: str, kept: Mapping[str, str]) -> Value:
    if isinstance(value, LambdaSpec) and where in kept:
        return replace(value, code=MissingCode(kept[where]))
    if isinstance(value, ObjectSpec) and value.graph is not None:
        return replace(value, graph=with_reasons(value.graph, kept, f"{where}/layer/"))
    if isinstance(value, ObjectSpec):
        inner = {key: _noted(item, where, kept) for key, item in value.config.items()}
        return replace(value, config=inner)
    return value
