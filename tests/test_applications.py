"""Whole `keras.applications` models, from their files and back."""

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


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda a: a.__name__)
def test_application_live(application: Callable[..., keras.Model], tmp_path: Path):
    original = application(weights=None)
    path = tmp_path / "application.json"
    path.write_text(original.to_json(), encoding="utf-8")
    assert str(kerascodegen.generate(original)) == str(kerascodegen.generate(path))
