"""`axis` of normalisations: -1 where it is the last one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kerascodegen import generate

tf_keras = pytest.importorskip("tf_keras")


def axes(model: Any, tmp_path: Path) -> list[str]:
    """What is written for each normalisation of a model."""
    path = tmp_path / "model.json"
    path.write_text(model.to_json())
    text = " ".join(generate(path).source.split())
    calls = text.split("Normalization(")[1:]
    return [call.partition("name=")[0].strip() for call in calls]


def _chain(tk: Any, shape: tuple[int, ...], *layers: Any) -> Any:
    return tk.Sequential([tk.Input(shape), *layers])


def test_the_last_axis_is_left_out(tmp_path: Path) -> None:
    layers = tf_keras.layers
    inputs = tf_keras.Input((8, 8, 3))
    x = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(inputs))
    x = layers.Add()([layers.ReLU()(x), x])
    x = layers.BatchNormalization()(layers.MaxPooling2D()(x))
    x = layers.BatchNormalization()(layers.Flatten()(x))
    model = tf_keras.Model(inputs, layers.LayerNormalization()(layers.Dense(3)(x)))
    assert axes(model, tmp_path) == ["", "", "", ""]


def test_sequences(tmp_path: Path) -> None:
    layers = tf_keras.layers
    model = _chain(
        tf_keras,
        (7,),
        layers.Embedding(9, 4),
        layers.LayerNormalization(),
        layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
        layers.BatchNormalization(),
        layers.GRU(3),
        layers.BatchNormalization(),
    )
    assert axes(model, tmp_path) == ["", "", ""]


def test_others_stay(tmp_path: Path) -> None:
    layers = tf_keras.layers
    model = _chain(
        tf_keras,
        (8, 8, 3),
        layers.BatchNormalization(axis=1),
        layers.Permute((3, 1, 2)),
        # Nobody counts what is behind it.
        layers.BatchNormalization(),
        layers.LayerNormalization(axis=(1, 2)),
    )
    found = axes(model, tmp_path)
    assert found == ["axis=1,", "axis=3,", "axis=(1, 2),"]


def test_a_model_that_goes_round_in_a_circle_ends() -> None:
    from kerascodegen.readers.keras2.last_axis import write_last_axes

    def layer(name: str, source: str) -> dict[str, Any]:
        tensor = {
            "class_name": "__keras_tensor__",
            "config": {"keras_history": [source, 0, 0]},
        }
        return {
            "class_name": "BatchNormalization",
            "name": name,
            "config": {"axis": 3},
            "inbound_nodes": [{"args": [tensor], "kwargs": {}}],
        }

    layers = [layer("a", "b"), layer("b", "a")]
    before = json.dumps(layers)
    write_last_axes(layers, chained=False)
    assert json.dumps(layers) == before
