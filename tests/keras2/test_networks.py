"""Whole networks of Keras 2: read in every form, written, run, predicting the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascodegen import generate
from kerascodegen.errors import Level
from tests import roundtrip
from tests.keras2 import test_fixtures as fixtures

tf_keras = pytest.importorskip("tf_keras")
networks = pytest.importorskip("tests.keras2.networks")

# Keras 2 cannot save `x[..., 0]` in its newer format.
ELLIPSIS = {"capsules", "regression_with_rules", "ssd_heads", "temporal_fusion"}


@pytest.fixture(params=sorted(networks.NETWORKS))
def network(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any]]:
    """The name of a network and its model."""
    tf_keras.backend.clear_session()
    yield request.param, networks.NETWORKS[request.param](tf_keras)
    tf_keras.backend.clear_session()


def test_network(network: tuple[str, Any], tmp_path: Path) -> None:
    name, model = network
    results = {"live": generate(model)}
    for kind in ("h5", "keras", "json"):
        path = tmp_path / f"model.{kind}"
        if fixtures._save(model, path):
            results[kind] = generate(path)
    assert len(results) == 4 - (name in ELLIPSIS)
    fixtures._assert_same_but_compile(results)
    source = results["live"].source
    assert "NotImplementedError" not in source
    module = roundtrip.execute(source)
    rebuilt = module.build_model()
    if hasattr(module, "compile_model"):
        module.compile_model(rebuilt)
    assert rebuilt.count_params() == model.count_params()
    _assert_same_predictions(model, rebuilt)


def _assert_same_predictions(model: Any, rebuilt: keras.Model) -> None:
    rng = np.random.default_rng(0)
    for weight in model.weights:
        low, high = (0.5, 1.5) if len(weight.shape) < 2 else (-0.5, 0.5)
        weight.assign(rng.uniform(low, high, weight.shape))
    fixtures._transfer(model, rebuilt, fixtures._old_names(model, rebuilt))
    inputs = roundtrip.random_inputs(rebuilt)
    plain = keras.tree.map_structure(keras.ops.convert_to_numpy, inputs)
    if any(type(layer).__name__ == "Embedding" for layer in model.layers):
        # Numbers of words, some of them 0, which masks ask for.
        plain = keras.tree.map_structure(lambda x: np.abs(np.round(x)), plain)
    expected = keras.tree.flatten(model(plain, training=False))
    actual = keras.tree.flatten(rebuilt(plain, training=False))
    for old, new in zip(expected, actual, strict=True):
        first = np.asarray(old, "float64")
        second = np.asarray(keras.ops.convert_to_numpy(new), "float64")
        assert first.shape == second.shape
        assert np.isfinite(first).all()
        scale = max(np.abs(first).max(), 1e-6)
        assert np.abs(first - second).max() / scale < fixtures.TOLERANCE


@pytest.mark.parametrize("name", sorted(networks.STAND_INS))
def test_what_has_no_equal_is_a_stand_in(name: str, tmp_path: Path) -> None:
    model = networks.STAND_INS[name](tf_keras)
    path = tmp_path / "model.h5"
    model.save(path)
    result = generate(path)
    warned = [d.message for d in result.diagnostics if d.level is Level.WARNING]
    assert result.source.count("raise NotImplementedError") == 1
    if name == "variational_autoencoder":
        # What only the loss was computed with is not spoken of node by node.
        assert len(warned) == 2
        assert "add_loss" in warned[0]
        assert "draws random numbers" in warned[1]
