"""Hostile and damaged `.h5` files: said in words, nothing followed, nothing crashed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from kerascodegen import CodegenError, generate, read
from kerascodegen.readers import h5_child
from kerascodegen.readers.h5_child import read_in_child
from tests.e2e.command import assert_plain, kerascodegen
from tests.keras2.configs import converted, old_layer, one_layer, sequential
from tests.keras2.test_files import FILES

CONFIG = json.dumps(one_layer("Dense", units=2))


def _write(path: Path, change: Callable[[Any], None], **how: Any) -> Path:
    with h5py.File(path, "w", **how) as file:
        change(file)
    return path


def _refusal(path: Path) -> str:
    with pytest.raises(CodegenError) as caught:
        generate(path)
    message = str(caught.value)
    assert_plain(message)
    return message


@pytest.mark.parametrize(
    "value",
    [
        CONFIG,
        CONFIG.encode(),
        np.bytes_(CONFIG.encode()),
        np.array([CONFIG.encode()]),
        np.array([CONFIG], dtype=h5py.string_dtype()),
    ],
    ids=["str", "bytes", "fixed", "fixed in a list", "in a list"],
)
def test_texts_of_every_kind_are_read(value: Any, tmp_path: Path) -> None:
    path = _write(tmp_path / "m.h5", lambda f: f.attrs.create("model_config", value))
    assert "layers.Dense(2" in generate(path).source


def test_a_link_in_the_place_of_the_optimizers_state_is_not_followed(
    tmp_path: Path,
) -> None:
    links = {
        "hard": (None, True),
        "external": (h5py.ExternalLink("/etc/passwd", "/"), False),
        "soft": (h5py.SoftLink("/elsewhere"), False),
    }
    for name, (link, there) in links.items():

        def write(file: Any, link: Any = link) -> None:
            file.attrs["model_config"] = CONFIG
            if link is None:
                file.create_group("optimizer_weights")
            else:
                file["optimizer_weights"] = link

        rescue = read(_write(tmp_path / f"{name}.h5", write)).rescue
        assert rescue is not None
        assert rescue.optimizer_state is there


def test_texts_in_pieces_are_read(tmp_path: Path) -> None:
    def write(file: Any) -> None:
        for number, start in enumerate(range(0, len(CONFIG), 100)):
            file.attrs[f"model_config{number}"] = CONFIG[start : start + 100]

    assert "layers.Dense(2" in generate(_write(tmp_path / "m.h5", write)).source


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (7, "is not a text"),
        (np.zeros(3), "is not a text"),
        (np.zeros((3, 1), "S9"), "is not a text"),
        (np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), "is not a text"),
        (h5py.Empty("S10"), "is not a text"),
        ("", "is empty"),
        ("not json", "not valid JSON"),
        ("[1]", "is not the config"),
        ('{"class_name": 3}', "no class_name"),
        ('{"a": 1, "a": 2}', "twice"),
        ("[" * 100_000, "nested too deeply"),
        (b"\xff\xfe", "not text in UTF-8"),
    ],
)
def test_a_config_that_is_none(value: Any, message: str, tmp_path: Path) -> None:
    path = _write(tmp_path / "m.h5", lambda f: f.attrs.create("model_config", value))
    assert message in _refusal(path)


def test_a_huge_attribute_is_not_read(tmp_path: Path) -> None:
    def write(file: Any) -> None:
        file.attrs.create("model_config", np.zeros(3_000_000, "S100"))

    path = _write(tmp_path / "m.h5", write, libver="latest")
    assert "is not a text" in _refusal(path)


def test_more_attributes_than_any_model_has(tmp_path: Path) -> None:
    def write(file: Any) -> None:
        for number in range(10_001):
            file.attrs[f"a{number}"] = 1
        file.attrs["model_config"] = CONFIG

    path = _write(tmp_path / "m.h5", write, libver="latest", track_order=True)
    assert "10,002 attributes" in _refusal(path)


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = _write(tmp_path / "secret.h5", lambda f: f.create_dataset("x", data=[1]))

    def write(file: Any) -> None:
        file.attrs["model_config"] = CONFIG
        file["model_weights"] = h5py.ExternalLink(str(secret), "/x")
        file["soft"] = h5py.SoftLink("/nowhere")
        layout = h5py.VirtualLayout((1,), "i8")
        layout[:] = h5py.VirtualSource(str(secret), "x", (1,))
        file.create_virtual_dataset("virtual", layout)

    path = _write(tmp_path / "m.h5", write)
    secret.unlink()
    assert "layers.Dense(2" in generate(path).source


def test_external_storage_is_not_opened(tmp_path: Path) -> None:
    def write(file: Any) -> None:
        file.attrs["model_config"] = CONFIG
        external = [("/etc/passwd", 0, 64)]
        file.create_dataset("x", (64,), "u1", external=external)

    assert "root" not in generate(_write(tmp_path / "m.h5", write)).source


def test_weights_files_say_that_they_are_none_of_a_model(tmp_path: Path) -> None:
    def write(file: Any) -> None:
        file.attrs["layer_names"] = [b"dense"]

    path = _write(tmp_path / "w.h5", write)
    assert "holds weights only" in _refusal(path)
    other = _write(tmp_path / "o.h5", lambda f: f.create_dataset("x", data=[1]))
    assert "no Keras model" in _refusal(other)


def test_truncated_anywhere(tmp_path: Path) -> None:
    data = (FILES / "dense_input_dim.h5").read_bytes()
    path = tmp_path / "cut.h5"
    for size in (8, 9, 47, 100, 800, 4000, len(data) - 1):
        path.write_bytes(data[:size])
        assert "truncated or damaged" in _refusal(path)


def test_a_crash_of_the_library_is_a_damaged_file(tmp_path: Path) -> None:
    """Bytes anywhere in the metadata; some of these bring HDF5 down."""
    data = (FILES / "dense_input_dim.h5").read_bytes()
    path = tmp_path / "flipped.h5"
    for seed in range(12):
        rng = random.Random(seed)
        changed = bytearray(data)
        for _ in range(6):
            changed[rng.randrange(8, 2600)] = rng.choice([0, 1, 127, 255])
        path.write_bytes(changed)
        try:
            read_in_child(path)
        except CodegenError as error:
            assert_plain(str(error))


def test_a_child_that_dies_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dead:
        returncode = -11
        stdout = b""

    monkeypatch.setattr(h5_child.subprocess, "run", lambda *args, **kwargs: Dead())
    with pytest.raises(CodegenError, match="truncated or damaged"):
        read_in_child(FILES / "dense_input_dim.h5")


def test_modules_beside_the_user_are_not_imported(tmp_path: Path) -> None:
    (tmp_path / "h5py.py").write_text("open('ran', 'w')")
    (tmp_path / "numpy.py").write_text("open('ran', 'w')")
    done = kerascodegen(FILES / "dense_input_dim.h5", cwd=tmp_path)
    assert done.code == 0
    assert not (tmp_path / "ran").exists()


def test_the_command_line_says_it_in_one_line(tmp_path: Path) -> None:
    path = _write(tmp_path / "a\nb.h5", lambda f: f.attrs.create("model_config", 7))
    done = kerascodegen(path, cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert_plain(done.err)
    assert "model_config in" in done.err


NAMES = [
    'a\n"""; import os',
    "{{ 7 }}",
    "\x1b[31mred",
    "../../etc",
    "\u202eleft",
    "x/" * 90,
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_are_inert(name: str, tmp_path: Path) -> None:
    config = {"class_name": f"shop>{name}", "config": {}}
    layers = [
        old_layer("Dense", name, units=1, batch_input_shape=[None, 2]),
        old_layer("TFOpLambda", f"{name}2", function=name),
        old_layer(name, f"{name}3", activation=name, kernel_initializer=config),
        old_layer("LeakyReLU", f"{name}4", alpha=name),
    ]
    path = tmp_path / "m.json"
    path.write_text(json.dumps(sequential(*layers)))
    try:
        result = generate(path)
    except CodegenError as error:
        assert_plain(str(error))
        return
    compile(result.source, "m.py", "exec")
    assert all(char.isprintable() or char == "\n" for char in result.source)
    for diagnostic in result.diagnostics:
        assert_plain(str(diagnostic))


def test_changes_are_printable() -> None:
    _, report = converted("Dense", input_dim="\x1b[31m", dtype={"class_name": "Policy",
                          "config": {"name": "\x1b"}})  # fmt: skip
    for change in report.changes:
        assert change.what.isprintable()
        assert change.where.isprintable()
