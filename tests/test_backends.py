"""The proof on the other backends; the suite itself runs on TensorFlow.

Each runs in a process of its own, since a process has one backend (`backend_proof.py`).
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# One of each kind, since compiling every operation by itself takes JAX long.
PROVED = (
    "activations",
    "awkward_names",
    "compile_dicts",
    "compile_loss_only",
    "compile_objects",
    "compile_schedule",
    "dict_inputs_outputs",
    "frozen_layers",
    "inception_branches",
    "lstm_states",
    "masked_lstm",
    "matrix_operators",
    "mnist_mlp",
    "nested_two_deep",
    "residual_operators",
    "shared_submodels",
    "slices",
    "time_distributed",
    "wrappers",
)


# Keras itself cannot run these there.
LEFT_OUT = {
    "jax": {},
    "torch": {
        "awkward_names": "PyTorch takes no dot in the name of a parameter",
        "slices": "PyTorch takes no slice with a step below zero",
    },
}


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_backend(backend: str) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    proved = [name for name in PROVED if name not in LEFT_OUT[backend]]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.backend_proof", *proved],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    proof = json.loads(done.stdout.splitlines()[-1])
    assert proof["backend"] == backend
    assert list(proof["results"]) == proved
    assert {name: why for name, why in proof["results"].items() if why} == {}
