"""Subclassed models on the command line: written, verified, their weights moved."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tests.e2e.command import assert_plain, kerascodegen

MODELS = """\
import keras
import numpy as np
from keras import layers, ops


class Block(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.dense = layers.Dense(units, activation="relu", name="dense")
        self.norm = layers.BatchNormalization(name="norm")

    def call(self, x, training=None):
        return self.norm(self.dense(x), training=training)


class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.first = Block(6)
        self.second = Block(6)
        self.head = layers.Dense(2, name="head")

    def call(self, x, training=None):
        x = self.first(x, training=training)
        x = x + self.second(x, training=training)
        return self.head(x)


class Chooses(Net):
    def call(self, x):
        if ops.sum(x) > 0:
            return self.head(x)
        return x


class Gan(keras.Model):
    def __init__(self):
        super().__init__()
        self.generator = Net()
        self.generator(np.zeros((1, 4), "float32"))


def net():
    keras.utils.set_random_seed(3)
    model = Net()
    model(np.zeros((1, 4), "float32"))
    return model


unbuilt, chooses, gan = Net(), Chooses(), Gan()
"""


def test_written_verified_and_weights_moved(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text(MODELS)
    result = kerascodegen("nets.py:net", "-o", "net_def.py", cwd=tmp_path)
    assert (result.code, result.out) == (0, "")
    assert "note: Block is written out layer by layer, since its constr" in result.err
    assert_plain(result.err)
    words = ["verify", "nets.py:net", "net_def.py", "--weights", "net.weights.h5"]
    result = kerascodegen(*words, cwd=tmp_path)
    assert result.code == 0, result.out + result.err
    assert "the original itself agrees" in result.out
    _check_weights(tmp_path)


def _check_weights(folder: Path) -> None:
    """The saved weights give what the original gives."""
    spaces: dict[str, dict[str, object]] = {}
    for name in ("nets.py", "net_def.py"):
        spaces[name] = {"__name__": name}
        exec((folder / name).read_text(), spaces[name])
    original = spaces["nets.py"]["net"]()  # type: ignore[operator]
    rebuilt = spaces["net_def.py"]["build_model"]()  # type: ignore[operator]
    rebuilt.load_weights(folder / "net.weights.h5")
    values = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    np.testing.assert_allclose(original(values), rebuilt(values), rtol=1e-6)


def test_refusals(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text(MODELS)
    refused = {
        ("nets.py:unbuilt",): 'not recorded the shape of the input "x"',
        ("nets.py:gan",): "Generate from its parts instead (generator)",
        ("nets.py:chooses", "--input-shape", "4"): (
            'Chooses.call, line 31 of nets.py: "if ops.sum(x) > 0:"'
        ),
        ("nets.py:net", "--input-shape", "5"): (
            "Block cannot be written as a Functional model: its forward pass calls a "
            "layer on a tensor of a shape that it was not made for (Block.call, line"
        ),
        ("explain", "nets.py"): "A live model in it is nets.py:name.",
    }
    for words, message in refused.items():
        result = kerascodegen(*words, cwd=tmp_path)
        assert (result.code, result.out) == (1, "")
        assert message in result.err
        assert_plain(result.err)


def test_parts_and_shapes(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text(MODELS)
    part = kerascodegen("nets.py:gan.generator", cwd=tmp_path)
    whole = kerascodegen("nets.py:net", cwd=tmp_path)
    given = kerascodegen("nets.py:unbuilt", "--input-shape", "4", cwd=tmp_path)
    assert part.code == whole.code == given.code == 0
    assert part.out == whole.out == given.out


def test_explain_says_why_no_graph_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text(MODELS)
    words = ["explain", "nets.py:chooses", "--input-shape", "4"]
    result = kerascodegen(*words, "--json", cwd=tmp_path)
    assert result.code == 0
    found = json.loads(result.out)
    possible = {one["style"]: one["possible"] for one in found["verdicts"]}
    assert found["kind"] == "subclassed"
    assert possible == {"sequential": "no", "functional": "no", "subclassing": "yes"}
    assert "Chooses.call, line 31 of nets.py" in found["verdicts"][1]["summary"]


def test_explain_calls_a_traced_model_subclassed(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text(MODELS)
    words = ["explain", "nets.py:net", "--inline", "--json"]
    found = json.loads(kerascodegen(*words, cwd=tmp_path).out)
    assert found["kind"] == "subclassed"
    assert "whose forward pass makes a graph of 6 layers" in found["summary"]
