"""Every fixture, as tf_keras saves it: read, written, run, and predicting the same."""

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
from tests.keras2 import fixtures

tf_keras = pytest.importorskip("tf_keras")

# Stand-ins in files, of which the live model has the code.
STUBS = {"lambda_layer"}
# Parameters that were stored twice, or in another arrangement.
OTHER_COUNT = {"cudnn_layers", "locally_connected_same"}
# Where weights do not fit as they are, or have to be put in by `adapt`.
NOT_COMPARED = OTHER_COUNT | {"normalization_adapted"}
TOLERANCE = 1e-5


@pytest.fixture(params=sorted(fixtures.FIXTURES))
def fixture(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any]]:
    """The name of a fixture and its model."""
    tf_keras.backend.clear_session()
    yield request.param, fixtures.FIXTURES[request.param](tf_keras)
    tf_keras.backend.clear_session()


def test_fixture(fixture: tuple[str, Any], tmp_path: Path) -> None:
    name, model = fixture
    results = {"live": generate(model)}
    for kind in ("h5", "keras", "json"):
        path = tmp_path / f"model.{kind}"
        if _save(model, path):
            results[kind] = generate(path)
    assert len(results) >= 3
    if name in STUBS:
        assert results["json"].source != results["live"].source
        files = {kind: found for kind, found in results.items() if kind != "live"}
        _assert_same_but_compile({**files, "live": results["json"]})
    elif name != "adapted_lookups":
        _assert_same_but_compile(results)
    source = results["live"].source
    warned = [d for d in results["live"].diagnostics if d.level is Level.WARNING]
    assert not warned
    assert bool(results["json"].diagnostics) or name not in STUBS
    module = roundtrip.execute(source)
    rebuilt = module.build_model()
    if hasattr(module, "compile_model"):
        module.compile_model(rebuilt)
    if name not in OTHER_COUNT:
        assert rebuilt.count_params() == model.count_params()
    if name not in NOT_COMPARED:
        _assert_same_predictions(model, rebuilt)


def _save(model: Any, path: Path) -> bool:
    """Save as tf_keras does; some formats cannot hold some models."""
    if path.suffix == ".json":
        path.write_text(model.to_json())
        return True
    try:
        model.save(path)
    except (NotImplementedError, TypeError, ValueError):
        return False
    return True


def _assert_same_but_compile(results: dict[str, Any]) -> None:
    """All formats say the same; JSON has no compile settings, `.h5` fewer."""
    sources = {
        kind: result.source.partition("def compile_model")[0]
        .partition('if __name__ == "__main__"')[0]
        .replace("    compile_model(model)\n", "")
        for kind, result in results.items()
    }
    for kind, source in sources.items():
        assert source.strip() == sources["live"].strip(), kind


def _assert_same_predictions(model: Any, rebuilt: keras.Model) -> None:
    rng = np.random.default_rng(0)
    for weight in model.weights:
        if "float" in str(getattr(weight, "dtype", "")):
            low, high = (0.5, 1.5) if len(weight.shape) < 2 else (-0.5, 0.5)
            weight.assign(rng.uniform(low, high, weight.shape))
    names = _old_names(model, rebuilt)
    _transfer(model, rebuilt, names)
    inputs = roundtrip.random_inputs(rebuilt)
    plain = as_tf_keras_takes(inputs)
    if _takes_numbers_of_words(model):
        plain = np.abs(np.round(plain))
    expected = keras.tree.flatten(model(plain, training=False))
    actual = keras.tree.flatten(rebuilt(plain, training=False))
    for old, new in zip(expected, actual, strict=True):
        first = np.asarray(old, "float64")
        second = np.asarray(keras.ops.convert_to_numpy(new), "float64")
        assert first.shape == second.shape
        scale = max(np.abs(first).max(), 1e-6)
        assert np.abs(first - second).max() / scale < TOLERANCE


def as_tf_keras_takes(inputs: Any) -> Any:
    """Arrays, which both take; texts are tensors of TensorFlow, and all beside them."""
    dtypes = [str(tensor.dtype) for tensor in keras.tree.flatten(inputs)]
    if any("string" in dtype for dtype in dtypes):
        return inputs
    return keras.tree.map_structure(keras.ops.convert_to_numpy, inputs)


def _takes_numbers_of_words(model: Any) -> bool:
    """Whether the first layer is an Embedding over an Input of floats."""
    return any(type(layer).__name__ == "Embedding" for layer in model.layers[:1])


def _old_names(model: Any, rebuilt: keras.Model) -> dict[str, str]:
    from kerascodegen import read

    rescue = read(model).rescue
    assert rescue is not None
    return {layer.path[-1]: layer.old_path[-1] for layer in rescue.moved}


def _transfer(old: Any, new: Any, names: dict[str, str]) -> None:
    """Give each layer the weights of the old one, by name."""
    layers = {layer.name: layer for layer in old.layers}
    for layer in new.layers:
        source = layers.get(names.get(layer.name, layer.name))
        if source is None or not layer.weights or _is_lookup(layer):
            continue
        inner = getattr(layer, "layer", None)
        if hasattr(layer, "layers"):
            _transfer(source, layer, names)
        elif hasattr(inner, "layers"):
            _transfer(source.layer, inner, names)
        else:
            layer.set_weights(source.get_weights())


def _is_lookup(layer: Any) -> bool:
    return type(layer).__name__ in {"StringLookup", "TextVectorization"}


def test_a_custom_layer_is_a_stand_in_that_keeps_its_arguments(tmp_path: Path) -> None:
    model = fixtures.custom_layer(tf_keras)
    sources = set()
    for kind in ("h5", "keras"):
        path = tmp_path / f"custom.{kind}"
        model.save(path)
        result = generate(path)
        sources.add(result.source)
        assert "Stand-in for the custom class shop>Scale." in result.source
        assert 'Scale(factor=2.0, name="scale")' in result.source
    assert len(sources) == 1


def test_a_subclassed_model_is_refused() -> None:
    from kerascodegen.errors import CodegenError

    class Net(tf_keras.Model):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return inputs

    with pytest.raises(CodegenError, match="subclassed model of tf_keras"):
        generate(Net())


def test_a_live_model_in_a_module(tmp_path: Path) -> None:
    path = tmp_path / "old_models.py"
    path.write_text(
        "import tf_keras\n\n\ndef build():\n"
        "    x = tf_keras.Input((3,), name='x')\n"
        "    return tf_keras.Model(x, tf_keras.layers.LeakyReLU(0.5)(x))\n"
    )
    assert "LeakyReLU(negative_slope=0.5" in generate(f"{path}:build").source
