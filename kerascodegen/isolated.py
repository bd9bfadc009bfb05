"""Programs of our own in processes of their own, which may crash or hang."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def can_isolate() -> bool:
    """Tell whether there is an interpreter to start; not inside another program."""
    return bool(sys.executable)


def run_isolated(
    module: str, arguments: Sequence[str], timeout: float, **variables: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a module of this package as a program.

    Args:
        module: Its dotted name.
        arguments: What stands behind it.
        timeout: Seconds that it may take.
        **variables: Environment variables to set.

    Returns:
        Its exit code and its standard output.

    Raises:
        subprocess.TimeoutExpired: It took longer, and was stopped.
    """
    # What is imported here, is imported there.
    package = str(Path(__file__).parents[1])
    known = os.environ.get("PYTHONPATH", "")
    return subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=timeout,
        env={
            **os.environ,
            **variables,
            "PYTHONPATH": os.pathsep.join([package, known] if known else [package]),
        },
    )


def limit_memory(size: int) -> None:
    """Give this process no more memory than that, where the system can.

    Args:
        size: In bytes.
    """
    try:
        import resource
    except ImportError:
        # There is nothing like it on Windows.
        return
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))


# HDF5 reads files of strangers: no plug-in is loaded, and threads of a library that is
# not needed do not take a piece of the memory each.
FOR_HDF5 = {"OPENBLAS_NUM_THREADS": "1", "HDF5_PLUGIN_PRELOAD": "::"}
