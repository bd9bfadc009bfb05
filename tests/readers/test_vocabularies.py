"""Vocabularies inside an archive: read by exact name, within bounds, or not at all."""

from __future__ import annotations

import ast
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

import kerascodegen
from kerascodegen.errors import ReadError
from kerascodegen.readers import archive as archive_reader
from kerascodegen.readers import jsontext

PLACE = "assets/layers/string_lookup/vocabulary.txt"
LOOKUP: dict[str, Any] = {
    "name": "words",
    "trainable": True,
    "dtype": "string",
    "max_tokens": None,
    "num_oov_indices": 1,
    "mask_token": None,
    "oov_token": "[UNK]",
    "output_mode": "int",
    "vocabulary": None,
    "idf_weights": None,
}


def _model(class_name: str = "StringLookup", **config: Any) -> bytes:
    tensor = {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, 2], "dtype": "string", "keras_history": ["x", 0, 0]},
    }
    source = {"batch_shape": [None, 2], "dtype": "string", "name": "x"}
    layers = [
        ("InputLayer", source, []),
        (class_name, {**LOOKUP, **config}, [{"args": [tensor], "kwargs": {}}]),
    ]
    data = {
        "module": "keras",
        "class_name": "Functional",
        "registered_name": None,
        "config": {
            "name": "m",
            "trainable": True,
            "layers": [
                {
                    "module": "keras.layers",
                    "class_name": cls,
                    "config": values,
                    "registered_name": None,
                    "name": values["name"],
                    "inbound_nodes": nodes,
                }
                for cls, values, nodes in layers
            ],
            "input_layers": ["x", 0, 0],
            "output_layers": ["words", 0, 0],
        },
    }
    return json.dumps(data).encode()


