"""Originals of older Keras: files that tf_keras wrote, and what is done with them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers

import kerascodegen
from kerascodegen.verify.report import VerifyReport, render_table
from tests.e2e.command import kerascodegen as command
from tests.verify.support import Bench, check

FILES = Path(__file__).parent.parent / "keras2" / "files"
LAMBDAS = ("double=lambda x: x * 2.0", "lambda=lambda x, k: x + k")


def verified(
    bench: Bench, name: str | Path, source: str = "", **options: Any
) -> VerifyReport:
    path = bench.folder / "model_def.py"
    path.write_text(source or str(kerascodegen.generate(FILES / name)))
    reply = bench.ask(FILES / name, path, **options)
    assert "report" in reply, reply
    return VerifyReport.from_dict(reply["report"])


@pytest.mark.parametrize(
    "name",
    [
        "compile_legacy_adam.h5",
        "dense_input_dim.h5",
        "seq2seq.json",
        "sequential_built_later.keras",
        "slash_names.keras",
    ],
)
def test_what_is_generated_agrees(bench: Bench, name: str) -> None:
    report = verified(bench, name)
    assert report.ok, render_table(report)
    old = check(report, "old weights")
    assert (old.status.value == "ok") == (not name.endswith(".json"))


def test_a_changed_source_does_not(bench: Bench) -> None:
    source = str(kerascodegen.generate(FILES / "dense_input_dim.h5"))
    wrong = source.replace('activation="relu"', 'activation="tanh"', 1)
    assert wrong != source
    report = verified(bench, "dense_input_dim.h5", wrong)
    assert check(report, "structure").status.value == "mismatch"
    assert check(report, "predictions").status.value == "mismatch"


def test_weights_are_those_of_the_file(bench: Bench) -> None:
    out = bench.folder / "out.weights.h5"
    report = verified(bench, "dense_input_dim.h5", weights=str(out))
    assert report.ok
    model = keras.models.model_from_json(kerascodegen_json("dense_input_dim.h5"))
    model.load_weights(out)
    with h5py.File(FILES / "dense_input_dim.h5") as file:
        for layer in model.layers:
            for variable in layer.weights:
                path = f"{layer.name}/{layer.name}/{variable.name}:0"
                stored = file["model_weights"][path][()]
                assert np.array_equal(variable.numpy(), stored)


def kerascodegen_json(name: str) -> str:
    """The rescued model's config, by way of its source."""
    namespace: dict[str, Any] = {"__name__": "rescued"}
    exec(str(kerascodegen.generate(FILES / name)), namespace)
    text: str = namespace["build_model"]().to_json()
    return text


def test_stand_ins_of_the_source_take_the_place_of_bytecode(bench: Bench) -> None:
    source = str(kerascodegen.generate(FILES / "lambda_layer.h5"))
    reply = bench.ask(FILES / "lambda_layer.h5", bench.source(source, header=""))
    assert reply["error"]["kind"] == "StandInError"
    start, end = "    raise NotImplementedError(\n", "\n    )\n"
    while start in source:
        before, _, rest = source.partition(start)
        source = before + "    return args[0] * 2\n" + rest.partition(end)[2]
    report = verified(bench, "lambda_layer.h5", source)
    assert report.ok, render_table(report)


def test_lambdas_may_be_supplied(bench: Bench) -> None:
    result = kerascodegen.generate(FILES / "lambda_layer.h5", lambdas=LAMBDAS)
    report = verified(
        bench, "lambda_layer.h5", str(result), options={"lambdas": list(LAMBDAS)}
    )
    assert report.ok, render_table(report)


def test_h5_of_keras_3(bench: Bench) -> None:
    inputs = keras.Input((4, 3), name="x")
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(3)], name="inner")
    outputs = layers.BatchNormalization(name="norm")(inner(inputs[:, 0] * 2.0))
    path = bench.folder / "model.h5"
    keras.Model(inputs, outputs).save(path)
    report = verified(bench, path)
    assert report.ok, render_table(report)
    assert check(report, "old weights").detail.startswith("6 variables")


def test_live_model_of_tf_keras(tmp_path: Path) -> None:
    tf_keras = pytest.importorskip("tf_keras")
    model = tf_keras.Sequential(
        [tf_keras.layers.LSTM(3, input_shape=(4, 2)), tf_keras.layers.Dense(2)]
    )
    report = kerascodegen.verify(model, str(kerascodegen.generate(model)))
    assert report.ok, render_table(report)
    assert check(report, "old weights").detail.startswith("5 variables")


