"""Blocks as layers: each golden is compared, executed, and proved by `verify`."""

import difflib
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import black
import keras
import numpy as np
import pytest

import kerascodegen
from kerascodegen.emitters.audit import audit_source
from kerascodegen.layering.attributes import LAYER_ATTRIBUTES
from tests import roundtrip
from tests.block_cases import CASES as BLOCK_CASES
from tests.cases import all_cases
from tests.layer_cases import CASES

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "golden" / "layers"
REFERENCES = ("squeeze_excite", "transformer_encoder", "unet")
# No block in these is worth a class, or none can be one.
WITHOUT = {"masked_blocks", "nothing_repeated", "rnn_stack"}
BUILDERS = {
    **BLOCK_CASES,
    **CASES,
    **{case.name: case.build for case in all_cases() if case.name in REFERENCES},
}
APPLICATIONS = {
    "application_convnext_tiny": keras.applications.ConvNeXtTiny,
    "application_efficientnet_b0": keras.applications.EfficientNetB0,
    "application_mobilenet_v3_small": keras.applications.MobileNetV3Small,
    "application_resnet50": keras.applications.ResNet50,
}


def blocks(model: object, kind: str = "layer", **options: object) -> str:
    return str(kerascodegen.generate(model, style="blocks", block_kind=kind, **options))


def compare(name: str, source: str, update: bool) -> None:
    path = GOLDEN / f"{name}.py"
    if update:
        path.write_text(source, encoding="utf-8", newline="\n")
    golden = path.read_text(encoding="utf-8") if path.exists() else "\n"
    lines = (golden.splitlines(), source.splitlines())
    assert golden == source, "\n".join(difflib.unified_diff(*lines, lineterm=""))
    assert black.format_str(source, mode=black.Mode()) == source
    audit_source(source)


def own_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    for layer in model._flatten_layers(include_self=False):
        if not type(layer).__module__.startswith("keras."):
            yield layer


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_golden(name: str, update_golden: bool):
    model = BUILDERS[name]()
    source = blocks(model)
    compare(name, source, update_golden)
    assert ("(layers.Layer)" in source) is (name not in WITHOUT)
    if name in WITHOUT:
        assert source == blocks(model, "function")
    report = kerascodegen.verify(model, source)
    assert report.ok, [check for check in report.checks if check.rows]
    assert {check.name for check in report.checks} >= {
        "structure",
        "weights",
        "predictions",
        "training mode",
        "save and reload",
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(APPLICATIONS))
def test_application(name: str, update_golden: bool):
    keras.backend.clear_session()
    model = APPLICATIONS[name](weights=None)
    source = blocks(model)
    compare(name, source, update_golden)
    assert kerascodegen.verify(model, source).ok


def test_no_golden_without_a_case():
    stems = {path.stem for path in GOLDEN.glob("*.py")}
    assert stems == {*BUILDERS, *APPLICATIONS}


