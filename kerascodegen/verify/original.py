"""Loading the model that the source is compared with."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from kerascodegen.errors import (
    OptionError,
    ReadError,
    UnsupportedModelError,
    printable,
)
from kerascodegen.options import Options
from kerascodegen.readers.importing import is_live_spec, load_attribute
from kerascodegen.readers.live_tf_keras import is_tf_keras_model
from kerascodegen.verify.lora import restore_scales
from kerascodegen.verify.old import OldModel, is_old_file, load_old
from kerascodegen.verify.source import explain


@dataclass(frozen=True, slots=True)
class Original:
    """The original, ready to run.

    Attributes:
        model: The Keras model, built.
        archive: The `.keras` file that it came from, if any.
        drawn_weights: The original came without weights, so they may be made up.
        compile_failure: Why its compile settings did not load, or `""`.
        unshared: Its layers are not shared as they were, since Keras does not load
            that; it has no weights.
        old: Where it came from, if Keras 3 does not load it as it is.
    """

    model: Any
    archive: Path | None = None
    drawn_weights: bool = False
    compile_failure: str = ""
    unshared: bool = False
    old: OldModel | None = None


def load_original(
    name: str,
    custom: Mapping[str, Any],
    options: Options | None = None,
    filled: ModuleType | None = None,
    weights: Path | None = None,
) -> Original:
    """Load a model by what the user typed.

    Args:
        name: A `.keras`, `.h5` or JSON file, or a live spec.
        custom: Classes and functions by name that the model may need.
        options: What the source was generated with.
        filled: The source's module, where stand-ins may have been replaced.
        weights: Another file that has an old model's weights, or `None`.

    Returns:
        The model, not necessarily built.

    Raises:
        ReadError: It cannot be loaded.
        UnsupportedModelError: It is no Keras model, or of a kind not supported.
    """
    if is_live_spec(name):
        model = load_attribute(name)
        if is_tf_keras_model(model):
            return old_original(model, options or Options(), filled, weights)
        require_model(model, name)
        return Original(model)
    path = Path(name)
    archive = is_archive(path)
    if is_old_file(path):
        return old_original(path, options or Options(), filled, weights)
    if weights is not None:
        raise OptionError(
            f"{printable(path)} is a model of Keras 3, whose own load_weights takes "
            "weights from another file; --weights-from is for older models."
        )
    return (_load_archive if archive else _load_json)(path, custom)


def old_original(
    source: Any,
    options: Options,
    filled: ModuleType | None = None,
    weights: Path | None = None,
) -> Original:
    """Take a model that an older Keras wrote as an original.

    Args:
        source: Its file, or the live model of tf_keras.
        options: What the source was generated with.
        filled: The source's module, where stand-ins may have been replaced.
        weights: Another file that has the weights, or `None`.

    Returns:
        The model of Keras 3 that it became, with its weights.

    Raises:
        CodegenError: It cannot be read, or its weights do not fit.
    """
    old = load_old(source, options, filled, weights)
    return Original(
        old.model,
        drawn_weights=old.loaded is None,
        compile_failure=old.compile_failure,
        old=old,
    )


def is_archive(path: Path) -> bool:
    """Tell a `.keras` archive from other files by its first bytes.

    Args:
        path: The original's file.

    Returns:
        True for an archive, False for HDF5 and JSON.

    Raises:
        ReadError: The file is missing, or none of the three.
        UnsupportedModelError: It is a directory.
    """
    start = _first_bytes(path)
    if start.startswith(b"\x89HDF\r\n\x1a\n"):
        return False
    if start.startswith(b"PK"):
        if path.suffix == ".keras":
            return True
        raise ReadError(
            f"{printable(path)} looks like a .keras archive, but Keras loads one only "
            "when its name ends in .keras."
        )
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    raise ReadError(
        f"{printable(path)} is neither a .keras archive, nor an .h5 file, nor the JSON "
        "that model.to_json() gives."
    )


def require_model(model: object, name: str) -> None:
    """Refuse what is not a Keras model.

    Args:
        model: Anything.
        name: What to call it.

    Raises:
        UnsupportedModelError: It is not a `keras.Model`.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise UnsupportedModelError(
            f"{printable(name)} is {printable(type(model).__name__)}, not a "
            "keras.Model."
        )


def built(
    original: Original, input_shape: Sequence[int | None] | None, rebuilt: Any
) -> Original:
    """Build a Sequential that was never built; any other original stays as it is.

    Args:
        original: As loaded. A live model is not touched; a copy is built instead.
        input_shape: Shape without batch, or `None` to take the rebuilt model's.
        rebuilt: What the source built.

    Returns:
        An original that can be called, its weights drawn where it had none.

    Raises:
        UnsupportedModelError: It cannot be built.
    """
    import keras

    model = original.model
    if model.built or not isinstance(model, keras.Sequential):
        return original
    try:
        if input_shape is not None:
            batch_shape: Any = (None, *input_shape)
        else:
            batch_shape = rebuilt.inputs[0].shape
        copy = keras.Sequential.from_config(model.get_config())
        copy.build(batch_shape)
        if model.compiled:
            copy.compile_from_config(model.get_compile_config())
    except Exception as error:
        raise UnsupportedModelError(
            "The original is a Sequential that is not built, and it cannot be built: "
            f"{explain(error)}"
        ) from error
    return Original(copy, None, True, original.compile_failure)


def _first_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise UnsupportedModelError(
            f"{printable(path)} is a directory; verify needs a .keras, .h5 or JSON "
            "file."
        )
    try:
        with path.open("rb") as file:
            return file.read(64)
    except FileNotFoundError:
        raise ReadError(f"The model file {printable(path)} does not exist.") from None
    except OSError as error:
        raise ReadError(
            f"{printable(path)} cannot be read: {error.strerror or explain(error)}."
        ) from None


def _load_archive(path: Path, custom: Mapping[str, Any]) -> Original:
    import keras

    def load(compile: bool) -> Any:
        model = keras.models.load_model(
            path, custom_objects=dict(custom), compile=compile, safe_mode=True
        )
        with zipfile.ZipFile(path) as archive:
            restore_scales(model, json.loads(archive.read("config.json")))
        return model

    try:
        return Original(load(True), path)
    except Exception as error:
        # Perhaps only a custom loss or optimizer is missing: all else can be compared.
        failure = explain(error)
        try:
            return Original(load(False), path, compile_failure=failure)
        except Exception:
            from kerascodegen.verify.unshared import load_unshared

            unshared = load_unshared(path, custom)
            if unshared is not None:
                return unshared
            raise _cannot_load(path, failure) from error


def _load_json(path: Path, custom: Mapping[str, Any]) -> Original:
    import keras

    def load(data: Any) -> Any:
        return keras.saving.deserialize_keras_object(
            data, custom_objects=dict(custom), safe_mode=True
        )

    failure = ""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        try:
            model = load(data)
        except Exception as error:
            failure = explain(error)
            if not data.pop("compile_config", None):
                raise
            model = load(data)
        restore_scales(model, data)
    except Exception as error:
        raise _cannot_load(path, failure or explain(error)) from error
    require_model(model, str(path))
    return Original(model, drawn_weights=True, compile_failure=failure)


def _cannot_load(path: Path, why: str) -> ReadError:
    if ("Lambda" in why and "unsafe" in why) or "arbitrary code" in why:
        return ReadError(
            f"{printable(path)} holds Python bytecode (a Lambda layer), which is not "
            "run from a file. Compare with the live model instead: "
            "package.module:attr or file.py:attr."
        )
    return ReadError(f"Keras cannot load the original {printable(path)}: {why}")
