"""Bounds that Discretization has learnt: Keras 2 kept a summary of the data for them.

Its config has `num_bins` alone. The weight `summary` has values in its first row and
how many of the data each stands for in its second; the bounds are the quantiles
(`get_bin_boundaries` of `tf_keras/src/layers/preprocessing/discretization.py`). Keras 3
keeps no such weight, so that the bounds go into the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from kerascodegen.errors import Diagnostic, Level, printable
from kerascodegen.graph.model import Graph, Operation, Value
from kerascodegen.old_weights.errors import WeightsError
from kerascodegen.readers.keras2.floats import with_short_floats

_PATH = "keras.layers.Discretization"
_GROUPS = "layers"
_NOT_FOUND = (
    "has learnt its bounds by adapt, and they are not to be found in the file. Give it "
    "bin_boundaries=[...], or call adapt again."
)
# Gives the summary of a layer by its name in the file, or `None`.
FindSummary = Callable[[str], Any]


def has_learnt_bounds(graph: Graph) -> bool:
    """Tell whether bounds are missing in a graph, nested ones not counted.

    Args:
        graph: What an old config became.

    Returns:
        Whether `with_learnt_bounds` would look for some.
    """
    return graph.rescue is not None and any(map(_is_without, graph.operations))


def _is_without(operation: Operation) -> bool:
    return (
        operation.cls.path == _PATH
        and operation.config.get("bin_boundaries") is None
        and isinstance(operation.config.get("num_bins"), int)
    )


def _old_name(graph: Graph, operation: Operation) -> str:
    path = (operation.name,)
    return (graph.rescue.old_path(path) if graph.rescue else path)[-1]


def with_learnt_bounds(graph: Graph, find: FindSummary) -> Graph:
    """Add to a graph the bounds that its layers have learnt.

    Args:
        graph: What an old config became.
        find: Gives summaries.

    Returns:
        The graph; where nothing was learnt, as it was, and a remark.
    """
    remarks = list(graph.remarks)

    def added(operation: Operation) -> Operation:
        if not _is_without(operation):
            return operation
        summary = find(_old_name(graph, operation))
        if summary is None:
            where = printable(operation.name, 60)
            remarks.append(Diagnostic(Level.WARNING, where, _NOT_FOUND))
            return operation
        bins: Any = operation.config["num_bins"]
        learnt: Value = list(bounds(summary, bins))
        config = {**operation.config, "bin_boundaries": learnt}
        return replace(operation, config=config)

    operations = tuple(map(added, graph.operations))
    return replace(graph, operations=operations, remarks=tuple(remarks))


def bounds(summary: Any, bins: int) -> list[float]:
    """Find the bounds of bins that hold equal shares of the data.

    Args:
        summary: Values and their counts, an array of two rows.
        bins: How many bins.

    Returns:
        The bounds between them, of 32 bits.
    """
    import numpy as np

    values, counts = np.asarray(summary)
    share = 1.0 / bins
    if len(values) * share >= 1:
        shares = share + np.arange(0.0, 1.0, share)
        reached = counts.cumsum()
        values = np.interp(shares, reached / reached[-1], values)
    learnt = [float(value) for value in np.asarray(values[:-1], "float32")]
    short: list[float] = with_short_floats(learnt)
    return short


@contextmanager
def summaries(path: Path, layers: Sequence[str]) -> Iterator[FindSummary]:
    """Open the summaries of a file.

    Args:
        path: An `.h5` or a `.keras` file.
        layers: Names in the file of the layers that have learnt, in their order.

    Yields:
        What gives the summary of a layer of the outermost model.

    Raises:
        WeightsError: The weights are damaged.
    """
    from kerascodegen.old_weights.archive import unpacked
    from kerascodegen.old_weights.hdf5 import check_hdf5, opened

    with ExitStack() as stack:
        with path.open("rb") as file:
            start = file.read(4)
        is_archive = start.startswith(b"PK")
        if not is_archive and start != b"\x89HDF":
            raise WeightsError("There are no weights in a config.")
        shown = printable(path)
        inner = stack.enter_context(unpacked(path)) if is_archive else path
        check_hdf5(inner, shown)
        root = stack.enter_context(opened(inner, shown))
        yield _in_groups(root, layers) if is_archive else _in_lists(root)


def _in_lists(root: Any) -> FindSummary:
    def find(layer: str) -> Any:
        group = root.folder(f"model_weights/{layer}")
        names = (group.attribute_texts("weight_names") or []) if group else []
        for name in names:
            if name.rpartition("/")[2].startswith("summary"):
                return _summary(group.dataset(name))
        return None

    return find


def _in_groups(root: Any, layers: Sequence[str]) -> FindSummary:
    """Groups are called by class and number, in the order of the layers."""
    folder = root.folder(_GROUPS)
    numbered = []
    for name in folder.names() if folder else ():
        named = re.fullmatch(r"discretization(?:_(\d{1,9}))?", name, re.ASCII)
        found = _summary(folder.dataset(f"{name}/vars/0")) if named else None
        if named and found is not None:
            numbered.append((int(named[1] or 0), found))
    learnt = [found for _, found in sorted(numbered, key=lambda one: one[0])]
    if len(learnt) != len(layers):
        return lambda layer: None
    return dict(zip(layers, learnt, strict=True)).get


def _summary(dataset: Any) -> Any:
    if dataset is None or len(dataset.shape) != 2 or dataset.shape[0] != 2:
        return None
    if not dataset.shape[1] or dataset.dtype.kind != "f":
        return None
    return dataset[()]


def add_learnt_bounds(graph: Graph, path: Path) -> Graph:
    """Add to the graph of a file the bounds that stand among its weights.

    Args:
        graph: What the config of the file became.
        path: The file.

    Returns:
        The graph with bounds; a file whose weights cannot be read has none.
    """
    try:
        layers = [_old_name(graph, o) for o in graph.operations if _is_without(o)]
        with summaries(path, layers) as find:
            return with_learnt_bounds(graph, find)
    except WeightsError:
        return with_learnt_bounds(graph, lambda layer: None)
