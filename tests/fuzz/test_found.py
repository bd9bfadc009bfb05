"""What fuzzing and thinking found, each once a bug: crash, hang, or wrong source."""

from __future__ import annotations

import io
import json
import re
import struct
import sys
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kerascodegen
from kerascodegen.emitters.formatting import MAX_SOURCE
from kerascodegen.errors import InternalError, ReadError
from kerascodegen.readers.archive import _read_bounded
from tests.fuzz.build import (
    Json,
    functional,
    input_layer,
    layer,
    nest,
    op,
    sequential,
    serialised,
    special,
    tensor,
    tiny,
)
from tests.fuzz.oracle import Outcome, run_case

X = ["x", 0, 0]
D = ["d", 0, 0]


def _one(made: Json, **fields: Any) -> Json:
    """A model of an input and what is given."""
    made = {**made, **fields}
    return functional(input_layer(), made, outputs=[made["name"], 0, 0])


def _flattened(dims: list[int]) -> list[Json]:
    return [
        input_layer(batch_shape=[None, *dims]),
        layer("f", "x", cls="Flatten"),
        layer("d", "f"),
    ]


REFUSED: dict[str, tuple[Callable[[], Json], str]] = {
    "module is a list": (
        lambda: {**tiny(), "module": ["keras"]},
        "not a model class|subclassed|not named by strings",
    ),
    "tensor in a constructor": (
        lambda: tiny(bias_initializer=tensor("x")),
        "tensor stands in the config where none belongs",
    ),
    "tensor in compile": (
        lambda: {**tiny(), "compile_config": {"loss": {"a": tensor("x")}}},
        "tensor stands in the config where none belongs",
    ),
    "tensor in an object of a call": (
        lambda: _one(
            layer("d", "x", kwargs={"mask": serialised("A", "m", b=tensor("x"))})
        ),
        "tensor stands in the config where none belongs",
    ),
    "tensor in an array": (
        lambda: _one(
            layer("d", special("__numpy__", value=[tensor("x")], dtype="int8"))
        ),
        "holds more than numbers",
    ),
    "object in a slice": (
        lambda: _one(
            op("g", "GetItem", "x", special("__slice__", start=serialised("A", "m")))
        ),
        "bound that is no number",
    ),
    "input's other tensor": (
        lambda: functional(
            input_layer(), layer("d", "x"), outputs=D, inputs=["x", 2, 0]
        ),
        'The input "x" has one tensor',
    ),
    "output number below zero": (
        lambda: functional(input_layer(), layer("d", "x"), outputs=["d", 0, -1]),
        '"output_layers" in the config is damaged',
    ),
    "output number true": (
        lambda: functional(input_layer(), layer("d", "x"), outputs=["d", True, 0]),
        '"output_layers" in the config is damaged',
    ),
    "tensor number true": (
        lambda: _one(layer("d", tensor("x", True))),
        "does not say which layer made it",
    ),
    "tensor number a billion": (
        lambda: _one(layer("d", tensor("x", 0, 10**9))),
        "has 1 outputs",
    ),
    "self loop": (lambda: _one(layer("d", "d")), "circle"),
    "damaged model inside a wrapper": (
        lambda: _one(
            layer(
                "t",
                "x",
                cls="TimeDistributed",
                layer=functional(input_layer(), layer("d", "gone"), outputs=D),
            )
        ),
        'a layer "gone" that it does not have',
    ),
    "input in the middle": (
        lambda: sequential(input_layer(), layer("d"), input_layer("y"), layer("e")),
        'The input "y".* does not come first',
    ),
    "dimension that is an object": (
        lambda: functional(
            input_layer(batch_shape=[None, serialised("A", "m")]),
            layer("d", "x"),
            outputs=D,
        ),
        "no dimension",
    ),
    "outputs nested deeply": (
        lambda: functional(
            input_layer(), layer("d", "x"), outputs=nest(D, 250, lambda v: [v])
        ),
        "nested too deeply",
    ),
    "arguments nested deeply": (
        lambda: tiny(bias_initializer=nest(1, 230, lambda v: [v])),
        "nested too deeply to be a model's",
    ),
    "models nested deeply": (
        lambda: nest(
            tiny(),
            60,
            lambda m: functional(
                input_layer(),
                {**m, "name": "d", "inbound_nodes": layer("d", "x")["inbound_nodes"]},
                outputs=D,
            ),
        ),
        "nested (more than 24|too) deep",
    ),
    "a source of megabytes": (
        lambda: _one(
            op("a", "Add", "x", special("__numpy__", value="y" * MAX_SOURCE, dtype="U"))
        ),
        "characters long",
    ),
}

