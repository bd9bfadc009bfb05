"""Weights as `.keras` files of Keras 2 have them: a group for each object.

`tf_keras/src/saving/saving_lib.py` goes through the model from object to object. An
attribute gives its name to a group, the members of a list are called by their class
and a number, and the variables of a layer by numbers, those to train first.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeAlias

from kerascodegen.errors import printable
from kerascodegen.old_weights.errors import WeightsError
from kerascodegen.old_weights.hdf5 import LARGE, MAX_RATIO_LARGE, Folder
from kerascodegen.old_weights.legacy import Pairs
from kerascodegen.old_weights.matching import describe, match
from kerascodegen.old_weights.nodes import Node
from kerascodegen.old_weights.stored import Stored, from_dataset

WEIGHTS_NAME = "model.weights.h5"
# What the list of a model's layers was called from Keras 2.13 on, and in 2.12.
_CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
_SHOWN = 200
# What Keras' own writer uses; others only slow a reader down.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1
# Layers that were stored before, by name, and where.
_Met: TypeAlias = "dict[str, tuple[Node, Folder]]"


class GroupedWeights:
    """Arrays in groups that follow the objects of the model.

    Attributes:
        shown: What to call the file in messages.
        version: The Keras that wrote it.
        backend: Its backend, always TensorFlow.
    """

    backend = "tensorflow"

    def __init__(self, root: Folder, version: str) -> None:
        self._root = root
        self.shown = root.shown
        self.version = version

    def pairs(self, root: Node) -> Pairs:
        """Pair all arrays with the slots of a model.

        Args:
            root: The model.

        Returns:
            The pairs.

        Raises:
            WeightsError: Something is missing, left over or of another shape.
        """
        # Layers that stand in two models are stored where they are met first.
        return self._model(root, self._root, {})

    def _model(self, node: Node, group: Folder, met: _Met) -> Pairs:
        pairs: Pairs = []
        folders = self._members(group)
        by_class: dict[str, list[Node]] = defaultdict(list)
        for child in node.children:
            if child.has_weights():
                by_class[_key(child.cls)].append(child)
        _under_other_class(by_class, folders)
        for name, children in by_class.items():
            groups = folders.pop(name, [])
            for child, folder in self._assigned(children, groups, met):
                met.setdefault(child.path[-1], (child, folder))
                pairs += self._node(child, folder, met)
        for name, groups in folders.items():
            # What Discretization has learnt is in the source (`learnt.py`).
            if groups and name != "discretization":
                raise WeightsError(
                    f'{self.shown} has weights for a layer "{printable(name, 60)}", '
                    "which the model does not have."
                )
        return pairs

    def _assigned(
        self, children: list[Node], groups: list[Folder], met: _Met
    ) -> Iterator[tuple[Node, Folder]]:
        missing = len(children) - len(groups)
        shared = [child for child in children if _is_met(child, met)]
        if 0 < missing < len(shared):
            names = ", ".join(f'"{printable(one.path[-1], 60)}"' for one in shared)
            raise WeightsError(
                f"{self.shown} stores {missing} of the layers {names} in another model "
                "that has layers of the same names, and does not say which. Load the "
                "weights from an .h5 file or from the live model."
            )
        waiting = iter(groups)
        for child in children:
            if missing > 0 and child in shared:
                missing -= 1
                yield child, met[child.path[-1]][1]
                continue
            folder = next(waiting, None)
            if folder is None:
                name = "/".join(printable(part, 60) for part in child.path)
                raise WeightsError(
                    f'{self.shown} has no weights for the layer "{name}", which takes '
                    f"{describe(child.slots())}."
                )
            yield child, folder
        if next(waiting, None) is not None:
            raise WeightsError(
                f"{self.shown} has weights for {len(groups)} layers of the class "
                f"{printable(children[0].cls, 60)}, the model has {len(children)}."
            )

    def _node(self, node: Node, group: Folder, met: _Met) -> Pairs:
        if node.is_model:
            return self._model(node, group, met)
        name = "/".join(printable(part, 60) for part in node.path)
        slots = node.natural_slots()
        stored = _variables(group, {slot.name for slot in slots})
        pairs = match(slots, stored, name, self.shown)
        lists: dict[str, list[Node]] = defaultdict(list)
        for child in node.children:
            if not child.has_weights():
                continue
            attribute, _, place = child.attribute.partition("/")
            if place:
                lists[attribute].append(child)
                continue
            folder = group.folder(attribute)
            if folder is None:
                raise WeightsError(
                    f'{self.shown} has no weights for "{name}/{attribute}", which '
                    f"takes {describe(child.slots())}."
                )
            pairs += self._node(child, folder, met)
        for attribute, children in lists.items():
            inside = group.folder(attribute)
            listed = {} if inside is None else _by_class(inside)
            by_class: dict[str, list[Node]] = defaultdict(list)
            for child in children:
                by_class[_key(child.cls)].append(child)
            for cls, members in by_class.items():
                for child, folder in self._assigned(members, listed.get(cls, []), {}):
                    pairs += self._node(child, folder, met)
        return pairs

    def _members(self, group: Folder) -> dict[str, list[Folder]]:
        for name in _CONTAINERS:
            folder = group.folder(name)
            if folder is not None:
                return _by_class(folder)
        return {}


def is_grouped(root: Folder) -> bool:
    """Tell whether a file of weights alone has them in groups.

    Args:
        root: The file.

    Returns:
        Whether it is what `save_weights("….weights.h5")` writes.
    """
    return any(root.folder(name) is not None for name in (*_CONTAINERS, "vars"))


def _is_met(node: Node, met: _Met) -> bool:
    """Whether a layer may be one that stands in a model before."""
    other = met.get(node.path[-1])
    if other is None or _key(other[0].cls) != _key(node.cls):
        return False
    return [slot.shape for slot in other[0].slots()] == [s.shape for s in node.slots()]


def _under_other_class(
    by_class: dict[str, list[Node]], folders: dict[str, list[Folder]]
) -> None:
    """Find models whose class was one of the user's, which their groups tell.

    Args:
        by_class: Layers of the model by class.
        folders: Groups of the file by class; one that is left is renamed.
    """
    strange = [
        name for name, groups in folders.items() if groups and name not in by_class
    ]
    without = [
        name
        for name, nodes in by_class.items()
        if not folders.get(name) and all(node.is_model for node in nodes)
    ]
    if len(strange) == len(without) == 1:
        folders[without[0]] = folders.pop(strange[0])


def _by_class(folder: Folder) -> dict[str, list[Folder]]:
    """Sort groups by class and number; those without any array do not count."""
    found: dict[str, list[tuple[int, Folder]]] = defaultdict(list)
    for name in folder.names():
        group = folder.folder(name)
        if group is None or next(group.walk(), None) is None:
            continue
        cls, number = _numbered(name)
        found[cls].append((number, group))
    return {
        cls: [group for _, group in sorted(groups, key=lambda pair: pair[0])]
        for cls, groups in found.items()
    }


def _numbered(name: str) -> tuple[str, int]:
    match_ = re.fullmatch(r"(.*?)_(\d{1,9})", name, re.ASCII)
    return (_key(match_[1]), int(match_[2])) if match_ else (_key(name), 0)


def _variables(group: Folder, named: set[str]) -> list[Stored]:
    """The arrays of a layer: by number, or by name where that is a slot's."""
    variables = group.folder("vars")
    if variables is None:
        return []
    numbers = sorted((n for n in variables.names() if n.isdecimal()), key=int)
    names = [*numbers, *(n for n in variables.names() if n in named)]
    found = [(name, variables.dataset(name)) for name in names]
    return [from_dataset(name, one) for name, one in found if one is not None]


