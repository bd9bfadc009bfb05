"""Trailing comments of `--shapes`: the output's shape, the layer's parameter count."""

from __future__ import annotations

from kerascodegen.graph.model import (
    Graph,
    Node,
    Operation,
    TensorRef,
    tensor_refs,
)
from kerascodegen.graph.shapes import parameter_count


class Annotator:
    """Makes the comments of one graph; none where they are not wanted."""

    def __init__(self, graph: Graph, *, enabled: bool) -> None:
        self._specs = graph.specs
        self._enabled = enabled

    def tensor(self, ref: TensorRef) -> str:
        """The comment on an input: its shape where known."""
        spec = self._specs.get(ref) if self._enabled else None
        return str(spec.shape) if spec else ""

    def call(self, operation: Operation, node: Node, first: bool) -> str:
        """The comment on a call.

        Args:
            operation: What is called.
            node: The call.
            first: Whether it is the operation's first call, which has its parameters.

        Returns:
            Shapes of all results and the parameter count, as far as they are known.
        """
        if not self._enabled:
            return ""
        refs = list(tensor_refs(node.result()))
        shapes = [str(self._specs[ref].shape) for ref in refs if ref in self._specs]
        parts = [", ".join(shapes)] if shapes and len(shapes) == len(refs) else []
        count = parameter_count(operation, node, self._specs) if first else None
        if count:
            parts.append(f"{count:,} params")
        return " · ".join(parts)
