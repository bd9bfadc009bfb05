"""Vocabularies that an archive keeps in files of their own.

What `adapt` learnt is not in the config. Keras writes it to a text file a layer, a word
a line, whose place in the archive follows from where the layer stands in the model
(`_save_container_state` in keras/src/saving/saving_lib.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from kerascodegen.catalog.vocabulary import has_learnt, learnt_words
from kerascodegen.graph.model import Graph, Operation, OperationKind

Vocabulary = tuple[str | int, ...] | None
# Gives what is in a member of the archive, or `None` where it has no such.
ReadMember = Callable[[str], bytes | None]

_ROOT = "assets"
_FILE = "vocabulary.txt"


def needs_assets(graph: Graph) -> bool:
    """Tell whether any layer of a graph has learnt a vocabulary.

    Args:
        graph: The graph, nested ones included.

    Returns:
        Whether `with_vocabularies` would look for one.
    """
    return any(
        has_learnt(operation.cls.path, operation.config)
        or (operation.graph is not None and needs_assets(operation.graph))
        for operation in graph.operations
    )


def with_vocabularies(graph: Graph, read: ReadMember, place: str = _ROOT) -> Graph:
    """Add to a graph the vocabularies that an archive holds.

    Args:
        graph: A graph as its config tells it.
        read: Reads a member of the archive.
        place: Where the model's own files are.

    Returns:
        The graph; where a vocabulary is missing or does not fit, without it.
    """
    counts: dict[str, int] = {}
    operations = []
    for operation in graph.operations:
        if operation.kind is OperationKind.OP:
            operations.append(operation)
            continue
        # Names are made of classes: a layer's own name leads nowhere.
        stem = _container_name(operation.cls.name)
        number = counts.get(stem, 0)
        counts[stem] = number + 1
        inner = (
            f"{place}/layers/{stem}_{number}" if number else f"{place}/layers/{stem}"
        )
        if operation.graph is not None:
            nested = with_vocabularies(operation.graph, read, inner)
            operation = replace(operation, graph=nested)
        elif has_learnt(operation.cls.path, operation.config):
            words = _read_words(operation, read(f"{inner}/{_FILE}"))
            operation = replace(operation, vocabulary=words)
        operations.append(operation)
    return replace(graph, operations=tuple(operations))


def _container_name(class_name: str) -> str:
    """Write a class name as `to_snake_case` of Keras does."""
    name = re.sub(r"\W+", "", class_name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _read_words(operation: Operation, data: bytes | None) -> Vocabulary:
    if data is None:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    # Keras on Windows writes line ends of its own.
    lines = text.replace("\r\n", "\n").split("\n")
    return learnt_words(operation.cls.path, operation.config, lines)