WRITTEN: dict[str, tuple[Callable[[], Json], str]] = {
    "split into a billion": (
        lambda: _one(op("s", "Split", "x", indices_or_sections=10**9, axis=1)),
        "1000000000",
    ),
    "unstack into a billion": (
        lambda: _one(op("s", "Unstack", "x", part="core", num=10**9, axis=1)),
        "1000000000",
    ),
    "dimensions of many digits": (
        lambda: functional(*_flattened([10**39] * 300), outputs=D),
        "layers.Flatten",
    ),
    "the same in a Sequential": (
        lambda: sequential(*_flattened([10**39] * 300)),
        "layers.Flatten",
    ),
    "kernel of many dimensions": (
        lambda: _one(
            layer("c", "x", cls="Conv2D", filters=4, kernel_size=[10**39] * 300)
        ),
        "layers.Conv2D",
    ),
    "a name that a guard would count to": (
        lambda: functional(
            input_layer(),
            op("z", "Add", "x", 1),
            layer("add_999999999", "z"),
            outputs=["add_999999999", 0, 0],
        ),
        'name="add_999999999"',
    ),
    "object as an input's argument": (
        lambda: functional(
            input_layer(sparse=serialised("A", "m", b=1)), layer("d", "x"), outputs=D
        ),
        "sparse=A(b=1)",
    ),
    "stand-in inside a list of a call": (
        lambda: _one(layer("h", "x", [serialised("h", "m", b=1)], kwargs={})),
        "class h",
    ),
    "keyword self": (
        lambda: _one(layer("d", "x", kwargs={"self": 1, "__class__": 2, "class": 3})),
        '**{"class": 3}',
    ),
    "dunder names": (
        lambda: _one(layer("__class__", "x", cls="__init__", module="__main__")),
        "class Init|class __init__|class init",
    ),
    "a dict for an embedding that makes masks": (
        lambda: functional(
            input_layer(),
            layer(
                "e",
                {"a": tensor("x")},
                cls="Embedding",
                input_dim=5,
                output_dim=3,
                mask_zero=True,
            ),
            layer("d", "e", kwargs={"mask": tensor("x")}),
            outputs=D,
        ),
        "layers.Embedding",
    ),
    "shapes that lie": (
        lambda: _one(layer("d", tensor("x")), build_config={"input_shape": [1e999]}),
        "layers.Dense",
    ),
}


def _run(made: Json, folder: Path, **options: Any) -> Outcome:
    path = folder / "m.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    return run_case(path, {"shapes": True, **options}, formatted=True)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, tmp_path: Path) -> None:
    make, expected = REFUSED[name]
    outcome = _run(make(), tmp_path)
    assert outcome.source == ""
    assert re.search(expected, outcome.message), outcome.message


@pytest.mark.parametrize("name", WRITTEN)
def test_written(name: str, tmp_path: Path) -> None:
    make, expected = WRITTEN[name]
    outcome = _run(make(), tmp_path)
    assert outcome.message == ""
    assert any(part in outcome.source for part in expected.split("|"))


@pytest.mark.parametrize("name", ["x", "model", "layer"])
def test_a_stand_in_is_not_hidden(name: str, tmp_path: Path) -> None:
    """The function's own variables never have the name of a stand-in it uses."""
    loss = {"module": "m", "class_name": "function", "config": name}
    made = functional(
        input_layer(),
        layer("a", "x", kernel_initializer=serialised(name, "m")),
        layer("b", "a", kernel_initializer=serialised(name, "m")),
        outputs=["b", 0, 0],
    )
    made["compile_config"] = {
        "optimizer": "sgd",
        "loss": {**loss, "registered_name": name},
    }
    made["config"]["layers"][1]["config"]["trainable"] = False
    assert _run(made, tmp_path, tensors="chain").source


def test_an_op_called_twice_for_a_mask(tmp_path: Path) -> None:
    masks = op("not_equal", "NotEqual", "x", 0)
    masks["inbound_nodes"] *= 2
    embedded = layer(
        "e", "x", cls="Embedding", input_dim=5, output_dim=3, mask_zero=True
    )
    taken = layer("r", "e", cls="LSTM", units=2, kwargs={"mask": tensor("not_equal")})
    joined = layer("j", "r", kwargs={"mask": tensor("not_equal", 1)})
    made = functional(
        input_layer(), masks, embedded, taken, joined, outputs=["j", 0, 0]
    )
    assert _run(made, tmp_path).source


def test_time_grows_with_the_size_alone(tmp_path: Path) -> None:
    """Doubling a model doubles the steps taken; counted, since clocks differ."""

    def steps(count: int) -> int:
        calls = [{"args": [tensor("x") if i == 0 else tensor("d", i - 1)], "kwargs": {}}
                 for i in range(count)]  # fmt: skip
        made = _one(layer("d", "x"), inbound_nodes=calls)
        made["config"]["output_layers"] = ["d", count - 1, 0]
        seen = 0

        def count_call(frame: Any, event: str, argument: Any) -> None:
            nonlocal seen
            seen += event == "call"

        sys.setprofile(count_call)
        try:
            path = tmp_path / "m.json"
            path.write_text(json.dumps(made), encoding="utf-8")
            assert run_case(path, {}, formatted=False).source
        finally:
            sys.setprofile(None)
        return seen

    steps(10)
    assert steps(800) < 2.5 * steps(400)


