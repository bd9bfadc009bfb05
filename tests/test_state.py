"""What is in no config: learnt vocabularies and statistics, LoRA, quantised weights."""

import json
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

import kerascodegen
from kerascodegen.pipeline import GeneratedSource
from tests import roundtrip
from tests.cases import all_cases

COLOURS = [["red", "blue"], ["red", "green"], ["cyan", "red"]]
SENTENCES = ["a b c", "b c d e", "E, f."]

STRINGS: dict[str, dict[str, Any]] = {
    "no oov": {"num_oov_indices": 0},
    "a word as mask": {"num_oov_indices": 0, "mask_token": "red"},
    "own tokens": {"oov_token": "?", "mask_token": "#", "num_oov_indices": 2},
    "cut": {"max_tokens": 3, "output_mode": "multi_hot"},
    "tf-idf": {"num_oov_indices": 3, "output_mode": "tf-idf"},
    "tf-idf padded": {
        "max_tokens": 10,
        "pad_to_max_tokens": True,
        "output_mode": "tf_idf",
    },
    "salt": {"num_oov_indices": 3, "oov_method": "farmhash", "salt": [1, 2]},
}
TEXTS: dict[str, dict[str, Any]] = {
    "ids": {},
    "ngrams": {"ngrams": 2},
    "tf-idf": {"output_mode": "tf_idf", "max_tokens": 20, "pad_to_max_tokens": True},
    "characters": {"standardize": None, "split": "character"},
    "cut": {"max_tokens": 5, "output_mode": "multi_hot"},
}


def assert_exact(model: keras.Model, folder: Path, inputs: Any) -> str:
    """Rebuild from the live model and from the file, which must agree; predict."""
    path = folder / "model.keras"
    model.save(path)
    result = kerascodegen.generate(model)
    assert result.diagnostics == ()
    assert str(kerascodegen.generate(path)) == result.source
    keras.backend.clear_session(free_memory=False)
    rebuilt = roundtrip.execute(result.source).build_model()
    roundtrip.assert_same_model(model, rebuilt)
    rebuilt.load_weights(path)
    pairs = zip(*map(keras.tree.flatten, (model(inputs), rebuilt(inputs))), strict=True)
    for expected, actual in pairs:
        np.testing.assert_array_equal(np.array(expected), np.array(actual))
    return result.source


def from_json(model: keras.Model, folder: Path) -> GeneratedSource:
    path = folder / "model.json"
    path.write_text(model.to_json())
    return kerascodegen.generate(path)


def words(*rows: Any) -> Any:
    return keras.ops.convert_to_tensor(list(rows))


@pytest.mark.parametrize("arguments", STRINGS.values(), ids=STRINGS)
def test_string_lookup(arguments: dict[str, Any], tmp_path: Path):
    layer = layers.StringLookup(name="lookup", **arguments)
    layer.adapt(COLOURS)
    x = keras.Input((2,), dtype="string", name="x")
    known = words(["red", "green"], ["blue", "cyan"])
    unknown = words(["red", "zebra"], ["UNK", "cyan"])
    inputs = known if arguments.get("num_oov_indices") == 0 else unknown
    source = assert_exact(keras.Model(x, layer(x)), tmp_path, inputs)
    assert "lookup_layer.set_vocabulary([" in source
    assert "[UNK]" not in source


@pytest.mark.parametrize("arguments", TEXTS.values(), ids=TEXTS)
def test_text_vectorization(arguments: dict[str, Any], tmp_path: Path):
    layer = layers.TextVectorization(name="text", **arguments)
    layer.adapt(SENTENCES)
    x = keras.Input((), dtype="string", name="x")
    assert_exact(keras.Model(x, layer(x)), tmp_path, words("a b q", "e F"))


def test_integer_lookup_and_inverse(tmp_path: Path):
    ids = layers.IntegerLookup(
        mask_token=0, oov_token=-7, num_oov_indices=2, name="ids"
    )
    ids.adapt([[5, 6], [7, 5]])
    names = layers.StringLookup(invert=True, name="names")
    names.set_vocabulary(["a", "b"])
    x = keras.Input((2,), dtype="int64", name="x")
    model = keras.Model(x, [ids(x), names(x)])
    assert_exact(model, tmp_path, np.array([[5, 99], [0, 7]]))


def test_vocabulary_of_a_file(tmp_path: Path):
    path = tmp_path / "words.txt"
    path.write_text("x\ny\nz")
    x = keras.Input((2,), dtype="string", name="x")
    layer = layers.StringLookup(vocabulary=str(path), name="lookup")
    source = assert_exact(keras.Model(x, layer(x)), tmp_path, words(["x", "q"]))
    # Its words, never its path.
    assert 'set_vocabulary(["x", "y", "z"])' in source
    assert "words.txt" not in source


def test_nothing_learnt_is_nothing_lost(tmp_path: Path):
    for layer in (layers.StringLookup(), layers.TextVectorization()):
        x = keras.Input((2,) if "lookup" in layer.name else (), dtype="string")
        model = keras.Model(x, layer(x))
        for source in (kerascodegen.generate(model), from_json(model, tmp_path)):
            assert source.diagnostics == ()
            assert "set_vocabulary" not in str(source)


@pytest.mark.parametrize("shape", [(3,), (4, 3)], ids=str)
def test_adapted_normalization(shape: tuple[int, ...], tmp_path: Path):
    generator = np.random.default_rng(1)
    layer = layers.Normalization(name="scaled")
    layer.adapt(generator.normal(size=(9, *shape)))
    x = keras.Input(shape, name="x")
    inputs = generator.normal(size=(2, *shape)).astype("float32")
    assert_exact(keras.Model(x, layer(x)), tmp_path, inputs)


