"""The command line as users type it: streams, exit codes, options, completion."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

import kerascodegen as package
from kerascodegen.options import Options
from tests.e2e.command import (
    Result,
    assert_plain,
    kerascodegen,
    run,
    shell,
)
from tests.modelfiles import ModelFiles

USAGE = "Usage: kerascodegen generate [OPTIONS] MODEL...\n"


@pytest.fixture
def work(files: ModelFiles, tmp_path: Path) -> Path:
    """A working directory with `model.keras` in it."""
    shutil.copy(files["tiny.keras"], tmp_path / "model.keras")
    return tmp_path


def test_stdout_is_source_and_stderr_the_rest(files: ModelFiles, work: Path) -> None:
    expected = str(package.generate(files["tiny.keras"]))
    done = Result(0, expected, "")
    assert kerascodegen("model.keras", cwd=work) == done
    assert kerascodegen("generate", "model.keras", cwd=work) == done
    assert kerascodegen("model.keras", "-o", "-", cwd=work) == done
    module = [sys.executable, "-m", "kerascodegen", "model.keras"]
    assert run(module, cwd=work) == done
    assert kerascodegen("--", "model.keras", cwd=work) == done

    with_note = kerascodegen(files["lambda.keras"], cwd=work)
    compile(with_note.out, "model_def.py", "exec")
    assert "warning" not in with_note.out
    assert with_note.err.startswith("warning: doubled: ")


def test_python_and_json_agree_with_the_archive(files: ModelFiles, work: Path) -> None:
    piped = shell(f"cat '{files['tiny.json']}' | kerascodegen /dev/stdin", cwd=work)
    assert (piped.code, piped.err) == (0, "")
    assert piped.out == str(package.generate(files["tiny.keras"]))
    refused = shell("cat model.keras | kerascodegen /dev/stdin", cwd=work)
    assert refused.code == 1
    assert "is a pipe" in refused.err


ODD_NAMES = [
    "with space.keras",
    "größe ☃.keras",
    "two\nlines.keras",
    "verify",
    "-dash.keras",
    "a:b.keras",
    "\x1b[31mred.keras",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_file_names(name: str, work: Path) -> None:
    (work / "model.keras").rename(work / name)
    result = kerascodegen(f"./{name}", "-o", f"{name}.py", "-q", cwd=work)
    assert result == Result(0, "", "")
    assert compile((work / f"{name}.py").read_text(), name, "exec")
    again = kerascodegen(f"./{name}", "--shapes", "-o", f"{name}.py", cwd=work)
    assert again.code == 1
    assert_plain(again.err)
    assert again.err.count("\n") == 1


def test_help_and_version(tmp_path: Path) -> None:
    for words in (["--help"], ["-h"], ["generate", "-h"], ["verify", "--help"]):
        result = kerascodegen(*words, cwd=tmp_path)
        assert (result.code, result.err) == (0, "")
        assert "Examples:\n" in result.out
        assert max(map(len, result.out.splitlines())) <= 80
    result = kerascodegen("-h", cwd=tmp_path)
    for option in ("--shapes", "--verify", "--force", "--version", "verify"):
        assert option in result.out
    version = Result(0, f"kerascodegen, version {package.__version__}\n", "")
    assert kerascodegen("--version", cwd=tmp_path) == version
    nothing = kerascodegen(cwd=tmp_path)
    assert (nothing.code, nothing.out) == (2, "")
    assert nothing.err == result.out


WRONG_USAGE = {
    "--bogus": "No such option '--bogus'",
    "--style nope": "There is no style 'nope'; choose from blocks, functional,",
    "--tensors nope": "'nope' is not one of 'named', 'chain'",
    "--names nope": "'nope' is not one of 'keep', 'auto'",
    "--input-shape 1,x": "'1,x' is not a shape; write 784, or 28,28,1",
    "--input-shape 0": "'0' is not a shape",
    "--input-shape ²": "'²' is not a shape",
    "--input-shape 4": '--input-shape does not fit: the model "tiny" has inputs',
    "--line-length 39": "'--line-length': 39 is not in the range 40<=x<=1000",
    "--line-length 1001": "'--line-length': 1001 is not in the range",
    "--line-length x": "'x' is not a valid integer",
    "--templates nowhere": "Directory 'nowhere' does not exist",
    "--templates model.keras": "Directory 'model.keras' is a file",
    "extra": "model.keras is a file, and files do not record which layers",
    "-o": "Option '-o' requires an argument",
}


@pytest.mark.parametrize("words", WRONG_USAGE)
def test_wrong_usage(words: str, work: Path) -> None:
    result = kerascodegen("model.keras", *words.split(), cwd=work)
    assert (result.code, result.out) == (2, "")
    assert WRONG_USAGE[words] in result.err
    assert_plain(result.err)


def test_wrong_words(work: Path) -> None:
    for words, said in (
        (["-o", "x.py"], "Missing argument 'MODEL...'"),
        ([""], "'MODEL...': the name is empty"),
        (["model.keras", "-o", ""], "the name is empty"),
        (["verify", "model.keras"], "Missing argument 'SOURCE'"),
    ):
        result = kerascodegen(*words, cwd=work)
        assert (result.code, result.out) == (2, ""), words
        assert said in result.err


def test_line_length_bounds_are_those_of_the_options() -> None:
    Options(line_length=40)
    Options(line_length=1000)
    for outside in (39, 1001):
        with pytest.raises(package.OptionError):
            Options(line_length=outside)


def test_options_reach_the_source(work: Path) -> None:
    options = "--shapes --tensors chain --no-compile --line-length 60 --names auto"
    result = kerascodegen("model.keras", *options.split(), cwd=work)
    assert (result.code, result.err) == (0, "")
    code = result.out.partition("def build_model")[2]
    assert max(len(line.partition("  #")[0]) for line in code.splitlines()) <= 60
    assert "x = layers.Dense(" in code
    assert "# (None, 8) · 40 params" in code
    assert "compile_model" not in result.out


def test_strict_refuses_a_stub(files: ModelFiles, tmp_path: Path) -> None:
    words = [files["lambda.keras"], "--strict", "-o", "out.py"]
    result = kerascodegen(*words, cwd=tmp_path)
    assert (result.code, result.out) == (1, "")
    warning, error = result.err.splitlines()
    assert warning.startswith("warning: doubled: ")
    assert error.startswith("Error: ")
    assert "--strict" in error
    assert list(tmp_path.iterdir()) == []
    assert kerascodegen(files["tiny.keras"], "--strict", cwd=tmp_path).code == 0


OLD_MODEL = Path(__file__).parent.parent / "keras2/files/dense_input_dim.h5"
COMPLETIONS = {
    "kerascodegen ": {
        "file,",
        "plain,convert",
        "plain,explain",
        "plain,generate",
        "plain,verify",
    },
    "kerascodegen ver": {"file,ver", "plain,verify"},
    "kerascodegen mod": {"file,mod"},
    "kerascodegen --ten": {"plain,--tensors"},
    "kerascodegen model.keras --s": {
        "plain,--style",
        "plain,--submodel",
        "plain,--shapes",
        "plain,--strict",
    },
    "kerascodegen model.keras --style ": {
        "plain,blocks",
        "plain,functional",
        "plain,sequential",
    },
    "kerascodegen model.keras --tensors ": {"plain,named", "plain,chain"},
    "kerascodegen model.keras -o ": {"file,"},
    "kerascodegen model.keras --templates ": {"dir,"},
    "kerascodegen verify ": {"file,"},
    "kerascodegen verify model.keras ": {"file,"},
    "kerascodegen verify model.keras a.py --j": {"plain,--json"},
}


def test_shell_completion(tmp_path: Path) -> None:
    for kind in ("bash", "zsh", "fish"):
        script = kerascodegen(cwd=tmp_path, _KERASCODEGEN_COMPLETE=f"{kind}_source")
        assert (script.code, script.err) == (0, "")
        assert f"_KERASCODEGEN_COMPLETE={kind}_complete" in script.out
    for line, expected in COMPLETIONS.items():
        result = kerascodegen(
            cwd=tmp_path,
            _KERASCODEGEN_COMPLETE="bash_complete",
            COMP_WORDS=line,
            COMP_CWORD=str(len(line.split(" ")) - 1),
        )
        assert result.err == ""
        assert set(result.out.splitlines()) == expected, line


MACROS = """\
{% macro docstring(lines) %}\"\"\"Written with macros of our own.\"\"\"{% endmacro %}
{% macro stub(item, width) %}{% endmacro %}
{% macro function(item, width) -%}
def {{ item.name }}():
    return {{ item.statements | length }}
{%- endmacro %}
"""
MODULE = """\
# Written with a module template of our own.
{% from "macros.py.j2" import function with context %}
{% for item in module.functions %}
{{ function(item, module.width) }}
{% endfor %}
"""
BROKEN_TEMPLATES = {
    "syntax": ("{% if %}", "functional/module.py.j2 does not work: Expected"),
    "undefined": ("{{ nothing }}", "'nothing' is undefined"),
    "attribute": ("{{ module.nothing }}", "has no attribute 'nothing'"),
    "include": ("{% include 'gone' %}", "'gone' not found"),
    "not Python": ("def (", "The templates do not give Python"),
}


def test_templates(files: ModelFiles, work: Path) -> None:
    (work / "macros").mkdir()
    (work / "macros/macros.py.j2").write_text(MACROS)
    result = kerascodegen("model.keras", "--templates", "macros", cwd=work)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith('"""Written with macros of our own."""\n')
    assert "def build_model():\n    return 4\n" in result.out

    (work / "own/functional").mkdir(parents=True)
    module = work / "own/functional/module.py.j2"
    module.write_text(MODULE)
    result = kerascodegen("model.keras", "--templates", "own", cwd=work)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("# Written with a module template of our own.\n")
    assert "def build_model() -> keras.Model:\n" in result.out
    for text, said in BROKEN_TEMPLATES.values():
        module.write_text(text)
        words = ["model.keras", "--templates", "own", "-o", "out.py"]
        result = kerascodegen(*words, cwd=work)
        assert (result.code, result.out) == (2, ""), text
        assert said in result.err
        assert_plain(result.err)
    assert not (work / "out.py").exists()


def _examples(*words: str, cwd: Path) -> list[str]:
    text = kerascodegen(*words, "--help", cwd=cwd).out
    block = text.partition("Examples:\n")[2].partition("\n\n")[0]
    return [line.strip() for line in block.splitlines()]


SEVERAL = """\
import keras

