"""Optimizers that Keras replaces by a subclass of its backend's."""

import json
from pathlib import Path

import keras
import pytest

import kerascodegen
from tests.modelfiles import ModelFiles

NAMES = [
    "Adadelta",
    "Adagrad",
    "Adam",
    "Adamax",
    "AdamW",
    "Lion",
    "Nadam",
    "RMSprop",
    "SGD",
]


def _saved_on_torch(files: ModelFiles, name: str, module: str, folder: Path) -> Path:
    config = files.config()
    made = getattr(keras.optimizers, name)(learning_rate=0.25, clipnorm=2.0)
    config["compile_config"]["optimizer"] = {
        "module": module,
        "class_name": name,
        "config": made.get_config(),
        "registered_name": name,
    }
    path = folder / "m.json"
    path.write_text(json.dumps(config, default=float), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", NAMES)
def test_optimizers_of_torch(name: str, files: ModelFiles, tmp_path: Path):
    module = f"keras.src.backend.torch.optimizers.torch_{name.lower()}"
    result = kerascodegen.generate(_saved_on_torch(files, name, module, tmp_path))
    assert f"keras.optimizers.{name}(learning_rate=0.25, clipnorm=2.0)" in str(result)
    assert result.diagnostics == ()


def test_only_the_very_modules(files: ModelFiles, tmp_path: Path):
    module = "keras.src.backend.torch.optimizers.torch_adam.evil"
    result = kerascodegen.generate(_saved_on_torch(files, "Adam", module, tmp_path))
    assert "keras.optimizers.Adam" not in str(result)
    assert "NotImplementedError" in str(result)
