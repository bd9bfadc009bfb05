"""Every fixture, as tf_keras saves it: read, written, run, and predicting the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kerascodegen import generate, load_weights
from kerascodegen.errors import Level
from tests import roundtrip
from tests.keras2 import fixtures
from tests.keras2.predictions import (
    assert_same_but_compile,
    assert_same_predictions,
    draw_weights,
    save_in_all_forms,
)

tf_keras = pytest.importorskip("tf_keras")

# Stand-ins in files, of which the live model has the code.
STUBS = {"lambda_layer"}
# Parameters that were stored twice, or in another arrangement.
OTHER_COUNT = {"cudnn_layers", "locally_connected_same"}


@pytest.fixture(params=sorted(fixtures.FIXTURES))
def fixture(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any]]:
    """The name of a fixture and its model."""
    tf_keras.backend.clear_session()
    yield request.param, fixtures.FIXTURES[request.param](tf_keras)
    tf_keras.backend.clear_session()


def test_fixture(fixture: tuple[str, Any], tmp_path: Path) -> None:
    name, model = fixture
    # Before anything is saved, so that every value differs from every other.
    draw_weights(model)
    sources = save_in_all_forms(model, tmp_path)
    results = {kind: generate(source) for kind, source in sources.items()}
    assert len(results) >= 3
    if name in STUBS:
        live = results.pop("live")
        assert live.source != results["json"].source
        assert_same_but_compile({**results, "live": results["json"]})
        assert results["json"].diagnostics
        results["live"] = live
    elif name != "adapted_lookups":
        assert_same_but_compile(results)
    warned = [d for d in results["live"].diagnostics if d.level is Level.WARNING]
    assert not warned
    module = roundtrip.execute(results["live"].source)
    original = _predicting(name, model, sources)
    for kind in sources.keys() - {"json"}:
        rebuilt = module.build_model()
        if hasattr(module, "compile_model"):
            module.compile_model(rebuilt)
        if name not in OTHER_COUNT:
            assert rebuilt.count_params() == model.count_params()
        load_weights(rebuilt, sources[kind])
        assert_same_predictions(original, rebuilt)


def _predicting(name: str, model: Any, sources: dict[str, Any]) -> Any:
    """Give a model that can predict: no CuDNN layer runs on a CPU.

    tf_keras' own converter puts the weights of the file into plain layers.
    """
    if name != "cudnn_layers":
        return model
    plain = fixtures.without_cudnn(tf_keras, model)
    plain.load_weights(sources["h5"])
    return plain


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
