"""`--lambda`: the source of what a file has as bytecode."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kerascodegen import generate
from kerascodegen.errors import Level, OptionError
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


def test_imported_from_a_module() -> None:
    places = ("double=my_lambdas:double", "lambda=my_lambdas:add")
    result = generate(MODEL, custom_objects=places)
    assert "from my_lambdas import add, double" in result.source
    assert 'layers.Lambda(double, name="double")' in result.source
    assert [d.level for d in result.diagnostics] == [Level.NOTE, Level.NOTE]


def test_a_wrapped_lambda_goes_by_either_name(tmp_path: Path) -> None:
    data = {
        "class_name": "Sequential",
        "keras_version": "2.15.0",
        "config": {
            "name": "wrapping",
            "layers": [
                {
                    "class_name": "TimeDistributed",
                    "config": {
                        "name": "each",
                        "batch_input_shape": [None, 4, 3],
                        "layer": {
                            "class_name": "Lambda",
                            "config": {
                                "name": "inner",
                                "function": ["4wEAAAA=", None, None],
                                "function_type": "lambda",
                                "arguments": {},
                            },
                        },
                    },
                }
            ],
        },
    }
    path = tmp_path / "model.json"
    path.write_text(json.dumps(data))
    for name in ("each", "inner"):
        result = generate(path, lambdas=(f"{name}=lambda x: x * 2",))
        assert "layers.Lambda(lambda x: x * 2" in result.source
        assert not result.diagnostics
