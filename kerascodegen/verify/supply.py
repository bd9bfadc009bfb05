"""Where the weights of a converted model come from, before anything is run."""

from __future__ import annotations

from pathlib import Path

from kerascodegen.errors import ReadError, printable


def has_weights(model: str) -> bool:
    """Tell whether a model has weights, or is a config alone.

    Args:
        model: Its file, or the name of a live model.

    Returns:
        False for a `to_json()` file.
    """
    path = Path(model)
    if not path.is_file():
        return True
    with path.open("rb") as file:
        return file.read(8).startswith((b"\x89HDF", b"PK"))


def check_weights_from(path: Path | None) -> None:
    """Look whether a file of weights is there, before anything is written.

    Args:
        path: The file, or `None`.

    Raises:
        ReadError: It is missing, a directory, or a checkpoint of TensorFlow.
    """
    if path is None:
        return
    shown = printable(path)
    # `save_weights("name")` of Keras 2 writes name.index and name.data-00000-of-00001.
    if path.suffix == ".index" or path.with_name(f"{path.name}.index").is_file():
        raise ReadError(
            f"{shown} is a TensorFlow checkpoint, which has no names of layers. Load "
            "it with tf_keras where the model's code is, and save the weights as .h5: "
            "model.load_weights(...), then model.save_weights('weights.h5')."
        )
    if path.is_dir():
        raise ReadError(f"{shown} is a directory, not a file of weights.")
    if not path.exists():
        raise ReadError(f"There is no file {shown}.")
