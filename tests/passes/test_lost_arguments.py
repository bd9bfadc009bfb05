"""What a file does not hold is said: a warning where it can matter, once for each."""

from pathlib import Path
from typing import Any

import keras
import pytest
from keras import layers, losses

import kerascodegen
from kerascodegen.catalog.lost import loss_level


def diagnostics(model: keras.Model, folder: Path) -> list[str]:
    path = folder / "model.json"
    path.write_text(model.to_json(), encoding="utf-8")
    lost = (str(found) for found in kerascodegen.generate(path).diagnostics)
    return [text for text in lost if "out of the file" in text]


def compiled(loss: Any, *shape: int) -> keras.Model:
    inputs = keras.Input(shape)
    model = keras.Model(inputs, layers.Dense(2)(inputs))
    model.compile("sgd", loss)
    return model


def test_a_warning_names_argument_and_place(tmp_path: Path):
    assert diagnostics(compiled(losses.Huber(), 4), tmp_path) == [
        "warning: compile: Keras leaves the argument delta of keras.losses.Huber out "
        "of the file, so the source has its default. Where it was given another value, "
        "put that in, or generate from the live model."
    ]


def test_nothing_is_lost_of_what_is_not_written(tmp_path: Path):
    path = tmp_path / "model.json"
    path.write_text(compiled(losses.Huber(), 4).to_json(), encoding="utf-8")
    assert kerascodegen.generate(path, compile=False).diagnostics == ()
    assert kerascodegen.generate(path).diagnostics != ()


def test_a_live_model_has_everything():
    model = compiled(losses.Huber(), 4)
    assert kerascodegen.generate(model).diagnostics == ()


def test_one_for_all_places(tmp_path: Path):
    tensor = inputs = keras.Input((4,))
    for number in range(5):
        name = f"dense{number}"
        tensor = layers.Dense(4, kernel_initializer="identity", name=name)(tensor)
    (line,) = diagnostics(keras.Model(inputs, tensor), tmp_path)
    assert line.startswith("warning: dense0, dense1, dense2 and 2 more: ")


def test_inside_nested_models_and_wrappers(tmp_path: Path):
    inputs = keras.Input((5, 3), name="steps")
    block = keras.Sequential([keras.Input((3,)), layers.CategoryEncoding(4)], name="b")
    outputs = layers.TimeDistributed(block, name="each")(inputs)
    inner = keras.Model(inputs, outputs, name="inner")
    outer = keras.Sequential([keras.Input((5, 3)), inner])
    (line,) = diagnostics(outer, tmp_path)
    assert line.startswith("warning: category_encoding: ")


def test_speed_and_luck_are_notes(tmp_path: Path):
    inputs = keras.Input((5, 4))
    lines = diagnostics(keras.Model(inputs, layers.LSTM(3)(inputs)), tmp_path)
    assert [line.split(":")[0] for line in lines] == ["note"]
    levels = [loss_level(name) for name in ("flash_attention", "seed", "use_cudnn")]
    assert {level.value for level in levels if level} == {"note"}


@pytest.mark.parametrize(("dropout", "count"), [(0.0, 0), (0.5, 1)])
def test_a_seed_without_a_use(dropout: float, count: int, tmp_path: Path):
    inputs = keras.Input((5, 4))
    outputs = layers.SimpleRNN(3, recurrent_dropout=dropout)(inputs)
    assert len(diagnostics(keras.Model(inputs, outputs), tmp_path)) == count


@pytest.mark.parametrize(("shape", "count"), [((4,), 0), ((5, 4), 1)])
def test_an_axis_without_a_choice(shape: tuple[int, ...], count: int, tmp_path: Path):
    loss = losses.SparseCategoricalCrossentropy()
    assert len(diagnostics(compiled(loss, *shape), tmp_path)) == count


def test_what_everything_has_is_not_mentioned(tmp_path: Path):
    assert diagnostics(compiled(losses.MeanSquaredError(), 4), tmp_path) == []


def test_configs_of_an_older_keras(tmp_path: Path):
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, layers.Conv2DTranspose(4, 3)(inputs))
    assert diagnostics(model, tmp_path) == []
    path = tmp_path / "old.json"
    text = model.to_json()
    assert '"output_padding": null, ' in text
    path.write_text(text.replace('"output_padding": null, ', ""), encoding="utf-8")
    (line,) = map(str, kerascodegen.generate(path).diagnostics)
    assert line.startswith("warning: ")
    assert "the argument output_padding of keras.layers.Conv2DTranspose" in line
