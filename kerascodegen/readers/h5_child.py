"""Read the texts of an `.h5` file in a child process, which may crash.

Run as a program, this module reads one file and writes what it found to its standard
output, as JSON.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

from kerascodegen.errors import ReadError, UnsupportedModelError, printable
from kerascodegen.isolated import (
    FOR_HDF5,
    can_isolate,
    limit_memory,
    run_isolated,
)
from kerascodegen.readers.jsontext import SHOWN_PATH

# A config of 256 MiB is read and passed on in a few seconds.
TIMEOUT = 120.0
# Three times the largest config, with room for the libraries.
MAX_MEMORY = 4 * 2**30


def read_in_child(path: Path) -> tuple[bytes, bytes, bytes, bytes]:
    """Read `model_config`, `training_config` and `keras_version` of a file.

    Args:
        path: The file.

    Returns:
        Their texts, and the name of the group with the optimizer's state; empty where
        the file has none of the latter three.

    Raises:
        ReadError: It is damaged, or no model.
        UnsupportedModelError: It holds weights only.
    """
    from kerascodegen.readers.h5 import read_h5_texts

    if not can_isolate():
        return read_h5_texts(path)
    shown = printable(path, SHOWN_PATH)
    try:
        done = run_isolated(__name__, [os.fspath(path.absolute())], TIMEOUT, **FOR_HDF5)
    except subprocess.TimeoutExpired:
        raise ReadError(
            f"{shown} cannot be read in {TIMEOUT:.0f} seconds, so it is damaged. Copy "
            "or download it again."
        ) from None
    return _answer(done, shown)


def _answer(
    done: subprocess.CompletedProcess[bytes], shown: str
) -> tuple[bytes, bytes, bytes, bytes]:
    found = None
    if done.returncode == 0:
        with contextlib.suppress(ValueError):
            found = json.loads(done.stdout)
    if not isinstance(found, dict):
        raise ReadError(
            f"{shown} begins like an HDF5 file, but is truncated or damaged. Copy or "
            "download it again."
        )
    if "error" in found:
        kind = UnsupportedModelError if found["unsupported"] else ReadError
        raise kind(found["error"].replace(found["shown"], shown))
    model, training, version, state = map(base64.b64decode, found["texts"])
    return model, training, version, state


def main(path: str) -> None:
    """Read a file and write what was found to standard output.

    Args:
        path: The file.
    """
    from kerascodegen.readers.h5 import read_h5_texts

    limit_memory(MAX_MEMORY)
    answer: dict[str, object]
    try:
        texts = read_h5_texts(Path(path))
    except (ReadError, UnsupportedModelError) as error:
        answer = {
            "error": str(error),
            "unsupported": isinstance(error, UnsupportedModelError),
            "shown": printable(path, SHOWN_PATH),
        }
    else:
        answer = {"texts": [base64.b64encode(text).decode() for text in texts]}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
