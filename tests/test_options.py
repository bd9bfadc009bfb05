"""Options are checked once, when they are made."""

import dataclasses
from pathlib import Path

import pytest

from kerascodegen.errors import OptionError
from kerascodegen.options import Options


def test_defaults():
    options = Options.make({})
    assert options == Options()
    assert (options.style, options.tensors, options.names) == (
        "functional",
        "named",
        "keep",
    )


def test_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Options().style = "blocks"  # type: ignore[misc]


@pytest.mark.parametrize("name", ["tensors", "names"])
@pytest.mark.parametrize("value", ["", "Named", None, 3, "auto "])
def test_wrong_choice_is_refused_by_name(name: str, value: object):
    with pytest.raises(OptionError, match=f"{name}=.*is not one of"):
        Options.make({name: value})


@pytest.mark.parametrize("length", [40, 88, 1000])
def test_line_length(length: int):
    assert Options.make({"line_length": length}).line_length == length


@pytest.mark.parametrize("length", [39, 1001, 0, -1])
def test_line_length_out_of_range_is_refused(length: int):
    with pytest.raises(OptionError, match=f"line_length={length} is not between"):
        Options.make({"line_length": length})


def test_unknown_option_is_refused_by_name():
    with pytest.raises(OptionError, match=r"no option 'shape'; choose from .*shapes"):
        Options.make({"shape": True})


def test_conveniences_of_the_python_api():
    options = Options.make({"templates": "own", "input_shape": [28, None]})
    assert options.templates == Path("own")
    assert options.input_shape == (28, None)
    assert hash(options) == hash(Options.make(dataclasses.asdict(options)))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a b",
        "a.",
        "a..b",
        "import",
        "a.class",
        "__builtins__",
        "a.__b__",
        "ａ",
        "1a",
    ],
)
def test_allow_import_takes_names_of_packages(name: str):
    with pytest.raises(OptionError, match="not the name of a package"):
        Options(allow_import=(name,))


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("L2Norm", "does not say NAME=MODULE:ATTR"),
        ("L2Norm=my_layers", "does not say NAME=MODULE:ATTR"),
        ("=my_layers:L2Norm", "does not say NAME=MODULE:ATTR"),
        ("L2Norm=layers.py:L2Norm", "names a file.*'layers:L2Norm'"),
        ("L2Norm=my layers:L2Norm", "no name of a module"),
        ("L2Norm=os:__getattr__", "no name of an attribute"),
        ("L2Norm=os:a;b", "no name of an attribute"),
        ("L2Norm=import:x", "no name of a module"),
    ],
)
def test_custom_object_says_what_is_wrong(entry: str, problem: str):
    with pytest.raises(OptionError, match=problem):
        Options(custom_objects=(entry,))


def test_one_custom_object_may_be_a_string():
    made = Options.make({"custom_objects": "p>A=m.n:B.C", "allow_import": "keras_hub"})
    assert made.custom_objects == ("p>A=m.n:B.C",)
    assert made.allow_import == ("keras_hub",)