inputs = keras.Input((4,), name="x")
code = keras.layers.Dense(2, name="code")(inputs)
encoder = keras.Model(inputs, code, name="encoder")
outputs = keras.layers.Dense(4, name="decoded")(code)
autoencoder = keras.Model(inputs, outputs, name="autoencoder")
"""


def test_examples_of_the_help_work(files: ModelFiles, tmp_path: Path) -> None:
    examples = {
        example
        for words in ([], ["generate"], ["verify"])
        for example in _examples(*words, cwd=tmp_path)
    }
    assert len(examples) >= 7
    for number, example in enumerate(sorted(examples)):
        folder = tmp_path / str(number)
        (folder / "my_package").mkdir(parents=True)
        shutil.copy(files["tiny.keras"], folder / "model.keras")
        shutil.copy(OLD_MODEL, folder / "old_model.h5")
        text = files["live_model.py"].read_text().replace("build()", "build_unet()")
        (folder / "my_package/models.py").write_text(text)
        (folder / "models.py").write_text(SEVERAL)
        if example.startswith("kerascodegen verify"):
            source = str(package.generate(files["tiny.keras"]))
            (folder / "model_def.py").write_text(source)
        result = shell(example, cwd=folder)
        assert result.code == 0, (example, result)
        made = {path.name for path in folder.iterdir()} - {
            "model.keras",
            "my_package",
            "models.py",
            "old_model.h5",
        }
        assert made or re.search("def build_model|Which Keras API", result.out), example


def test_verify(files: ModelFiles, work: Path) -> None:
    source = str(package.generate(files["tiny.keras"]))
    (work / "wrong.py").write_text(source.replace("Dense(8", "Dense(9"))
    result = kerascodegen("verify", "model.keras", "wrong.py", "--json", cwd=work)
    assert result.code == 1
    report = json.loads(result.out)
    assert "hidden" in json.dumps(report)
    missing = kerascodegen("verify", "model.keras", "missing.py", cwd=work)
    assert (missing.code, missing.out) == (1, "")
    assert "missing.py does not exist" in missing.err


def test_verify_while_generating(files: ModelFiles, work: Path) -> None:
    """One that verifies is an example of the help; a stub's source does not."""
    shutil.copy(files["custom.keras"], work)
    result = kerascodegen("custom.keras", "--verify", "-o", "out.py", cwd=work)
    assert (result.code, result.out) == (1, "")
    assert (work / "out.py").is_file()
    assert "NotImplementedError" in result.err
    assert_plain(result.err)
