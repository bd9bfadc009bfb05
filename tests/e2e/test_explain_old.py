"""`kerascodegen explain` on models of Keras 2, through the real command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kerascodegen.errors import UnsupportedModelError
from kerascodegen.explain.run import explain_model
from kerascodegen.options import Options
from kerascodegen.pipeline import load_graph
from tests.e2e.command import assert_plain, kerascodegen
from tests.keras2.configs import old_input, old_layer, old_model, one_layer

FILES = Path(__file__).parents[1] / "keras2" / "files"
Json = dict[str, Any]


def explained(path: Path) -> tuple[Json, str]:
    """What is said as JSON, and as text on one line."""
    result = kerascodegen("explain", path, "--json", cwd=path.parent)
    assert (result.code, result.err) == (0, "")
    text = kerascodegen("explain", path, cwd=path.parent)
    assert (text.code, text.err) == (0, "")
    assert_plain(text.out)
    found: Json = json.loads(result.out)["old"]
    return found, " ".join(text.out.split())


def of_json(config: Json, folder: Path) -> Json:
    path = folder / "model.json"
    path.write_text(json.dumps(config))
    old = json.loads(explain_model(path, Options()).to_json())["old"]
    assert isinstance(old, dict)
    return old


def outcomes(old: Json) -> dict[str, str]:
    return {thing["rule"]: thing["outcome"] for thing in old["things"]}


def test_an_old_file_says_what_wrote_it_and_what_becomes_of_it() -> None:
    old, text = explained(FILES / "compile_legacy_adam.h5")
    assert old["container"] == "h5"
    assert old["loads"] == "no"
    assert outcomes(old) == {"loss_name": "refused", "learning_rate": "other"}
    assert f"Keras {old['version']} wrote this .h5 file" in text
    assert "Keras 3 does not load it." in text
    assert " becomes InverseTimeDecay" in text
    assert "kerascodegen convert" in old["next_steps"][0]


def test_raw_calls_are_said_with_what_they_became() -> None:
    old, text = explained(FILES / "slicing.h5")
    (thing,) = old["things"]
    assert (thing["rule"], thing["outcome"]) == ("raw_op", "refused")
    assert "becomes GetItem" in text


def test_a_lambda_is_a_stand_in_with_its_hash_and_how_to_give_it() -> None:
    old, text = explained(FILES / "lambda_layer.h5")
    stand_ins = {row["layer"]: row for row in old["stand_ins"]}
    assert "SHA-256" in stand_ins["double"]["what"]
    assert "--lambda 'double=lambda x: ...'" in stand_ins["double"]["advice"]
    assert "bytecode" in text
    # Said once, not as a warning besides.
    assert old["warnings"] == []


def test_formats_that_keras_3_never_loads() -> None:
    old, _ = explained(FILES / "thresholded_relu.keras")
    assert (old["container"], old["loads"]) == ("keras", "no")
    assert "any other Functional model in a .keras file" in old["verdict"]
    assert outcomes(old) == {"thresholded_relu": "refused"}
    old, _ = explained(FILES / "seq2seq.json")
    assert (old["container"], old["loads"]) == ("json", "no")
    assert "any other JSON of Keras 2" in old["verdict"]
    assert "-o model_def.py" in old["next_steps"][0]


def test_a_file_that_keras_3_loads_as_it_is() -> None:
    old, text = explained(FILES / "dense_input_dim.h5")
    assert old["loads"] == "yes"
    assert "Keras 3 would have loaded it as it is." in text
    assert set(outcomes(old).values()) <= {"same"}


def test_many_layers_are_counted(tmp_path: Path) -> None:
    layers = [old_input("x", 4)]
    for number in range(30):
        before = layers[-1]["name"]
        call = [[before, 0, 0, {}]]
        layers.append(old_layer("ThresholdedReLU", f"r{number}", call, theta=0.5))
    config = old_model(*layers, outputs=[["r29", 0, 0]])
    path = tmp_path / "model.json"
    path.write_text(json.dumps(config))
    old, text = explained(path)
    (thing,) = old["things"]
    assert [len(row["layers"]) for row in thing["became"]] == [30, 30]
    assert "r0, r1, r2, r3 and 26 more: ThresholdedReLU becomes ReLU" in text


def test_all_refusals_are_listed_and_none_is_written(tmp_path: Path) -> None:
    call = [["x", 0, 0, {}]]
    config = old_model(
        old_input("x", 8, 8, 4),
        old_layer("BatchNormalization", "norm", call, axis=[1, 2]),
        old_layer(
            "Conv2DTranspose",
            "back",
            [["norm", 0, 0, {}]],
            filters=2,
            kernel_size=[2, 2],
            groups=2,
        ),
        old_layer("Scale", "scale", [["back", 0, 0, {}]], factor=2.0),
        outputs=[["scale", 0, 0]],
    )
    old = of_json(config, tmp_path)
    assert [row["layers"] for row in old["refusals"]] == [["norm"], ["back"]]
    assert "takes one axis" in old["refusals"][0]["what"]
    assert "groups=2" in old["refusals"][1]["what"]
    assert [row["layer"] for row in old["stand_ins"]] == ["scale"]
    assert "Change what cannot be kept" in old["next_steps"][0]
    path = tmp_path / "model.json"
    text = kerascodegen("explain", path, cwd=tmp_path)
    assert text.code == 0
    assert "No source can be written" in text.out
    assert "Custom layers: scale." in " ".join(text.out.split())
    # Only explain goes on: all else ends with the first of them.
    with pytest.raises(UnsupportedModelError, match='"norm": BatchNormalization'):
        load_graph(path, Options())
    result = kerascodegen(path, cwd=tmp_path)
    assert (result.code, result.out) == (1, "")


def test_custom_code_alone(tmp_path: Path) -> None:
    old = of_json(one_layer("shop>Scale", factor=2.0), tmp_path)
    (row,) = old["stand_ins"]
    assert row["advice"].endswith("--custom-object 'shop>Scale=your_module:Scale'")
    assert old["things"] == []
    assert any("options above" in step for step in old["next_steps"])


def test_raw_calls_without_an_equal_are_stand_ins_with_a_reason(tmp_path: Path) -> None:
    call = ["x", 0, 0, {"dtype": "string"}]
    op = old_layer("TFOpLambda", "tf.strings.as_string", call)
    op["config"]["function"] = "strings.as_string"
    config = old_model(old_input("x", 4), op, outputs=[["tf.strings.as_string", 0, 0]])
    old = of_json(config, tmp_path)
    (row,) = old["stand_ins"]
    assert row["what"].startswith("stands for tf.strings.as_string: ")
    assert "functions on text" in row["what"]
    assert old["things"][0]["became"][0]["what"].endswith("becomes a stand-in")
    assert old["next_steps"][1] == "Fill in the stand-ins in the source."


def test_warnings_of_generate_are_said(tmp_path: Path) -> None:
    old = of_json(one_layer("AddLoss", unconditional=True), tmp_path)
    (warning,) = old["warnings"]
    assert "A loss was added to the model here" in warning


def test_names_cannot_do_harm(tmp_path: Path) -> None:
    name = "a\x1b[31m'; rm -rf / #\u202e"
    config = old_model(
        old_input("x", 4),
        old_layer("Evil\x1b[0m", name, [["x", 0, 0, {}]]),
        outputs=[[name, 0, 0]],
    )
    config["keras_version"] = "2.\x1b[31m"
    path = tmp_path / "model.json"
    path.write_text(json.dumps(config))
    result = kerascodegen("explain", path, cwd=tmp_path)
    assert result.code == 0
    assert_plain(result.out)


def test_a_model_of_keras_3_has_no_such_section(tmp_path: Path) -> None:
    import keras

    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    path = tmp_path / "model.json"
    path.write_text(model.to_json())
    assert "old" not in json.loads(explain_model(path, Options()).to_json())
    assert "An old model" not in explain_model(path, Options()).to_text()


def test_the_optimizers_state_is_left_out_and_that_is_said(tmp_path: Path) -> None:
    tk = pytest.importorskip("tf_keras")
    model = tk.Sequential([tk.layers.Dense(2, input_dim=3)])
    model.compile("adam", "binary_crossentropy")
    path = tmp_path / "trained.h5"
    for included in (True, False):
        model.save(path, include_optimizer=included)
        found = explain_model(path, Options())
        assert found.old is not None
        assert found.old.optimizer_state is included
        assert ("optimizer's state" in found.to_text()) is included
    # Live, nothing was saved.
    live = explain_model(model, Options()).old
    assert live is not None
    assert (live.container, live.optimizer_state) == ("tf_keras", None)
    assert live.verdict.startswith("Saved as .h5, ")
