"""Find out what a model argument is, by content, and read it."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from kerascodegen.errors import ReadError, UnsupportedModelError, printable
from kerascodegen.graph.model import Graph
from kerascodegen.options import Options
from kerascodegen.readers.jsontext import MAX_CONFIG_BYTES, SHOWN_PATH, parse_json
from kerascodegen.readers.unused_inline import noted_for_file

_ZIP_MAGIC = b"PK\x03\x04"
_EMPTY_ZIP_MAGIC = b"PK\x05\x06"
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
# Enough for leading white space of any JSON that a program writes.
_HEAD = 64
# White space of JSON, and a byte order mark.
_SPACE = b" \t\r\n\xef\xbb\xbf"
_SAVED_MODEL_FILES = ("saved_model.pb", "saved_model.pbtxt")


def read_model(model: object, options: Options) -> Graph:
    """Read a model from whatever the user has.

    Args:
        model: A path (`str` or `Path`), a `package.module:attr` or `file.py:attr` text,
            a live model, or a list, tuple or dict of live models or such texts.
        options: What the user asked for.

    Returns:
        The model's graph.

    Raises:
        ReadError: The file is missing, damaged or no model.
        UnsupportedModelError: A model that source cannot be written for.
    """
    if isinstance(model, Path):
        return noted_for_file(read_file(model), options)
    if isinstance(model, str):
        from kerascodegen.readers.importing import is_live_spec, load_attribute

        if not is_live_spec(model):
            return noted_for_file(read_file(Path(model)), options)
        model = load_attribute(model)
    elif isinstance(model, list | tuple | dict):
        from kerascodegen.readers.importing import load_several

        model = load_several(model)
    if isinstance(model, list | tuple | dict):
        from kerascodegen.readers.group import read_group

        return read_group(model, options)
    from kerascodegen.readers.live_tf_keras import is_tf_keras_model, read_tf_keras

    if is_tf_keras_model(model):
        return noted_for_file(read_tf_keras(model), options)
    from kerascodegen.readers.live import read_live

    return read_live(model, options)


def read_file(path: Path) -> Graph:
    """Read a model file, telling its format by its first bytes.

    Args:
        path: A `.keras` archive, an `.h5` file or a `to_json()` file.

    Returns:
        The model's graph.

    Raises:
        ReadError: The file is missing, damaged or no model.
        UnsupportedModelError: A model that source cannot be written for.
    """
    shown = printable(path, SHOWN_PATH)
    if "\0" in str(path):
        raise ReadError(f"{shown} is not the name of a file.")
    try:
        if path.is_dir():
            raise _directory(path, shown)
        with path.open("rb") as stream:
            return _with_learnt(_read_stream(stream, path, shown), path)
    except FileNotFoundError:
        raise ReadError(f"There is no file {shown}.") from None
    except OSError as error:
        raise ReadError(
            f"{shown} cannot be read: {error.strerror or printable(error)}."
        ) from None


def _with_learnt(graph: Graph, path: Path) -> Graph:
    """Add what an old file has among its weights, though it belongs into the source."""
    if graph.rescue is None:
        return graph
    from kerascodegen.old_weights.learnt import add_learnt_bounds, has_learnt_bounds

    return add_learnt_bounds(graph, path) if has_learnt_bounds(graph) else graph


def _read_stream(stream: BinaryIO, path: Path, shown: str) -> Graph:
    head = stream.read(_HEAD)
    if head.startswith((_ZIP_MAGIC, _EMPTY_ZIP_MAGIC)):
        if not stream.seekable():
            raise ReadError(
                f"{shown} is a pipe, but a .keras archive is read from its end. Save "
                "it to a file first."
            )
        from kerascodegen.readers.archive import read_archive

        return read_archive(path)
    if head.startswith(_HDF5_MAGIC):
        if not stream.seekable():
            raise ReadError(
                f"{shown} is a pipe, but an .h5 file is read in pieces. Save it to a "
                "file first."
            )
        from kerascodegen.readers.h5 import read_h5

        return read_h5(path)
    if not head:
        raise ReadError(f"{shown} is empty.")
    if path.name in _SAVED_MODEL_FILES:
        raise _directory(path.parent, printable(path.parent, SHOWN_PATH))
    # Judged by its beginning: what is no model may be as large as a disk.
    if head.strip(_SPACE)[:1] not in {b"{", b""}:
        raise ReadError(
            f"{shown} is not a model: neither a .keras archive (a zip file), nor an "
            ".h5 file, nor the JSON that model.to_json() gives."
            + (f" A live model in it is {shown}:name." if path.suffix == ".py" else "")
        )
    from kerascodegen.readers.config import read_model_config

    return read_model_config(parse_json(head + stream.read(MAX_CONFIG_BYTES), shown))


def _directory(path: Path, shown: str) -> ReadError | UnsupportedModelError:
    if (path / "keras_metadata.pb").is_file():
        return UnsupportedModelError(
            f"{shown} is a SavedModel that Keras 2 wrote. Let tf_keras turn it into an "
            ".h5 file, which kerascodegen reads: "
            "tf_keras.models.load_model(...).save('model.h5')."
        )
    if any((path / name).is_file() for name in _SAVED_MODEL_FILES):
        return UnsupportedModelError(
            f"{shown} is a TensorFlow SavedModel: it holds a traced graph, not the "
            "layers that source is written from. Save the model as .keras where its "
            "code is; for inference alone, keras.layers.TFSMLayer loads it."
        )
    if (path / "config.json").is_file():
        return ReadError(
            f"{shown} is a directory. Pass the config.json inside it instead."
        )
    return ReadError(f"{shown} is a directory, not a model file.")
