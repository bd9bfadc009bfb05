"""Live specs: what they look like, and what can go wrong with the user's code."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kerascodegen.errors import ReadError
from kerascodegen.readers.importing import is_live_spec, load_attribute

MODULE = """
import dataclasses

print("noise")
plain = 3


@dataclasses.dataclass
class Holder:
    value: int = 4

    def __call__(self):
        return self.value


holder = Holder()
nested = type("Space", (), {"make": staticmethod(lambda: "made")})


def factory(size=5):
    return size


def needy(size, *, depth, rate=0.1):
    return size


def broken():
    raise ValueError("no\\nmodel")


def leaves():
    raise SystemExit(2)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("live_models", "live_package", "live_package.inner", "live_broken"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (tmp_path / "live_models.py").write_text(MODULE)
    (tmp_path / "live_broken.py").write_text("import no_such_module_anywhere\n")
    (tmp_path / "live_package").mkdir()
    (tmp_path / "live_package" / "__init__.py").write_text("")
    (tmp_path / "live_package" / "inner.py").write_text("plain = 'inner'\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "near.py").write_text("import neighbour\nx = neighbour.x\n")
    (tmp_path / "sub" / "neighbour.py").write_text("x = 'near'\n")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("package.module:attr", True),
        ("module:attr.deeper", True),
        ("path/to/file.py:attr", True),
        (r"C:\models\file.py:build", True),
        ("model.keras", False),
        ("C:\\models\\model.keras", False),
        ("C:/models/model.keras", False),
        ("https://example.com/model.keras", False),
        ("module:", False),
        (":attr", False),
        ("module:not-a-name", False),
        ("path/with:colon/model", False),
        ("model.keras:3", False),
    ],
)
def test_is_live_spec(text: str, expected: bool) -> None:
    assert is_live_spec(text) is expected


def test_a_file_of_that_name_is_a_file(folder: Path) -> None:
    (folder / "live_models:plain").write_text("{}")
    assert not is_live_spec("live_models:plain")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("live_models:plain", 3),
        ("live_models.py:plain", 3),
        ("live_models:factory", 5),
        ("live_models:holder", 4),
        ("live_models:nested.make", "made"),
        ("live_package.inner:plain", "inner"),
        ("sub/near.py:x", "near"),
    ],
)
def test_load_attribute(
    folder: Path, spec: str, expected: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load_attribute(spec) == expected
    assert capsys.readouterr().out == ""


def test_classes_of_a_file_can_be_found_again(folder: Path) -> None:
    import inspect

    made = load_attribute("live_models.py:Holder")
    assert sys.modules[type(made).__module__].Holder is type(made)
    assert inspect.getsource(type(made)).startswith("@dataclasses")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("no_such_package.module:x", "There is no module named no_such_package,"),
        ("live_package.nothing:x", "no module named live_package.nothing,"),
        ("live_broken:x", "Importing live_broken failed: ModuleNotFoundError"),
        ("nothing.py:x", "The file nothing.py does not exist."),
        ("live_models:absent", "live_models has no attribute absent."),
        ("live_models:holder.absent", "has no attribute holder.absent."),
        ("live_models:needy", "live_models:needy needs arguments (size, depth)."),
        ("live_models:broken", "Calling live_models:broken failed: ValueError: no"),
        ("live_models:leaves", "ended the program (sys.exit(2))."),
    ],
)
def test_what_goes_wrong_is_one_sentence(folder: Path, spec: str, words: str) -> None:
    with pytest.raises(ReadError) as caught:
        load_attribute(spec)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_model_is_not_called() -> None:
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    module = type(sys)("live_with_model")
    module.model = model  # type: ignore[attr-defined]
    sys.modules["live_with_model"] = module
    try:
        assert load_attribute("live_with_model:model") is model
    finally:
        del sys.modules["live_with_model"]
