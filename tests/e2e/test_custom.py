"""Custom code on the command line: what may be imported, and what verifies."""

from __future__ import annotations

import importlib
import json
import sys
import textwrap
from pathlib import Path
from typing import Any

import keras
import pytest

import kerascodegen as package
from kerascodegen.errors import Level
from tests.e2e.command import Result, kerascodegen, run

LAYERS = '''
import keras
from keras import layers, ops


class L2Norm(layers.Layer):
    """Not registered: its file has module and class name."""

    def call(self, inputs):
        return inputs / ops.norm(inputs, axis=-1, keepdims=True)


@keras.saving.register_keras_serializable("shop")
class Scale(layers.Layer):
    def __init__(self, by, **kwargs):
        super().__init__(**kwargs)
        self.by = by

    def call(self, inputs):
        return inputs * self.by

    def get_config(self):
        return {**super().get_config(), "by": self.by}


@keras.saving.register_keras_serializable("shop")
def clip(x):
    return ops.clip(x, -1, 1)


def shifted(y_true, y_pred):
    return ops.mean(ops.abs(y_true - y_pred + 0.5))


class Tower(keras.Model):
    """Its file has no graph."""

    def __init__(self, units, **kwargs):
        inputs = keras.Input((4,), name="x")
        outputs = layers.Dense(units, name="dense")(inputs)
        super().__init__(inputs, {"out": outputs, "raw": inputs}, **kwargs)
        self.units = units

    def get_config(self):
        return {"units": self.units, "name": self.name}


def build():
    inputs = keras.Input((4,), name="x")
    x = layers.Dense(3, activation=clip, name="dense")(inputs)
    x = L2Norm(name="norm")(x)
    model = keras.Model(inputs, Scale(2.0, name="scale")(x), name="m")
    model.compile("sgd", shifted)
    return model


def towers():
    inputs = keras.Input((4,), name="x")
    tower = Tower(2, name="tower")(inputs)
    return keras.Model(inputs, [tower["raw"], tower["out"]], name="m")
'''
FUNCTIONS = ("shop>clip=shop_layers:clip", "shifted=shop_layers:shifted")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A folder with a module of layers and models saved from it."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop_layers.py").write_text(LAYERS)
    sys.path.insert(0, str(folder))
    registry = keras.saving.get_custom_objects()
    before = dict(registry)
    try:
        module = importlib.import_module("shop_layers")
        module.build().save(folder / "m.keras")
        module.Tower(2, name="tower").save(folder / "tower.keras")
        module.towers().save(folder / "towers.keras")
        yield folder
    finally:
        sys.path.remove(str(folder))
        del sys.modules["shop_layers"]
        registry.clear()
        registry.update(before)


def flags(option: str, *values: str) -> list[str]:
    return [word for value in values for word in (option, value)]


def generate(*words: str, cwd: Path) -> Result:
    return kerascodegen(*words, cwd=cwd)


def test_stubs_without_permission(shop: Path):
    result = generate("m.keras", "--strict", cwd=shop)
    assert result.code == 1
    assert "--allow-import shop_layers imports it instead" in result.err
    assert "--custom-object 'shop>clip=module:attr' imports it" in result.err
    source = str(package.generate(shop / "m.keras"))
    assert "shop_layers import" not in source
    assert "class L2Norm(layers.Layer):" in source


def test_allowed_imports_verify(shop: Path):
    words = [*flags("--allow-import", "shop_layers")]
    words += flags("--custom-object", *FUNCTIONS)
    out = ["-o", "model_def.py", "--force", "--strict", "--verify"]
    result = generate("m.keras", *words, *out, cwd=shop)
    assert result.code == 0, result.err
    assert "OK: the source builds the same model" in result.err
    source = (shop / "model_def.py").read_text()
    assert "from shop_layers import L2Norm, Scale, clip, shifted\n" in source
    assert "NotImplementedError" not in source


def test_a_name_may_be_mapped_to_another(shop: Path):
    (shop / "moved.py").write_text("from shop_layers import L2Norm as Normal, Scale\n")
    words = flags("--custom-object", "L2Norm=moved:Normal", "shop>Scale=moved:Scale")
    words += flags("--custom-object", *FUNCTIONS)
    result = generate("m.keras", *words, "--verify", "--strict", cwd=shop)
    assert result.code == 0, result.err
    assert "from moved import Normal, Scale\n" in result.out
    assert 'Normal(name="norm")' in result.out


@pytest.mark.parametrize("allowed", ["shop", "shop_layers.inner", "hop_layers"])
def test_packages_are_matched_by_whole_components(shop: Path, allowed: str):
    result = package.generate(shop / "m.keras", allow_import=[allowed])
    assert "shop_layers import" not in str(result)
    assert f"--allow-import {allowed}: no custom code" in str(result.diagnostics[-1])


def config_of(module: object, name: object, registered: object) -> dict[str, Any]:
    model = keras.Sequential([keras.Input((4,), name="x"), keras.layers.Dense(2)])
    config: dict[str, Any] = json.loads(model.to_json())
    changes = {"module": module, "class_name": name, "registered_name": registered}
    config["config"]["layers"][1].update(changes)
    return config


@pytest.mark.parametrize(
    "module",
    ["shop.inner; import os", "shop.__init__", "shop.ｉnner", "shop.import", "shop. a"],
)
@pytest.mark.parametrize("part", ["module", "class"])
def test_names_that_are_none_are_never_imported(tmp_path: Path, module: str, part: str):
    bad = module.removeprefix("shop.")
    names = (module, "Own") if part == "module" else ("shop.inner", bad)
    path = tmp_path / "m.json"
    path.write_text(json.dumps(config_of(*names, None)))
    source = str(package.generate(path, allow_import=["shop"]))
    assert "from shop" not in source
    assert "NotImplementedError" in source