def test_goldens_pass_ruff():
    command = [sys.executable, "-m", "ruff", "check", "--isolated", str(GOLDEN)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", sorted({*CASES, "residual_variants"} - WITHOUT))
def test_config_gives_every_argument(name: str):
    rebuilt = roundtrip.execute(blocks(BUILDERS[name]())).build_model()
    found = list(own_layers(rebuilt))
    assert found
    for layer in found:
        config = layer.get_config()
        parameters = list(inspect.signature(type(layer)).parameters)
        assert parameters[-1] == "kwargs"
        assert {*parameters[:-1], "name", "trainable", "dtype"} <= set(config)
        copy = type(layer).from_config(config)
        copy.build_from_config(layer.get_build_config())
        assert copy.get_config() == config
        shapes = [tuple(v.shape) for v in layer.weights]
        assert [tuple(v.shape) for v in copy.weights] == shapes


@pytest.mark.parametrize("name", ["inverted_residuals", "several_tensors"])
def test_another_process_loads_what_was_saved(name: str, tmp_path: Path):
    source = blocks(BUILDERS[name]())
    (tmp_path / "model_def.py").write_text(source, encoding="utf-8")
    rebuilt = roundtrip.execute(source).build_model()
    roundtrip.randomise_weights(rebuilt)
    rebuilt.save(tmp_path / "saved.keras")
    rebuilt.save_weights(tmp_path / "saved.weights.h5")
    shape = [size or 16 for size in rebuilt.inputs[0].shape[1:]]
    data = np.random.default_rng(1).random((2, *shape)).astype("float32")
    np.savez(tmp_path / "data.npz", data=data, expected=rebuilt(data))
    script = """
import warnings
import numpy as np
import keras
import model_def

warnings.simplefilter("error", UserWarning)
known = np.load("data.npz")
loaded = keras.models.load_model("saved.keras")
np.testing.assert_allclose(loaded(known["data"]), known["expected"], atol=1e-5)
built = model_def.build_model()
built.load_weights("saved.weights.h5")
np.testing.assert_allclose(built(known["data"]), known["expected"], atol=1e-5)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr


def test_blocks_work_eagerly_and_learn():
    module = roundtrip.execute(blocks(CASES["reshaping_ops"]()))
    block = module.ResidualBlock(6)
    given = np.random.default_rng(2).random((3, 8, 8, 4)).astype("float32")
    assert tuple(block(given).shape) == (3, 8, 8, 6)
    model = module.build_model()
    model.compile("sgd", "mse")
    data = np.random.default_rng(3).random((8, 8, 8, 12)).astype("float32")
    before = keras.ops.convert_to_numpy(model.trainable_variables[0])
    model.fit(data, np.ones((8, 2)), verbose=0)
    after = keras.ops.convert_to_numpy(model.trainable_variables[0])
    assert not np.allclose(before, after)


def test_a_wrong_block_does_not_verify():
    model = CASES["inverted_residuals"]()
    source = blocks(model)
    swapped = "        x = self.expand_relu(x)\n        x = self.expand_bn(x)\n"
    for old, new in [
        ('"hard_sigmoid", name="gate"', '"sigmoid", name="gate"'),
        ("Conv2D(filters, 1, use_bias=False", "Conv2D(filters, 1"),
        ("        x = self.expand_relu(x)\n", ""),
        ("".join(swapped.splitlines(keepends=True)[::-1]), swapped),
    ]:
        assert source.count(old) == 1
        report = kerascodegen.verify(model, source.replace(old, new))
        failed = {check.name for check in report.checks if check.status == "mismatch"}
        assert "structure" in failed, (old, failed)


def test_weights_move_and_are_saved(tmp_path: Path):
    model = CASES["compiled_blocks"]()
    roundtrip.randomise_weights(model)
    model.save(tmp_path / "model.keras")
    command = [sys.executable, "-m", "kerascodegen"]
    options = ["--style", "blocks", "--block-kind", "layer", "-o", "model_def.py"]
    run([*command, "model.keras", *options], tmp_path)
    moved = ["--weights", "moved.weights.h5"]
    done = run([*command, "verify", "model.keras", "model_def.py", *moved], tmp_path)
    assert "layers stand inside of blocks" in done
    source = (tmp_path / "model_def.py").read_text(encoding="utf-8")
    assert "--weights moved.weights.h5" in source
    rebuilt = roundtrip.execute(source).build_model()
    rebuilt.load_weights(tmp_path / "moved.weights.h5")
    data = np.random.default_rng(4).random((3, 10, 6)).astype("float32")
    for expected, found in zip(model(data), rebuilt(data), strict=True):
        np.testing.assert_allclose(expected, found, atol=1e-5)


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_hash_seed_and_reader_do_not_matter(tmp_path: Path):
    model = CASES["inverted_residuals"]()
    path = tmp_path / "model.json"
    path.write_text(model.to_json(), encoding="utf-8")
    command = [sys.executable, "-m", "kerascodegen", str(path)]
    command += ["--style", "blocks", "--block-kind", "layer"]
    outputs = {
        subprocess.run(
            command,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
            cwd=ROOT,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert outputs == {blocks(model)}


def test_every_attribute_of_a_layer_is_kept_clear():
    names = {*dir(keras.layers.Layer), *vars(keras.layers.Layer())}
    assert {name for name in names if not name.startswith("_")} <= LAYER_ATTRIBUTES


@pytest.mark.parametrize(
    "options",
    [
        {"style": "functional", "block_kind": "layer"},
        {"style": "blocks", "block_kind": "class"},
        {"style": "blocks", "block_kind": "layer", "names": "auto"},
    ],
)
def test_wrong_usage_is_refused(options: dict[str, str]):
    with pytest.raises(kerascodegen.OptionError) as error:
        kerascodegen.generate(CASES["unnamed_blocks"](), **options)
    assert str(error.value).count(". ") == 0
