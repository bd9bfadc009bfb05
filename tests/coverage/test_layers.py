"""Every layer of `keras.layers` in a Functional model."""

import json
from pathlib import Path

import keras
import pytest
from keras import layers

import kerascodegen
from tests import roundtrip
from tests.coverage import exceptions
from tests.coverage.layers_plain import LAYERS, Call
from tests.coverage.layers_preprocessing import FEATURES, IMAGES
from tests.coverage.prove import Tensors, assert_proved, dense_model, warnings_of
from tests.coverage.public import assert_complete, public_classes

CALLS: dict[str, Call] = {**LAYERS, **FEATURES, **IMAGES}
STUBS = {
    path.removeprefix("keras.layers."): reason
    for path, reason in exceptions.STUBS.items()
    if path.startswith("keras.layers.")
}
# No model has one of these: classes to derive from, and what describes an input.
ABSTRACT: dict[str, type] = {
    "InputSpec": keras.InputSpec,
    "Layer": layers.Layer,
    "Wrapper": layers.Wrapper,
}


def test_every_layer_is_listed():
    assert_complete(public_classes(layers), LAYERS, FEATURES, IMAGES, ABSTRACT, STUBS)


@pytest.mark.parametrize("name", CALLS)
def test_round_trip(name: str, tmp_path: Path):
    tensors = Tensors()
    model = tensors.model(CALLS[name](tensors))
    assert f'"class_name": "{name}"' in model.to_json()
    assert_proved(model, tmp_path)


@pytest.mark.parametrize("name", STUBS)
def test_foreign_code_is_a_stand_in(name: str, tmp_path: Path):
    config = json.loads(dense_model().to_json())
    layer = config["config"]["layers"][1]
    # What these wrap is not installed everywhere; their configs are all alike.
    layer["class_name"] = name
    layer["config"] = {"name": "subject", "trainable": True, "dtype": "float32"}
    path = tmp_path / "model.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    assert f"subject: the class keras.layers.{name}" in " ".join(warnings_of(path))
    module = roundtrip.execute(str(kerascodegen.generate(path)))
    with pytest.raises(NotImplementedError, match=name):
        module.build_model()


def test_abstract_classes_are_derived_from():
    classes = public_classes(layers)
    for name in ("Layer", "Wrapper"):
        derived = [c for c in classes.values() if issubclass(c, classes[name])]
        assert len(derived) > 1
    assert not issubclass(keras.InputSpec, layers.Layer)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow has them"
)
def test_ragged_input(tmp_path: Path):
    tensors = Tensors()
    outputs = layers.Identity()(tensors.f(None, None, 4, ragged=True))
    module = assert_proved(tensors.model(outputs), tmp_path)
    assert module.build_model().inputs[0].ragged