def test_convert(tmp_path: Path) -> None:
    out = tmp_path / "new" / "model"
    path = FILES / "slash_names.keras"
    result = command("convert", path, "-o", "new/model", cwd=tmp_path)
    assert (result.code, result.out) == (0, ""), result.err
    names = sorted(file.name for file in out.iterdir())
    assert names == ["model.keras", "model.weights.h5", "model_def.py"]
    # What its docstring promises, from its own folder.
    lines = (
        "import numpy, keras, model_def\n"
        "model = model_def.build_model()\n"
        "model.load_weights('model.weights.h5')\n"
        "same = keras.models.load_model('model.keras')\n"
        "for a, b in zip(model.weights, same.weights):\n"
        "    assert numpy.array_equal(a.numpy(), b.numpy())\n"
        "print(len(model.weights))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", lines], cwd=out, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "4\n"), done.stderr
    # Once more changes nothing, and needs no --force.
    before = {file.name: file.stat().st_mtime_ns for file in out.iterdir()}
    again = command("convert", path, "-o", out, cwd=tmp_path)
    assert again.code == 0, again.err
    after = {p.name: p.stat().st_mtime_ns for p in out.iterdir() if p.is_file()}
    assert after == before


def test_convert_with_stand_ins_says_how_to_go_on(tmp_path: Path) -> None:
    path = FILES / "lambda_layer.h5"
    result = command("convert", path, "-o", tmp_path / "new", cwd=tmp_path)
    assert (result.code, result.out) == (1, "")
    assert "Then run: kerascodegen verify" in result.err
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["model_def.py"]
    strict = command("convert", path, "-o", "other", "--strict", cwd=tmp_path)
    assert strict.code == 1
    assert not (tmp_path / "other").exists()


def test_convert_of_a_config_alone_writes_no_random_weights(tmp_path: Path) -> None:
    result = command("convert", FILES / "seq2seq.json", "-o", "new", cwd=tmp_path)
    assert (result.code, result.out) == (0, ""), result.err
    assert "has no weights, so only its source is written" in result.err
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["model_def.py"]


def test_convert_looks_for_the_weights_before_it_writes(tmp_path: Path) -> None:
    (tmp_path / "cp.ckpt.index").write_bytes(b"x")
    (tmp_path / "folder").mkdir()
    for name, expected in {
        "nowhere.h5": "There is no file nowhere.h5",
        "folder": "folder is a directory",
        "cp.ckpt": "cp.ckpt is a TensorFlow checkpoint",
        "cp.ckpt.index": "is a TensorFlow checkpoint",
    }.items():
        words = ("convert", FILES / "seq2seq.json", "--weights-from", name)
        result = command(*words, "-o", "new", cwd=tmp_path)
        assert (result.code, result.out) == (1, "")
        assert expected in result.err
        assert not (tmp_path / "new").exists()


def test_convert_of_a_config_with_weights_from_elsewhere(bench: Bench) -> None:
    # What people have who saved to_json() and save_weights().
    with h5py.File(FILES / "dense_input_dim.h5") as file:
        config = file.attrs["model_config"]
        weights = bench.folder / "weights.h5"
        with h5py.File(weights, "w") as other:
            for name, value in file["model_weights"].attrs.items():
                other.attrs[name] = value
            for name in file["model_weights"]:
                file.copy(f"model_weights/{name}", other)
    path = bench.folder / "config.json"
    path.write_text(json.dumps({**json.loads(config), "keras_version": "2.15.0"}))
    report = verified(bench, path, weights_from=str(weights))
    assert report.ok, render_table(report)
    assert check(report, "old weights").detail.startswith("4 variables")
    wrong = bench.folder / "wrong.h5"
    shutil.copy(weights, wrong)
    with h5py.File(wrong, "r+") as file:
        name = next(iter(file))
        kernel = file[name][name]["kernel:0"]
        del file[name][name]["kernel:0"]
        file[name][name]["kernel:0"] = np.zeros((2, *kernel.shape[1:]), "float32")
    reply = bench.ask(path, bench.folder / "model_def.py", weights_from=str(wrong))
    assert reply["error"]["kind"] == "WeightsError"
    assert f'"{name}"' in reply["error"]["message"]
    assert "is expected to be" in reply["error"]["message"]


def test_the_example_still_knows_its_digits() -> None:
    from sklearn.datasets import load_digits

    path = FILES.parent.parent.parent / "examples" / "old_digits.h5"
    namespace: dict[str, Any] = {"__name__": "rescued"}
    exec(str(kerascodegen.generate(path)), namespace)
    model = namespace["compile_model"](namespace["build_model"]())
    loaded = kerascodegen.load_weights(model, path)
    assert (loaded.variables, loaded.optimizer) == (12, True)
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8).astype("float32")
    assert model.evaluate(images, labels, verbose=0)[1] > 0.95
