"""What `adapt` learnt in Keras 2: bounds of bins, frequencies of words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascodegen import generate, load_weights
from kerascodegen.errors import Level
from kerascodegen.old_weights.learnt import bounds
from tests import roundtrip
from tests.keras2.predictions import save_in_all_forms

tf_keras = pytest.importorskip("tf_keras")


@pytest.fixture(scope="module")
def binned() -> Any:
    """A model whose bins are learnt, beside one that was given its bounds."""
    values = np.random.default_rng(0).normal(3.0, 2.0, (400, 1)).astype("float32")
    layer = tf_keras.layers.Discretization(num_bins=5, name="bins/learnt")
    layer.adapt(values)
    inputs = tf_keras.Input((1,))
    given = tf_keras.layers.Discretization([1.0, 4.0], name="given")
    merged = tf_keras.layers.Concatenate()([layer(inputs), given(inputs)])
    return tf_keras.Model(inputs, tf_keras.layers.Dense(2)(_floats(merged)))


def _floats(tensor: Any) -> Any:
    return tf_keras.layers.Rescaling(0.5)(tensor)


@pytest.mark.parametrize("count", [2, 3, 7, 50, 1000])
@pytest.mark.parametrize("bins", [2, 3, 10, 64])
def test_bounds_are_those_of_keras_2(count: int, bins: int) -> None:
    from tf_keras.src.layers.preprocessing import discretization as keras_2

    values = np.random.default_rng(count + bins).gamma(2.0, 3.0, count)
    summary = keras_2.summarize(values.astype("float32"), 0.01)
    expected = np.asarray(keras_2.get_bin_boundaries(summary, bins), "float32")
    assert np.array_equal(np.asarray(bounds(summary, bins), "float32"), expected)


def test_learnt_bins_are_in_the_source(binned: Any, tmp_path: Path) -> None:
    sources = save_in_all_forms(binned, tmp_path)
    json = generate(sources.pop("json"))
    assert "bins_learnt" in str(json.diagnostics[0])
    assert json.diagnostics[0].level is Level.WARNING
    inputs = np.linspace(-4.0, 9.0, 200, dtype="float32")[:, None]
    expected = np.asarray(binned(inputs))
    assert sorted(sources) == ["h5", "keras", "live"]
    for source in sources.values():
        result = generate(source)
        assert not [d for d in result.diagnostics if d.level is Level.WARNING]
        model = roundtrip.execute(result.source).build_model()
        load_weights(model, source)
        found = keras.ops.convert_to_numpy(model(inputs))
        assert np.allclose(found, expected, atol=1e-6)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="strings are TensorFlow's"
)
def test_learnt_frequencies_come_with_the_weights(tmp_path: Path) -> None:
    words = tf_keras.layers.TextVectorization(output_mode="tf_idf", name="words")
    words.adapt(["a b c a", "b d", "d d d"])
    inputs = tf_keras.Input((1,), dtype="string")
    model = tf_keras.Model(inputs, tf_keras.layers.Dense(2)(words(inputs)))
    path = tmp_path / "model.keras"
    model.save(path)
    rebuilt = roundtrip.execute(generate(path).source).build_model()
    assert load_weights(rebuilt, path).variables == 3
    given = keras.ops.convert_to_tensor([["a d"], ["c c x"]])
    assert np.allclose(model(given), rebuilt(given), atol=1e-6)
