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
