"""What the source leaves open: stand-ins, and models that only a call builds."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

import kerascodegen
from kerascodegen.verify.errors import VerifyError
from tests.verify.support import Bench

MODELS = """
import keras
from keras import layers


class Net(keras.Model):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units, name="dense")

    def call(self, x):
        return self.dense(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units}
"""


@pytest.fixture
def nets(tmp_path: Path) -> Iterator[Any]:
    (tmp_path / "alike_nets.py").write_text(MODELS)
    sys.path.insert(0, str(tmp_path))
    try:
        yield importlib.import_module("alike_nets")
    finally:
        sys.path.remove(str(tmp_path))
        del sys.modules["alike_nets"]


def test_a_constructed_model_is_built_as_the_original_was(
    bench: Bench, nets: Any
) -> None:
    net = nets.Net(name="net")
    net(np.zeros((2, 4), "float32"))
    path = bench.archive(net)
    generated = kerascodegen.generate(path, allow_import="alike_nets")
    source = bench.folder / "model_def.py"
    source.write_text(str(generated))
    options = {"allow_import": ["alike_nets"]}
    reply = bench.ask(path, source, options=options)
    assert reply["report"]["ok"], reply
    # One of another size is found out.
    source.write_text(str(generated).replace("units=3", "units=5"))
    assert not bench.ask(path, source, options=options).get("report", {}).get("ok")
    # Of another class, there is nothing to build it by.
    source.write_text(
        str(generated) + "\n\nclass Other(Net):\n    pass\n\n\n"
        "def build_model():\n    return Other(units=3)\n"
    )
    assert "is not built" in str(bench.ask(path, source, options=options))


def test_stand_ins_are_told_by_name(bench: Bench) -> None:
    inputs = keras.Input((4,), name="x")
    twice = layers.Lambda(lambda t: t * 2, name="twice")
    model = keras.Model(inputs, twice(inputs), name="m")
    source = str(kerascodegen.generate(bench.archive(model)))
    with pytest.raises(VerifyError) as caught:
        kerascodegen.verify(model, source)
    assert "has stand-ins" in str(caught.value)
    assert "stands in for a lambda" in str(caught.value)
    assert str(caught.value).endswith("put the real one in its place.")
    # Another error of that kind is not taken for one.
    other = "def build_model():\n    raise NotImplementedError('later')\n"
    with pytest.raises(VerifyError, match="raised NotImplementedError: later"):
        kerascodegen.verify(model, other)


def test_inline_with_nothing_to_do_says_so(bench: Bench) -> None:
    inputs = keras.Input((4,), name="x")
    model = keras.Model(inputs, layers.Dense(2, name="d")(inputs), name="m")

    class Twice(layers.Layer):
        def call(self, x: Any) -> Any:
            return x * 2

    custom = keras.Model(inputs, Twice(name="t")(inputs), name="m")

    def notes(what: Any, **options: Any) -> str:
        found = kerascodegen.generate(what, **options).diagnostics
        return " ".join(d.message for d in found)

    nothing = "--inline changes nothing"
    assert f"no custom blocks; {nothing}" in notes(model, inline=True)
    path = bench.archive(model)
    assert f"only a live model does; {nothing}" in notes(path, inline=True)
    assert nothing not in notes(custom, inline=True)
    assert nothing not in notes(model) + notes(path)