def _archive(change: Callable[[bytearray], object], *names: str) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
            for name in names or ("config.json",):
                made.writestr(name, json.dumps(tiny()))
    data = bytearray(buffer.getvalue())
    change(data)
    return bytes(data)


def _set(mark: bytes, offset: int, kind: str, value: int) -> Callable[[bytearray], Any]:
    return lambda data: struct.pack_into(kind, data, data.index(mark) + offset, value)


CENTRAL, LOCAL, END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
ARCHIVES = {
    "offset of the directory": _archive(_set(END, 16, "<I", 0x7FFFFFFF)),
    "size of the directory": _archive(_set(END, 12, "<I", 0xFFFFFFF0)),
    "offset of the member": _archive(_set(CENTRAL, 42, "<I", 0x7FFFFFFF)),
    "zip64 without its record": _archive(_set(CENTRAL, 42, "<I", 0xFFFFFFFF)),
    "zip64 sizes": _archive(_set(CENTRAL, 20, "<I", 0xFFFFFFFF)),
    "count of members": _archive(_set(END, 10, "<H", 0xFFFF)),
    "comment that reaches over the end": _archive(_set(END, 20, "<H", 0xFFFF)),
    "name that is not text": _archive(_set(CENTRAL, 46, "<I", 0xFFFFFFFF)),
    "strong encryption": _archive(_set(CENTRAL, 8, "<H", 0x41)),
    "patched data": _archive(_set(CENTRAL, 8, "<H", 0x20)),
    "version of the future": _archive(_set(CENTRAL, 6, "<H", 99)),
    "local name differs": _archive(_set(LOCAL, 30, "<I", 0x41414141)),
    "twice": _archive(len, "config.json", "config.json"),
    "in the middle of a stream": _archive(lambda data: data.extend(data[:40])),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives(name: str, tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    path.write_bytes(ARCHIVES[name])
    outcome = run_case(path, {}, formatted=False)
    # What still reads as the one config is no attack.
    assert (
        outcome.source or "again" in outcome.message or "config.json" in outcome.message
    )
    assert "Invalid argument" not in outcome.message


def test_symbolic_links_and_other_names_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(tiny()))
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w") as made:
        link = zipfile.ZipInfo("config.json")
        link.external_attr = 0o120777 << 16
        made.writestr(link, str(secret))
        made.writestr("../config.json", json.dumps(tiny()))
    assert "config.json" in run_case(path, {}, formatted=False).message


def test_a_text_larger_than_any_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("jsontext", "open", "archive"):
        monkeypatch.setattr(f"kerascodegen.readers.{module}.MAX_CONFIG_BYTES", 300)
    assert "is larger than" in _run(tiny(), tmp_path).message
    path = tmp_path / "m.keras"
    path.write_bytes(_archive(len))
    assert "unpacks to" in run_case(path, {}, formatted=False).message


def test_a_member_longer_than_the_archive_declares() -> None:
    info = zipfile.ZipInfo("config.json")
    info.file_size = 10
    assert _read_bounded(io.BytesIO(b"x" * 10), info, "m.keras") == b"x" * 10
    with pytest.raises(ReadError, match="longer than the archive declares"):
        _read_bounded(io.BytesIO(b"x" * 11), info, "m.keras")


def test_only_what_a_constructor_accepts_is_given_to_it(tmp_path: Path) -> None:
    assert "frobnicate" not in _run(tiny(frobnicate=1), tmp_path).source


def test_the_audit_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever an emitter writes, nothing gets out without the last look."""
    path = tmp_path / "m.json"
    path.write_text(json.dumps(tiny()), encoding="utf-8")
    monkeypatch.setattr("kerascodegen.emitters.functional.MODEL_TYPE", "eval('1')")
    with pytest.raises(InternalError, match="the name eval"):
        kerascodegen.generate(path)


def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("config.json", b" " * 200_000_000)
    tracemalloc.start()
    try:
        assert "unpacks to" in run_case(path, {}, formatted=False).message
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_model_among_the_arguments_of_a_call(tmp_path: Path) -> None:
    model = tiny()
    config = op("a", "Add", "x", tiny())
    model["config"]["layers"].append(config)
    model["config"]["output_layers"] = [["a", 0, 0]]
    assert "where none belongs" in _run(model, tmp_path).message


def test_bytes_that_no_text_gives(tmp_path: Path) -> None:
    value = {"class_name": "__bytes__", "config": {"value": "\ud800"}}
    assert "no text that was encoded" in _run(tiny(activation=value), tmp_path).message
