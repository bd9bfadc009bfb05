"""What every pass is: a function from graph to graph, run on nested graphs first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from kerascodegen.errors import Diagnostic, Level
from kerascodegen.graph.check import check_pass_graph
from kerascodegen.graph.model import Graph, ObjectSpec, Operation, Value
from kerascodegen.options import Options
from kerascodegen.passes.custom_names import CustomNames
from kerascodegen.sidecars import Sidecars


@dataclass(slots=True)
class PassContext:
    """What passes are given beside the graph, and where they report.

    Attributes:
        options: What the user asked for.
        diagnostics: What the user should know; passes append.
        custom: The names that custom code binds in the module.
        files: What stands in files beside the source.
    """

    options: Options
    diagnostics: list[Diagnostic] = field(default_factory=list)
    custom: CustomNames = field(default_factory=CustomNames)
    files: Sidecars = field(default_factory=Sidecars)

    def note(self, where: str, message: str) -> None:
        """Report something that the user may want to know."""
        self._add(Diagnostic(Level.NOTE, where, message))

    def warn(self, where: str, message: str) -> None:
        """Report that the source is not the whole model."""
        self._add(Diagnostic(Level.WARNING, where, message))

    def _add(self, diagnostic: Diagnostic) -> None:
        # A nested model used twice says everything twice.
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)


Pass = Callable[[Graph, PassContext], Graph]


def run_pass(graph: Graph, pass_: Pass, context: PassContext) -> Graph:
    """Run a pass on a graph and on all graphs nested in it, innermost first.

    Args:
        graph: The graph.
        pass_: The pass.
        context: Options and diagnostics.

    Returns:
        The new graph, checked.

    Raises:
        InternalError: The pass broke an invariant of the graph.
    """
    operations = tuple(
        _run_inside(operation, pass_, context) for operation in graph.operations
    )
    # Most graphs have nothing nested; keep them as they are rather than copy.
    if any(
        new is not old for new, old in zip(operations, graph.operations, strict=True)
    ):
        graph = replace(graph, operations=operations)
    result = pass_(graph, context)
    check_pass_graph(result, pass_.__module__.rpartition(".")[2])
    return result


def _run_inside(operation: Operation, pass_: Pass, context: PassContext) -> Operation:
    if operation.graph is not None:
        return replace(operation, graph=run_pass(operation.graph, pass_, context))
    if not operation.holds_models:
        return operation
    config = {
        key: map_nested(value, lambda graph: run_pass(graph, pass_, context))
        for key, value in operation.config.items()
    }
    return replace(operation, config=config)


def map_nested(value: Value, change: Callable[[Graph], Graph]) -> Value:
    """Apply a function to the models inside a config value.

    Args:
        value: A decoded value.
        change: What to do with each model found.

    Returns:
        The value; the same object where it holds no model.
    """
    if isinstance(value, ObjectSpec):
        if value.graph is not None:
            return replace(value, graph=change(value.graph))
        config = {key: map_nested(item, change) for key, item in value.config.items()}
        if all(config[key] is item for key, item in value.config.items()):
            return value
        return replace(value, config=config)
    if isinstance(value, list):
        items = [map_nested(item, change) for item in value]
        return (
            items
            if any(a is not b for a, b in zip(items, value, strict=True))
            else value
        )
    if isinstance(value, dict):
        mapped = {key: map_nested(item, change) for key, item in value.items()}
        return mapped if any(mapped[key] is not value[key] for key in value) else value
    return value
