"""`kerascodegen explain` through the real command line, on files that Keras wrote."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import pytest
from keras import layers

from kerascodegen.explain.run import explain_model
from kerascodegen.options import Options
from tests.cases import Case, all_cases
from tests.e2e.command import assert_plain, kerascodegen, run
from tests.modelfiles import ModelFiles

# Cases in which there is something to find; in all others nothing may be found.
KNOWN = {
    "frozen_layers": ["frozen-normalization", "frozen-normalization"],
    "sequential_frozen_layers": ["frozen-normalization", "frozen-normalization"],
    "unbuilt_mlp": ["no-input"],
    "unused_input": ["unused-input"],
}


def explained(model: keras.Model, folder: Path) -> dict[str, Any]:
    """Save a model and explain the file; the text must be plain, the JSON is given."""
    path = folder / "model.keras"
    model.save(path)
    result = kerascodegen("explain", path, "--json", cwd=folder)
    assert (result.code, result.err) == (0, "")
    text = kerascodegen("explain", path, cwd=folder)
    assert text.code == 0
    assert_plain(text.out)
    found: dict[str, Any] = json.loads(result.out)
    for finding in found["findings"]:
        assert finding["problem"].split()[0] in text.out
    return found


def only(found: dict[str, Any]) -> dict[str, Any]:
    assert len(found["findings"]) == 1, found["findings"]
    finding: dict[str, Any] = found["findings"][0]
    return finding


def possible(found: dict[str, Any]) -> dict[str, str]:
    return {one["style"]: one["possible"] for one in found["verdicts"]}


def test_layers_of_a_kind_to_know_of():
    inputs = keras.Input((4,), name="inputs")
    x = layers.Dense(4, name="tuned", lora_rank=2)(inputs)
    x = layers.Dense(4, name="small", dtype="int8_from_float32")(x)
    x = layers.Lambda(lambda t: t + 1.0, name="code")(x)
    summary = explain_model(keras.Model(inputs, x, name="odd"), Options()).summary
    assert "With LoRA: tuned" in summary.replace('"', "")
    assert "Quantised to int8: small" in summary.replace('"', "")
    assert "bytecode only: code" in summary.replace('"', "")


def test_a_straight_line(tmp_path: Path):
    inputs = keras.Input((4,), name="inputs")
    model = keras.Model(inputs, layers.Dense(2, name="dense")(inputs), name="line")
    found = explained(model, tmp_path)
    assert list(found) == ["name", "kind", "summary", "verdicts", "findings"]
    assert found["findings"] == []
    assert possible(found) == {
        "sequential": "yes",
        "functional": "yes",
        "subclassing": "yes",
    }
    assert "2 layers and 10 parameters" in found["summary"]


def test_residuals_merges_and_sharing_are_said(tmp_path: Path):
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    hidden = layers.Dense(4, name="hidden")(a)
    skip = layers.Add(name="skip")([hidden, a])
    joined = layers.Concatenate(name="joined")([skip, b])
    shared = layers.Dense(8, name="shared")
    found = explained(keras.Model([a, b], shared(shared(joined)), name="m"), tmp_path)
    assert possible(found)["sequential"] == "no"
    assert found["verdicts"][0]["reasons"] == [
        "m has 2 inputs: a, b",
        "residual branch from a to skip, which takes 2 tensors: hidden, a",
        "merge: joined takes 2 tensors: skip, b",
        "shared: shared is called 2 times",
    ]


def test_a_sequential_without_an_input(tmp_path: Path):
    model = keras.Sequential([layers.Dense(2, name="dense")], name="unbuilt")
    (tmp_path / "model.json").write_text(model.to_json())
    result = kerascodegen("explain", "model.json", cwd=tmp_path)
    assert result.code == 0
    assert "--input-shape" in result.out
    assert "unbuilt has no Input" in result.out


def test_an_input_that_nothing_uses(tmp_path: Path):
    used, ignored = keras.Input((4,), name="used"), keras.Input((4,), name="ignored")
    model = keras.Model([used, ignored], layers.Dense(2, name="dense")(used))
    finding = only(explained(model, tmp_path))
    assert (finding["code"], finding["layers"]) == ("unused-input", ["ignored"])


def encoder(name: str) -> keras.Model:
    x = keras.Input((8,), name="x")
    y = layers.Dense(4, activation="relu", name="dense")(x)
    return keras.Model(x, layers.Dense(2, name="code")(y), name=name)


@pytest.mark.parametrize("how", ["models", "layers", "lambda"])
def test_two_encoders_where_one_was_meant(how: str, tmp_path: Path):
    left, right = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    if how == "layers":
        x, y = layers.Dense(4, name="one")(left), layers.Dense(4, name="two")(right)
    else:
        x, y = encoder("one")(left), encoder("two")(right)
    if how == "lambda":
        distance = layers.Lambda(lambda pair: pair[0] - pair[1], name="distance")
    else:
        distance = layers.Subtract(name="distance")
    model = keras.Model([left, right], distance([x, y]), name="siamese")
    finding = only(explained(model, tmp_path))
    assert finding["code"] == "doubled-layers"
    assert finding["layers"] == ["one", "two", "distance"]
    assert "perhaps" in finding["advice"]


@pytest.mark.parametrize("how", ["joined", "unlike", "shared", "one_input", "ids"])
def test_pairs_that_are_meant_to_be_two(how: str):
    left, right = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    merge: Any = layers.Subtract(name="merge")
    x, y = layers.Dense(4, name="one")(left), layers.Dense(4, name="two")(right)
    if how == "joined":
        merge = layers.Concatenate(name="merge")
    elif how == "unlike":
        y = layers.Dense(4, activation="relu", name="three")(right)
    elif how == "shared":
        both = layers.Dense(4, name="both")
        x, y = both(left), both(right)
    elif how == "one_input":
        y = layers.Dense(4, name="three")(left)
    else:
        # A user and an item, of which there happen to be as many.
        left, right = keras.Input((1,), name="user"), keras.Input((1,), name="item")
        x = layers.Flatten(name="f")(layers.Embedding(9, 4, name="users")(left))
        y = layers.Flatten(name="g")(layers.Embedding(9, 4, name="items")(right))
        merge = layers.Dot(1, name="merge")
    model = keras.Model([left, right], merge([x, y]))
    codes = [one.code for one in explain_model(model, Options()).findings]
    assert "doubled-layers" not in codes


def test_a_mask_that_is_stopped_by_a_layer(tmp_path: Path):
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    x = layers.Embedding(10, 4, mask_zero=True, name="embedding")(tokens)
    x = layers.Conv1D(4, 3, padding="same", name="conv")(x)
    model = keras.Model(tokens, layers.LSTM(2, name="lstm")(x))
    finding = only(explained(model, tmp_path))
    assert finding["code"] == "lost-mask"
    assert finding["layers"] == ["embedding", "conv", "lstm"]
    assert "does not support masks" in finding["problem"]


def test_a_mask_that_is_stopped_by_an_operator(tmp_path: Path):
    tokens = keras.Input((6,), dtype="int32", name="tokens")
    x = layers.Embedding(10, 4, mask_zero=True, name="embedding")(tokens)
    attention = layers.MultiHeadAttention(1, 4, name="attention")
    x = x * 2.0
    finding = only(explained(keras.Model(tokens, attention(x, x)), tmp_path))
    assert finding["layers"] == ["embedding", "multiply", "attention"]
    assert "query_mask=mask" in finding["advice"]


def test_masks_that_arrive_or_are_given_or_not_needed():
    tokens = keras.Input((6,), dtype="int32", name="tokens")
    x = layers.Embedding(10, 4, mask_zero=True, name="embedding")(tokens)
    arrived = layers.LSTM(2, name="arrived")(layers.Dropout(0.1, name="drop")(x))
    mask = keras.ops.not_equal(tokens, 0)
    given = layers.LSTM(2, name="given")(x + 1.0, mask=mask)
    flat = layers.Dense(6, name="dense")(layers.Flatten(name="flat")(x))
    other = layers.LSTM(2, name="other")(layers.Reshape((3, 2), name="steps")(flat))
    model = keras.Model(tokens, [arrived, given, other])
    assert explain_model(model, Options()).findings == ()


def frozen_outside() -> keras.Model:
    model = encoder("whole")
    model.trainable = False
    model.get_layer("code").trainable = True
    return model


def frozen_inside() -> keras.Model:
    inputs = keras.Input((8,), name="inputs")
    return keras.Model(inputs, frozen_outside()(inputs), name="outer")


def frozen_wrapper() -> keras.Model:
    inputs = keras.Input((3, 8), name="inputs")
    inner = layers.Dense(2, name="inner")
    wrapper = layers.TimeDistributed(inner, trainable=False, name="timed")
    return keras.Model(inputs, wrapper(inputs), name="outer")


def moving_norm() -> keras.Model:
    inputs = keras.Input((8,), name="inputs")
    x = layers.Dense(4, trainable=False, name="frozen")(inputs)
    return keras.Model(inputs, layers.BatchNormalization(name="norm")(x), name="outer")


@pytest.mark.parametrize(
    ("build", "layer", "said", "trained"),
    [
        (frozen_outside, "code", "fit() trains nothing at all", 0),
        (frozen_inside, "whole/code", "Keras does train them", 2),
        (frozen_wrapper, "timed", "so it is trained", 2),
        (moving_norm, "norm", "Not frozen: norm", 2),
    ],
)
def test_flags_that_contradict_each_other(build, layer, said, trained, tmp_path: Path):
    model = build()
    # What is said of Keras, Keras does.
    assert len(model.trainable_weights) == trained
    finding = only(explained(model, tmp_path))
    assert finding["layers"] == [layer]
    assert said in finding["problem"]


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_no_false_alarm(case: Case):
    if case.slow:
        pytest.skip("a whole ResNet50, which is like the others")
    found = explain_model(case.build(), Options())
    assert [one.code for one in found.findings] == KNOWN.get(case.name, [])
    assert found.to_text()


def test_a_subclassed_model_is_explained(files: ModelFiles, tmp_path: Path):
    live = f"{files['live_model.py']}:Subclassed"
    result = kerascodegen("explain", live, "--json", cwd=tmp_path)
    found = json.loads(result.out)
    assert (result.code, found["kind"]) == (0, "subclassed")
    assert possible(found)["subclassing"] == "yes"


def test_the_graph_of_a_subclassed_model_is_explained(tmp_path: Path):
    (tmp_path / "net.py").write_text(
        "import keras\n"
        "class Net(keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__(name='net')\n"
        "        self.dense = keras.layers.Dense(3, name='dense')\n"
        "    def call(self, x):\n"
        "        return self.dense(x) + 1.0\n"
        "model = Net()\n"
        "model.build((None, 4))\n"
    )
    result = kerascodegen("explain", "net.py:model", cwd=tmp_path)
    assert result.code == 0
    assert "net is a subclassed model, whose forward pass makes a graph" in result.out


def test_a_file_is_read_without_a_framework(files: ModelFiles, tmp_path: Path):
    code = (
        "import sys\nfrom kerascodegen.explain.run import explain_model\n"
        "from kerascodegen.options import Options\n"
        "explain_model(sys.argv[1], Options())\n"
        "print({'keras', 'numpy', 'tensorflow', 'jax'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, files["tiny.keras"]]
    assert run(command, tmp_path).out.strip() == "set()"


def test_names_of_a_file_cannot_drive_a_terminal(tmp_path: Path):
    inputs = keras.Input((4,), name="in\x1b[2Jputs")
    used = keras.Input((4,), name="used")
    model = keras.Model([inputs, used], layers.Dense(1, name="d")(used), name="m\u202e")
    (tmp_path / "model.json").write_text(model.to_json())
    for words in ((), ("--json",)):
        result = kerascodegen("explain", "model.json", *words, cwd=tmp_path)
        assert result.code == 0
        assert_plain(result.out)


def test_what_is_no_model_fails_plainly(tmp_path: Path):
    (tmp_path / "model.json").write_text('{"a": 1}')
    result = kerascodegen("explain", "model.json", cwd=tmp_path)
    assert (result.code, result.out) == (1, "")
    assert_plain(result.err)
