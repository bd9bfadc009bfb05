"""What is said of Keras 3 is what the installed Keras 3 does with the same file."""

from __future__ import annotations

import inspect
import json
import re
import sys
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from kerascodegen.explain.old_report import OldModel
from kerascodegen.explain.run import explain_model
from kerascodegen.options import Options
from kerascodegen.readers.keras2.registry import LAYER_RULES, OBJECT_RULES
from kerascodegen.readers.keras2.verdicts import VERDICTS
from tests import roundtrip
from tests.keras2 import fixtures
from tests.keras2.predictions import as_tf_keras_takes
from tests.keras2.verdict_cases import CASES, OTHER, REFUSED, SAME, Case

tf_keras = pytest.importorskip("tf_keras")

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

# Training is not what it was; predictions are.
COMPILED = {"custom_optimizer", "learning_rate", "sample_weight_mode"}
# Nothing that tf_keras can save has these: older names of the same kinds.
UNMEASURED = {"input_dtype", "output_mode", "text_vectorization_keys"}
# Not of files; see test_live_lambda.py.
LIVE = {"live_lambda"}


@pytest.fixture(autouse=True)
def _one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read `.h5` files here, without a child process for each."""
    monkeypatch.setattr(sys, "executable", "")


def explained(path: Path) -> OldModel:
    old = explain_model(path, Options()).old
    assert old is not None
    return old


def loaded(path: Path) -> keras.Model | None:
    """What Keras 3 makes of a file, `None` where it refuses it."""
    try:
        return keras.models.load_model(path)
    except Exception:
        # Whatever it is: refusing, it falls over in many ways.
        return None


def saved(model: Any, path: Path, case: Case, *, clean: bool = False) -> Path:
    model.save(path)
    edit = case.clean if clean else case.edit
    with h5py.File(path, "r+") as file:
        if edit is not None:
            config = json.loads(file.attrs["model_config"])
            edit(config["config"]["layers"][1])
            file.attrs["model_config"] = json.dumps(config)
        if case.whole is not None:
            config = json.loads(file.attrs["model_config"])
            case.whole(config["config"])
            file.attrs["model_config"] = json.dumps(config)
        if case.training is not None:
            settings = json.loads(file.attrs["training_config"])
            case.training(settings)
            file.attrs["training_config"] = json.dumps(settings)
    return path


@pytest.mark.parametrize("case", CASES, ids=[f"{c.rule}-{c.outcome}" for c in CASES])
def test_what_keras_3_does(case: Case, tmp_path: Path) -> None:
    if case.rule == "interpolation" and keras.backend.backend() != "tensorflow":
        pytest.skip("which has no such interpolation, as is said")
    tf_keras.backend.clear_session()
    model = case.build(tf_keras)
    path = saved(model, tmp_path / "model.h5", case)
    old = explained(path)
    outcomes = {t.outcome for t in old.things if t.rule == case.rule}
    assert case.outcome in outcomes
    result = loaded(path)
    if case.outcome == REFUSED:
        assert (result, old.loads) == (None, "no")
    else:
        assert result is not None
        assert old.loads == ("yes" if case.outcome == SAME else "differently")
        if case.outcome == SAME or case.rule not in COMPILED:
            assert predicts_the_same(model, result) == (case.outcome == SAME)
    if case.clean is not None:
        other = saved(model, tmp_path / "clean.h5", case, clean=True)
        assert explained(other).loads == "yes"
        assert loaded(other) is not None


def predicts_the_same(old: Any, new: Any) -> bool:
    x = np.ones((2, *old.input_shape[1:]), "float32")
    before = np.asarray(old(x, training=False))
    if new.input_shape != old.input_shape:
        return False
    after = keras.ops.convert_to_numpy(new(x, training=False))
    return before.shape == after.shape and bool(np.allclose(before, after, atol=1e-5))


def assert_same_predictions(old: Any, new: Any) -> None:
    inputs = as_tf_keras_takes(roundtrip.random_inputs(new))
    before = keras.tree.flatten(old(inputs, training=False))
    after = keras.tree.flatten(new(inputs, training=False))
    for one, other in zip(before, after, strict=True):
        second = keras.ops.convert_to_numpy(other)
        assert np.allclose(np.asarray(one), second, atol=1e-5)


def test_all_is_measured() -> None:
    assert {case.rule for case in CASES} == set(VERDICTS) - UNMEASURED - LIVE


def test_settings_of_the_optimizer_are_lost(tmp_path: Path) -> None:
    (case,) = (case for case in CASES if case.rule == "custom_optimizer")
    path = saved(case.build(tf_keras), tmp_path / "model.h5", case)
    result = loaded(path)
    assert result is not None
    assert float(result.optimizer.learning_rate) == pytest.approx(0.001)
    (case,) = (case for case in CASES if case.rule == "learning_rate")
    result = loaded(saved(case.build(tf_keras), tmp_path / "decay.h5", case))
    assert result is not None
    assert isinstance(result.optimizer.learning_rate, keras.Variable)
    assert OTHER in {t.outcome for t in explained(tmp_path / "decay.h5").things}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(fixtures.FIXTURES))
def test_whether_keras_3_loads_a_fixture(name: str, tmp_path: Path) -> None:
    tf_keras.backend.clear_session()
    model = fixtures.FIXTURES[name](tf_keras)
    for kind in ("h5", "keras"):
        path = tmp_path / f"model.{kind}"
        try:
            model.save(path)
        except (NotImplementedError, TypeError):
            # tf_keras cannot save all that it can build.
            continue
        old = explained(path)
        result = loaded(path)
        assert (old.loads == "no") == (result is None), kind
        if old.loads == "yes":
            assert_same_predictions(model, result)
        assert old.container == kind
    path = tmp_path / "model.json"
    path.write_text(model.to_json())
    assert explained(path).loads == "no"
    with pytest.raises(TypeError, match="Could not locate class"):
        keras.models.model_from_json(path.read_text())


def test_every_rule_that_changes_something_has_a_verdict() -> None:
    said = re.compile(r"\b(item\.(changed|drop|rename|become)|_rename|_scalar)\(")
    rules = {
        rule.__name__
        for table in (LAYER_RULES, OBJECT_RULES)
        for found in table.values()
        for rule in found
        if said.search(inspect.getsource(rule))
    }
    assert rules - set(VERDICTS) == set()
