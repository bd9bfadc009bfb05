"""Several models over shared layers: one module, its golden file, the round trip."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import black
import keras
import pytest
from keras import layers

import kerascodegen
from tests import roundtrip
from tests.cases import Case, several_cases
from tests.test_golden import compare_golden

CASES = [pytest.param(case, id=case.name) for case in several_cases()]


def _values(models: Any) -> list[keras.Model]:
    return list(models.values() if isinstance(models, Mapping) else models)


def _variables(models: Any) -> int:
    return len({id(v) for model in _values(models) for v in model.variables})


@pytest.mark.parametrize("case", CASES)
def test_golden(case: Case, update_golden: bool):
    models = case.build_models()
    before = [model.to_json() for model in _values(models)]
    source = str(kerascodegen.generate(models))
    assert [model.to_json() for model in _values(models)] == before
    assert str(kerascodegen.generate(case.build_models())) == source
    assert black.format_str(source, mode=black.Mode()) == source
    compare_golden(case, source, update_golden)


@pytest.mark.parametrize("case", CASES)
def test_round_trip(case: Case, tmp_path: Path):
    models = case.build_models()
    module = roundtrip.execute(str(kerascodegen.generate(models)))
    rebuilt = module.build_models()
    assert not any(model.compiled for model in _values(rebuilt))
    if any(model.compiled for model in _values(models)):
        assert module.compile_models(rebuilt) is rebuilt
    else:
        assert not hasattr(module, "compile_models")
    if isinstance(models, Mapping):
        assert list(rebuilt) == list(models)
    pairs = list(zip(_values(models), _values(rebuilt), strict=True))
    for original, model in pairs:
        assert original.name == model.name
        roundtrip.assert_same_model(original, model)
        roundtrip.assert_weights_load(original, model, tmp_path)
        roundtrip.assert_same_compile(original, model)
    assert _variables(rebuilt) == _variables(models)


@pytest.mark.parametrize("case", CASES)
def test_verifies(case: Case, tmp_path: Path):
    models = case.build_models()
    source = str(kerascodegen.generate(models))
    report = kerascodegen.verify(models, source)
    assert report.ok, report.to_json()
    assert len({check.name for check in report.checks}) == len(report.checks)


@pytest.mark.parametrize("case", CASES)
def test_names_auto(case: Case):
    models = case.build_models()
    source = str(kerascodegen.generate(models, names="auto"))
    keras.backend.clear_session(free_memory=False)
    rebuilt = roundtrip.execute(source).build_models()
    for pair in zip(_values(models), _values(rebuilt), strict=True):
        roundtrip.assert_same_model(*pair)


def test_no_compile():
    models = next(case for case in several_cases() if case.name == "autoencoder")
    source = str(kerascodegen.generate(models.build_models(), compile=False))
    assert "compile_models" not in source


def test_hash_seed_does_not_matter(tmp_path: Path):
    script = (
        "import kerascodegen\n"
        "from tests.cases import several_cases\n"
        "for case in several_cases():\n"
        "    print(kerascodegen.generate(case.build_models()))\n"
    )
    outputs = []
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]


def _pair() -> tuple[keras.Model, keras.Model]:
    dense = layers.Dense(2, name="dense")
    first, second = keras.Input((3,), name="first"), keras.Input((3,), name="second")
    return (
        keras.Model(first, dense(first), name="one"),
        keras.Model(second, dense(second), name="two"),
    )


def test_one_of_a_list_is_a_list_too():
    source = str(kerascodegen.generate(_pair()[:1]))
    (model,) = roundtrip.execute(source).build_models()
    assert model.name == "one"


def test_graph_holds_what_is_shared_once():
    graph = kerascodegen.read(_pair())
    assert [operation.name for operation in graph.operations].count("dense") == 1
    assert [node.key for node in graph.nodes] == [("dense", 0), ("dense", 1)]
    assert [member.name for member in graph.members] == ["one", "two"]


def test_verify_notices_layers_that_are_not_shared():
    first, second = _pair()
    source = str(kerascodegen.generate([first, second]))
    swapped = kerascodegen.verify([second, first], source)
    assert not swapped.ok
    assert swapped.checks[0].name == "two: structure"


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ([], "No model was given"),
        ({}, "No model was given"),
        ({1: "one.py:model"}, "strings as keys"),
        (["model.keras", "other.keras"], "model.keras is a file"),
    ],
)
def test_refusals(models: Any, message: str):
    with pytest.raises(kerascodegen.CodegenError, match=message):
        kerascodegen.generate(models)


def test_refuses_the_same_twice():
    model = _pair()[0]
    with pytest.raises(kerascodegen.ReadError, match="given twice"):
        kerascodegen.generate([model, model])


def test_refuses_what_is_no_model():
    with pytest.raises(kerascodegen.ReadError, match="but of type int"):
        kerascodegen.generate([_pair()[0], 3])


def test_refuses_an_unbuilt_sequential():
    unbuilt = keras.Sequential([layers.Dense(2)], name="unbuilt")
    with pytest.raises(kerascodegen.UnsupportedModelError, match='"unbuilt" has no'):
        kerascodegen.generate([_pair()[0], unbuilt])


class Subclassed(keras.Model):
    """A model whose forward pass is code."""

    def __init__(self) -> None:
        super().__init__(name="subclassed")
        self.dense = layers.Dense(2, name="dense")

    def call(self, x):
        return self.dense(x)


def test_a_subclassed_model_among_several_is_refused():
    model = Subclassed()
    model(keras.ops.ones((1, 3)))
    with pytest.raises(kerascodegen.UnsupportedModelError, match="is subclassed"):
        kerascodegen.generate([model, _pair()[0]])
    with pytest.raises(kerascodegen.OptionError, match="--inline is for one model"):
        kerascodegen.generate(_pair(), inline=True)
