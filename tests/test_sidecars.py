"""Files beside a source: their bytes, their names, and what is refused."""

import io
import json
import math
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import kerascodegen
from kerascodegen.emitters import formatting
from kerascodegen.errors import OptionError, OutputError, UnsupportedModelError
from kerascodegen.passes import files as files_pass
from kerascodegen.pipeline import GeneratedSource
from kerascodegen.sidecars import Sidecars, are_lines, encode_array
from tests import roundtrip

EXACT = [
    ("float64", [0.1, -0.0, math.nan, math.inf, -math.inf, 5e-324]),
    (
        "float32",
        [float(np.float32(0.1)), -0.0, math.nan, (1e-45).__float__() * 0 + 2.0],
    ),
    ("float16", [float(np.float16(0.1)), -0.0, 65504.0, math.inf]),
    ("int8", [-128, 127]),
    ("uint8", [0, 255]),
    ("int16", [-(2**15), 2**15 - 1]),
    ("uint16", [0, 2**16 - 1]),
    ("int32", [-(2**31), 2**31 - 1]),
    ("uint32", [0, 2**32 - 1]),
    ("int64", [-(2**63), 2**63 - 1]),
    ("uint64", [0, 2**64 - 1]),
    ("bool", [True, False]),
]


@pytest.mark.parametrize(("dtype", "values"), EXACT, ids=[name for name, _ in EXACT])
def test_numpy_reads_what_was_meant(dtype: str, values: list):
    array = encode_array(values, (len(values), 1), dtype)
    assert array is not None
    read = np.load(io.BytesIO(array.npy()), allow_pickle=False)
    expected = np.array(values, dtype).reshape(-1, 1)
    assert (read.dtype, read.shape) == (expected.dtype, expected.shape)
    assert read.tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        ("int8", [128]),
        ("uint8", [-1]),
        ("int64", [2**63]),
        ("int64", [1.0]),
        ("int64", [True]),
        ("bool", [1]),
        ("float64", ["1"]),
        ("float64", [None]),
        ("float64", [10**400]),
        ("float32", [1e300]),
        ("float32", [0.1]),
        ("float16", [70000.0]),
    ],
)
def test_what_no_array_of_the_dtype_holds(dtype: str, values: list):
    assert encode_array(values, (1,), dtype) is None


def test_header_is_aligned_whatever_the_shape():
    for rank in range(32):
        array = encode_array([1.5], (1,) * rank, "float64")
        assert array is not None
        data = array.npy()
        assert (len(data) - len(array.data)) % 64 == 0
        assert np.load(io.BytesIO(data)).shape == (1,) * rank


def test_bytes_do_not_depend_on_the_moment(monkeypatch: pytest.MonkeyPatch):
    def make() -> dict[str, bytes]:
        files = Sidecars("model")
        for number in range(3):
            array = encode_array([number], (1,), "int64")
            assert array is not None
            files.add_array("same", array)
        files.add_words(("a", "b"))
        return files.contents()

    first = make()
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    assert make() == first
    with zipfile.ZipFile(io.BytesIO(first["model_constants.npz"])) as archive:
        infos = archive.infolist()
    assert [info.filename for info in infos] == ["same.npy", "same_2.npy", "same_3.npy"]
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert first["model_vocabulary.txt"] == b"a\nb"


def test_words_that_no_line_can_hold():
    assert are_lines(["", "a b", "\x85", "\u2028", "\t", "größe"])
    for word in ("a\nb", "a\r", "\ud800"):
        assert not are_lines(["fine", word])


def _config(**arguments: object) -> str:
    """A model of one Normalization, by hand: nothing here needs keras."""
    tensor = {
        "class_name": "__keras_tensor__",
        "config": {
            "shape": [None, 3],
            "dtype": "float32",
            "keras_history": ["x", 0, 0],
        },
    }
    base = {"name": "n", "trainable": True, "dtype": "float32", "axis": [-1]}
    values = {"invert": False, "mean": None, "variance": None}
    layers = [
        ("InputLayer", {"batch_shape": [None, 3], "dtype": "float32", "name": "x"}, []),
        (
            "Normalization",
            {**base, **values, **arguments},
            [{"args": [tensor], "kwargs": {}}],
        ),
    ]
    return json.dumps(
        {
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
                        "config": config,
                        "registered_name": None,
                        "name": config["name"],
                        "inbound_nodes": nodes,
                    }
                    for cls, config, nodes in layers
                ],
                "input_layers": ["x", 0, 0],
                "output_layers": ["n", 0, 0],
            },
        }
    )


@pytest.fixture
def generate(tmp_path: Path):
    def make(mean: object, **options: object) -> GeneratedSource:
        path = tmp_path / "model.json"
        path.write_text(_config(mean=mean, variance=[1.0]))
        return kerascodegen.generate(path, **options)

    return make


def test_small_ones_stay_in_the_source(generate):
    numbers = [number + 0.5 for number in range(files_pass.MAX_INLINE_NUMBERS + 1)]
    small = generate(numbers[:-1], sidecars="def")
    assert (small.files, small.source) == ({}, generate(numbers[:-1]).source)
    large = generate(numbers, sidecars="def")
    assert list(large.files) == ["def_constants.npz"]
    assert 'mean=load_constant("n_mean").tolist()' in large.source
    read = np.load(io.BytesIO(large.files["def_constants.npz"]))["n_mean"].tolist()
    assert read == numbers
    # Without a place for files, all of it is written out.
    assert generate(numbers).files == {}
    assert "100.5,\n" in generate(numbers).source


