"""Round trips of all of `keras.applications`, and of the backbones of keras_hub."""

from __future__ import annotations

import importlib.util
import inspect
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import black
import keras
import numpy as np
import pytest

import kerascodegen
from tests import roundtrip
from tests.zoo.table import Row, lines, progress

pytestmark = pytest.mark.zoo

# Above this a prediction takes longer than all the rest.
MAX_PREDICTED = 10_000_000
HAS_HUB = importlib.util.find_spec("keras_hub") is not None


def _applications() -> dict[str, Callable[..., keras.Model]]:
    """All functions of `keras.applications` that make a model, by introspection."""
    return {
        name: value
        for name, value in sorted(vars(keras.applications).items())
        if inspect.isfunction(value)
        and "weights" in inspect.signature(value).parameters
    }


APPLICATIONS = _applications()


def _backbones() -> dict[str, Callable[[], keras.Model]]:
    """Small backbones of keras_hub, where the list of them is at hand."""
    if importlib.util.find_spec("tests.hub") is None:
        return {}
    from tests import hub

    found: dict[str, Callable[[], keras.Model]] = hub.BACKBONES
    return found


BACKBONES = _backbones()


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Iterator[Row]:
    """A row of the table; shown as soon as the test is over."""
    session = request.session
    total = sum("row" in getattr(item, "fixturenames", ()) for item in session.items)
    kind = "keras_hub" if "backbone" in request.node.name else "applications"
    made = Row(kind, request.node.callspec.id)
    yield made
    if made.layers:
        progress(request.config, made, total)


def test_there_are_as_many_as_keras_says() -> None:
    assert len(APPLICATIONS) >= 40


@pytest.mark.parametrize("name", APPLICATIONS)
def test_application(name: str, row: Row, tmp_path: Path) -> None:
    _round_trip(APPLICATIONS[name](weights=None), row, tmp_path, {})


@pytest.mark.skipif(not HAS_HUB, reason="keras_hub is not installed")
@pytest.mark.parametrize("name", BACKBONES)
def test_backbone(name: str, row: Row, tmp_path: Path) -> None:
    _round_trip(BACKBONES[name](), row, tmp_path, {"allow_import": ("keras_hub",)})


def _round_trip(
    original: keras.Model, row: Row, folder: Path, options: dict[str, Any]
) -> None:
    """Save, generate from the file, rebuild, load the file's weights, compare."""
    row.layers, row.parameters = len(original.layers), original.count_params()
    _number_weights(original)
    path = folder / "model.keras"
    original.save(path)
    try:
        started = time.perf_counter()
        result = kerascodegen.generate(path, **options)
        row.seconds = time.perf_counter() - started
        source = str(result)
        row.lines = source.count("\n")
        warnings = [str(d) for d in result.diagnostics if d.level.value == "warning"]
        assert warnings == []
        assert black.format_str(source, mode=black.Mode()) == source
        rebuilt = roundtrip.execute(source).build_model()
        roundtrip.assert_same_model(original, rebuilt)
        rebuilt.load_weights(path)
    finally:
        # Some are more than a gigabyte.
        path.unlink()
    roundtrip.assert_same_weights(original, rebuilt)
    if row.parameters <= MAX_PREDICTED:
        roundtrip.randomise_weights(original)
        rebuilt.set_weights(original.get_weights())
        _assert_same_predictions(original, rebuilt)
    row.exact = True


def _number_weights(model: keras.Model) -> None:
    """Give each variable a value of its own, so that none can be swapped unseen.

    Random ones would take most of the time of a model of 350 million parameters.
    """
    for number, variable in enumerate(model.weights):
        variable.assign(np.full(variable.shape, number % 251, variable.dtype))


def _assert_same_predictions(original: keras.Model, rebuilt: keras.Model) -> None:
    inputs = roundtrip.random_inputs(original, batch=1)
    first, second = original(inputs), rebuilt(inputs)
    for left, right in zip(
        keras.tree.flatten(first), keras.tree.flatten(second), strict=True
    ):
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(left), keras.ops.convert_to_numpy(right)
        )


def test_the_table() -> None:
    rows = [Row("applications", "A", 12, 3456, 78, 0.91, True), Row("layers", "Longer")]
    assert lines(rows) == [
        "model   layers  parameters  lines  seconds  exact",
        "A           12       3,456     78      0.9    yes",
        "Longer       0           0      0      0.0     NO",
        "1 of 2 exact",
    ]
