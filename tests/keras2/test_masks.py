"""Masks: where those of Keras 3 would go another way than those of Keras 2."""

from __future__ import annotations

from typing import Any

import pytest

from kerascodegen.readers.keras2.context import Report
from kerascodegen.readers.keras2.read import keras_3_config
from tests.keras2.configs import old_input, old_layer, old_model

Json = Any
WORDS = old_input("words", 5, dtype="int32")
OTHERS = old_input("others", 5, dtype="int32")
PLAIN = old_input("plain", 5, 3)
EMBEDDED = old_layer(
    "Embedding",
    "embedded",
    [["words", 0, 0, {}]],
    [["others", 0, 0, {}]],
    input_dim=9,
    output_dim=3,
    mask_zero=True,
)
LSTM = {"units": 2, "activation": "tanh", "recurrent_activation": "sigmoid"}


def _converted(*layers: Json) -> tuple[dict[str, Json], Report]:
    end = layers[-1]["name"]
    data = old_model(WORDS, OTHERS, PLAIN, *layers, outputs=[[end, 0, 0]])
    model, report = keras_3_config(data)
    return {layer["name"]: layer for layer in model["config"]["layers"]}, report


@pytest.mark.parametrize(
    ("first", "second", "own"),
    [
        (["embedded", 0, 0, {}], ["embedded", 0, 0, {}], False),
        (["embedded", 0, 0, {}], ["embedded", 1, 0, {}], True),
        (["embedded", 0, 0, {}], ["plain", 0, 0, {}], True),
        (["plain", 0, 0, {}], ["plain", 0, 0, {}], False),
    ],
)
def test_a_merge_keeps_its_mask(first: Json, second: Json, own: bool) -> None:
    layers, _ = _converted(
        EMBEDDED,
        old_layer("Add", "merged", [first, second]),
        old_layer("LSTM", "lstm", [["merged", 0, 0, {}]], **LSTM),
    )
    merged = layers["merged"]
    assert merged["class_name"] == ("MaskingAdd" if own else "Add")
    assert merged["registered_name"] == ("keras2>MaskingAdd" if own else None)


def test_a_merge_whose_mask_nobody_asks_for_is_plain() -> None:
    layers, _ = _converted(
        EMBEDDED,
        old_layer("Add", "merged", [["embedded", 0, 0, {}], ["plain", 0, 0, {}]]),
        old_layer("Flatten", "flat", [["merged", 0, 0, {}]]),
    )
    assert layers["merged"]["class_name"] == "Add"


def test_attention_takes_the_mask_off_what_it_is_given() -> None:
    attention = old_layer(
        "MultiHeadAttention",
        "attention",
        [["embedded", 0, 0, {"value": ["embedded", 0, 0]}]],
        num_heads=1,
        key_dim=2,
    )
    layers, _ = _converted(
        EMBEDDED,
        attention,
        old_layer("Add", "merged", [["embedded", 0, 0, {}], ["attention", 0, 0, {}]]),
        old_layer("LSTM", "lstm", [["merged", 0, 0, {}]], **LSTM),
    )
    assert layers["merged"]["class_name"] == "MaskingAdd"


def test_a_mask_is_passed_beside_states() -> None:
    state = old_layer("Flatten", "state", [["words", 0, 0, {}]])
    layers, report = _converted(
        EMBEDDED,
        state,
        old_layer(
            "LSTM",
            "lstm",
            [["embedded", 1, 0, {}], ["state", 0, 0, {}], ["state", 0, 0, {}]],
            **LSTM,
        ),
    )
    mask = layers["lstm"]["inbound_nodes"][0]["kwargs"]["mask"]
    assert mask["config"]["keras_history"] == ["not_equal", 0, 0]
    tensor, value = layers["not_equal"]["inbound_nodes"][0]["args"]
    assert tensor["config"]["keras_history"] == ["others", 0, 0]
    assert value == 0
    assert "mask_beside_states" in {change.rule for change in report.changes}


def test_a_mask_that_cannot_be_written_is_told_of() -> None:
    state = old_layer("Flatten", "state", [["words", 0, 0, {}]])
    joined = [["embedded", 0, 0, {}], ["embedded", 1, 0, {}]]
    _, report = _converted(
        EMBEDDED,
        state,
        old_layer("Concatenate", "joined", joined, axis=1),
        old_layer(
            "GRU",
            "gru",
            [["joined", 0, 0, {}], ["state", 0, 0, {}]],
            **LSTM,
        ),
    )
    (remark,) = report.remarks
    assert remark.where == "gru"
    assert "mask=" in remark.message


def test_a_mask_with_more_axes_than_time() -> None:
    inner = old_layer("Embedding", "inner", input_dim=9, output_dim=3, mask_zero=True)
    letters = old_layer(
        "TimeDistributed",
        "letters",
        [["words", 0, 0, {}]],
        layer={"class_name": "Embedding", "config": inner["config"]},
    )
    layers, _ = _converted(letters)
    assert layers["letters"]["class_name"] == "MaskingTimeDistributed"