def test_feature_space(tmp_path: Path):
    import tensorflow as tf
    from keras.utils import FeatureSpace

    space = FeatureSpace(
        features={
            "weight": FeatureSpace.float_normalized(),
            "colour": FeatureSpace.string_categorical(),
            "size": FeatureSpace.integer_categorical(),
            "shop": FeatureSpace.string_hashed(num_bins=4),
        },
        crosses=[("colour", "size")],
        output_mode="concat",
    )
    space.adapt(
        tf.data.Dataset.from_tensor_slices(
            {
                "weight": np.linspace(0, 1, 8),
                "colour": ["red", "blue"] * 4,
                "size": [36, 38, 40, 36] * 2,
                "shop": ["here", "there"] * 4,
            }
        )
    )
    outputs = layers.Dense(1)(space.get_encoded_features())
    inputs = {
        "weight": words([0.5], [2.0]),
        "colour": words(["red"], ["zebra"]),
        "size": words([36], [99]),
        "shop": words(["here"], ["away"]),
    }
    assert_exact(keras.Model(space.get_inputs(), outputs), tmp_path, inputs)


def test_json_keeps_the_shape_and_says_what_is_missing(tmp_path: Path):
    layer = layers.StringLookup(output_mode="multi_hot", name="lookup")
    layer.adapt(COLOURS)
    x = keras.Input((2,), dtype="string", name="x")
    model = keras.Model(x, layers.Dense(1, name="d")(layer(x)))
    result = from_json(model, tmp_path)
    said = next(str(one) for one in result.diagnostics if "adapted" in str(one))
    assert "lookup: StringLookup was adapted" in said
    assert "set_vocabulary([...])" in said
    rebuilt = roundtrip.execute(result.source).build_model()
    roundtrip.assert_same_model(model, rebuilt)


def _attention() -> keras.Model:
    x = keras.Input((4, 8), name="x")
    y = layers.Dense(8, name="d")(x)
    y = layers.MultiHeadAttention(2, 4, name="attention")(y, y)
    return keras.Model(x, y, name="attending")


def test_quantised_attention_loads_as_the_warning_says(tmp_path: Path):
    model = _attention()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.quantize("int8")
    path = tmp_path / "model.keras"
    model.save(path)
    live, file = (
        next(str(one) for one in result.diagnostics if "quantis" in str(one))
        for result in (kerascodegen.generate(model), kerascodegen.generate(path))
    )
    call = 'model.quantize("int8", filters="^(query|key|value|attention_output)$")'
    assert "attention: layers inside it are quantised to int8" in live
    assert f"Call {call}" in live
    assert "may be quantised" in file
    assert f"If so, call {call}" in file
    rebuilt = roundtrip.execute(str(kerascodegen.generate(path))).build_model()
    rebuilt.quantize("int8", filters="^(query|key|value|attention_output)$")
    rebuilt.load_weights(path)
    roundtrip.assert_same_weights(model, rebuilt)


def test_lora_inside_attention():
    model = _attention()
    for layer in model.get_layer("attention")._flatten_layers(include_self=False):
        if isinstance(layer, layers.EinsumDense):
            layer.enable_lora(2)
    (said,) = map(str, kerascodegen.generate(model).diagnostics)
    assert "attention: layers inside it have LoRA" in said


@pytest.mark.parametrize("method", ["GPTQ", "AWQ"])
def test_calibrated_weights_are_warned_of(method: str, tmp_path: Path):
    data = json.loads(_attention().to_json())
    dense = next(one for one in data["config"]["layers"] if one["name"] == "d")
    dense["config"]["dtype"] = {
        "module": "keras.dtype_policies",
        "class_name": f"{method}DTypePolicy",
        "config": {"mode": f"{method.lower()}/4/8", "source_name": "float32"},
        "registered_name": None,
    }
    path = tmp_path / "model.json"
    path.write_text(json.dumps(data))
    result = kerascodegen.generate(path)
    said = next(str(one) for one in result.diagnostics if "quantis" in str(one))
    assert f"d: is quantised by {method}" in said
    assert f'keras.dtype_policies.{method}DTypePolicy("{method.lower()}/4/8")' in str(
        result
    )


@pytest.mark.parametrize("name", ["lora", "quantized_int8", "quantized_mixed"])
def test_verify(name: str, tmp_path: Path):
    (case,) = (case for case in all_cases() if case.name == name)
    model = case.build()
    # Updates of zeros would hide what becomes of them.
    roundtrip.randomise_weights(model)
    source = tmp_path / "model_def.py"
    source.write_text(str(kerascodegen.generate(model)), encoding="utf-8")
    report = kerascodegen.verify(model, source)
    assert report.ok, report.to_json()


def test_verify_from_a_file_with_lora(tmp_path: Path):
    (case,) = (case for case in all_cases() if case.name == "lora")
    model = case.build()
    roundtrip.randomise_weights(model)
    path, source = tmp_path / "model.keras", tmp_path / "model_def.py"
    model.save(path)
    kerascodegen.generate(path).write(source)
    assert kerascodegen.verify(path, source).ok
    # The scale that Keras forgets on loading is compared all the same.
    text = source.read_text(encoding="utf-8")
    assert "lora_alpha = 0.5\n" in text
    source.write_text(text.replace("lora_alpha = 0.5\n", "lora_alpha = 1.5\n"))
    assert not kerascodegen.verify(path, source).ok
