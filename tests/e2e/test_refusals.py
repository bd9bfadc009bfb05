"""What cannot be turned into source: said in plain sentences, nothing on disk changed.

Each runs the real command line, with `-o`, so that a half-written file would show.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kerascodegen import generate
from tests.e2e.command import assert_plain, kerascodegen, snapshot
from tests.modelfiles import ModelFiles, archive, changed, layer

Make = Callable[[Path, ModelFiles], str]


def _json(text: str | Callable[[ModelFiles], str]) -> Make:
    def make(folder: Path, files: ModelFiles) -> str:
        content = text if isinstance(text, str) else text(files)
        (folder / "m.json").write_bytes(content.encode("utf-8", "surrogatepass"))
        return "m.json"

    return make


def _edit(change: Callable[[dict[str, Any]], object]) -> Make:
    return _json(lambda files: changed(files, change))


def _replaced(old: str, new: str) -> Make:
    def text(files: ModelFiles) -> str:
        assert old in files.text
        return files.text.replace(old, new)

    return _json(text)


def _bytes(name: str, content: bytes | Callable[[ModelFiles], bytes]) -> Make:
    def make(folder: Path, files: ModelFiles) -> str:
        data = content if isinstance(content, bytes) else content(files)
        (folder / name).write_bytes(data)
        return name

    return make


def _zip(*members: tuple[str, str | bytes | None]) -> Make:
    """An archive; a member without content gets the tiny model's config."""

    def make(folder: Path, files: ModelFiles) -> str:
        filled = [(n, files.text if data is None else data) for n, data in members]
        return archive(folder / "m.keras", *filled).name

    return make


def _patched(local: int, central: int, kind: str, value: int) -> Make:
    """An archive with a field of its headers overwritten."""

    def content(files: ModelFiles) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("config.json", files.text)
        data = bytearray(buffer.getvalue())
        struct.pack_into(kind, data, local, value)
        struct.pack_into(kind, data, data.index(b"PK\x01\x02") + central, value)
        return bytes(data)

    return _bytes("m.keras", content)


def _copy(name: str, to: str = "") -> Make:
    return _bytes(to or name, lambda files: files[name].read_bytes())


def _folder(*members: str) -> Make:
    def make(folder: Path, files: ModelFiles) -> str:
        (folder / "saved").mkdir()
        for member in members:
            (folder / "saved" / member).write_bytes(b"x")
        return "saved"

    return make


def _take(history: list[Any]) -> Make:
    """Let the hidden layer take another tensor."""

    def change(config: dict[str, Any]) -> None:
        tensor = layer(config)["inbound_nodes"][0]["args"][0]
        tensor["config"]["keras_history"] = history

    return _edit(change)


def _set(path: str, value: Any, name: str = "hidden") -> Make:
    """Set a field of a layer, or of the model's config with `name=""`."""

    def change(config: dict[str, Any]) -> None:
        place = layer(config, name) if name else config["config"]
        *outer, last = path.split(".")
        for key in outer:
            place = place[key]
        place[last] = value

    return _edit(change)


def _op(config: dict[str, Any]) -> None:
    layer(config).update(module="keras.src.ops.numpy", class_name="Frobnicate")


_ADAM = {"module": "keras.optimizers", "class_name": "Adam", "config": {"name": "adam"}}
_KERAS_2 = {
    "class_name": "Model",
    "keras_version": "2.4.0",
    "config": {"name": "m", "layers": [], "input_layers": [], "output_layers": []},
}
_DEEP_OBJECT = '{"module": "a", "class_name": "B", "config": {"c": '

_GRAPH = "saved_model.pb"

