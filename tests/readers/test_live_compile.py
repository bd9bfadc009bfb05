"""`jit_compile` is written where somebody chose it, as far as that can be told."""

import json
from pathlib import Path
from typing import Any

import keras
import pytest

import kerascodegen


def _model(**settings: Any) -> keras.Model:
    inputs = keras.Input((3,), name="x")
    model = keras.Model(inputs, keras.layers.Dense(2, name="d")(inputs), name="m")
    model.compile("sgd", "mse", **settings)
    return model


def _default() -> bool:
    """What "auto" comes to on this backend."""
    return bool(_model().jit_compile)


def test_the_default_is_left_out():
    assert "jit_compile" not in str(kerascodegen.generate(_model()))


def test_the_default_of_an_eager_model_is_left_out():
    source = str(kerascodegen.generate(_model(run_eagerly=True)))
    assert "run_eagerly=True" in source
    assert "jit_compile" not in source


def test_what_was_chosen_is_written():
    chosen = not _default()
    source = str(kerascodegen.generate(_model(jit_compile=chosen)))
    assert f"jit_compile={chosen}" in source


@pytest.mark.parametrize("recorded", [True, False])
def test_a_file_does_not_tell(recorded: bool, tmp_path: Path):
    config = json.loads(_model().to_json())
    config["compile_config"]["jit_compile"] = recorded
    path = tmp_path / "m.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    source = str(kerascodegen.generate(path))
    assert ("jit_compile=True" in source) is recorded
    assert "jit_compile=False" not in source
