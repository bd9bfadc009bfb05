"""Originals that Keras cannot load: files of models that share layers across models.

`load_model` makes a layer anew for every model that it stands in, then finds no weights
for the second and stops. Their config alone does load, into a model whose layers are
not shared. That, with the rebuilt model's weights, is compared with.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kerascodegen.old_weights.load import finalize
from kerascodegen.readers.archive import read_config
from kerascodegen.readers.jsontext import parse_json
from kerascodegen.readers.sharing import find_sharing
from kerascodegen.verify.compiled import check_compile
from kerascodegen.verify.original import Original
from kerascodegen.verify.parity import check_predictions, find_feeds
from kerascodegen.verify.report import Check, Row, Status
from kerascodegen.verify.source import Rebuilt, explain
from kerascodegen.verify.structure import check_structure
from kerascodegen.verify.weights import Pair, pair_variables, to_numpy

_LOST = "Keras itself cannot load this file: it does not restore layers that are shared"


def load_unshared(path: Path, custom: Mapping[str, Any]) -> Original | None:
    """Load the config of an archive, each place of a shared layer as one of its own.

    Args:
        path: An archive that Keras does not load.
        custom: Classes and functions by name that the model may need.

    Returns:
        The model without weights; `None` where shared layers are not what is wrong.
    """
    import keras

    try:
        data = parse_json(read_config(path), str(path))
        sharing = find_sharing([data])
        if not sharing.ids and not sharing.lost:
            return None
        model = keras.saving.deserialize_keras_object(
            _without_marks(data), custom_objects=dict(custom), safe_mode=True
        )
    except Exception:
        return None
    return Original(model, path, unshared=True)


def unshared_checks(original: Original, rebuilt: Rebuilt, seed: int) -> list[Check]:
    """Make the checks that an original without sharing allows.

    Args:
        original: What `load_unshared` gave; it has the rebuilt model's values
            afterwards.
        rebuilt: What the source built; it has the archive's values afterwards.
        seed: The seed.

    Returns:
        The checks, in the order of the report.
    """
    left, right = original.model, rebuilt.model
    checks = [check_structure(left, right), _parameters(left, right)]
    compile_check = check_compile(original, rebuilt)
    loading = _load_archive(original, right)
    checks.append(loading)
    if loading.status is Status.OK:
        checks.append(_same_file(original, right))
        pairs = pair_variables(left, right)
        missing = [pair for pair in pairs if not _copy_back(pair)]
        if missing:
            detail = f"{missing[0].path} has no counterpart of its shape"
            checks.append(Check("predictions", Status.MISMATCH, detail))
        else:
            finalize(left)
            feeds = find_feeds(left, right, seed)
            checks.append(
                check_predictions(left, right, feeds, training=False, seed=seed)
            )
    for name in ("training mode", "save and reload"):
        checks.append(Check(name, Status.SKIPPED, _LOST))
    return [*checks, compile_check]


def _without_marks(data: Any) -> Any:
    if isinstance(data, list):
        return [_without_marks(item) for item in data]
    if isinstance(data, dict):
        return {
            key: _without_marks(value)
            for key, value in data.items()
            if key != "shared_object_id"
        }
    return data


def _parameters(left: Any, right: Any) -> Check:
    apart, together = left.count_params(), right.count_params()
    detail = f"{together:,} in total; {apart:,} without the sharing"
    # A source that shares nothing has as many as the config read without sharing.
    status = Status.OK if together < apart else Status.MISMATCH
    if status is Status.MISMATCH:
        detail = f"{together:,} in total: the source does not share what the file does"
    return Check("parameters", status, detail)


def _load_archive(original: Original, rebuilt: Any) -> Check:
    name = "load_weights"
    try:
        rebuilt.load_weights(original.archive)
    except Exception as error:
        detail = f"load_weights does not take the original's file: {explain(error)}"
        return Check(name, Status.MISMATCH, detail)
    return Check(name, Status.OK, f"takes the .keras file as it is. {_LOST}")


def _same_file(original: Original, rebuilt: Any) -> Check:
    """Compare what the rebuilt model saves with what the archive holds."""
    with tempfile.TemporaryDirectory(prefix="kerascodegen-") as folder:
        saved, stored = Path(folder) / "saved.weights.h5", Path(folder) / "stored.h5"
        rebuilt.save_weights(saved)
        with zipfile.ZipFile(str(original.archive)) as archive:
            stored.write_bytes(archive.read("model.weights.h5"))
        expected, found = _arrays(stored), _arrays(saved)
    rows = tuple(_array_rows(expected, found))
    count = f"{len(expected):,} variables"
    if rows:
        detail = f"{len(rows)} of {count} differ, the first {rows[0].where}"
        return Check("weights", Status.MISMATCH, detail, rows)
    return Check("weights", Status.OK, f"{count} equal bit for bit")


def _arrays(path: Path) -> dict[str, Any]:
    import h5py

    found: dict[str, Any] = {}

    def note(name: str, item: Any) -> None:
        # The file of a compiled model has the optimizer's variables as well.
        if isinstance(item, h5py.Dataset) and not name.startswith("optimizer/"):
            found[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(note)
    return found


def _array_rows(expected: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Row]:
    for name in sorted({*expected, *found}):
        kinds = [
            f"{side[name].shape} {side[name].dtype}" if name in side else "missing"
            for side in (expected, found)
        ]
        if kinds[0] != kinds[1]:
            yield Row(name, "variable", kinds[0], kinds[1])
        elif expected[name].tobytes() != found[name].tobytes():
            yield Row(name, "values", "as stored", "other values")


def _copy_back(pair: Pair) -> bool:
    """Give the original's variable what the rebuilt one has."""
    left, right = pair.original, pair.rebuilt
    if left is None or right is None or _shape(left) != _shape(right):
        return False
    left.assign(to_numpy(right))
    return True


def _shape(variable: Any) -> Sequence[int]:
    return tuple(variable.shape)
