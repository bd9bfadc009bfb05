"""The blocks style: each golden is compared, executed, and compared with its model."""

import difflib
import os
import subprocess
import sys
from pathlib import Path

import black
import keras
import pytest

import kerascodegen
from kerascodegen.emitters.audit import audit_source
from kerascodegen.errors import InternalError
from tests import roundtrip
from tests.block_cases import CASES
from tests.cases import all_cases

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "golden" / "blocks"
# Reference cases with repeated parts, in this style too.
REFERENCES = ("dense_chain", "squeeze_excite", "transformer_encoder", "unet")
BUILDERS = {
    **CASES,
    **{case.name: case.build for case in all_cases() if case.name in REFERENCES},
}


# One model of each family, small at the end: what repeats is what counts.
FAMILIES = {
    "convnext_tiny": "ConvNeXtTiny",
    "densenet121": "DenseNet121",
    "efficientnet_b0": "EfficientNetB0",
    "efficientnet_v2b0": "EfficientNetV2B0",
    "inception_resnet_v2": "InceptionResNetV2",
    "inception_v3": "InceptionV3",
    "mobilenet": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    "mobilenet_v3_small": "MobileNetV3Small",
    "nasnet_mobile": "NASNetMobile",
    "resnet50": "ResNet50",
    "resnet50_v2": "ResNet50V2",
    "vgg16": "VGG16",
    "xception": "Xception",
}


def family_model(name: str) -> keras.Model:
    # Automatic names as in a fresh process.
    keras.utils.clear_session()
    make = getattr(keras.applications, FAMILIES[name])
    return make(weights=None)


def compare_with_golden(name: str, source: str, update: bool) -> None:
    """Compare with the golden file, or write it."""
    path = GOLDEN / f"{name}.py"
    if update:
        path.write_text(source, encoding="utf-8", newline="\n")
    golden = path.read_text(encoding="utf-8") if path.exists() else "\n"
    lines = (golden.splitlines(), source.splitlines())
    assert golden == source, "\n".join(difflib.unified_diff(*lines, lineterm=""))
    assert black.format_str(source, mode=black.Mode()) == source
    audit_source(source)


@pytest.mark.parametrize("name", FAMILIES)
def test_family(name: str, update_golden: bool):
    model = family_model(name)
    source = blocks(model)
    compare_with_golden(name, source, update_golden)
    keras.utils.clear_session()
    roundtrip.assert_same_model(model, roundtrip.execute(source).build_model())


def blocks(model: keras.Model, **options: object) -> str:
    return str(kerascodegen.generate(model, style="blocks", **options))


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_golden(name: str, update_golden: bool, tmp_path: Path):
    model = BUILDERS[name]()
    source = blocks(model)
    compare_with_golden(name, source, update_golden)
    rebuilt = roundtrip.execute(source).build_model()
    roundtrip.assert_same_model(model, rebuilt)
    roundtrip.assert_weights_load(model, rebuilt, tmp_path)


def test_no_golden_without_a_case():
    assert {path.stem for path in GOLDEN.glob("*.py")} == {*BUILDERS, *FAMILIES}


def test_goldens_pass_ruff():
    command = [sys.executable, "-m", "ruff", "check", "--isolated", str(GOLDEN)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_nothing_repeated_is_written_as_functional():
    model = CASES["nothing_repeated"]()
    assert blocks(model) == str(kerascodegen.generate(model))


def test_file_and_live_model_give_the_same(tmp_path: Path):
    model = CASES["residual_variants"]()
    path = tmp_path / "model.json"
    path.write_text(model.to_json(), encoding="utf-8")
    assert str(kerascodegen.generate(path, style="blocks")) == blocks(model)


def test_hash_seed_does_not_matter(tmp_path: Path):
    path = tmp_path / "model.json"
    path.write_text(CASES["residual_variants"]().to_json(), encoding="utf-8")
    command = [sys.executable, "-m", "kerascodegen", str(path), "--style", "blocks"]
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
    assert len(outputs) == 1
    assert "def residual_block(" in outputs.pop()


def test_min_repeats_keeps_rare_parts_flat():
    model = CASES["branches"]()
    assert "\ndef inception_block(" in blocks(model)
    assert "\ndef inception_block(" not in blocks(model, min_repeats=100)


def test_max_parameters_bounds_every_block():
    import ast

    tree = ast.parse(blocks(CASES["one_corner"](), max_parameters=0))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for function in functions:
        names = {arg.arg for arg in function.args.kwonlyargs}
        assert names <= {"name", "index", "suffix"}, function.name


@pytest.mark.parametrize(
    "options", [{"min_repeats": 1}, {"min_size": 0}, {"max_parameters": -1}]
)
def test_options_out_of_range_are_refused(options: dict[str, int]):
    with pytest.raises(kerascodegen.OptionError):
        kerascodegen.generate(CASES["nothing_repeated"](), style="blocks", **options)


def test_shapes_stand_behind_calls_outside_of_loops():
    source = blocks(CASES["one_corner"](), shapes=True)
    assert 'x = dense_block(x, dropout=True, name="block5")  # (None, 32)' in source
    plain = "\n".join(line.partition("  #")[0] for line in source.splitlines())
    assert plain.strip() == blocks(CASES["one_corner"]()).strip()


def test_a_fault_of_the_folding_gives_flat_source(monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise InternalError("A test.")

    model = CASES["one_corner"]()
    monkeypatch.setattr("kerascodegen.emitters.blocks.fold", fail)
    result = kerascodegen.generate(model, style="blocks")
    assert str(result) == str(kerascodegen.generate(model))
    assert "by a fault of kerascodegen" in str(result.diagnostics[-1])
    assert result.diagnostics[-1].level.value == "warning"
