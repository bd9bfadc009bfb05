"""Every case in every way: three sources, the golden file, and the round trip.

A golden is never only compared with. It is executed, and what it builds is compared
with the model that it came from (`tests/roundtrip.py`).
"""

import difflib
import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import black
import keras
import pytest

import kerascodegen
from tests import roundtrip
from tests.cases import Case, all_cases

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "golden" / "functional"

CASES = [
    pytest.param(case, id=case.name, marks=[pytest.mark.slow] if case.slow else [])
    for case in all_cases()
]


@dataclass
class Built:
    """A case's model, with its files; shared by the tests of one case.

    Attributes:
        model: As the case builds it; an unbuilt Sequential is still unbuilt.
        files: The model saved as `.keras` and as `.json`.
    """

    case: Case
    model: keras.Model
    files: dict[str, Path]

    @functools.cached_property
    def source(self) -> str:
        """What is generated from the live model."""
        return str(kerascodegen.generate(self.model, **self.case.options))

    @functools.cached_property
    def file_source(self) -> str:
        """What is generated from a file, which does not hold custom code."""
        return str(kerascodegen.generate(self.files["keras"], **self.case.options))

    @functools.cached_property
    def original(self) -> keras.Model:
        """The model to compare with: built, and changed by the comparison."""
        if self.model.built:
            return self.model
        model = self.case.build()
        model.build((None, *self.case.options["input_shape"]))
        return model

    def rebuild(self) -> keras.Model:
        """Execute the source and build what it says."""
        if self.case.options.get("names") == "auto":
            # Its names are those that Keras gives in a fresh session.
            keras.backend.clear_session(free_memory=False)
        return roundtrip.execute(self.source).build_model()


@pytest.fixture(scope="module", params=CASES)
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Built]:
    """Build a case once for all tests of it; pytest runs those one after another."""
    case = request.param
    folder = tmp_path_factory.mktemp(case.name)
    model = case.build()
    files = {"keras": folder / "model.keras", "json": folder / "model.json"}
    model.save(files["keras"])
    files["json"].write_text(model.to_json(), encoding="utf-8")
    yield Built(case, model, files)
    # A whole ResNet50 a case adds up.
    files["keras"].unlink()


@pytest.mark.parametrize("kind", ["keras", "json"])
def test_files_give_the_same_source(built: Built, kind: str):
    source = str(kerascodegen.generate(built.files[kind], **built.case.options))
    assert source == (built.file_source if built.case.code else built.source)


@pytest.mark.parametrize("kind", ["keras", "json"])
def test_files_give_an_equal_graph(built: Built, kind: str):
    assert kerascodegen.read(built.files[kind]) == kerascodegen.read(built.model)


def test_generating_changes_nothing(built: Built):
    before = built.model.to_json()
    again = kerascodegen.generate(built.model, **built.case.options)
    assert str(again) == built.source
    assert built.model.to_json() == before


def portable(source: str) -> str:
    """Blank the hash of bytecode: it depends on where and by what it was compiled."""
    return re.sub("SHA-256 [0-9a-f]{64}", f"SHA-256 {'0' * 64}", source)


def compare(source: str, name: str, case: Case, update: bool) -> None:
    golden = GOLDEN / f"{name}.py"
    source = portable(source)
    if update:
        golden.write_text(source, encoding="utf-8", newline="\n")
    expected = golden.read_text(encoding="utf-8") if golden.exists() else "\n"
    if expected != source:
        diff = difflib.unified_diff(
            expected.splitlines(),
            source.splitlines(),
            f"golden/functional/{name}.py",
            "generated",
            lineterm="",
        )
        command = f"pytest tests/test_golden.py --update-golden -k {case.name}"
        pytest.fail("\n".join([*diff, "", f"To accept: {command}"]), pytrace=False)


def test_golden(built: Built, update_golden: bool):
    compare(built.source, built.case.name, built.case, update_golden)


def test_golden_from_file(built: Built, update_golden: bool):
    if not built.case.code:
        pytest.skip("a file gives the same source")
    name = f"{built.case.name}_from_file"
    compare(built.file_source, name, built.case, update_golden)


def test_source_is_black_stable(built: Built):
    mode = black.Mode(line_length=built.case.options.get("line_length", 88))
    assert black.format_str(built.source, mode=mode) == built.source


def test_round_trip(built: Built, tmp_path: Path):
    if built.case.stub and not built.case.code:
        pytest.skip("the source is a stub")
    rebuilt = built.rebuild()
    assert not rebuilt.compiled
    roundtrip.assert_same_model(built.original, rebuilt)
    roundtrip.assert_weights_load(built.original, rebuilt, tmp_path)


def test_builds_twice_in_a_process(built: Built):
    if built.case.stub and not built.case.code:
        pytest.skip("the source is a stub")
    built.rebuild()
    roundtrip.assert_same_model(built.original, built.rebuild())


def test_compile(built: Built):
    if built.case.stub and not built.case.code:
        pytest.skip("the source is a stub")
    module = roundtrip.execute(built.source)
    if not built.original.compiled or not built.case.options.get("compile", True):
        assert not hasattr(module, "compile_model")
        return
    model = module.build_model()
    assert module.compile_model(model) is model
    roundtrip.assert_same_compile(built.original, model)


def test_stub_says_what_is_missing(built: Built):
    if not built.case.stub:
        pytest.skip("the source is whole")
    module = roundtrip.execute(built.file_source)
    with pytest.raises(NotImplementedError, match=built.case.stub):
        module.build_model()
    levels = {
        diagnostic.level.value
        for diagnostic in kerascodegen.generate(built.files["json"]).diagnostics
    }
    assert "warning" in levels


def test_no_golden_without_a_case():
    names = {case.name for case in all_cases()}
    names |= {f"{case.name}_from_file" for case in all_cases() if case.code}
    orphans = sorted(path.name for path in GOLDEN.iterdir() if path.stem not in names)
    assert orphans == [], "delete these, or add their cases"


def test_goldens_pass_ruff():
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", GOLDEN],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_hash_seed_does_not_matter(tmp_path: Path):
    wanted = {}
    for case in all_cases():
        if not case.slow:
            text = case.build().to_json()
            (tmp_path / f"{case.name}.json").write_text(text, encoding="utf-8")
            wanted[case.name] = {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in case.options.items()
            }
    script = (
        "import json, sys, pathlib, kerascodegen\n"
        "wanted = json.loads(sys.argv[2])\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "print(json.dumps({name: str(kerascodegen.generate(folder / f'{name}.json',"
        " **options)) for name, options in wanted.items()}))\n"
    )
    outputs = []
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script, tmp_path, json.dumps(wanted)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
    suffix = {case.name: "_from_file" if case.code else "" for case in all_cases()}
    goldens = {
        name: (GOLDEN / f"{name}{suffix[name]}.py").read_text(encoding="utf-8")
        for name in wanted
    }
    sources = json.loads(outputs[0])
    assert [n for n in wanted if portable(sources[n]) != goldens[n]] == []
