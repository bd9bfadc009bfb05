"""Loading old weights into a built model, by layer and by shape."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kerascodegen.errors import ReadError, printable
from kerascodegen.graph.model import Graph
from kerascodegen.old_weights.errors import WeightsError
from kerascodegen.old_weights.legacy import Pairs
from kerascodegen.old_weights.nodes import Node, is_model, model_node

_SHOWN = 200
_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = b"PK"
# Kernels that Theano turned round, as a convolution in the mathematical sense does.
_TURNED = frozenset({"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D"})


class OldWeights(Protocol):
    """Arrays that were stored, in whichever way."""

    shown: str
    version: str
    backend: str

    def pairs(self, root: Node) -> Pairs:
        """Pair all arrays with the slots of a model."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded.

    Attributes:
        variables: How many variables of the model got their values.
        converted: Paths of layers whose weights had another arrangement.
        optimizer: Whether the file has the state of an optimizer, which is left out.
    """

    variables: int
    converted: tuple[str, ...] = ()
    optimizer: bool = False


def load_weights(model: Any, source: Any, graph: Graph | None = None) -> Loaded:
    """Load the weights of an old model into what its source built.

    Args:
        model: What `build_model()` returned: a Functional or Sequential of Keras 3,
            layer for layer the old one.
        source: An `.h5` or `.keras` file of Keras 2 (whole model or weights only), an
            `.h5` file of Keras 3, or a live model of tf_keras.
        graph: The graph of the old model, where it has been read already.

    Returns:
        What was loaded.

    Raises:
        WeightsError: Weights do not fit; the message names the layer, and what was
            expected and found. The model is as it was then.
        ReadError: The file is missing, damaged or no model.
    """
    import numpy as np

    if not is_model(model):
        raise WeightsError(
            "Weights are loaded into what build_model() returns, a Functional or "
            f"Sequential of Keras 3; {printable(type(model).__name__, 60)} is neither."
        )
    with _opened(source, graph) as (old, known, optimizer):
        node = model_node(model, known, old.version)
        _check_names(node, known, old)
        pairs = old.pairs(node)
        for slot, stored in pairs:
            slot.put(np.asarray(stored.read()))
        turned = set(_turned(node)) if old.backend == "theano" else set()
    _assign(model, pairs, turned)
    return Loaded(_count(pairs), _converted(known), optimizer)


@contextmanager
def _opened(
    source: Any, graph: Graph | None
) -> Iterator[tuple[OldWeights, Graph | None, bool]]:
    from kerascodegen.old_weights.archive import GroupedWeights, is_grouped, unpacked
    from kerascodegen.old_weights.legacy import listed_in_h5, listed_in_model

    if not isinstance(source, str | Path):
        from kerascodegen.readers.live_tf_keras import is_tf_keras_model, read_tf_keras

        if not is_tf_keras_model(source):
            raise WeightsError(
                "Old weights are those of a file or of a live model of tf_keras; "
                f"{printable(type(source).__name__, 60)} is neither."
            )
        yield listed_in_model(source), graph or read_tf_keras(source), False
        return
    from kerascodegen.old_weights.hdf5 import check_hdf5, opened

    path = Path(source)
    start = _start(path)
    with ExitStack() as stack:
        if start.startswith(_ZIP):
            known: Graph | None = graph or _graph(path)
            inner = stack.enter_context(unpacked(path))
            shown = printable(path, _SHOWN)
            check_hdf5(inner, shown)
            root = stack.enter_context(opened(inner, shown))
            version = known.rescue.version if known and known.rescue else ""
            old: OldWeights = GroupedWeights(root, version)
            yield old, known, "optimizer" in root.names()
            return
        check_hdf5(path)
        root = stack.enter_context(opened(path))
        if root.attribute_texts("layer_names") is None and is_grouped(root):
            yield GroupedWeights(root, ""), graph, "optimizer" in root.names()
            return
        known = graph or (_graph(path) if root.folder("model_weights") else None)
        yield listed_in_h5(root), known, "optimizer_weights" in root.names()


def _start(path: Path) -> bytes:
    shown = printable(path, _SHOWN)
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except FileNotFoundError:
        raise ReadError(f"There is no file {shown}.") from None
    except OSError as error:
        raise ReadError(f"{shown} cannot be read: {error.strerror}.") from None
    if not start.startswith((_HDF5, _ZIP)):
        raise ReadError(
            f"{shown} holds no weights: it is neither an .h5 file nor a .keras archive."
        )
    return start


def _graph(path: Path) -> Graph:
    from kerascodegen.readers.open import read_file

    return read_file(path)


def _check_names(node: Node, graph: Graph | None, old: OldWeights) -> None:
    if graph is None:
        return
    ours = {child.layer.name for child in node.children if child.has_weights()}
    theirs = {operation.name for operation in graph.operations}
    strange = sorted(ours - theirs)
    if strange:
        raise WeightsError(
            f'The model has a layer "{printable(strange[0], 60)}", which the model in '
            f"{old.shown} does not have. Weights are loaded into source that keeps the "
            "layers' names; `kerascodegen convert` moves them into any other style."
        )


def _turned(node: Node) -> Iterator[int]:
    """Give the ids of kernels that Theano had the other way round."""
    if type(node.layer).__name__ in _TURNED:
        for variable in node.layer.variables:
            if variable.name.endswith("kernel"):
                yield id(variable)
    for child in node.children:
        yield from _turned(child)


def _assign(model: Any, pairs: Pairs, turned: set[int]) -> None:
    for slot, _ in pairs:
        if slot.target is None:
            continue
        variable, value = slot.target.variable, slot.target.value
        if id(variable) in turned:
            # All axes but those of the channels.
            value = value[(slice(None, None, -1),) * (value.ndim - 2)]
        variable.assign(value)
    finalize(model)


def finalize(model: Any) -> None:
    """Let Normalization layers recompute what they derive from their variables.

    Args:
        model: A model whose variables were assigned directly.
    """
    for layer in model._flatten_layers():
        if hasattr(layer, "adapt_mean") and hasattr(layer, "finalize_state"):
            layer.finalize_state()


def _count(pairs: Pairs) -> int:
    return len({id(slot.target.variable) for slot, _ in pairs if slot.target})


def _converted(graph: Graph | None) -> tuple[str, ...]:
    if graph is None or graph.rescue is None:
        return ()
    return tuple("/".join(m.path) for m in graph.rescue.moved if m.layout)