def _key(cls: str) -> str:
    """Write a class, or the name of its group, so that the two compare.

    Which words an underscore parts in `conv_lstm2d` has changed between versions
    (`to_snake_case` of `tf_keras/src/utils/generic_utils.py`).
    """
    return cls.replace("_", "").lower()


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Take the weights out of a `.keras` file.

    Args:
        path: The archive, whose config was read before.

    Yields:
        A file of its own, which is gone afterwards.

    Raises:
        WeightsError: There are none, or they are damaged.
    """
    shown = printable(path, _SHOWN)
    with tempfile.TemporaryDirectory(prefix="kerascodegen-") as folder:
        # The name is in messages.
        target = Path(folder) / WEIGHTS_NAME
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, target, shown)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            ValueError,
            RuntimeError,
            EOFError,
        ):
            raise WeightsError(
                f"{WEIGHTS_NAME} in {shown} is damaged. Copy or download the file "
                "again."
            ) from None
        yield target


def _unpack(archive: zipfile.ZipFile, target: Path, shown: str) -> None:
    named = [one for one in archive.infolist() if one.filename == WEIGHTS_NAME]
    if len(named) != 1:
        how = "holds no" if not named else "holds more than one"
        raise WeightsError(f"{shown} {how} {WEIGHTS_NAME}, so there are no weights.")
    info = named[0]
    if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
        how = "encrypted" if info.flag_bits & _ENCRYPTED else "compressed"
        raise WeightsError(
            f"{WEIGHTS_NAME} in {shown} is {how} in a way that Keras does not use. "
            "Unpack the archive and zip it again without."
        )
    if info.file_size > max(MAX_RATIO_LARGE * info.compress_size, LARGE):
        raise WeightsError(
            f"{WEIGHTS_NAME} in {shown} unpacks to {info.file_size:,} bytes from "
            f"{info.compress_size:,}, which no weights do."
        )
    with archive.open(info) as source, target.open("wb") as copy:
        _copy(source, copy, info.file_size)


def _copy(source: IO[bytes], copy: IO[bytes], size: int) -> None:
    shutil.copyfileobj(source, copy, 1 << 20)
    if copy.tell() != size:
        raise ValueError("shorter than declared")