def _archive(folder: Path, config: bytes, **members: bytes) -> Path:
    path = folder / "model.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config)
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def _read(folder: Path, data: bytes, size: int, **config: Any) -> list[Any] | None:
    """Read a vocabulary, and what the source sets of it."""
    path = _archive(folder, _model(vocabulary_size=size, **config), **{PLACE: data})
    result = kerascodegen.generate(path)
    set_to = [
        ast.literal_eval(node.args[0])
        for node in ast.walk(ast.parse(result.source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "set_vocabulary"
    ]
    warned = any("was adapted" in str(item) for item in result.diagnostics)
    assert warned is not bool(set_to)
    return set_to[0] if set_to else None


WORDS = [
    *("a b", "größe", "\x85", "\u2028", "\x1b[31m", '"""; import os', "\\", "{{ 7 }}"),
    *("\u202egnp", "\0a", "", "'", "\u0430dmin", "x" * 5000),
]


@pytest.mark.parametrize("word", WORDS, ids=ascii)
def test_words_come_out_as_they_are(word: str, tmp_path: Path):
    data = f"[UNK]\n{word}\nlast".encode()
    assert _read(tmp_path, data, 3) == [word, "last"]


def test_line_ends_of_windows(tmp_path: Path):
    assert _read(tmp_path, b"[UNK]\r\na\r\nb", 3) == ["a", "b"]


def test_what_is_not_this_layers_vocabulary(tmp_path: Path):
    for data, size in (
        (b"[UNK]\na\nb", 4),
        (b"[UNK]\na\nb", 2),
        (b"other\na\nb", 3),
        (b"[UNK]\na\na", 3),
        (b"[UNK]\na\n\xff", 3),
        # numpy would cut it off.
        (b"[UNK]\na\nb\0", 3),
        (b"", 3),
    ):
        assert _read(tmp_path, data, size) is None, data


def test_special_tokens_are_left_out(tmp_path: Path):
    data = b"\n[UNK]\n[UNK]\na"
    mask = {"mask_token": "", "num_oov_indices": 2}
    assert _read(tmp_path, data, 4, **mask) == ["a"]
    # A mask has no place of its own but among indices.
    hot = {**mask, "output_mode": "multi_hot"}
    assert _read(tmp_path, b"[UNK]\n[UNK]\na", 3, **hot) == ["a"]
    # Keras would take this word for the special one, were it not there twice.
    assert _read(tmp_path, b"[UNK]\n[UNK]\na", 3) == ["[UNK]", "[UNK]", "a"]
    # More special tokens than words is nobody's config; nothing grows from it.
    config = _model(vocabulary_size=2, num_oov_indices=10**30)
    path = _archive(tmp_path, config, **{PLACE: b"[UNK]\na"})
    assert kerascodegen.read(path).operations[1].vocabulary is None


def test_integers(tmp_path: Path):
    def read(*lines: str) -> tuple[str | int, ...] | None:
        config = _model(
            "IntegerLookup", vocabulary_size=len(lines), oov_token=-1, dtype="int64"
        )
        place = "assets/layers/integer_lookup/vocabulary.txt"
        path = _archive(tmp_path, config, **{place: "\n".join(lines).encode()})
        return kerascodegen.read(path).operations[1].vocabulary

    for line in ("1.5", "", "x", "١", "0x1", str(2**63), "9" * 5000, "1_0"):
        assert read("-1", "3", line) is None
    assert read("-1", "3", str(-(2**63))) == (3, -(2**63))


def test_only_the_exact_place_is_read(tmp_path: Path):
    config = _model(vocabulary_size=2)
    for place in (
        "assets/layers/words/vocabulary.txt",
        "assets/layers/string_lookup_1/vocabulary.txt",
        "assets/layers/../layers/string_lookup/vocabulary.txt",
        "/assets/layers/string_lookup/vocabulary.txt",
        "assets\\layers\\string_lookup\\vocabulary.txt",
        "assets/layers/string_lookup/VOCABULARY.TXT",
        "assets/layers/string_lookup/vocabulary.txt/",
    ):
        path = _archive(tmp_path, config, **{place: b"[UNK]\na"})
        assert kerascodegen.read(path).operations[1].vocabulary is None, place


def test_a_name_that_leads_out_is_not_followed(tmp_path: Path):
    config = _model(vocabulary_size=2).replace(b'"words"', b'"../../words"')
    path = _archive(tmp_path, config, **{PLACE: b"[UNK]\na"})
    result = kerascodegen.generate(path, sidecars="def")
    assert kerascodegen.read(path).operations[1].vocabulary == ("a",)
    assert result.files == {}


def test_two_of_one_name(tmp_path: Path):
    path = _archive(tmp_path, _model(vocabulary_size=2), **{PLACE: b"[UNK]\na"})
    with (
        zipfile.ZipFile(path, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.writestr(PLACE, b"[UNK]\nb")
    with pytest.raises(ReadError, match="2 times, so it is not clear"):
        kerascodegen.read(path)


def test_damage_is_said(tmp_path: Path):
    words = "\n".join(["[UNK]", *(f"word {number}" for number in range(99))])
    config = _model(vocabulary_size=100)
    path = _archive(tmp_path, config, **{PLACE: words.encode()})
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo(PLACE).header_offset
    data[start + 30 + len(PLACE) + 20] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(ReadError, match=r"vocabulary\.txt in .* is damaged"):
        kerascodegen.read(path)


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    config = _model(vocabulary_size=2)
    dense = _archive(tmp_path, config, **{PLACE: b"a" * 10_000_000})
    with pytest.raises(ReadError, match="unpacks to 10,000,000 bytes"):
        kerascodegen.read(dense)
    monkeypatch.setattr(archive_reader, "MAX_ASSET_BYTES", 100)
    large = _archive(tmp_path, config, **{PLACE: b"[UNK]\n" + b"a" * 100})
    with pytest.raises(ReadError, match="unpacks to 106 bytes"):
        kerascodegen.read(large)
    monkeypatch.setattr(archive_reader, "MAX_WORDS", 10)
    long = _archive(tmp_path, config, **{PLACE: b"\n" * 11})
    with pytest.raises(ReadError, match="more than 10 lines"):
        kerascodegen.read(long)


def test_assets_of_others_are_never_unpacked(tmp_path: Path):
    config = _model(vocabulary_size=2)
    bomb = "assets/layers/dense/vocabulary.txt"
    members = {bomb: b"a" * 10_000_000, PLACE: b"[UNK]\na"}
    path = _archive(tmp_path, config, **members)
    assert kerascodegen.read(path).operations[1].vocabulary == ("a",)


def test_a_vocabulary_in_the_config_needs_no_asset(tmp_path: Path):
    config = _model(vocabulary=["b"], vocabulary_size=2)
    path = _archive(tmp_path, config, **{PLACE: b"[UNK]\na"})
    source = str(kerascodegen.generate(path))
    assert 'vocabulary=["b"]' in source
    assert "set_vocabulary" not in source


def test_a_path_is_never_written(tmp_path: Path):
    config = _model(vocabulary="/etc/passwd", vocabulary_size=2)
    result = kerascodegen.generate(_archive(tmp_path, config))
    assert "passwd" not in result.source
    assert any("whose name is not written" in str(d) for d in result.diagnostics)


def test_config_with_too_many_values(monkeypatch: pytest.MonkeyPatch):
    assert jsontext.parse_json(b"[[0, 1], {}]", "it") == [[0, 1], {}]
    monkeypatch.setattr(jsontext, "MAX_CONFIG_VALUES", 4)
    for text in (b"[1,2,3,4,5]", b"[[],[],[]]", b"[{},{},{}]"):
        with pytest.raises(ReadError, match="it holds more than 4 values"):
            jsontext.parse_json(text, "it")
