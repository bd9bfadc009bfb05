"""Hostile files of weights: refused in words, nothing outside opened."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from kerascodegen import CodegenError, load_weights
from kerascodegen.old_weights import hdf5
from kerascodegen.old_weights.archive import WEIGHTS_NAME, unpacked
from kerascodegen.old_weights.hdf5 import check_hdf5, whats_wrong
from tests.e2e.command import assert_plain
from tests.keras2.weight_files import dense_arrays, watched, write_weights

Change = Callable[[Any, Path], None]
needs_inotify = pytest.mark.skipif(sys.platform != "linux", reason="needs inotify")


def dense_model() -> keras.Model:
    """A model that takes `dense_arrays()`."""
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="d")])


def changed(tmp_path: Path, change: Callable[[Any], None]) -> Path:
    """A sound file to which something was done."""
    path = write_weights(tmp_path / "w.h5", dense_arrays())
    with h5py.File(path, "r+") as file:
        change(file)
    return path


def refusal(path: Path) -> str:
    """What loading the file says; the model must not change."""
    model = dense_model()
    before = model.get_weights()
    with pytest.raises(CodegenError) as caught:
        load_weights(model, path)
    message = str(caught.value)
    assert_plain(message)
    assert "damaged" not in message
    for old, new in zip(before, model.get_weights(), strict=True):
        assert (old == new).all()
    return message


def test_a_sound_file_is_loaded(tmp_path: Path) -> None:
    model = dense_model()
    load_weights(model, write_weights(tmp_path / "w.h5", dense_arrays()))
    assert model.get_weights()[0].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert model.get_weights()[1].tolist() == [7, 8]


# Places outside of the file.


@needs_inotify
def test_a_watched_file_tells_that_it_was_opened(tmp_path: Path) -> None:
    path = write_weights(tmp_path / "w.h5", dense_arrays())
    with watched(path) as was_opened:
        assert not was_opened()
        check_hdf5(path)
        assert was_opened()


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize("kind", ["external", "soft"])
@pytest.mark.parametrize("place", ["d", "d/d", "d/d/kernel:0", "model_weights"])
@needs_inotify
def test_links_are_refused_unopened(
    place: str,
    kind: str,
    checked: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not checked:
        # What reads the arrays follows nothing either.
        monkeypatch.setattr(hdf5, "check_hdf5", lambda *args: None)
    outside = write_weights(tmp_path / "outside.h5", dense_arrays())

    def link(file: Any) -> None:
        if place in file:
            file.move(place, "kept")
        inside = "/kept" if "kept" in file else "/d"
        target = "/" if place == "model_weights" else place
        file[place] = (
            h5py.SoftLink(inside)
            if kind == "soft"
            else h5py.ExternalLink(str(outside), target)
        )

    path = changed(tmp_path, link)
    with watched(outside) as was_opened:
        assert "is a link to another place or file" in refusal(path)
        assert not was_opened()


def _external(file: Any, outside: Path) -> None:
    file.create_dataset("d/d/kernel:0", (3, 2), "f4", external=[(outside, 0, 24)])


def _virtual(file: Any, outside: Path) -> None:
    layout = h5py.VirtualLayout((3, 2), "f4")
    layout[:] = h5py.VirtualSource(str(outside), "d/d/kernel:0", (3, 2))
    file.create_virtual_dataset("d/d/kernel:0", layout)


def _virtual_without_end(file: Any, outside: Path) -> None:
    """One whose very size depends on another file."""
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    space = h5py.h5s.create_simple((1, 2), (h5py.h5s.UNLIMITED, 2))
    space.select_hyperslab((0, 0), (h5py.h5s.UNLIMITED, 1), block=(1, 2))
    source = h5py.h5s.create_simple((1, 2), (h5py.h5s.UNLIMITED, 2))
    source.select_hyperslab((0, 0), (h5py.h5s.UNLIMITED, 1), block=(1, 2))
    plist.set_virtual(space, str(outside).encode(), b"d/d/kernel:0", source)
    h5py.h5d.create(file["d/d"].id, b"kernel:0", h5py.h5t.IEEE_F32LE, space, plist)


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize("make", [_external, _virtual, _virtual_without_end])
@needs_inotify
def test_values_elsewhere_are_refused_unopened(
    make: Change, checked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not checked:
        monkeypatch.setattr(hdf5, "check_hdf5", lambda *args: None)
    outside = write_weights(tmp_path / "outside.h5", dense_arrays())

    def replace(file: Any) -> None:
        del file["d/d/kernel:0"]
        make(file, outside)

    path = changed(tmp_path, replace)
    with watched(outside) as was_opened:
        assert "takes its values from another file" in refusal(path)
        assert not was_opened()


# Sizes.


def _never_written(file: Any) -> None:
    file.create_dataset("big", (1 << 40,), "f4", chunks=(1 << 20,))


def _contiguous(file: Any) -> None:
    file.create_dataset("big", (1 << 40,), "f4")


def _bomb(file: Any) -> None:
    shape = (1 << 27,)
    how = {"chunks": (1 << 22,), "compression": "gzip", "compression_opts": 9}
    file.create_dataset("big", shape, "u1", **how)[:] = 0


def _large_chunk(file: Any) -> None:
    how: dict[str, Any] = {"chunks": (1 << 27,), "maxshape": (None,)}
    file.create_dataset("big", (8,), "u1", compression="gzip", **how)[:] = 1


@pytest.mark.parametrize("make", [_never_written, _contiguous, _bomb, _large_chunk])
def test_claims_are_not_believed(make: Callable[[Any], None], tmp_path: Path) -> None:
    path = changed(tmp_path, make)
    assert path.stat().st_size < 1 << 20
    message = whats_wrong(path, "w.h5")
    assert_plain(message)
    assert '"/big" in w.h5 claims ' in message
    assert "bytes, of which the file holds" in message


@pytest.mark.parametrize("filters", [[40_000], [1, 1]], ids=["plug-in", "twice"])
def test_filters_that_keras_does_not_use(filters: list[int], tmp_path: Path) -> None:
    def add(file: Any) -> None:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((4,))
        for number in filters:
            plist.set_filter(number, h5py.h5z.FLAG_OPTIONAL, (6,) * (number == 1))
        space = h5py.h5s.create_simple((4,))
        h5py.h5d.create(file.id, b"x", h5py.h5t.IEEE_F32LE, space, plist)
        file["x"][:] = 1

    message = whats_wrong(changed(tmp_path, add), "w.h5")
    assert '"/x" in w.h5 is compressed by a plug-in' in message


@pytest.mark.parametrize("how", ["gzip", "lzf"])
def test_honest_compression_is_read(how: str, tmp_path: Path) -> None:
    path = tmp_path / "w.h5"
    write_weights(path, dense_arrays(), compression=how, shuffle=True, fletcher32=True)
    model = dense_model()
    load_weights(model, path)
    assert model.get_weights()[1].tolist() == [7, 8]


def test_zeros_that_compress_well_are_read(tmp_path: Path) -> None:
    arrays = {"d": {"d/kernel:0": np.zeros((3, 1 << 16), "float32")}}
    path = write_weights(tmp_path / "w.h5", arrays, compression="gzip")
    assert path.stat().st_size < 3 << 13
    assert whats_wrong(path, "w.h5") == ""


def test_large_arrays_are_read_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdf5, "_PIECE", 64)
    read: list[int] = []
    data = np.arange(3 * 5 * 24, dtype="float32").reshape(3, 5, 24)
    for shape in (data.shape, (360,), (360, 1), (0, 3), (3, 0), ()):
        values = data.reshape(shape) if 0 not in shape and shape else np.zeros(shape)
        parts = [values[p] for p in hdf5._parts(shape, 4)]
        assert sum(part.size for part in parts) == values.size
        read += [part.size for part in parts]
    assert max(read) <= 16
    arrays = {"d": {"d/kernel:0": data}}
    assert whats_wrong(write_weights(tmp_path / "w.h5", arrays), "w.h5") == ""


def test_more_arrays_than_any_model_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdf5, "MAX_DATASETS", 1)
    path = write_weights(tmp_path / "w.h5", dense_arrays())
    assert (
        whats_wrong(path, "w.h5") == "w.h5 has more than 1 arrays, which no model has."
    )


def test_groups_nested_without_end(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda file: file.create_group("a/" * 100))
    assert whats_wrong(path, "w.h5") == "w.h5 has groups nested without end."


def test_groups_in_circles(tmp_path: Path) -> None:
    def circle(file: Any) -> None:
        file["d/again"] = file["d"]
        file["root"] = file["/"]

    path = changed(tmp_path, circle)
    model = dense_model()
    load_weights(model, path)
    assert model.get_weights()[1].tolist() == [7, 8]


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory on Linux")
def test_what_unpacks_to_more_than_its_chunk_dies_in_the_child(tmp_path: Path) -> None:
    """A deflated stream may be longer than the chunk that it stands for."""
    packer = zlib.compressobj(1)
    piece = bytes(1 << 24)
    stream = b"".join(packer.compress(piece) for _ in range(80)) + packer.flush()

    def add(file: Any) -> None:
        how: dict[str, Any] = {"chunks": (1 << 20,), "compression": "gzip"}
        data = file.create_dataset("x", (1 << 20,), "u1", **how)
        data.id.write_direct_chunk((0,), stream)

    def read(path: Path) -> subprocess.CompletedProcess[str]:
        code = (
            "import sys; from kerascodegen.old_weights import hdf5; "
            "hdf5.MAX_MEMORY = 1 << 30; hdf5.main(*sys.argv[1:])"
        )
        command = [sys.executable, "-c", code, str(path), "w.h5"]
        quiet = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        return subprocess.run(command, capture_output=True, text=True, env=quiet)

    assert read(write_weights(tmp_path / "sound.h5", dense_arrays())).stdout == '""'
    done = read(changed(tmp_path, add))
    assert done.returncode or "truncated or damaged" in done.stdout


# What is no weights.


@pytest.mark.parametrize(
    "make",
    [
        lambda g: g.create_dataset("kernel:0", data=np.full((3, 2), "a", object)),
        lambda g: g.create_dataset("kernel:0", data=np.full((3, 2), b"a")),
        lambda g: g.create_dataset("kernel:0", (3, 2), h5py.vlen_dtype("i4")),
        lambda g: g.create_dataset("kernel:0", (3, 2), h5py.ref_dtype),
        lambda g: g.create_dataset("kernel:0", (3, 2), [("a", "f4"), ("b", "f4")]),
        lambda g: g.create_dataset("kernel:0", (3, 2), "c8"),
        lambda g: g.create_dataset("kernel:0", (3, 2), "V4"),
        lambda g: g.create_dataset("kernel:0", data=h5py.Empty("f4")),
    ],
    ids=["text", "bytes", "lists", "references", "rows", "complex", "opaque", "empty"],
)
def test_no_numbers(make: Callable[[Any], Any], tmp_path: Path) -> None:
    def replace(file: Any) -> None:
        del file["d/d/kernel:0"]
        made = make(file["d/d"])
        if h5py.check_ref_dtype(made.dtype):
            made[:] = file.ref
        elif made.dtype.kind in "cV":
            made[:] = np.zeros((3, 2), made.dtype)

    message = refusal(changed(tmp_path, replace))
    assert '"/d/d/kernel:0"' in message
    assert "holds no numbers" in message or "claims" in message


def test_a_group_in_the_place_of_an_array(tmp_path: Path) -> None:
    def replace(file: Any) -> None:
        del file["d/d/kernel:0"]
        file.create_group("d/d/kernel:0")

    assert 'lists "d/kernel:0" of the layer "d", but does not' in refusal(
        changed(tmp_path, replace)
    )


@pytest.mark.parametrize(
    "name",
    ["../d/d/kernel:0", "./d/kernel:0", ".", "..", "/d/d/kernel:0", "d/kernel:0/x", ""],
)
def test_names_lead_nowhere(name: str, tmp_path: Path) -> None:
    def rename(file: Any) -> None:
        file["d"].attrs["weight_names"] = [name.encode(), b"d/bias:0"]

    assert f'lists "{name}" of the layer "d", but does not' in refusal(
        changed(tmp_path, rename)
    )


def test_names_with_control_characters_are_escaped(tmp_path: Path) -> None:
    def rename(file: Any) -> None:
        file["d"].attrs["weight_names"] = ["\x1b[31m\u202e\n", "d/bias:0"]

    assert r"\x1b[31m\u202e\n" in refusal(changed(tmp_path, rename))


@pytest.mark.parametrize("attribute", ["layer_names", "weight_names"])
@pytest.mark.parametrize(
    "value",
    [
        np.arange(3),
        np.zeros(2, [("a", "i4")]),
        np.zeros(2, h5py.ref_dtype),
        h5py.Empty("S10"),
        7,
    ],
    ids=["numbers", "rows", "references", "empty", "number"],
)
def test_lists_of_names_that_are_none(
    value: Any, attribute: str, tmp_path: Path
) -> None:
    def replace(file: Any) -> None:
        group = file if attribute == "layer_names" else file["d"]
        if getattr(value, "dtype", None) == h5py.ref_dtype:
            value[:] = file.ref
        group.attrs[attribute] = value

    message = refusal(changed(tmp_path, replace))
    assert f"The list {attribute} in" in message


def test_lists_of_names_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdf5, "MAX_NAMES_BYTES", 100)

    def whole(file: Any) -> None:
        file.attrs["layer_names"] = np.array([b"d" * 90, b"e"])

    def pieces(file: Any) -> None:
        del file.attrs["layer_names"]
        for number in range(9):
            file.attrs[f"layer_names{number}"] = np.array([b"d" * 60])

    for change, size in ((whole, 180), (pieces, 60)):
        message = whats_wrong(changed(tmp_path, change), "w.h5")
        assert f"in w.h5 is {size} bytes long, which none is" in message


# Archives.


def _archive(path: Path, *members: tuple[str, bytes], method: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def _archive_refusal(path: Path) -> str:
    with pytest.raises(CodegenError) as caught, unpacked(path):
        raise AssertionError("unpacked")
    assert_plain(str(caught.value))
    return str(caught.value)


def test_archives_without_weights(tmp_path: Path) -> None:
    path = _archive(tmp_path / "m.keras", ("config.json", b"{}"))
    assert f"holds no {WEIGHTS_NAME}" in _archive_refusal(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archives_with_two_weights(tmp_path: Path) -> None:
    path = _archive(tmp_path / "m.keras", (WEIGHTS_NAME, b"1"), (WEIGHTS_NAME, b"2"))
    assert f"holds more than one {WEIGHTS_NAME}" in _archive_refusal(path)


@pytest.mark.parametrize("name", ["../", "/", "./", "x/../", "\\"])
def test_weights_under_other_names_are_none(name: str, tmp_path: Path) -> None:
    path = _archive(tmp_path / "m.keras", (name + WEIGHTS_NAME, b"1"))
    assert f"holds no {WEIGHTS_NAME}" in _archive_refusal(path)


def test_weights_that_unpack_without_end(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(WEIGHTS_NAME, "w") as member,
    ):
        for _ in range(80):
            member.write(bytes(1 << 20))
    assert "unpacks to 83,886,080 bytes" in _archive_refusal(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression(method: int, tmp_path: Path) -> None:
    path = _archive(tmp_path / "m.keras", (WEIGHTS_NAME, b"1" * 99), method=method)
    assert "is compressed in a way that Keras does not use" in _archive_refusal(path)


def _patched(path: Path, offset: int, value: bytes) -> Path:
    """Change a header of the archive, in its list at the end."""
    data = bytearray(path.read_bytes())
    start = data.index(b"PK\x01\x02") + offset
    data[start : start + len(value)] = value
    path.write_bytes(data)
    return path


def test_encrypted_weights(tmp_path: Path) -> None:
    path = _patched(_archive(tmp_path / "m.keras", (WEIGHTS_NAME, b"1")), 8, b"\x01")
    assert "is encrypted in a way that Keras does not use" in _archive_refusal(path)


@pytest.mark.parametrize("size", [0, 10, 5000], ids=["none", "less", "more"])
def test_weights_of_another_size_than_declared(size: int, tmp_path: Path) -> None:
    path = _archive(tmp_path / "m.keras", (WEIGHTS_NAME, bytes(range(200))))
    path = _patched(path, 24, size.to_bytes(4, "little"))
    assert f"{WEIGHTS_NAME} in" in _archive_refusal(path)


def test_archives_cut_short(tmp_path: Path) -> None:
    path = _archive(tmp_path / "m.keras", (WEIGHTS_NAME, bytes(999)))
    data = path.read_bytes()
    for size in (0, 3, 40, 500, len(data) - 1):
        path.write_bytes(data[:size])
        assert "is damaged" in _archive_refusal(path)


def test_the_copy_is_gone_afterwards(tmp_path: Path) -> None:
    path = _archive(tmp_path / "m.keras", (WEIGHTS_NAME, b"123"))
    with unpacked(path) as copy:
        assert copy.read_bytes() == b"123"
    assert not copy.exists()
    assert not copy.parent.exists()


# Damage.


def test_cut_short_anywhere(tmp_path: Path) -> None:
    whole = write_weights(tmp_path / "w.h5", dense_arrays()).read_bytes()
    path = tmp_path / "cut.h5"
    for size in range(8, len(whole), 97):
        path.write_bytes(whole[:size])
        assert "truncated or damaged" in whats_wrong(path, "cut.h5")
    path.write_bytes(whole[:900])
    with pytest.raises(CodegenError, match="truncated or damaged"):
        load_weights(dense_model(), path)


def test_a_child_that_dies_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dead:
        returncode = -11
        stdout = b""

    monkeypatch.setattr(hdf5.subprocess, "run", lambda *args, **kwargs: Dead())
    path = write_weights(tmp_path / "w.h5", dense_arrays())
    with pytest.raises(CodegenError, match="truncated or damaged"):
        load_weights(dense_model(), path)


def test_a_child_that_hangs_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdf5, "TIMEOUT", 0.01)
    path = write_weights(tmp_path / "w.h5", dense_arrays())
    with pytest.raises(CodegenError, match="cannot be read in 0 seconds"):
        load_weights(dense_model(), path)


def test_modules_beside_the_user_are_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "h5py.py").write_text("open('ran', 'w')")
    monkeypatch.chdir(tmp_path)
    check_hdf5(write_weights(tmp_path / "w.h5", dense_arrays()))
    assert not (tmp_path / "ran").exists()
