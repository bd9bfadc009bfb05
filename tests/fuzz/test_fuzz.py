"""A bounded number of fuzzed configs, and the proof that the oracle would notice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import mutate, recorder
from tests.fuzz.__main__ import run_seed
from tests.fuzz.corpus import configs
from tests.fuzz.oracle import ViolationError, check_source, run_case

# Deterministic: the same cases in every run. `python -m tests.fuzz` takes others.
bounded = settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
SEEDS = range(2500)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "model.keras"


@pytest.mark.parametrize("name", [name for name, _ in configs()])
def test_real_configs_pass(name: str, model: Path) -> None:
    """What is not damaged is written, and is found to be allowed."""
    model.write_text(dict(configs())[name], encoding="utf-8")
    options = {"input_shape": (4,)} if name == "unbuilt_mlp" else {}
    assert run_case(model, {**options, "shapes": True}, formatted=True).source


@bounded
@given(rng=st.randoms(use_true_random=False))
def test_hypothesis(rng: random.Random, model: Path) -> None:
    model.write_bytes(mutate.mutated_file(rng))
    run_case(model, mutate.options(rng), formatted=False)


def test_seeds(model: Path) -> None:
    """Far more cases in the same time, without shrinking."""
    counts = {"refused": 0, "written": 0}
    found = {}
    for seed in SEEDS:
        outcome, signature = run_seed(seed, model)
        if signature:
            found[seed] = signature
        else:
            counts[outcome] += 1
    assert found == {}
    # A fuzzer of which everything is refused tests little.
    assert counts["written"] > len(SEEDS) / 4


HEAD = "import keras\nimport numpy as np\nfrom keras import layers, ops\n\n\n"
BODY = "def build_model():\n    x = keras.Input((3,))\n    {}\n    return x\n"
ESCAPES = [
    "import os",
    "__import__('os')",
    "eval('1')",
    "open('/etc/passwd')",
    "keras.utils.get_file('x')",
    "keras.models.load_model('x')",
    "keras.config.enable_unsafe_deserialization()",
    "layers.TFSMLayer('x')",
    "layers.deserialize({})",
    "np.load('x')",
    "np.ctypeslib.load_library('x')",
    "x.save('y')",
    "keras.Model(x, x).save('y')",
    "keras.Model(x, x).load_weights('y')",
    "x.__class__",
    "x = (lambda: 1)()",
    "x = [y for y in x]",
    "f'{x}'",
    "layers.StringLookup(vocabulary='/etc/passwd')",
    "float('1')",
    "keras.x = 1",
    "while keras.backend.get_uid('add') <= 10**9:\n        pass",
    "undefined",
    "x = 'right\u202eleft'",
]


@pytest.mark.parametrize("statement", ESCAPES)
def test_the_oracle_notices(statement: str) -> None:
    check_source(HEAD + BODY.format("x = layers.Dense(3)(x) + 1"))
    with pytest.raises(ViolationError):
        check_source(HEAD + BODY.format(statement))


def test_what_stand_ins_hide_is_run() -> None:
    stub = "def hidden(x):\n    raise NotImplementedError('x')\n\n\n"
    check_source(HEAD + stub + BODY.format("x = hidden(x)"))
    with pytest.raises(ViolationError, match="get_file"):
        check_source(
            HEAD + stub + BODY.format("hidden(x)\n    keras.utils.get_file(1)")
        )


def test_the_recorder_imports_nothing() -> None:
    done = recorder.run(HEAD + BODY.format("a, b = ops.split(x, 2)"))
    assert done.imports == ["keras", "numpy", "keras.layers", "keras.ops"]
    assert done.calls == ["keras.Input", "keras.ops.split"]
