"""Archives that Keras does not load, since layers are shared across models."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest
from keras import layers

import kerascodegen
from kerascodegen.verify.report import Status
from tests.verify.support import Bench, check


def _shared(*, compiled: bool = True) -> keras.Model:
    shared = layers.Dense(4, name="shared")
    inner_input = keras.Input((4,), name="inner_input")
    inner = keras.Model(inner_input, shared(inner_input), name="inner")
    inputs = keras.Input((4,), name="inputs")
    model = keras.Model(inputs, shared(inner(inputs)), name="outer")
    if compiled:
        model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("compiled", [True, False])
def test_archive_that_keras_cannot_load(compiled: bool, tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    model = _shared(compiled=compiled)
    path = bench.archive(model)
    with pytest.raises(ValueError, match="could not be loaded"):
        keras.models.load_model(path)
    source = str(kerascodegen.generate(path))
    report = bench.verify(path, source.partition("from keras import layers\n")[2])
    assert report.ok, report.to_json()
    assert check(report, "parameters").detail == "20 in total; 40 without the sharing"
    assert "Keras itself cannot load this file" in check(report, "load_weights").detail
    for name in ("structure", "load_weights", "weights", "predictions", "compile"):
        assert check(report, name).status is Status.OK
    assert check(report, "save and reload").status is Status.SKIPPED


APART = """
def build_model():
    inner_input = keras.Input((4,), name="inner_input")
    inner_output = layers.Dense(4, name="shared")(inner_input)
    inner = keras.Model(inner_input, inner_output, name="inner")
    inputs = keras.Input((4,), name="inputs")
    outputs = layers.Dense(4, name="shared")(inner(inputs))
    return keras.Model(inputs, outputs, name="outer")
"""


def test_source_that_does_not_share(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    report = bench.verify(bench.archive(_shared(compiled=False)), APART)
    assert not report.ok
    assert check(report, "parameters").status is Status.MISMATCH
    assert check(report, "load_weights").status is Status.MISMATCH


def test_source_with_another_activation(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    path = bench.archive(_shared(compiled=False))
    source = str(kerascodegen.generate(path)).replace(
        'Dense(4, name="shared")', 'Dense(4, activation="relu", name="shared")'
    )
    report = bench.verify(path, source.partition("from keras import layers\n")[2])
    assert check(report, "structure").status is Status.MISMATCH
    assert check(report, "predictions").status is Status.MISMATCH
