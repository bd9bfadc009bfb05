"""Every function of `keras.ops` in a Functional model."""

import inspect
from pathlib import Path

import keras
import pytest

import kerascodegen
from kerascodegen.errors import UnsupportedModelError
from tests import roundtrip
from tests.coverage import op_calls
from tests.coverage.prove import Tensors, assert_proved, warnings_of
from tests.coverage.public import assert_complete, op_functions


def build(call: op_calls.Call) -> keras.Model:
    tensors = Tensors()
    return tensors.model(call(tensors))


def test_every_function_is_listed():
    assert_complete(
        op_functions(),
        op_calls.CALLS,
        op_calls.LIVE_ONLY,
        op_calls.NOT_SAVED,
        op_calls.NO_NODE,
        op_calls.STUBBED,
    )


@pytest.mark.parametrize("name", op_calls.CALLS)
def test_round_trip(name: str, tmp_path: Path):
    model = build(op_calls.CALLS[name])
    ops = [o for o in model.operations if not isinstance(o, keras.Layer)]
    assert ops, f"{name} made no op node"
    assert_proved(model, tmp_path)


@pytest.mark.parametrize("name", op_calls.LIVE_ONLY)
def test_functions_of_keras_are_known_live(name: str, tmp_path: Path):
    model = build(op_calls.LIVE_ONLY[name])
    assert warnings_of(model) == []
    rebuilt = roundtrip.execute(str(kerascodegen.generate(model))).build_model()
    roundtrip.assert_same_model(model, rebuilt)
    path = tmp_path / "model.json"
    path.write_text(model.to_json(), encoding="utf-8")
    assert "is custom code" in " ".join(warnings_of(path))


@pytest.mark.parametrize("name", op_calls.STUBBED)
def test_functions_of_the_users_are_imported_or_stand_ins(name: str, tmp_path: Path):
    model = build(op_calls.STUBBED[name])
    assert warnings_of(model) == []
    source = str(kerascodegen.generate(model))
    assert "from tests.coverage.op_calls import" in source
    roundtrip.assert_same_model(model, roundtrip.execute(source).build_model())
    path = tmp_path / "model.json"
    path.write_text(model.to_json(), encoding="utf-8")
    assert "is custom code" in " ".join(warnings_of(path))


@pytest.mark.parametrize("name", op_calls.NOT_SAVED)
def test_what_keras_cannot_save_is_refused(name: str):
    with pytest.raises(UnsupportedModelError, match="Keras cannot serialise"):
        kerascodegen.generate(build(op_calls.NOT_SAVED[name]))


@pytest.mark.parametrize("name", op_calls.NO_NODE)
def test_no_op_node_is_made(name: str):
    function = op_functions()[name]
    needed = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
    ]
    try:
        result = function(*(keras.Input(batch_shape=(3,)) for _ in needed))
    except Exception:
        return
    assert not isinstance(result, keras.KerasTensor)
