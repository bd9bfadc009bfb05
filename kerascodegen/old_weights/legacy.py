"""Weights as `.h5` files have them: a list of arrays for each layer of the model.

The layout is that of `tf_keras/src/saving/legacy/hdf5_format.py`: a group for each
layer, named as the layer is, whose attribute `weight_names` lists its arrays; all that
is inside of a nested model stands in one list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kerascodegen.errors import printable
from kerascodegen.old_weights.errors import WeightsError
from kerascodegen.old_weights.hdf5 import Folder
from kerascodegen.old_weights.matching import describe, match
from kerascodegen.old_weights.nodes import Node
from kerascodegen.old_weights.slots import Slot
from kerascodegen.old_weights.stored import Stored, from_dataset, from_variable

MODEL_WEIGHTS = "model_weights"
_NAMES = "weight_names"
_LAYERS = "layer_names"
# Groups of a model's file that are no layers.
_OTHER = frozenset({"optimizer_weights", "top_level_model_weights", MODEL_WEIGHTS})
Pairs = list[tuple[Slot, Stored]]


class ListedWeights:
    """Arrays listed by the names of the layers of the outermost model.

    Attributes:
        shown: What to call the file in messages.
        version: The Keras that wrote it, or `""`.
        backend: Its backend, or `""`.
    """

    def __init__(
        self,
        layers: dict[str, Callable[[], list[Stored]]],
        shown: str,
        version: str = "",
        backend: str = "",
    ) -> None:
        self._layers = layers
        self.shown = shown
        self.version = version
        self.backend = backend

    def pairs(self, root: Node) -> Pairs:
        """Pair all arrays with the slots of a model.

        Args:
            root: The model.

        Returns:
            The pairs.

        Raises:
            WeightsError: Something is missing, left over or of another shape.
        """
        found: Pairs = []
        used = set()
        for node in root.children:
            name = self._name(node.path[-1])
            used.add(name)
            slots = node.slots()
            if name not in self._layers:
                if slots:
                    raise _missing(node, slots, self.shown)
                continue
            arrays = self._layers[name]()
            if node.joined is not None and len(arrays) != len(slots):
                joined = node.joined.slots()
                slots = joined if len(joined) == len(arrays) else slots
            found += match(slots, arrays, printable(name, 60), self.shown)
        for name, read in self._layers.items():
            if name not in used and read():
                raise WeightsError(
                    f'{self.shown} has weights for a layer "{printable(name, 60)}", '
                    "which the model does not have."
                )
        return found

    def _name(self, name: str) -> str:
        """Give a layer's name in the file; Keras 3 has no slashes in names."""
        if name in self._layers:
            return name
        alike = [old for old in self._layers if old.replace("/", "_") == name]
        return alike[0] if len(alike) == 1 else name


def _missing(node: Node, slots: list[Slot], shown: str) -> WeightsError:
    name = "/".join(printable(part, 60) for part in node.path)
    return WeightsError(
        f'{shown} has no weights for the layer "{name}", which takes '
        f"{describe(slots)}."
    )


def listed_in_h5(root: Folder) -> ListedWeights:
    """Take the weights of an `.h5` file.

    Args:
        root: The file; it stays open while arrays are read.

    Returns:
        The arrays.

    Raises:
        WeightsError: There are none.
    """
    folder = root.folder(MODEL_WEIGHTS) or root
    names = folder.attribute_texts(_LAYERS)
    if names is None:
        raise WeightsError(
            f"{root.shown} holds no weights of a model: there is no {_LAYERS} in it."
        )
    # Where Keras says so, in the file of a model or of weights alone.
    version = folder.attribute_text("keras_version") or "1."
    backend = folder.attribute_text("backend")
    return ListedWeights(
        {name: _reader(folder, name) for name in names if name not in _OTHER},
        root.shown,
        version,
        backend,
    )


def _reader(folder: Folder, layer: str) -> Callable[[], list[Stored]]:
    def read() -> list[Stored]:
        group = folder.folder(layer)
        if group is None:
            raise WeightsError(
                f'{folder.shown} lists a layer "{printable(layer, 60)}", but has '
                "nothing under that name. Copy or download it again."
            )
        return list(_arrays(group, layer))

    return read


def _arrays(group: Folder, layer: str) -> Iterator[Stored]:
    for name in group.attribute_texts(_NAMES) or []:
        dataset = group.dataset(name)
        if dataset is None:
            raise WeightsError(
                f'{group.shown} lists "{printable(name, 60)}" of the layer '
                f'"{printable(layer, 60)}", but does not hold it. Copy or download it '
                "again."
            )
        yield from_dataset(name, dataset)


def listed_in_model(model: Any) -> ListedWeights:
    """Take the weights of a live model of tf_keras.

    Args:
        model: The model.

    Returns:
        The arrays.
    """

    def reader(layer: Any) -> Callable[[], list[Stored]]:
        def read() -> list[Stored]:
            weights = [*layer.trainable_weights, *layer.non_trainable_weights]
            # Tables of words stand among them; they are in the source.
            return [from_variable(one) for one in weights if hasattr(one, "numpy")]

        return read

    layers = {layer.name: reader(layer) for layer in model.layers}
    return ListedWeights(layers, "the live model", "2.", "tensorflow")
