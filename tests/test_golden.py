"""Every case in every way: three sources, the golden file, and the round trip.

A golden is never only compared with. It is executed, and what it builds is compared
with the model that it came from (`tests/roundtrip.py`).
"""

import contextlib
import difflib
import functools
import json
import os
import re
import subprocess
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import black
import keras
import pytest

import kerascodegen
from kerascodegen.options import Options
from kerascodegen.pipeline import GeneratedSource
from kerascodegen.verify.report import render_table
from kerascodegen.verify.traced import traced
from tests import roundtrip
from tests.cases import Case, all_cases, several_cases

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "golden"

CASES = [
    pytest.param(case, id=case.name, marks=[pytest.mark.slow] if case.slow else [])
    for case in all_cases()
]


def golden_of(case: Case, end: str = "") -> Path:
    return GOLDEN / case.style / f"{case.name}{end}.py"


@dataclass
class Built:
    """A case's model, with its files; shared by the tests of one case.

    Attributes:
        model: As the case builds it; an unbuilt Sequential is still unbuilt.
        files: The model saved as `.keras` and as `.json`.
        open: What lasts as long as the tests of the case.
    """

    case: Case
    model: keras.Model
    files: dict[str, Path]
    open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @functools.cached_property
    def generated(self) -> GeneratedSource:
        """What is generated from the live model."""
        return kerascodegen.generate(self.model, **self.case.options)

    @property
    def source(self) -> str:
        return str(self.generated)

    @functools.cached_property
    def file_source(self) -> str:
        """What is generated from a file, which does not hold custom code."""
        return str(kerascodegen.generate(self.files["keras"], **self.case.options))

    @functools.cached_property
    def original(self) -> keras.Model:
        """The model to compare with: built, and changed by the comparison."""
        if self.case.live:
            seen = traced(self.case.build(), Options.make(self.case.options))
            model = self.open.enter_context(seen).model
            if self.model.compiled:
                model.compile_from_config(self.model.get_compile_config())
            return model
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
        return self.execute().build_model()

    def execute(self) -> types.ModuleType:
        """Execute the source beside the files that it loads."""
        folder = self.files["json"].parent
        for name, data in self.generated.files.items():
            (folder / name).write_bytes(data)
        return roundtrip.execute(self.source, folder=folder)


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
    made = Built(case, model, files)
    with made.open:
        yield made
    # A whole ResNet50 a case adds up.
    files["keras"].unlink()


@pytest.mark.parametrize("kind", ["keras", "json"])
def test_files_give_the_same_source(built: Built, kind: str):
    if built.case.live:
        with pytest.raises(kerascodegen.UnsupportedModelError, match="live model"):
            kerascodegen.generate(built.files[kind], **built.case.options)
        return
    if kind == "json" and built.case.shares:
        pytest.skip("JSON does not record what is shared across models")
    generated = kerascodegen.generate(built.files[kind], **built.case.options)
    if kind == "json" and built.case.learnt:
        said = [str(diagnostic) for diagnostic in generated.diagnostics]
        assert any("was adapted" in line for line in said), said
        return
    wanted = built.file_source if built.case.code else built.source
    assert generated.source == wanted
    assert generated.files == built.generated.files


@pytest.mark.parametrize("kind", ["keras", "json"])
def test_files_give_an_equal_graph(built: Built, kind: str):
    if built.case.live:
        pytest.skip("the file holds no graph")
    if kind == "json" and built.case.shares:
        pytest.skip("JSON does not record what is shared across models")
    assert kerascodegen.read(built.files[kind]) == kerascodegen.read(built.model)


def test_generating_changes_nothing(built: Built):
    before = built.model.to_json()
    again = kerascodegen.generate(built.model, **built.case.options)
    assert str(again) == built.source
    assert built.model.to_json() == before


def portable(source: str) -> str:
    """Blank the hash of bytecode: it depends on where and by what it was compiled."""
    return re.sub("SHA-256 [0-9a-f]{64}", f"SHA-256 {'0' * 64}", source)


def test_golden(built: Built, update_golden: bool):
    compare_golden(built.case, built.source, update_golden)
    for name, data in built.generated.files.items():
        path = golden_of(built.case).with_name(name)
        if update_golden:
            path.write_bytes(data)
        assert path.is_file(), name
        assert path.read_bytes() == data, name


def compare_golden(case: Case, source: str, update: bool, end: str = "") -> None:
    """Compare a source with its golden file, or write it there."""
    path = golden_of(case, end)
    source = portable(source)
    if update:
        path.write_text(source, encoding="utf-8", newline="\n")
    expected = path.read_text(encoding="utf-8") if path.exists() else "\n"
    if expected != source:
        diff = difflib.unified_diff(
            expected.splitlines(),
            source.splitlines(),
            str(path.relative_to(ROOT)),
            "generated",
            lineterm="",
        )
        test = "test_several" if case.several else "test_golden"
        command = f"pytest tests/{test}.py --update-golden -k {case.name}"
        pytest.fail("\n".join([*diff, "", f"To accept: {command}"]), pytrace=False)


def test_golden_from_file(built: Built, update_golden: bool):
    if not built.case.code:
        pytest.skip("a file gives the same source")
    compare_golden(built.case, built.file_source, update_golden, "_from_file")


def test_source_is_black_stable(built: Built):
    mode = black.Mode(line_length=built.case.options.get("line_length", 88))
    assert black.format_str(built.source, mode=mode) == built.source


def test_round_trip(built: Built, tmp_path: Path):
    if built.case.stub and not built.case.code:
        pytest.skip("the source is a stub")
    rebuilt = built.rebuild()
    assert not rebuilt.compiled
    if built.case.moved:
        assert_verifies(built)
        return
    roundtrip.assert_same_model(built.original, rebuilt)
    roundtrip.assert_weights_load(built.original, rebuilt, tmp_path)


def assert_verifies(built: Built) -> None:
    """Compare through `verify`, which knows where each layer has gone."""
    report = kerascodegen.verify(built.model, built.source, **built.case.options)
    status = {check.name: check.status.value for check in report.checks}
    assert status.pop("load_weights") in {"ok", "note"}
    assert set(status.values()) == {"ok"}, render_table(report, verbose=True)


def test_builds_twice_in_a_process(built: Built):
    if built.case.stub and not built.case.code:
        pytest.skip("the source is a stub")
    first = built.rebuild()
    expected = first if built.case.moved else built.original
    roundtrip.assert_same_model(expected, built.rebuild())


def test_compile(built: Built):
    if built.case.stub and not built.case.code:
        pytest.skip("the source is a stub")
    module = built.execute()
    left_out = (
        "submodel" in built.case.options
        or built.case.options.get("compile", True) is False
    )
    if not built.original.compiled or left_out:
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
    goldens = {golden_of(case) for case in (*all_cases(), *several_cases())}
    for case in all_cases():
        if case.code:
            goldens.add(golden_of(case, "_from_file"))
        if case.options.get("sidecars"):
            files = kerascodegen.generate(case.build(), **case.options).files
            goldens |= {golden_of(case).with_name(name) for name in files}
    # Those of the blocks style have tests of their own.
    paths = [p for p in GOLDEN.glob("*/*") if p.parent.name not in ("blocks", "layers")]
    orphans = sorted(str(path) for path in paths if path not in goldens)
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
        if not (case.slow or case.learnt or case.shares or case.live):
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
        case.name: golden_of(case, suffix[case.name]).read_text(encoding="utf-8")
        for case in all_cases()
        if case.name in wanted
    }
    sources = json.loads(outputs[0])
    assert [n for n in wanted if portable(sources[n]) != goldens[n]] == []
