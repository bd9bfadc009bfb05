"""Several models of one live module on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.command import assert_plain, kerascodegen
from tests.modelfiles import ModelFiles

MODULE = """
import keras
from keras import layers

print("said while loading")
inputs = keras.Input(shape=(6,), name="inputs")
code = layers.Dense(2, name="code")(inputs)
outputs = layers.Dense(6, name="outputs")(code)
autoencoder = keras.Model(inputs, outputs, name="autoencoder")
encoder = keras.Model(inputs, code, name="encoder")
autoencoder.compile("adam", "mse")


def build_models():
    return {"whole": autoencoder, "half": encoder}
"""


def test_attributes_of_a_module(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODULE)
    specs = ["models.py:autoencoder", "models.py:encoder"]
    words = [*specs, "--verify", "-o", "models_def.py"]
    result = kerascodegen(*words, cwd=tmp_path)
    assert (result.code, result.out) == (0, ""), result.err
    assert "encoder: structure" in result.err
    source = (tmp_path / "models_def.py").read_text()
    # Loaded once: a layer of each name, not of two modules.
    assert source.count('name="code"') == 1
    assert "return autoencoder, encoder" in source
    # A module by its dotted name, and the models the wrong way round.
    specs = ["models:encoder", "models:autoencoder"]
    result = kerascodegen("verify", *specs, "models_def.py", cwd=tmp_path)
    assert result.code == 1
    assert "encoder: structure" in result.out
    assert "MISMATCH" in result.out


def test_factory_of_several(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODULE)
    result = kerascodegen("models.py:build_models", cwd=tmp_path)
    assert result.code == 0, result.err
    assert 'return {"whole": whole, "half": half}' in result.out
    (tmp_path / "models_def.py").write_text(result.out)
    words = ["verify", "models.py:build_models", "models_def.py"]
    result = kerascodegen(*words, cwd=tmp_path)
    assert result.code == 0, result.out + result.err
    assert "half: predictions" in result.out


@pytest.mark.parametrize("command", [[], ["verify"]])
def test_files_are_refused(
    command: list[str], files: ModelFiles, tmp_path: Path
) -> None:
    (tmp_path / "source.py").write_text("def build_models():\n    return ()\n")
    words = [*command, files["tiny.keras"], files["tiny.json"]]
    if command:
        words.append("source.py")
    result = kerascodegen(*words, cwd=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert "is a file, and files do not record which layers" in result.err
    assert_plain(result.err)


def test_weights_of_one_model_only(tmp_path: Path) -> None:
    (tmp_path / "source.py").write_text("def build_models():\n    return ()\n")
    words = ["verify", "m.py:a", "m.py:b", "source.py", "--weights", "w.weights.h5"]
    result = kerascodegen(*words, cwd=tmp_path)
    assert result.code == 2
    assert "--weights saves the weights of one model" in result.err
