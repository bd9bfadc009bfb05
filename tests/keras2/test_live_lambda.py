"""Lambdas of live tf_keras models become the ops that they are made of."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascodegen import generate, load_weights, verify
from kerascodegen.errors import Level
from kerascodegen.explain.old_report import OldModel
from kerascodegen.explain.run import explain_model
from kerascodegen.options import Options
from tests import roundtrip
from tests.keras2.live_lambda_cases import KEPT, WRITTEN
from tests.keras2.predictions import as_tf_keras_takes

tf_keras = pytest.importorskip("tf_keras")
import tensorflow as tf  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture(autouse=True)
def _new_names() -> None:
    tf_keras.backend.clear_session()


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_it_becomes_ops(name: str) -> None:
    model = WRITTEN[name](tf, tf_keras)
    result = generate(model)
    assert not [d for d in result.diagnostics if d.level is not Level.NOTE]
    assert "Lambda" not in result.source
    rebuilt = roundtrip.execute(result.source).build_model()
    load_weights(rebuilt, model)
    inputs = roundtrip.random_inputs(rebuilt)
    expected = keras.tree.flatten(model(as_tf_keras_takes(inputs), training=False))
    actual = keras.tree.flatten(rebuilt(inputs, training=False))
    for old, new in zip(expected, actual, strict=True):
        numbers = keras.ops.convert_to_numpy(new)
        assert np.allclose(np.asarray(old), numbers, 1e-5, 1e-5)
    kept = [la.name for la in model.layers if type(la).__name__ == "Dense"]
    assert [la.name for la in rebuilt.layers if type(la).__name__ == "Dense"] == kept


@pytest.mark.parametrize("name", sorted(KEPT))
def test_it_stays_a_stand_in(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    build, reason = KEPT[name]
    model = build(tf, tf_keras)
    capsys.readouterr()
    result = generate(model)
    (said,) = (d for d in result.diagnostics if d.level is Level.WARNING)
    assert said.where == "it"
    assert reason in said.message
    assert "--lambda 'it=lambda x: ...'" in said.message
    assert "def it_function(" in result.source
    assert capsys.readouterr().out == ""


def source_of(name: str) -> str:
    return generate(WRITTEN[name](tf, tf_keras)).source


def test_what_a_lambda_gives_has_its_name() -> None:
    source = source_of("siamese")
    assert "subtract = base_left - base_right" in source
    assert "distance = ops.abs(subtract)" in source
    assert "scale = true_divide - 1.0" in source_of("in_sequential")
    twice = source_of("called_twice")
    assert "norm = subtract / 2.0" in twice
    assert "norm_1 = subtract_1 / 2.0" in twice
    assert "parts = " in source_of("several_outputs")


def test_the_session_is_as_it_was() -> None:
    model = WRITTEN["siamese"](tf, tf_keras)
    random.seed(1)
    np.random.seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist()
    nodes = [len(layer._inbound_nodes) for layer in model.layers]
    generate(model)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
    assert [len(layer._inbound_nodes) for layer in model.layers] == nodes
    inputs = tf_keras.Input((4,))
    assert inputs.name == "input_1"
    assert (inputs - 1.0).node.layer.name == "tf.math.subtract"


def test_a_layer_that_it_calls_is_left_alone() -> None:
    dense = tf_keras.layers.Dense(4)
    inputs = tf_keras.Input((4,))
    hidden = dense(inputs)
    layer = tf_keras.layers.Lambda(lambda x: dense(x), name="it")
    model = tf_keras.Model(inputs, layer(hidden))
    result = generate(model)
    assert "calls the layer dense" in result.diagnostics[0].message
    assert len(dense._inbound_nodes) == 1


def test_training_and_masks() -> None:
    inputs = tf_keras.Input((4,))
    layer = tf_keras.layers.Lambda(
        lambda x, training=None: x * 2.0 if training else x, name="it"
    )
    result = generate(tf_keras.Model(inputs, layer(inputs)))
    assert "does something else in training" in result.diagnostics[0].message
    words = tf_keras.layers.Embedding(5, 3, mask_zero=True)(inputs)
    for function, reason in (
        (lambda x: x, "takes the mask off a tensor and nothing else"),
        (lambda x, mask=None: x, "takes a mask"),
    ):
        layer = tf_keras.layers.Lambda(function, name="it")
        result = generate(tf_keras.Model(inputs, layer(words)))
        assert reason in result.diagnostics[0].message


def test_a_lambda_can_be_supplied_all_the_same() -> None:
    model = KEPT["maps"][0](tf, tf_keras)
    result = generate(model, lambdas=("it=lambda x: x * 2.0",))
    assert not result.diagnostics
    assert 'layers.Lambda(lambda x: x * 2.0, name="it")' in result.source


def test_losses_by_the_name_of_an_output() -> None:
    inputs = tf_keras.Input((4,))
    outputs = tf_keras.layers.Lambda(lambda x: x * 2.0)(inputs)
    other = tf_keras.layers.Dense(1, name="other")(inputs)
    model = tf_keras.Model(inputs, [outputs, other])
    model.compile(loss={model.output_names[0]: "mse", "other": "mae"})
    module = roundtrip.execute(generate(model).source)
    rebuilt = module.compile_model(module.build_model())
    assert rebuilt.output_names == model.output_names == ["lambda", "other"]
    data = np.ones((2, 4), "float32")
    rebuilt.fit(data, {"lambda": data, "other": data[:, :1]}, verbose=0)


def test_verify_compares_predictions(tmp_path: Path) -> None:
    model = WRITTEN["in_time"](tf, tf_keras)
    path = tmp_path / "model_def.py"
    path.write_text(generate(model).source)
    report = verify(model, path)
    assert report.ok


def explained(model: Any) -> OldModel:
    old = explain_model(model, Options()).old
    assert old is not None
    return old


def test_explain_says_what_it_became(tmp_path: Path) -> None:
    model = WRITTEN["siamese"](tf, tf_keras)
    old = explained(model)
    (thing,) = (t for t in old.things if t.rule == "live_lambda")
    assert thing.outcome == "refused"
    became = {layer: b.what for b in thing.became for layer in b.layers}
    assert became["distance"].endswith("becomes Subtract and Abs")
    assert "base/lambda" in became
    assert not [t for t in old.things if t.rule == "raw_op"]
    inputs = tf_keras.Input((4,))
    model = tf_keras.Model(inputs, tf_keras.layers.Lambda(lambda x: x * 2.0)(inputs))
    assert "live_lambda" in {t.rule for t in explained(model).things}
    model.save(tmp_path / "model.h5")
    with pytest.raises(ValueError, match="lambda"):
        keras.models.load_model(tmp_path / "model.h5")


def test_explain_says_why_not() -> None:
    old = explained(KEPT["sampling"][0](tf, tf_keras))
    (stand_in,) = old.stand_ins
    assert "draws random numbers" in str(stand_in)


def test_a_file_keeps_its_stand_ins(tmp_path: Path) -> None:
    model: Any = WRITTEN["scale"](tf, tf_keras)
    path = tmp_path / "model.json"
    path.write_text(model.to_json())
    assert "stands in the file as bytecode" in generate(path).diagnostics[0].message
