"""Read a whole-model `.h5` file: the texts in the attributes of its root group.

h5py and numpy are all that is imported, inside the functions. HDF5 files can refer to
other files and can claim to be of any size; nothing is followed, and how large an
attribute says it is, is asked before it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from kerascodegen.errors import ReadError, UnsupportedModelError, printable
from kerascodegen.graph.model import Graph
from kerascodegen.readers.jsontext import MAX_CONFIG_BYTES, SHOWN_PATH, parse_json

MODEL_CONFIG = "model_config"
TRAINING_CONFIG = "training_config"
VERSION = "keras_version"
OPTIMIZER_STATE = "optimizer_weights"
# A model with weights has a few; those of wide models are cut into pieces.
MAX_ATTRIBUTES = 10_000
# It is something like "2.15.0".
MAX_VERSION_BYTES = 200


def read_h5(path: Path) -> Graph:
    """Read the model of an `.h5` file.

    Args:
        path: The file.

    Returns:
        Its graph; with `rescue` where an older Keras wrote it.

    Raises:
        ReadError: It is damaged, or holds weights only.
        UnsupportedModelError: A model that source cannot be written for.
    """
    from kerascodegen.readers.config import read_model_config
    from kerascodegen.readers.keras2.detect import is_keras_2
    from kerascodegen.readers.keras2.read import read_keras_2

    data, training, version, has_state = read_h5_config(path)
    if not isinstance(data, dict):
        raise ReadError(
            f"{MODEL_CONFIG} in {printable(path, SHOWN_PATH)} is not the config of a "
            "Keras model."
        )
    if not version.startswith("3.") and is_keras_2({"keras_version": version, **data}):
        graph = read_keras_2(data, training, version, "h5")
        assert graph.rescue is not None
        rescue = replace(graph.rescue, optimizer_state=has_state)
        return replace(graph, rescue=rescue)
    from kerascodegen.readers.h5_modules import with_modules

    if isinstance(training, dict):
        data = {**data, "compile_config": training_of_keras_3(training)}
    return read_model_config(with_modules(data))


def training_of_keras_3(training: dict[str, Any]) -> dict[str, Any]:
    """Turn a `training_config` that Keras 3 wrote into a `compile_config`.

    Args:
        training: As the file has it.

    Returns:
        The same with the optimizer under its other name.
    """
    settings = dict(training)
    if "optimizer_config" in settings:
        settings["optimizer"] = settings.pop("optimizer_config")
    return settings


def read_h5_config(path: Path) -> tuple[Any, Any, str, bool]:
    """Read the config out of an `.h5` file.

    A damaged file can bring the HDF5 library down, and Python with it, so this is done
    in a process of its own.

    Args:
        path: The file.

    Returns:
        The parsed `model_config`, the parsed `training_config` or `None`, the version
        of Keras that wrote the file, or `""`, and whether the optimizer's state is in
        the file.

    Raises:
        ReadError: It is damaged, or no model.
        UnsupportedModelError: It holds weights only.
    """
    from kerascodegen.readers.h5_child import read_in_child

    shown = printable(path, SHOWN_PATH)
    model, training, version, state = read_in_child(path)
    data = parse_json(model, f"{MODEL_CONFIG} in {shown}")
    settings = None
    if training.strip():
        settings = parse_json(training, f"{TRAINING_CONFIG} in {shown}")
    return data, settings, version.decode("utf-8", "replace"), bool(state)


def read_h5_texts(path: Path) -> tuple[bytes, bytes, bytes, bytes]:
    """Read the texts of an `.h5` file in this very process.

    Args:
        path: The file.

    Returns:
        `model_config`, `training_config` and `keras_version`, and the name of the
        group with the optimizer's state; empty where the file has none of the latter
        three.

    Raises:
        ReadError: It is damaged, or no model.
        UnsupportedModelError: It holds weights only.
    """
    shown = printable(path, SHOWN_PATH)
    with opened_h5(path) as file:
        from h5py import HardLink

        attributes = file.attrs
        if len(attributes) > MAX_ATTRIBUTES:
            raise ReadError(
                f"{shown} has {len(attributes):,} attributes; a model file has a few."
            )
        model = _whole_text(attributes, MODEL_CONFIG, shown)
        if model is None:
            raise _no_model(file, shown)
        training = _whole_text(attributes, TRAINING_CONFIG, shown)
        version = b""
        if VERSION in attributes:
            version = read_text(attributes, VERSION, MAX_VERSION_BYTES, shown)
        # The link is looked at, not followed: it could lead to another file.
        link = file.get(OPTIMIZER_STATE, getlink=True)
        state = OPTIMIZER_STATE.encode() if isinstance(link, HardLink) else b""
    return model, training or b"", version, state


def _whole_text(attributes: Any, name: str, shown: str) -> bytes | None:
    """Read a text that may be cut into pieces, `name0`, `name1` and so on."""
    if name in attributes:
        return read_text(attributes, name, MAX_CONFIG_BYTES, shown)
    pieces: list[bytes] = []
    while (piece := f"{name}{len(pieces)}") in attributes:
        left = MAX_CONFIG_BYTES - sum(map(len, pieces))
        pieces.append(read_text(attributes, piece, left, shown))
    return b"".join(pieces) if pieces else None


def _no_model(file: Any, shown: str) -> ReadError | UnsupportedModelError:
    # What `save_weights` writes: Keras 3 groups, Keras 2 a list, at times in pieces.
    marks = ("layers", "_layer_checkpoint_dependencies", "vars", "optimizer")
    names = ("layer_names", "layer_names0")
    if not any(name in file.attrs for name in names) and not any(
        mark in file for mark in marks
    ):
        return ReadError(
            f"{shown} is an HDF5 file, but no Keras model: it has no {MODEL_CONFIG}."
        )
    return UnsupportedModelError(
        f"{shown} holds weights only: there is no architecture inside to write source "
        "from. Pass the .keras or .h5 file of the whole model, its to_json() text or "
        "the live model."
    )


@contextmanager
def opened_h5(path: Path) -> Iterator[Any]:
    """Open an HDF5 file for reading.

    Args:
        path: The file.

    Yields:
        The `h5py.File`.

    Raises:
        ReadError: It is damaged, or h5py is not installed.
    """
    shown = printable(path, SHOWN_PATH)
    try:
        import h5py
    except ImportError:
        raise ReadError(
            f"{shown} is an HDF5 file, for which h5py is needed: pip install h5py."
        ) from None
    try:
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        reason = printable(str(error).strip(), 120)
        raise ReadError(
            f"{shown} begins like an HDF5 file, but is truncated or damaged "
            f"({reason}). Copy or download it again."
        ) from error


def read_text(attributes: Any, name: str, limit: int, shown: str) -> bytes:
    """Read a text out of an attribute, once it is known to be one and not too long.

    Args:
        attributes: `attrs` of a group.
        name: The attribute, which is there.
        limit: Most bytes.
        shown: The file, for messages.

    Returns:
        The text as bytes.

    Raises:
        ReadError: It is none, or too long.
    """
    kind = attributes.get_id(name)
    if kind.shape not in ((), (1,)) or kind.dtype.kind not in "SOU":
        raise ReadError(f"{name} in {shown} is not a text, which it is in every model.")
    size = kind.get_storage_size()
    if size > limit:
        raise ReadError(
            f"{name} in {shown} is {size:,} bytes long; at most {limit:,} are read."
        )
    value = attributes[name]
    if getattr(value, "shape", None) == (1,):
        value = value[0]
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    if not isinstance(value, bytes):
        raise ReadError(f"{name} in {shown} is not a text, which it is in every model.")
    if len(value) > limit:
        raise ReadError(
            f"{name} in {shown} is {len(value):,} bytes long; at most {limit:,} are "
            "read."
        )
    return bytes(value)
