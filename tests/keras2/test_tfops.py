"""Raw ops recorded by tf_keras, translated, built and run in Keras 3."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascodegen.catalog.lookup import catalog_data
from kerascodegen.readers.keras2.tfops import OpCall, Stub, Tensor, Translator
from kerascodegen.readers.keras2.tfops.expr import parts
from kerascodegen.readers.keras2.tfops.registry import RULES
from tests.keras2.tfops_cases import TABLE
from tests.keras2.tfops_dynamic import DYNAMIC
from tests.keras2.tfops_proof import Case, difference, rebuild, record, values_of, walk

ROOT = Path(__file__).parents[2]
CASES = [*DYNAMIC, *TABLE]

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("tf_keras") is None, reason="tf_keras is not installed"
    ),
    pytest.mark.filterwarnings("ignore"),
]

# Nothing that this TensorFlow records, or that reaches the file whole.
_NOT_RECORDED = {
    "__operators__.eq": "the file loses what is compared with",
    "__operators__.ne": "the file loses what is compared with",
    "einsum": "the file loses the tensors",
    "meshgrid": "the file loses all tensors but the first",
    "compat.v1.check_numerics": "recorded as debugging.check_numerics",
    "compat.v1.nn.softmax_cross_entropy_with_logits": "other parameters of the same",
    "compat.v1.to_bfloat16": "cast",
    "math.scalar_mul": "recorded as math.multiply",
    "nn.embedding_lookup": "recorded as gather",
    "parallel_stack": "needs graph mode",
    "tuple": "recorded as identity",
}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_predictions(case: Case) -> None:
    """Keras 3 gives what tf_keras gives, in a model whose batch is not known."""
    config, expected = record(case)
    model, _, symbols = rebuild(config)
    outputs = model(values_of(case))
    actual = outputs if isinstance(outputs, list | tuple) else [outputs]
    _MET.update(symbols)
    assert len(actual) == len(expected)
    for have, want in zip(actual, expected, strict=True):
        assert difference(np.asarray(have), want) <= case.tolerance
    _check_functions(config)


_MET: set[str] = set()


def _check_functions(config: dict[str, Any]) -> None:
    """All functions that are written have an op class in the catalog."""
    known = {entry["function"] for entry in catalog_data()["ops"].values()}
    _, done, _ = walk(config)
    for result in done.values():
        waiting = list(result.outputs) if result else []
        while waiting:
            expr = waiting.pop()
            if isinstance(expr, OpCall):
                assert expr.function in known
            waiting.extend(parts(expr))


def test_every_rule_has_a_case() -> None:
    from kerascodegen.readers.keras2.tfops.aliases import canonical

    if len(_MET) < 100:
        pytest.skip("the cases did not run in this session")
    met = {canonical(symbol.removeprefix("tf.")) for symbol in _MET}
    assert set(RULES) - met == set(_NOT_RECORDED)


def test_on_jax(tmp_path: Path) -> None:
    """The same translations on another backend: a sample, in a process of its own."""
    if importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed")
    from tests.keras2.tfops_backend import export

    sample = [*DYNAMIC[::2], *TABLE[::12]]
    export(sample, tmp_path)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.keras2.tfops_backend", tmp_path],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(done.stdout.splitlines()[-1])
    assert len(result) == len({case.name for case in sample})
    wrong = {
        name: gap for name, gap in result.items() if isinstance(gap, str) or gap > 2e-5
    }
    assert not wrong


def _tensors(**shapes: tuple[int | None, ...]) -> Translator:
    translator = Translator()
    for name, shape in shapes.items():
        translator.tensor((name, 0, 0), shape)
    return translator


X = Tensor(("x", 0, 0))
Y = Tensor(("y", 0, 0))


@pytest.mark.parametrize(
    ("symbol", "inputs", "names"),
    [
        ("einsum", ["abc,acd->abd", X, Y], {}),
        ("meshgrid", [Tensor(("v", 0, 0)), Tensor(("w", 0, 0))], {"indexing": "ij"}),
        (
            "compat.v1.nn.softmax_cross_entropy_with_logits",
            [],
            {"labels": X, "logits": X},
        ),
        ("compat.v1.check_numerics", [X, "not a number"], {}),
        ("math.scalar_mul", [2.0, X], {}),
        ("nn.embedding_lookup", [X, [0, 1]], {}),
        ("parallel_stack", [[X, X]], {}),
        ("tuple", [[X, Y]], {}),
        ("compat.v1.to_bfloat16", [X], {}),
        ("__operators__.eq", [X, 1.0], {}),
        ("__operators__.ne", [X, X], {}),
    ],
)
def test_not_recorded(symbol: str, inputs: list[Any], names: dict[str, Any]) -> None:
    """Calls that reach a file of this TensorFlow in another form, or in part."""
    import tensorflow as tf

    from tests.keras2.tfops_proof import Evaluator

    shapes = {"x": (3, 4, 5), "y": (3, 5, 2), "v": (3,), "w": (4,)}
    translator = _tensors(**shapes)
    generator = np.random.default_rng(1)
    values = {
        (name, 0, 0): generator.uniform(size=shape).astype("float32")
        for name, shape in shapes.items()
    }

    def real(value: Any) -> Any:
        if isinstance(value, Tensor):
            return tf.constant(values[value.ref])  # type: ignore[index]
        return [real(item) for item in value] if isinstance(value, list) else value

    result = translator.translate("op", 0, symbol, inputs, names)
    assert not isinstance(result, Stub)
    known = {"__operators__.eq": "math.equal", "__operators__.ne": "math.not_equal"}
    function: Any = tf
    for part in known.get(symbol, symbol).split("."):
        function = getattr(function, part)
    if symbol == "parallel_stack":
        function = tf.function(function)
    expected = tf.nest.flatten(
        function(*map(real, inputs), **{key: real(v) for key, v in names.items()})
    )
    evaluate = Evaluator(values)
    for expr, want in zip(result.outputs, expected, strict=True):
        gap = np.asarray(evaluate(expr)).astype("float32") - np.asarray(want).astype(
            "float32"
        )
        assert np.max(np.abs(gap)) < 1e-5