REFUSALS: dict[str, tuple[Make, str]] = {
    # Files.
    "missing": (
        lambda folder, files: "no_such.keras",
        "There is no file no_such.keras",
    ),
    "missing in a file": (
        lambda folder, files: "marker/m.keras",
        "marker/m.keras cannot be read: Not a directory",
    ),
    "name too long": (lambda folder, files: "a" * 5000, "cannot be read: File name"),
    "directory": (_folder(), "saved is a directory, not a model file"),
    "unzipped archive": (_folder("config.json"), "Pass the config.json inside"),
    "saved model": (_folder("saved_model.pb"), "SavedModel.*Save the model as .keras"),
    "saved model of Keras 2": (
        _folder("saved_model.pb", "keras_metadata.pb"),
        r"saved is a SavedModel that Keras 2 wrote\. Let tf_keras .*\.save",
    ),
    "part of a saved model": (
        lambda folder, files: f"{_folder(_GRAPH)(folder, files)}/{_GRAPH}",
        "saved is a TensorFlow SavedModel",
    ),
    "empty": (_bytes("m.keras", b""), "m.keras is empty"),
    "blank": (_bytes("m.json", b" \n\t "), "m.json is empty"),
    "not a zip": (_bytes("m.keras", b"GIF89a\x00\x01"), "neither a .keras archive"),
    "endless": (lambda folder, files: "/dev/zero", "/dev/zero is not a model"),
    "weights": (_copy("only.weights.h5"), "holds weights only.*Pass the .keras"),
    "weights, renamed": (_copy("only.weights.h5", "m.h5"), "holds weights only"),
    # Archives.
    "empty zip": (_zip(), "without config.json"),
    "no config": (_zip(("metadata.json", "{}")), "a zip file without config.json"),
    "config elsewhere": (_zip(("a/config.json", None)), "without config.json"),
    "two configs": (
        _zip(("config.json", "{}"), ("config.json", None)),
        "holds config.json 2 times",
    ),
    "config empty": (_zip(("config.json", "")), "config.json in m.keras is empty"),
    "config not JSON": (
        _zip(("config.json", "hello")),
        r"config.json in m.keras is not valid JSON \(line 1, column 1",
    ),
    "config truncated": (
        _zip(("config.json", '{"class_name": "Functional", "conf')),
        "config.json in m.keras is truncated",
    ),
    "zip truncated": (
        _bytes("m.keras", lambda files: files["tiny.keras"].read_bytes()[:5000]),
        "m.keras begins like a .keras archive.*truncated.*again",
    ),
    "encrypted": (_patched(6, 8, "<H", 1), "is encrypted.*password"),
    "odd compression": (_patched(8, 10, "<H", 12), "a way that Keras does not use"),
    "size too small": (_patched(22, 24, "<I", 10), "is damaged"),
    "wrong checksum": (_patched(14, 16, "<I", 10), "is damaged"),
    "size too large": (_patched(22, 24, "<I", 2**31), "unpacks to 2,147,483,648 bytes"),
    "bomb": (_zip(("config.json", b" " * 20_000_000)), "unpacks to 20,000,000 bytes"),
    "many members": (
        _zip(*((str(i), "") for i in range(10_001))),
        "has 10001 members",
    ),
    # Text.
    "truncated": (
        _json(lambda files: files.text[: len(files.text) // 2]),
        "m.json is truncated",
    ),
    "cut in a string": (
        _json(lambda files: files.text[: files.text.index("GlorotUniform") + 4]),
        "m.json is truncated",
    ),
    "trailing comma": (_json('{"a": 1,}'), "m.json is not valid JSON"),
    "not UTF-8": (_bytes("m.json", b'{"a": "\xff"}'), "not text in UTF-8"),
    "UTF-16": (_bytes("m.json", '{"a": 1}'.encode("utf-16")), "is not a model"),
    "list": (_json("[1, 2]"), "is not a model"),
    "object": (_json("{}"), "has no class_name"),
    "duplicate keys": (
        _replaced('"units": 8', '"units": 8, "units": 9'),
        '"units" twice',
    ),
    "huge integer": (
        _replaced('"units": 8', f'"units": {"9" * 5000}'),
        "integer of 5000 digits",
    ),
    "deep lists": (_json('{"a":' + "[" * 100_000), "nested too deeply"),
    "deep objects": (_json('{"a":' * 100_000), "nested too deeply"),
    "deep argument": (
        _replaced('"units": 8', f'"units": {"[" * 500}{"]" * 500}'),
        "nested too deeply",
    ),
    "deep classes": (
        _replaced('"units": 8', f'"units": {_DEEP_OBJECT * 300}1{"}}" * 300}'),
        "nested too deeply",
    ),
    # Configs that are no model.
    "layer's config": (
        _json(lambda files: json.dumps(layer(files.config()))),
        'config of a "Dense", not of a model',
    ),
    "optimizer's config": (_json(json.dumps(_ADAM)), 'config of a "Adam", not of a'),
    "compile config": (
        _json(lambda files: json.dumps(files.config()["compile_config"])),
        "has no class_name",
    ),
    "subclassed": (
        _copy("subclassed.keras"),
        "is a subclassed model.*live model instead",
    ),
    "no layers": (
        _edit(lambda config: config["config"].pop("layers")),
        "damaged: it has no list of layers",
    ),
    "layer is null": (_set("layers", [None], ""), "A layer in .* is not an object"),
    "Keras 2": (
        _json(json.dumps(_KERAS_2)),
        "The model has no outputs",
    ),
    "Keras 2 calls": (
        _set("inbound_nodes", [[["x", 0, 0, {}]]]),
        'How the layer "hidden" is called is damaged',
    ),
    # Graphs that cannot be built.
    "cycle": (_take(["out", 0, 0]), 'circle through "(out|hidden)"'),
    "missing layer": (_take(["gone", 0, 0]), 'a layer "gone" that it does not have'),
    "missing call": (_take(["x", 7, 0]), 'no call number 7 of "x"'),
    "missing output": (_take(["x", 0, 7]), '"x" has 1 outputs.*number 7'),
    "negative index": (_take(["x", -1, 0]), "does not say which layer made it"),
    "duplicate names": (
        _edit(lambda config: config["config"]["layers"].append(layer(config))),
        'Two layers of the model are called "hidden"',
    ),
    "not called": (_set("inbound_nodes", []), 'no call number 0 of "hidden"'),
    "calls damaged": (_set("inbound_nodes", 5), "inbound_nodes is not a list"),
    "nothing taken": (
        _set("inbound_nodes", [{"args": [], "kwargs": {}}]),
        '"hidden" is called without any tensor',
    ),
    "output missing": (
        _set("output_layers", ["gone", 0, 0], ""),
        'layer "gone", which',
    ),
    "no outputs": (_set("output_layers", [], ""), "The model has no outputs"),
    "no inputs": (_set("input_layers", [], ""), '"x" is taken by layers but is not'),
    "input no input": (
        _set("input_layers", ["hidden", 0, 0], ""),
        '"hidden" is named as an input',
    ),
    # Classes and arguments.
    "unknown layer": (
        _set("class_name", "Densee"),
        'Keras [0-9.]+ has no layer "Densee".*"hidden".*upgrade',
    ),
    "unknown op": (_edit(_op), 'op "Frobnicate" of "hidden" is not known'),
    "argument missing": (
        _edit(lambda config: layer(config)["config"].pop("units")),
        "hidden: the config has no 'units'",
    ),
    "unbuilt": (_copy("unbuilt.json"), 'Sequential "unbuilt".*--input-shape 784'),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", REFUSALS)
def test_refused(name: str, files: ModelFiles, tmp_path: Path) -> None:
    make, expected = REFUSALS[name]
    work, temporary = tmp_path / "work", tmp_path / "temporary"
    work.mkdir()
    temporary.mkdir()
    (work / "marker").write_text("stays")
    model = make(work, files)
    before = snapshot(work)
    result = kerascodegen(model, "-o", "out.py", cwd=work, TMPDIR=str(temporary))
    assert result.code == 1, result
    assert result.out == ""
    assert_plain(result.err)
    message = result.err.removesuffix("\n")
    assert message.startswith("Error: ")
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 500
    _assert_said(expected, message)
    assert snapshot(work) == before
    assert snapshot(temporary) == {}


def _assert_said(expected: str, message: str) -> None:
    assert re.search(expected, message), message


def test_unbuilt_sequential_works_with_a_shape(
    files: ModelFiles, tmp_path: Path
) -> None:
    result = kerascodegen(files["unbuilt.json"], "--input-shape", "7", cwd=tmp_path)
    assert (result.code, result.err) == (0, "")
    assert "keras.Input(shape=(7,)" in result.out


STUBS = {
    "custom.keras": ("Scaled(factor=2.5,", "scaled: the class .*Scaled"),
    "lambda.keras": ("layers.Lambda(doubled_function,", "doubled: a lambda"),
}


@pytest.mark.parametrize("name", STUBS)
def test_custom_code_becomes_a_stub(
    name: str, files: ModelFiles, tmp_path: Path
) -> None:
    written, warned = STUBS[name]
    result = kerascodegen(files[name], cwd=tmp_path)
    assert result.code == 0
    assert written in result.out
    assert "raise NotImplementedError" in result.out
    assert result.err.startswith("warning: ")
    assert result.err.count("\n") == 1
    assert_plain(result.err)
    _assert_said(warned, result.err)


def test_lambda_stub_names_the_code_by_its_hash(files: ModelFiles) -> None:
    with zipfile.ZipFile(files["lambda.keras"]) as opened:
        config = json.loads(opened.read("config.json"))
    code = layer(config, "doubled")["config"]["function"]["config"]["code"]
    digest = hashlib.sha256(base64.b64decode(code)).hexdigest()
    assert f"SHA-256 {digest}" in str(generate(files["lambda.keras"]))


@pytest.mark.parametrize("name", ["TFSMLayer", "TorchModuleWrapper", "FlaxLayer"])
def test_layers_that_run_foreign_code_become_stubs(
    name: str, files: ModelFiles, tmp_path: Path
) -> None:
    def change(config: dict[str, Any]) -> None:
        layer(config).update(
            class_name=name, config={"name": "hidden", "filepath": "/etc/passwd"}
        )

    path = tmp_path / "m.json"
    path.write_text(changed(files, change))
    result = generate(path)
    assert f"class {name}(layers.Layer):" in result.source
    assert f"layers.{name}(" not in result.source
    assert [diagnostic.where for diagnostic in result.diagnostics] == ["hidden"]
