"""The sequential style: the layers of a straight line in one list."""

from __future__ import annotations

from kerascodegen.emitters.functional import FunctionalEmitter
from kerascodegen.emitters.source import SourceModule
from kerascodegen.errors import InternalError
from kerascodegen.graph.model import Graph, GraphKind
from kerascodegen.options import Options


class SequentialEmitter:
    """Writes a Sequential graph as a module with `build_model()`.

    Attributes:
        template: The template that the module is rendered with.
    """

    template = "sequential/module.py.j2"

    def emit(self, graph: Graph, options: Options) -> SourceModule:
        """Write a graph.

        Args:
            graph: A Sequential graph behind all passes, `as_sequential` among them.
            options: What the user asked for.

        Returns:
            The module, ready for its template.
        """
        if graph.kind is not GraphKind.SEQUENTIAL:
            raise InternalError("The sequential style was given a Functional graph.")
        # A Sequential inside a Functional is written alike.
        return FunctionalEmitter().emit(graph, options)