def test_generating_imports_nothing_that_is_allowed(tmp_path: Path):
    path = tmp_path / "m.json"
    path.write_text(json.dumps(config_of("no_such_package.deep", "Own", None)))
    result = generate("m.json", "--allow-import", "no_such_package", cwd=tmp_path)
    assert result.code == 0, result.err
    assert "from no_such_package.deep import Own\n" in result.out


def test_wrappers_of_foreign_code_stay_stubs(tmp_path: Path):
    path = tmp_path / "m.json"
    path.write_text(json.dumps(config_of("keras.layers", "TFSMLayer", None)))
    mapped = {"custom_objects": "TFSMLayer=shop:Own", "allow_import": "keras"}
    source = str(package.generate(path, **mapped))
    assert "class TFSMLayer(layers.Layer):" in source
    assert "import TFSMLayer" not in source


@pytest.mark.parametrize("name", ["tower.keras", "towers.keras"])
def test_custom_models_are_constructed(shop: Path, name: str):
    words = ["--allow-import", "shop_layers", "--strict", "--verify"]
    result = generate(name, *words, cwd=shop)
    assert result.code == 0, result.err
    assert 'Tower(units=2, name="tower")' in result.out


def test_a_custom_model_without_permission(shop: Path):
    result = generate("tower.keras", cwd=shop)
    assert result.code == 1
    assert '"Tower" is a subclassed model' in result.err
    assert "--allow-import shop_layers writes its construction" in result.err


def test_a_mapping_that_matches_nothing(shop: Path):
    words = flags("--custom-object", "Other=shop_layers:Other", *FUNCTIONS)
    result = generate("m.keras", "--allow-import", "shop_layers", *words, cwd=shop)
    assert result.code == 0
    assert "warning: --custom-object Other: the model has no custom" in result.err


def test_a_mapping_that_cannot_be_imported(shop: Path):
    words = flags("--custom-object", "L2Norm=no_such_module:L2Norm")
    result = generate("m.keras", *words, "--verify", cwd=shop)
    assert result.code == 1
    assert "No module named 'no_such_module'" in result.err


@pytest.mark.parametrize("word", ["L2Norm=layers.py:L2Norm", "L2Norm"])
def test_wrong_mappings_are_wrong_usage(tmp_path: Path, word: str):
    result = generate("m.keras", "--custom-object", word, cwd=tmp_path)
    assert result.code == 2
    assert "--custom-object" in result.err


@pytest.mark.parametrize("model", ["shop_layers:build", "shop_layers.py:build"])
def test_live_models_verify(shop: Path, model: str):
    result = generate(model, "--verify", "--strict", cwd=shop)
    assert result.code == 0, result.err
    assert "OK: the source builds the same model" in result.err
    copied = model.startswith("shop_layers.py")
    assert ("@keras.saving.register_keras_serializable" in result.out) is copied
    assert ("from shop_layers import" in result.out) is not copied


def test_verify_gives_registered_names_back(shop: Path):
    from tests.code import load

    model = load("pooling").build()
    registry = keras.saving.get_custom_objects()
    before = dict(registry)
    source = str(package.generate(model))
    report = package.verify(model, source)
    assert report.ok, report
    assert dict(registry) == before
    # Also where the copy was registered first, and the original is made after it.
    again = load("pooling").build()
    assert package.verify(again, source).ok
    levels = {d.level for d in package.generate(again).diagnostics}
    assert levels == {Level.NOTE}


def test_a_lambda_of_a_file_is_told_as_its_stand_in_tells_it(tmp_path: Path):
    inputs = keras.Input((4,), name="x")
    twice = keras.layers.Lambda(lambda t: t * 2, name="twice")
    keras.Model(inputs, twice(inputs), name="m").save(tmp_path / "model.keras")
    result = kerascodegen("model.keras", cwd=tmp_path)
    assert result.code == 0
    assert "the model holds it as bytecode, which is never run" in result.out
    assert result.err == (
        "warning: twice: a lambda stands in the file as bytecode, which is never run "
        "or decompiled; a stand-in that raises NotImplementedError is written for it. "
        "Supply it with --lambda 'twice=lambda x: ...' or --custom-object "
        "'twice=module:attr', or put its code into the stand-in.\n"
    )


def test_weights_of_a_class_that_builds_itself_when_called(tmp_path: Path):
    (tmp_path / "late.py").write_text(LATE)
    script = "import late; late.made().save('late.keras')"
    assert run([sys.executable, "-c", script], tmp_path).code == 0
    words = ["late.keras", "--allow-import", "late", "-o", "late_def.py"]
    assert kerascodegen(*words, cwd=tmp_path).code == 0
    source = (tmp_path / "late_def.py").read_text()
    # The docstring's own lines, run.
    lines = source.split("called on data:\n\n")[1].split('"""')[0]
    script = "import keras\nfrom late_def import build_model\n"
    script += "data = keras.ops.ones((1, 4))\n" + textwrap.dedent(lines)
    script += "assert len(model.weights) == 2\n"
    script = script.replace("original.keras", "late.keras")
    result = run([sys.executable, "-c", script], tmp_path)
    assert result.code == 0, result.err


LATE = """
import keras


class Late(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.head = keras.layers.Dense(2)

    def call(self, x):
        return self.head(x)


def made():
    model = Late(name="late")
    model(keras.ops.ones((1, 4)))
    return model
"""
