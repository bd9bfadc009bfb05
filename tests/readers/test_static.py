"""Reading a file imports no framework, and importing us imports next to nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.modelfiles import ModelFiles

FRAMEWORKS = {"keras", "tensorflow", "jax", "torch", "numpy", "h5py", "ml_dtypes"}
GENERATE = """
import json, sys
import kerascodegen
for path in sys.argv[1:]:
    kerascodegen.generate(path, shapes=True)
json.dump(sorted(sys.modules), sys.stdout)
"""
REFUSE = """
import json, sys
import kerascodegen
for path in sys.argv[1:]:
    try:
        kerascodegen.generate(path)
    except kerascodegen.CodegenError:
        continue
    raise SystemExit(path)
json.dump(sorted(sys.modules), sys.stdout)
"""
COMMAND = """
import json, sys
from kerascodegen.cli import main
try:
    main([*sys.argv[1:], "-o", "/dev/null"])
except SystemExit as done:
    assert done.code == 0, done.code
json.dump(sorted(sys.modules), sys.stdout)
"""


def _loaded(script: str, *arguments: object) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def test_reading_imports_no_framework(files: ModelFiles) -> None:
    names = ["tiny.keras", "tiny.json", "custom.keras", "lambda.keras", "whole.h5"]
    assert not _loaded(GENERATE, *(files[name] for name in names)) & FRAMEWORKS


@pytest.mark.parametrize("name", ["tiny.keras", "tiny.json"])
def test_nor_does_the_command(name: str, files: ModelFiles) -> None:
    assert not _loaded(COMMAND, files[name]) & FRAMEWORKS


def test_nor_does_refusing(files: ModelFiles) -> None:
    names = ["only.weights.h5", "subclassed.keras", "unbuilt.json"]
    assert not _loaded(REFUSE, *(files[name] for name in names)) & FRAMEWORKS


def test_importing_the_package_is_cheap() -> None:
    heavy = FRAMEWORKS | {"black", "jinja2", "click", "zipfile", "subprocess"}
    script = "import json, sys, {}; json.dump(sorted(sys.modules), sys.stdout)"
    assert not _loaded(script.format("kerascodegen")) & heavy
    # Behind --help and completion.
    loaded = _loaded(script.format("kerascodegen.commands"))
    assert not loaded & (heavy - {"click"})