@pytest.mark.parametrize(
    "mean",
    [
        [1, 2.5] * 100,
        [None, 2.5] * 100,
        [[1.0]] * 100 + [[1.0, 2.0]],
        [2**63] * 200,
        ["text"] * 200,
        [True, 1] * 100,
    ],
    ids=["mixed", "none", "ragged", "too large", "text", "bool and int"],
)
def test_what_no_array_holds_is_written_out(generate, mean: list):
    result = generate(mean, sidecars="def")
    assert result.files == {}
    assert result.source == generate(mean).source


def test_long_ones_in_the_source_are_noted(tmp_path: Path):
    path = tmp_path / "model.json"
    path.write_text(_config(mean=[0.5] * 200, variance=[1.0] * 200))
    (note,) = kerascodegen.generate(path).diagnostics
    assert str(note).startswith("note: n: long constants are written out")
    assert "-o FILE" in str(note)
    assert kerascodegen.generate(path, sidecars="def").diagnostics == ()
    path.write_text(_config(mean=[0.5] * 100, variance=[1.0] * 100))
    assert kerascodegen.generate(path).diagnostics == ()


def test_lists_keep_their_type(generate, tmp_path: Path):
    for mean in ([7] * 200, [[0.5, -0.0], [math.inf, 1e-300]] * 60, [True] * 200):
        result = generate(mean, sidecars="def")
        result.write(tmp_path / "def.py", force=True)
        module = roundtrip.execute(result.source, "def", tmp_path)
        assert repr(module.load_constant("n_mean").tolist()) == repr(mean)


def test_too_much_for_a_source(generate):
    mean = [0.5] * (files_pass.MAX_INLINE_ITEMS + 1)
    with pytest.raises(OutputError, match=r"Give -o FILE .*beside it"):
        generate(mean)
    assert generate(mean, sidecars="def").files
    with pytest.raises(OutputError, match="no file beside the source"):
        generate([*mean, "text"], sidecars="def")


@pytest.mark.parametrize("stem", ["", ".", "..", "a/b", "../a", "a\\b", "a\0", 3])
def test_stems_that_lead_elsewhere(generate, stem: object):
    with pytest.raises(OptionError, match="sidecars="):
        generate([0.5], sidecars=stem)


def test_any_stem_of_a_file_will_do(generate, tmp_path: Path):
    for stem in ("my model", "größe", 'a"b', "v1.2", "class"):
        result = generate([0.5] * 200, sidecars=stem)
        assert result.write(tmp_path / f"{stem}.py")
        module = roundtrip.execute(result.source, stem, tmp_path)
        assert module.load_constant("n_mean").shape == (200,)


def test_write_is_all_or_nothing(generate, tmp_path: Path):
    result = generate([0.5] * 200, sidecars="def")
    out, npz = tmp_path / "def.py", tmp_path / "def_constants.npz"
    assert result.write(out)
    assert not result.write(str(out))
    changed = generate([0.25] * 200, sidecars="def")
    # The source is the same; only the file beside it differs.
    assert changed.source == result.source
    with pytest.raises(OutputError, match=r"def_constants\.npz exists"):
        changed.write(out)
    assert npz.read_bytes() == result.files[npz.name]
    npz.unlink()
    out.write_text("mine")
    with pytest.raises(OutputError, match=r"def\.py exists"):
        changed.write(out)
    assert [path.name for path in tmp_path.glob("def*")] == ["def.py"]
    assert changed.write(out, force=True)
    assert npz.read_bytes() == changed.files[npz.name]


def test_files_are_written_without_numpy(generate, tmp_path: Path):
    generate([0.5])
    script = (
        "import sys, kerascodegen\n"
        "mean = kerascodegen.generate(sys.argv[1], sidecars='def')\n"
        "assert mean.files\n"
        "assert not {'numpy', 'keras', 'h5py'} & sys.modules.keys()\n"
    )
    path = tmp_path / "large.json"
    path.write_text(_config(mean=[0.5] * 200, variance=[1.0]))
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_too_long_for_anybody(generate, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(formatting, "MAX_SOURCE", 500)
    with pytest.raises(UnsupportedModelError, match="which nobody could read"):
        generate([0.5] * 90)


def test_long_text_counts_as_well(generate, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files_pass, "MAX_INLINE_CHARACTERS", 1000)
    with pytest.raises(OutputError, match="n: the model's constants"):
        generate("x" * 1001)


def test_many_values_are_refused_before_they_take_memory(tmp_path: Path):
    path = tmp_path / "bomb.json"
    path.write_bytes(b'{"config": [' + b"0," * 8_000_001 + b"0]}")
    # As lists and numbers they would take a gigabyte.
    script = (
        "import resource, sys, kerascodegen\n"
        "resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))\n"
        "try:\n"
        "    kerascodegen.read(sys.argv[1])\n"
        "except kerascodegen.ReadError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, path], capture_output=True, text=True
    )
    assert "holds more than 8,000,000 values" in done.stdout, done.stderr


def test_names_of_loaders_are_kept_from_layers(tmp_path: Path):
    path = tmp_path / "model.json"
    text = _config(mean=[0.5] * 200, variance=[1.0] * 200).replace(
        "null, 3]", "null, 200]"
    )
    for name in ("load_constant", "Path", "np", "path", "name"):
        path.write_text(text.replace('"x"', json.dumps(name)))
        result = kerascodegen.generate(path, sidecars="def")
        result.write(tmp_path / "def.py", force=True)
        module = roundtrip.execute(result.source, "def", tmp_path)
        assert module.load_constant("n_mean").shape == (200,)
        model = module.build_model()
        assert model.layers[0].name == name
