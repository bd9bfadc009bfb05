"""`--lambda`: the source of what a file has as bytecode."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kerascodegen import generate
from kerascodegen.errors import OptionError
from tests import roundtrip
from tests.e2e.command import kerascodegen
from tests.keras2.test_files import FILES

MODEL = FILES / "lambda_layer.h5"
BOTH = ("double=lambda x: ops.add(x, x)", "lambda=lambda x, k: x + k")


def test_supplied_lambdas_are_written_and_run() -> None:
    result = generate(MODEL, lambdas=BOTH)
    assert not result.diagnostics
    assert "layers.Lambda(lambda x: ops.add(x, x)" in result.source
    model = roundtrip.execute(result.source).build_model()
    given = np.ones((1, 4), "float32")
    np.testing.assert_array_equal(np.asarray(model(given)), 5 * given)


def test_one_of_two_leaves_a_stand_in() -> None:
    result = generate(MODEL, lambdas=BOTH[:1])
    assert [d.where for d in result.diagnostics] == ["lambda"]


def test_a_name_of_no_layer_is_a_warning() -> None:
    result = generate(MODEL, lambdas=(*BOTH, "gone=lambda x: x"))
    assert "--lambda gone: the model has no Lambda layer" in str(result.diagnostics[0])


@pytest.mark.parametrize(
    "entry",
    [
        "double",
        "=lambda x: x",
        "double=x + 1",
        "double=lambda x: (",
        "double=lambda x: undefined(x)",
        "double=lambda x: x; import os",
    ],
)
def test_what_is_no_lambda_is_refused(entry: str) -> None:
    with pytest.raises(OptionError, match="--lambda"):
        generate(MODEL, lambdas=(entry,))


def test_on_the_command_line(tmp_path: Path) -> None:
    flags = [word for entry in BOTH for word in ("--lambda", entry)]
    done = kerascodegen(MODEL, *flags, "--strict", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "lambda x, k: x + k" in done.out
