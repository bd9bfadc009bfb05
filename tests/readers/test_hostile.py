"""Hostile model files: what is written is inert, what is said is plain text."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kerascodegen import CodegenError, generate
from kerascodegen.pipeline import GeneratedSource
from kerascodegen.report import diagnostic_lines, failure
from tests.e2e.command import assert_plain, kerascodegen, snapshot
from tests.modelfiles import ModelFiles, changed, layer
from tests.readers.allowed import assert_allowed

Change = Callable[[dict[str, Any]], object]

NAMES = [
    'a\n"""; import os',
    '"""; import os; """',
    "''' + '''",
    "back\\",
    "{{ 7 * 7 }}{% raw %}",
    "{0}%s",
    "# fmt: off",
    "# type: ignore",
    "right\u202eleft",
    "\u2066isolated\u2069",
    "zero\u200bwidth",
    "line\u2028separator",
    "\ud800",
    "nul\x00",
    "\x1b[31mred\x1b]0;title\x07",
    "ligature \ufb01",
    "cyrillic \u0430dmin",
    "../../etc/passwd",
    "C:\\windows",
    "keras",
    "layers",
    "np",
    "ops",
    "print",
    "float",
    "build_model",
    "compile_model",
    "model",
    "inputs",
    "outputs",
    "lambda",
    "None",
    "__import__",
    "__class__",
    "match",
    "1",
    "   ",
    "n" * 5000,
    "<script>alert(1)</script>",
]
INJECTION = 'x): import os  # """\n'


def _generate(text: str, folder: Path, **options: object) -> GeneratedSource:
    path = folder / "hostile.json"
    path.write_text(text)
    result = generate(path, **options)
    assert_allowed(result.source)
    result.source.encode("utf-8")
    for line in diagnostic_lines(result.diagnostics):
        assert "\n" not in line
        assert_plain(line)
    return result


def _renamed(files: ModelFiles, old: str, new: str) -> str:
    assert json.dumps(old) in files.text
    return files.text.replace(json.dumps(old), json.dumps(new))


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names(name: str, files: ModelFiles, tmp_path: Path) -> None:
    for old in ("hidden", "x", "tiny"):
        result = _generate(_renamed(files, old, name), tmp_path, shapes=True)
        literals = {
            node.value
            for node in ast.walk(ast.parse(result.source))
            if isinstance(node, ast.Constant)
        }
        # Told exactly, however odd.
        assert name in literals


def _in_layer(**changes: Any) -> Change:
    return lambda config: layer(config).update(changes)


def _argument(name: str, value: Any) -> Change:
    return lambda config: layer(config)["config"].update({name: value})


def _custom(module: str, name: str, registered: str | None = None) -> Change:
    return _in_layer(module=module, class_name=name, registered_name=registered)


def _function(module: str, name: str) -> Change:
    return _argument(
        "activation",
        {
            "module": module,
            "class_name": "function",
            "config": name,
            "registered_name": name,
        },
    )


def _object(module: str, name: str, **config: Any) -> Change:
    value = {"module": module, "class_name": name, "config": config}
    return _argument("kernel_initializer", {**value, "registered_name": None})


def _custom_argument(name: str) -> Change:
    def change(config: dict[str, Any]) -> None:
        _custom("somewhere", "Custom")(config)
        layer(config)["config"][name] = 1

    return change


def _call_argument(name: str) -> Change:
    return lambda config: layer(config)["inbound_nodes"][0]["kwargs"].update({name: 1})


def _tensor(**changes: Any) -> Change:
    def change(config: dict[str, Any]) -> None:
        tensor = layer(config)["inbound_nodes"][0]["args"][0]
        tensor["config"].update(changes)

    return change


def _compile(**changes: Any) -> Change:
    return lambda config: config["compile_config"].update(changes)


def _nested(levels: int, wrap: Callable[[Any], Any]) -> Change:
    value: Any = 1
    for _ in range(levels):
        value = wrap(value)
    return _argument("units", value)


