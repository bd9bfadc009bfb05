"""What users install: built from the sdist, in a fresh environment, off the checkout.

Deselected unless asked for (`pytest -m wheel`): it downloads and takes a minute.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import kerascodegen
from tests.modelfiles import ModelFiles

pytestmark = pytest.mark.wheel

ROOT = Path(kerascodegen.__file__).parents[1]
NEEDED = {
    "kerascodegen/__init__.py",
    "kerascodegen/catalog/keras.json",
    "kerascodegen/py.typed",
    "kerascodegen/templates/functional/module.py.j2",
    "kerascodegen/templates/macros.py.j2",
}


def _run(*command: object, cwd: Path) -> str:
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    # Without --sdist or --wheel, the wheel is built from the sdist.
    _run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


def test_contents(built: tuple[Path, Path]) -> None:
    sdist, wheel = built
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    assert names >= NEEDED
    stray = {
        name
        for name in names
        if not name.startswith("kerascodegen") or "__pycache__" in name
    }
    assert stray == set()
    with tarfile.open(sdist) as packed:
        members = {name.partition("/")[2] for name in packed.getnames()}
    needed = {"README.md", "CHANGELOG.md", "pyproject.toml", "tests/conftest.py"}
    assert members >= needed | {"templates/macros.py.j2", "golden/functional/unet.py"}


def test_installed(built: tuple[Path, Path], files: ModelFiles, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    scripts = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    _run(scripts / "python", "-m", "pip", "install", "-q", built[1], cwd=tmp_path)
    work = tmp_path / "work"
    work.mkdir()
    shutil.copy(files["tiny.keras"], work / "model.keras")
    place = "import kerascodegen; print(kerascodegen.__file__)"
    installed = Path(_run(scripts / "python", "-c", place, cwd=work).strip())
    assert installed.is_relative_to(tmp_path)
    command = scripts / "kerascodegen"
    version = f"kerascodegen, version {kerascodegen.__version__}\n"
    assert _run(command, "--version", cwd=work) == version
    _run(command, "model.keras", "--shapes", "-o", "model_def.py", cwd=work)
    expected = kerascodegen.generate(files["tiny.keras"], shapes=True)
    assert (work / "model_def.py").read_text() == str(expected)
