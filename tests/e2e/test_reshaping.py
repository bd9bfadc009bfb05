"""`--flatten`, `--submodel` and `--style sequential` through the real command line."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from tests import roundtrip
from tests.cases import nested_base, residual_mlp
from tests.e2e.command import assert_plain, kerascodegen


@pytest.fixture
def model(tmp_path: Path) -> keras.Model:
    made = nested_base.build()
    roundtrip.randomise_weights(made)
    made.save(tmp_path / "model.keras")
    return made


@pytest.mark.parametrize(
    "options",
    [("--flatten",), ("--submodel", "base"), ("--flatten", "--submodel", "base/relu")],
)
def test_verify_moves_the_weights(
    model: keras.Model, options: tuple[str, ...], tmp_path: Path
):
    words = ["model.keras", *options, "-o", "flat.py"]
    assert kerascodegen(*words, cwd=tmp_path).code == 0
    words = ["verify", "model.keras", "flat.py", *options]
    done = kerascodegen(*words, "--weights", "moved.weights.h5", cwd=tmp_path)
    assert done.code == 0, done.out + done.err
    source = (tmp_path / "flat.py").read_text(encoding="utf-8")
    rebuilt = roundtrip.execute(source).build_model()
    rebuilt.load_weights(tmp_path / "moved.weights.h5")
    inputs = roundtrip.random_inputs(model)
    base = model.get_layer("base")
    whole = {
        "base": lambda x: base(model.get_layer("rescaled")(x)),
        "base/relu": lambda x: keras.Model(base.inputs, base.get_layer("relu").output)(
            model.get_layer("rescaled")(x)
        ),
    }.get(options[-1], model)
    expected, found = (keras.ops.convert_to_numpy(m(inputs)) for m in (whole, rebuilt))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--submodel", "bse"), 2, "Close to it: base"),
        (("--submodel", "base/relu"), 2, "Add --flatten"),
        (("--submodel", "photo"), 2, "is an input of the model"),
        (("--submodel", "\x1b[2J"), 2, "has no layer"),
    ],
)
def test_refusals(
    model, options: tuple[str, ...], code: int, said: str, tmp_path: Path
):
    done = kerascodegen("model.keras", *options, cwd=tmp_path)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert_plain(done.err)


def test_no_straight_line(tmp_path: Path):
    residual_mlp.build().save(tmp_path / "model.keras")
    words = ("model.keras", "--style", "sequential")
    done = kerascodegen(*words, cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert "merged (takes 2 tensors: hidden_2, features)" in done.err
    assert_plain(done.err)