def _time_distributed(inner: Any) -> Any:
    return {
        "module": "keras.layers",
        "class_name": "TimeDistributed",
        "config": {"name": "t", "layer": inner},
        "registered_name": None,
    }


_SPECIAL = {
    "lambda": {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "x": "\n"}},
    "lambda, no base64": {"class_name": "__lambda__", "config": {"code": INJECTION}},
    "lambda, no text": {"class_name": "__lambda__", "config": [[1], None]},
    "bytes": {"class_name": "__bytes__", "config": {"value": INJECTION}},
    "array": {
        "class_name": "__numpy__",
        "config": {"value": [INJECTION], "dtype": INJECTION},
    },
}
_EVAL = {
    "module": "builtins",
    "class_name": "function",
    "config": "eval",
    "registered_name": "function",
}

ATTACKS: dict[str, Change] = {
    "look-alike module": _custom("keras.src.layers.evil", "Dense"),
    "look-alike prefix": _custom("keras.layersx", "Dense"),
    "look-alike package": _custom("keras_.layers", "Dense"),
    "class name": _custom("m", INJECTION, f"p>{INJECTION}"),
    "class module": _custom(INJECTION, "Custom", f"{INJECTION}>Custom"),
    "class keras": _custom("m", "keras"),
    "class print": _custom("m", "print"),
    "class keyword": _custom("m", "class"),
    "class build_model": _custom("m", "build_model"),
    "class without letters": _custom("m", "\u202e\n"),
    "gadget get_file": _function("keras.utils", "get_file"),
    "gadget as a builtin": _function("builtins", "get_file"),
    "gadget unsafe": _function("keras.config", "enable_unsafe_deserialization"),
    "gadget load_model": _function("keras.models", "load_model"),
    "gadget module path": _function("keras.src.utils.file_utils", "get_file"),
    "gadget run": _function("os", "system"),
    "gadget dotted": _function("keras", "utils.get_file"),
    "gadget eval": _function("builtins", "eval"),
    "function name": _function("builtins", INJECTION),
    "object load_model": _object("keras.saving", "load_model", filepath="/etc/passwd"),
    "object get_file": _object("keras.utils", "get_file", origin="http://x", fname="y"),
    "object Popen": _object("subprocess", "Popen", args=["touch", "owned"]),
    "object look-alike": _object("keras.src.initializers.evil", "GlorotUniform"),
    "argument": _argument(INJECTION, 2),
    "argument keyword": _argument("class", 2),
    "argument bidi": _argument("\u202e", 2),
    "custom argument": _custom_argument(INJECTION),
    "custom argument keyword": _custom_argument("class"),
    "custom argument NFKC": _custom_argument("\ufb01eld"),
    "call argument": _call_argument(INJECTION),
    "trainable": _argument("trainable", INJECTION),
    "dtype": _argument("dtype", INJECTION),
    "activation": _argument("activation", INJECTION),
    "batch size": lambda config: layer(config, "x")["config"].update(
        batch_shape=[INJECTION, 4]
    ),
    "tensor": _tensor(shape=[INJECTION, 4], dtype=INJECTION),
    "tensor size": _tensor(shape=[10**39, 10**39]),
    "build config": _in_layer(build_config={"input_shape": INJECTION}),
    "NaN": _argument("units", float("nan")),
    "infinity": _argument("units", float("-inf")),
    "huge units": _argument("units", 10**39),
    "optimizer": _compile(optimizer=_EVAL),
    "loss": _compile(loss=INJECTION, metrics=["\u202e"]),
    "compile argument": _compile(**{INJECTION: 1}),
    "output keys": lambda config: config["config"].update(
        output_layers={INJECTION: ["out", 0, 0]}
    ),
    "deep lists": _nested(190, lambda value: [value, None]),
    "deep dicts": _nested(190, lambda value: {"a": value}),
    "deep layers": _nested(90, _time_distributed),
    **{f"special {name}": _argument("units", v) for name, v in _SPECIAL.items()},
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks(name: str, files: ModelFiles, tmp_path: Path) -> None:
    try:
        result = _generate(changed(files, ATTACKS[name]), tmp_path, shapes=True)
    except CodegenError as error:
        message, code = failure(error)
        assert code == 1
        assert_plain(message)
        return
    if name.startswith(("look-alike", "class", "gadget", "object", "function")):
        assert [found.where for found in result.diagnostics] == ["hidden"]
        assert "NotImplementedError" in result.source


def test_only_expected_attacks_are_refused(files: ModelFiles, tmp_path: Path) -> None:
    refused = set()
    for name, change in ATTACKS.items():
        try:
            _generate(changed(files, change), tmp_path)
        except CodegenError:
            refused.add(name)
    # A size that is no number is no size.
    assert refused == {"batch size"}


LOOKUPS = ["StringLookup", "IntegerLookup", "TextVectorization"]
WATCH = """
import sys
opened = []
def watch(event, args):
    if event in {"open", "urllib.Request", "os.system", "subprocess.Popen"}:
        opened.append(str(args[0]))
sys.addaudithook(watch)
import kerascodegen
kerascodegen.generate(sys.argv[1])
print("\\n".join(opened))
"""


def _with_vocabulary(files: ModelFiles, name: str, path: str) -> str:
    return changed(
        files,
        _in_layer(class_name=name, config={"name": "hidden", "vocabulary": path}),
    )


@pytest.mark.parametrize("name", LOOKUPS)
def test_reading_opens_nothing_else(
    name: str, files: ModelFiles, tmp_path: Path
) -> None:
    secret, model = tmp_path / "secret.txt", tmp_path / "m.json"
    secret.write_text("secret")
    model.write_text(_with_vocabulary(files, name, str(secret)))
    done = subprocess.run(
        [sys.executable, "-c", WATCH, model], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    opened = done.stdout.splitlines()
    assert str(model) in opened
    assert str(secret) not in opened


@pytest.mark.parametrize("name", LOOKUPS)
def test_paths_of_the_config_are_not_written(
    name: str, files: ModelFiles, tmp_path: Path
) -> None:
    text = _with_vocabulary(files, name, "/etc/passwd")
    result = _generate(text, tmp_path)
    assert 'vocabulary="/etc/passwd"' not in result.source
    assert [found.where for found in result.diagnostics] == ["hidden"]


def test_nothing_named_is_imported(files: ModelFiles, tmp_path: Path) -> None:
    (tmp_path / "evil.py").write_text("open('owned', 'w').close()")
    path = tmp_path / "m.json"
    for change in (
        _custom("evil", "Layer", "evil>Layer"),
        _function("evil", "function"),
        _object("evil", "Thing"),
        _compile(loss={**_EVAL, "module": "evil"}),
    ):
        path.write_text(changed(files, change))
        before = snapshot(tmp_path)
        script = "import sys, kerascodegen; kerascodegen.generate('m.json'); "
        script += "assert 'evil' not in sys.modules"
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert snapshot(tmp_path) == before


def test_messages_on_a_terminal(files: ModelFiles, tmp_path: Path) -> None:
    """What is printed has no escape codes, whoever wrote the name."""
    name = "\x1b[31mred\u202e\nError: all is well"

    def change(config: dict[str, Any]) -> None:
        _custom("\x1b]0;title\x07", "Cus\u202etom")(config)
        for item in config["config"]["layers"]:
            for call in item["inbound_nodes"]:
                for tensor in call["args"]:
                    if tensor["config"]["keras_history"][0] == "hidden":
                        tensor["config"]["keras_history"][0] = name
        layer(config).update(name=name)

    (tmp_path / "m.json").write_text(changed(files, change))
    result = kerascodegen("m.json", cwd=tmp_path)
    assert result.code == 0
    assert_plain(result.err)
    assert result.err.count("\n") == 1
    assert r"\x1b[31mred\u202e\nError: all is well" in result.err
    assert_allowed(result.out)
