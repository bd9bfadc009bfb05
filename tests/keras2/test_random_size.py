"""RandomHeight and RandomWidth in the source do what those of tf_keras do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascodegen import generate
from tests.keras2 import fixtures
from tests.keras2.random_size_proof import FACTORS, METHODS, images

tf_keras = pytest.importorskip("tf_keras")
# TensorFlow looks the weights up in a table of 1,024 entries.
TOLERANCE = {"bicubic": 1e-3}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("random_size")
    result = generate(fixtures.random_height_width(tf_keras))
    assert [str(d.level.value) for d in result.diagnostics] == ["note", "note"]
    (made / "source.py").write_text(result.source)
    return made


@pytest.mark.parametrize(
    "backend",
    [
        "jax",
        pytest.param("tensorflow", marks=pytest.mark.slow),
        pytest.param("torch", marks=pytest.mark.slow),
    ],
)
def test_random_sizes(folder: Path, backend: str) -> None:
    pytest.importorskip(backend)
    done = subprocess.run(
        [sys.executable, "-m", "tests.keras2.random_size_proof", backend, str(folder)],
        capture_output=True,
        env={**os.environ, "KERAS_BACKEND": backend},
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    layer = tf_keras.layers.RandomHeight((-0.3, 0.5))
    old = {int(layer(images(), training=True).shape[1]) for _ in range(60)}
    # 0.7 * 8 to 1.5 * 8, rounded down; 1.5 itself is never drawn.
    assert set(found["heights"]) == {5, 6, 7, 8, 9, 10, 11}
    assert old <= set(found["heights"])
    assert set(found["widths"]) <= set(range(5, 15))
    assert min(found["widths"]) < 7
    assert max(found["widths"]) > 12
    assert found["same"] == [True, True]
    assert found["unbatched"] == [12, 10, 3]
    assert "float32" in found["integers"]
    assert found["losses"] == [True, True]
    assert found["reloaded"] < 1e-6
    if backend == "jax":
        assert "jit_compile=False" in found["compiled"]
    assert_resized_as_in_keras_2(dict(np.load(folder / f"{backend}.npz")))


def assert_resized_as_in_keras_2(resized: dict[str, Any]) -> None:
    assert len(resized) == 2 * len(METHODS) * len(FACTORS)
    for key, new in resized.items():
        name, method, factor = key.split()
        cls = {"height": "RandomHeight", "width": "RandomWidth"}[name]
        layer = getattr(tf_keras.layers, cls)((float(factor),) * 2, method)
        old = np.asarray(layer(images(), training=True))
        assert new.shape == old.shape, key
        assert np.abs(new - old).max() < TOLERANCE.get(method, 1e-6), key
