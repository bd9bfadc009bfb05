"""Say where `--inline` had nothing to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kerascodegen.errors import Diagnostic, Level
from kerascodegen.graph.model import Graph
from kerascodegen.options import Options


def noted_for_file(graph: Graph, options: Options) -> Graph:
    """Note that `--inline` does nothing for a file, which has no code of blocks.

    Args:
        graph: The graph of a file.
        options: What the user asked for.

    Returns:
        The graph, with the note where `inline` was asked for.
    """
    reason = "A file does not have the code of custom blocks, only a live model does"
    return _noted(graph, reason) if options.inline else graph


def noted_for_live(graph: Graph, model: Any, options: Options) -> Graph:
    """Note that `--inline` does nothing for a live model without custom blocks.

    Args:
        graph: The graph of a live model.
        model: The model.
        options: What the user asked for.

    Returns:
        The graph, with the note where `inline` was asked for and changes nothing.
    """
    if not options.inline:
        return graph
    from kerascodegen.readers.tracing.blocks import own_blocks

    # A subclassed model is traced in any case; what counts is what it is made of.
    inside = model._flatten_layers(include_self=False, recursive=False)
    if any(True for part in inside for _ in own_blocks(part)):
        return graph
    return _noted(graph, "The model has no custom blocks")


def _noted(graph: Graph, reason: str) -> Graph:
    note = Diagnostic(Level.NOTE, "", f"{reason}; --inline changes nothing.")
    return replace(graph, remarks=(*graph.remarks, note))
