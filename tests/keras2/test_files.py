"""Real files that tf_keras wrote, read where it is not installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest

from kerascodegen import generate, read
from kerascodegen.errors import CodegenError, Level
from tests import roundtrip

FILES = Path(__file__).parent / "files"
# What `model.count_params()` of tf_keras says.
PARAMETERS = {
    "compile_legacy_adam.h5": 8,
    "dense_input_dim.h5": 67,
    "nested_functional.json": 86,
    "operators.json": 10,
    "seq2seq.json": 804,
    "sequential_built_later.keras": 38,
    "slash_names.keras": 27,
    "slicing.h5": 0,
    "thresholded_relu.keras": 28,
}


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_file_becomes_a_model_of_equal_size(name: str) -> None:
    result = generate(FILES / name)
    assert not [d for d in result.diagnostics if d.level is Level.WARNING]
    model = roundtrip.execute(result.source).build_model()
    assert model.count_params() == PARAMETERS[name]


def test_lambda_of_an_h5_file_stays_bytecode() -> None:
    result = generate(FILES / "lambda_layer.h5")
    assert result.source.count("SHA-256") == 2
    assert "x * 2.0" not in result.source
    assert [d.where for d in result.diagnostics] == ["double", "lambda"]
    with pytest.raises(NotImplementedError):
        roundtrip.execute(result.source).double_function(1.0)


def test_reading_imports_no_framework() -> None:
    code = (
        "import sys, kerascodegen, pathlib\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):\n"
        "    kerascodegen.generate(path)\n"
        "names = 'keras tf_keras tensorflow jax torch numpy h5py'.split()\n"
        "print([name for name in names if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, FILES],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert done.stdout.strip() == "[]"


def test_the_format_is_found_by_content(tmp_path: Path) -> None:
    copy = tmp_path / "model.keras"
    copy.write_bytes((FILES / "dense_input_dim.h5").read_bytes())
    assert generate(copy).source == generate(FILES / "dense_input_dim.h5").source


def test_names_with_slashes_are_cleaned_and_told() -> None:
    graph = read(FILES / "slash_names.keras")
    assert [operation.name for operation in graph.operations] == [
        "in_put",
        "block1_dense_1",
        "block1_dense",
        "block1_add",
    ]
    assert graph.rescue is not None
    assert graph.rescue.old_path(("block1_dense_1",)) == ("block1/dense",)
    assert graph.rescue.old_path(("block1_dense",)) == ("block1_dense",)
    assert graph.rescue.version.startswith("2.")


def test_h5_of_keras_3_itself(tmp_path: Path) -> None:
    inputs = keras.Input((4,), name="x")
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Softmax()], name="inner")
    x = keras.ops.softmax(inner(inputs[:, 1:]))
    model = keras.Model(inputs, keras.layers.Dense(2, name="d")(x))
    metrics = ["mae", keras.metrics.AUC(num_thresholds=7)]
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=metrics)
    path = tmp_path / "new.h5"
    model.save(path)
    result = generate(path)
    assert "inputs[:, 1:]" in result.source
    assert "SGD(learning_rate=0.1)" in result.source
    assert "AUC(num_thresholds=7)" in result.source
    rebuilt = roundtrip.execute(result.source).build_model()
    roundtrip.assert_same_model(model, rebuilt)
    assert read(path).rescue is None


def test_weights_alone_are_refused(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    path = tmp_path / "only.weights.h5"
    model.save_weights(path)
    with pytest.raises(CodegenError, match="weights only"):
        generate(path)


def test_a_json_text_that_says_keras_2_is_believed() -> None:
    data = json.loads((FILES / "seq2seq.json").read_text())
    assert data["keras_version"].startswith("2.")
