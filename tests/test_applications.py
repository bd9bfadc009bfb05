"""Whole `keras.applications` models, from their files and back."""

import inspect
from collections.abc import Callable
from pathlib import Path

import black
import keras
import pytest

import kerascodegen
from tests import roundtrip

pytestmark = pytest.mark.slow

APPLICATIONS: list[Callable[..., keras.Model]] = [
    keras.applications.ResNet50,
    # Operators and functions beside layers.
    keras.applications.MobileNetV3Small,
    keras.applications.EfficientNetB0,
    # Nested Sequentials, and a layer class of its own.
    keras.applications.ConvNeXtTiny,
    keras.applications.InceptionV3,
]


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda a: a.__name__)
def test_application(application: Callable[..., keras.Model], tmp_path: Path):
    original = application(weights=None)
    path = tmp_path / "application.keras"
    original.save(path)

    result = kerascodegen.generate(path)
    source = str(result)
    assert black.format_str(source, mode=black.Mode()) == source
    assert [str(d) for d in result.diagnostics if d.level.value == "warning"] == []

    rebuilt = roundtrip.execute(source).build_model()
    roundtrip.assert_same_model(original, rebuilt)
    roundtrip.assert_weights_load(original, rebuilt, tmp_path)


# The other families, the smallest of each; `pytest -m zoo` has all models.
FAMILIES: list[Callable[..., keras.Model]] = [
    keras.applications.DenseNet121,
    keras.applications.EfficientNetV2B0,
    keras.applications.InceptionResNetV2,
    keras.applications.MobileNet,
    keras.applications.MobileNetV2,
    keras.applications.NASNetMobile,
    keras.applications.ResNet50V2,
    keras.applications.VGG16,
    keras.applications.VGG19,
    keras.applications.Xception,
]


@pytest.mark.parametrize("application", FAMILIES, ids=lambda a: a.__name__)
def test_family(application: Callable[..., keras.Model], tmp_path: Path):
    """Structure alone; without the top, whose weights are most of a VGG16."""
    original = application(weights=None, include_top=False, input_shape=(96, 96, 3))
    path = tmp_path / "application.json"
    path.write_text(original.to_json(), encoding="utf-8")
    result = kerascodegen.generate(path)
    assert [str(d) for d in result.diagnostics if d.level.value == "warning"] == []
    rebuilt = roundtrip.execute(str(result)).build_model()
    roundtrip.assert_same_model(original, rebuilt)


def test_every_family_has_one():
    """Families are the modules that applications stand in."""
    made = {
        value.__module__
        for value in vars(keras.applications).values()
        if inspect.isfunction(value) and value.__name__[0].isupper()
    }
    assert made <= {a.__module__ for a in (*APPLICATIONS, *FAMILIES)}


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda a: a.__name__)
def test_application_live(application: Callable[..., keras.Model], tmp_path: Path):
    original = application(weights=None)
    path = tmp_path / "application.json"
    path.write_text(original.to_json(), encoding="utf-8")
    assert str(kerascodegen.generate(original)) == str(kerascodegen.generate(path))
