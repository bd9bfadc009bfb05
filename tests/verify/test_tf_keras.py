"""Predictions of rescued models against those of tf_keras."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from kerascodegen import generate, load_weights, read
from kerascodegen.verify import tf_keras_child, tf_keras_run
from kerascodegen.verify.report import Check, Status
from kerascodegen.verify.tf_keras_run import check_old_predictions
from tests.e2e.command import assert_plain
from tests.keras2.test_files import FILES

tf_keras = pytest.importorskip("tf_keras")

from tests.keras2 import fixtures  # noqa: E402

NOT_COMPARED = "structure and weights were compared, predictions were not: "
Run = Callable[[Sequence[str]], int]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do in this process what the child does: TensorFlow is imported already."""
    from tf_keras.src.utils import generic_utils

    def run(command: Sequence[str]) -> int:
        tf_keras_child.main(command[-2:])
        return 0

    monkeypatch.setattr(generic_utils, "func_load", generic_utils.func_load)
    monkeypatch.setattr(tf_keras_run, "_run", run)


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no process be started."""

    def run(command: Sequence[str]) -> int:
        raise AssertionError("tf_keras was given the file")

    monkeypatch.setattr(tf_keras_run, "_run", run)


def _rescued(path: Path) -> Any:
    """Build a model of Keras 3 from an old file, with its weights."""
    namespace: dict[str, Any] = {"__name__": "model_def"}
    exec(generate(path).source, namespace)
    model = namespace["build_model"]()
    load_weights(model, path)
    return model


def _check(path: Path, model: Any) -> Check:
    check = check_old_predictions(path, model, read(path), 0)
    assert check.name == "tf_keras"
    assert_plain(check.detail)
    return check


def _saved(tmp_path: Path, model: Any, ending: str = "h5") -> Path:
    path = tmp_path / f"old.{ending}"
    model.save(path)
    return path


def _line(*layers: Any, shape: Sequence[int | None] = (3,), **settings: Any) -> Any:
    x = inputs = tf_keras.Input(shape, **settings)
    for layer in layers:
        x = layer(x)
    return tf_keras.Model(inputs, x)


# In a process of its own, as users have it.


def test_a_file_with_slashes_in_names() -> None:
    path = FILES / "slash_names.keras"
    model = _rescued(path)
    before = [np.array(value) for value in model.get_weights()]
    check = _check(path, model)
    assert check.status is Status.OK, check
    assert check.detail.startswith(f"predictions of tf_keras {tf_keras.__version__} on")
    assert "batch of 1 and 4, largest difference" in check.detail
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_another_weight_is_a_mismatch() -> None:
    path = FILES / "dense_input_dim.h5"
    model = _rescued(path)
    kernel = model.layers[-1].kernel
    kernel.assign(np.asarray(kernel) * 1.001)
    check = _check(path, model)
    assert check.status is Status.MISMATCH
    name = model.layers[-1].name
    assert check.detail.startswith(f"{name}, prediction for a batch of 1: off by ")
    assert check.detail.endswith("; 1e-05 is allowed")
    assert {row.where for row in check.rows} == {name}
    assert len(check.rows) == 2


# The same in this process.


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("dict_inputs", "keras"),
        ("several_inputs_outputs", "h5"),
        ("mixed_precision", "keras"),
    ],
)
def test_fixtures(name: str, ending: str, tmp_path: Path) -> None:
    old = fixtures.FIXTURES[name](tf_keras)
    path = _saved(tmp_path, old, ending)
    model = _rescued(path)
    check = _check(path, model)
    assert check.status is Status.OK, check
    weight = max(model.trainable_weights, key=lambda one: len(one.shape))
    weight.assign(np.asarray(weight) + 0.5)
    assert _check(path, model).status is Status.MISMATCH


@pytest.mark.usefixtures("here")
@pytest.mark.skipif(keras.config.backend() != "tensorflow", reason="strings")
def test_a_batch_that_tf_keras_does_not_take(tmp_path: Path) -> None:
    """It takes a batch of one without further axes for a single sample."""
    old = fixtures.crossing(tf_keras)
    path = _saved(tmp_path, old)
    check = _check(path, _rescued(path))
    assert check.status is Status.OK, check
    assert "on a batch of 4," in check.detail


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("kind", ["ragged", "sparse"])
@pytest.mark.skipif(keras.config.backend() != "tensorflow", reason="TensorFlow's own")
def test_ragged_and_sparse_inputs(kind: str, tmp_path: Path) -> None:
    if kind == "ragged":
        layers = [tf_keras.layers.Embedding(20, 4), tf_keras.layers.LSTM(3)]
        old = _line(*layers, shape=(None,), ragged=True, dtype="int32")
    else:
        old = _line(tf_keras.layers.Dense(2), shape=(6,), sparse=True)
    path = _saved(tmp_path, old)
    check = _check(path, _rescued(path))
    assert check.status is Status.OK, check


@pytest.mark.usefixtures("here")
def test_inputs_of_other_kinds_and_states(tmp_path: Path) -> None:
    layers = tf_keras.layers
    old = _line(
        layers.Embedding(9, 4, mask_zero=True),
        layers.LSTM(3, stateful=True),
        shape=(5,),
        batch_size=2,
        dtype="int32",
    )
    path = _saved(tmp_path, old)
    check = _check(path, _rescued(path))
    assert check.status is Status.OK, check
    assert "on a batch of 2," in check.detail


@pytest.mark.usefixtures("here")
def test_ids_are_not_moved_by_rounding_errors(tmp_path: Path) -> None:
    """Keras 2 let an Embedding take floats, and cast them."""
    old = tf_keras.Sequential(
        [
            tf_keras.layers.Embedding(30, 4, input_length=5),
            tf_keras.layers.GlobalAveragePooling1D(),
        ]
    )
    path = _saved(tmp_path, old)
    check = _check(path, _rescued(path))
    assert check.status is Status.OK, check
    assert check.detail.endswith(" of 1e-05")


@pytest.mark.usefixtures("here")
def test_whole_numbers_are_compared_exactly(tmp_path: Path) -> None:
    import tensorflow as tf

    inputs = tf_keras.Input((7,), name="x")
    old = tf_keras.Model(inputs, [tf.argmax(inputs, -1), inputs > 0.5])
    path = _saved(tmp_path, old)
    check = _check(path, _rescued(path))
    assert check.status is Status.OK, check
    assert "largest difference 0 of" in check.detail
    x = keras.Input((7,), name="x")
    other = keras.Model(x, [keras.ops.argmin(x, -1), x > 0.5])
    check = _check(path, other)
    assert check.status is Status.MISMATCH
    assert "not equal" in check.detail


@pytest.mark.usefixtures("here")
def test_places_of_infinities_must_agree(tmp_path: Path) -> None:
    import tensorflow as tf

    inputs = tf_keras.Input((6,), name="x")
    old = tf_keras.Model(inputs, tf.math.log(inputs))
    path = _saved(tmp_path, old)
    check = _check(path, _rescued(path))
    assert check.status is Status.OK, check
    x = keras.Input((6,), name="x")
    other = keras.Model(x, keras.ops.log(keras.ops.abs(x)))
    assert _check(path, other).status is Status.MISMATCH
    other = keras.Model(x, x[:, :3])
    assert "of shape (1, 3)" in _check(path, other).detail
    other = keras.Model(x, [x, x])
    assert "1 outputs in tf_keras, 2 here" in _check(path, other).detail


@pytest.mark.usefixtures("here")
def test_a_model_that_magnifies_rounding_errors_is_allowed_them(tmp_path: Path) -> None:
    path, model = _cancelling(tmp_path, 300.0)
    check = _check(path, model)
    assert check.status is Status.OK, check
    assert "since rounding errors alone change them by" in check.detail
    assert " of 0.001," not in check.detail
    # But never more than a thousandth.
    path, model = _cancelling(tmp_path, 1e6)
    check = _check(path, model)
    assert " of 0.001, since" in check.detail
    weight = model.layers[-1].kernel
    weight.assign(np.asarray(weight) * 1.01)
    assert _check(path, model).status is Status.MISMATCH


def _cancelling(tmp_path: Path, amount: float) -> tuple[Path, Any]:
    """A model that adds a large number and takes it away again."""
    dense = tf_keras.layers.Dense
    old = _line(*(dense(3, kernel_initializer="identity") for _ in range(3)))
    old.layers[1].bias.assign([amount] * 3)
    old.layers[2].bias.assign([-amount] * 3)
    path = _saved(tmp_path, old)
    return path, _rescued(path)


@pytest.mark.usefixtures("here")
def test_layers_for_gpus_are_run_by_those_for_all(tmp_path: Path) -> None:
    old = fixtures.cudnn_layers(tf_keras)
    path = _saved(tmp_path, old)
    model = _rescued(path)
    check = _check(path, model)
    assert check.status is Status.OK, check
    path = _saved(tmp_path, old, "keras")
    check = _check(path, model)
    assert check.status is Status.SKIPPED
    assert "tf_keras cannot load the file: TypeError: Could not" in check.detail


# Not compared, and why.


@pytest.mark.usefixtures("nowhere")
def test_a_config_alone_has_no_predictions() -> None:
    path = FILES / "operators.json"
    x = keras.Input((3,))
    check = _check(path, keras.Model(x, x))
    assert check.status is Status.SKIPPED
    assert check.detail == NOT_COMPARED + (
        "a config alone has no weights to predict with"
    )


@pytest.mark.usefixtures("nowhere")
def test_a_file_of_keras_3_is_none_for_tf_keras(tmp_path: Path) -> None:
    x = keras.Input((3,))
    model = keras.Model(x, keras.layers.Dense(2)(x))
    path = _saved(tmp_path, model)
    check = _check(path, model)
    assert check.status is Status.SKIPPED
    assert "Keras 3 wrote the file" in check.detail


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("missing", ["tf_keras", "tensorflow"])
def test_what_is_not_installed_is_named(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tf_keras_child.find_spec
    monkeypatch.setattr(
        tf_keras_child,
        "find_spec",
        lambda name: None if name == missing else found(name),
    )
    path = FILES / "dense_input_dim.h5"
    check = _check(path, _rescued(path))
    assert check.status is Status.SKIPPED
    assert check.detail == NOT_COMPARED + (
        f"{missing} is not installed (pip install 'kerascodegen[keras2]')"
    )


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("import os; os.kill(os.getpid(), 9)", "was killed by SIGKILL"),
        ("raise SystemExit(3)", "ended with exit code 3"),
        ("import time; time.sleep(60)", "took longer than 1 seconds"),
    ],
)
def test_a_process_that_dies_or_hangs(
    code: str, how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "another_child.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(tf_keras_run, "TIMEOUT", 1.0)
    monkeypatch.setattr(tf_keras_run, "_CHILD", "another_child")
    path = FILES / "dense_input_dim.h5"
    check = _check(path, _rescued(path))
    assert check.status is Status.SKIPPED
    assert how in check.detail


@pytest.mark.usefixtures("here")
def test_a_model_that_tf_keras_cannot_run(tmp_path: Path) -> None:
    path = FILES / "dense_input_dim.h5"
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    check = _check(path, keras.Model([x, y], x + y))
    assert check.status is Status.SKIPPED
    assert check.detail == NOT_COMPARED + (
        "tf_keras cannot predict: ValueError: it takes 1 inputs, not 2"
    )


# Hostile files. Each of these leaves a marker where its code is run.


def _hostile(tmp_path: Path) -> tuple[Path, Path]:
    marker = tmp_path / "marker"
    name = str(marker)
    double = tf_keras.layers.Lambda(lambda x: (open(name, "w").close(), x * 2.0)[1])
    path = _saved(tmp_path, _line(double))
    assert marker.exists()
    marker.unlink()
    return path, marker


@pytest.mark.usefixtures("nowhere")
def test_bytecode_is_not_given_to_tf_keras(tmp_path: Path) -> None:
    path, marker = _hostile(tmp_path)
    x = keras.Input((3,))
    check = _check(path, keras.Model(x, x * 2.0))
    assert check.status is Status.SKIPPED
    assert check.detail == NOT_COMPARED + (
        "the file holds Python bytecode, which is not run, so tf_keras was not given it"
    )
    assert not marker.exists()
    # What it is kept from.
    tf_keras.models.load_model(path)
    assert marker.exists()


@pytest.mark.usefixtures("here")
def test_bytecode_is_not_run_where_tf_keras_has_it(tmp_path: Path) -> None:
    path, marker = _hostile(tmp_path)
    reply = tf_keras_child._answer({"model": str(path), "applications": []})
    assert "bytecode in a model file is not run" in reply["failed"]
    assert not marker.exists()


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ("model.weights.npz", "is none of tf_keras' own"),
        ("../../marker", "is none of tf_keras' own"),
        ("assets/../../marker", "is none of tf_keras' own"),
        ("/marker", "is none of tf_keras' own"),
        ("config.json", "is none of tf_keras' own"),
        ("assets/words.txt", "unpacks to far too much"),
    ],
)
def test_members_of_archives(member: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "old.keras"
    path.write_bytes((FILES / "slash_names.keras").read_bytes())
    graph = read(path)
    with (
        warnings.catch_warnings(),
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
    ):
        warnings.simplefilter("ignore")
        archive.writestr(member, bytes(2**20))
    x = keras.Input((3,))
    check = check_old_predictions(path, keras.Model(x, x), graph, 0)
    assert check.status is Status.SKIPPED
    assert reason in check.detail
    assert_plain(check.detail)


@pytest.mark.usefixtures("nowhere")
def test_a_damaged_archive(tmp_path: Path) -> None:
    path = tmp_path / "old.keras"
    data = (FILES / "slash_names.keras").read_bytes()
    path.write_bytes(data[:-30])
    graph = read(FILES / "slash_names.keras")
    x = keras.Input((3,))
    check = check_old_predictions(path, keras.Model(x, x), graph, 0)
    assert check.status is Status.SKIPPED
    assert_plain(check.detail)


@pytest.mark.usefixtures("nowhere")
def test_weights_that_lead_into_other_files(tmp_path: Path) -> None:
    path = tmp_path / "old.h5"
    path.write_bytes((FILES / "dense_input_dim.h5").read_bytes())
    with h5py.File(path, "a") as file:
        file["model_weights/extra"] = h5py.ExternalLink("/etc/other.h5", "/x")
    x = keras.Input((3,))
    check = _check(path, keras.Model(x, x))
    assert check.status is Status.SKIPPED
    assert "model.h5 " in check.detail
    assert str(tmp_path.parent.parent) not in check.detail
