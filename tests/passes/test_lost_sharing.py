"""Layers that stand in several models: kept as one, or a warning where it is lost."""

import itertools
import json
import zipfile
from pathlib import Path
from typing import Any

import keras
import pytest
from keras import layers

import kerascodegen
from kerascodegen.readers.sharing import find_sharing
from tests import roundtrip

_counter = itertools.count()


def _inner(layer: Any, name: str) -> keras.Model:
    inputs = keras.Input((4,), name=f"{name}_input")
    return keras.Model(inputs, layer(inputs), name=name)


def _in_wrapper_and_model() -> keras.Model:
    shared = layers.Dense(4, name="shared")
    steps = keras.Input((3, 4), name="steps")
    single = keras.Input((4,), name="single")
    outputs = [
        layers.TimeDistributed(shared, name="each")(steps),
        _inner(shared, "inner")(single),
        shared(single),
    ]
    return keras.Model([steps, single], outputs, name="outer")


def _outside_first() -> keras.Model:
    shared = layers.Dense(4, name="shared")
    inputs = keras.Input((4,), name="inputs")
    inner = _inner(shared, "inner")
    return keras.Model(inputs, inner(shared(inputs)), name="outer")


def _model_in_two_models() -> keras.Model:
    core = _inner(layers.Dense(4, name="dense"), "shared")
    middle = _inner(core, "middle")
    inputs = keras.Input((4,), name="inputs")
    outputs = layers.Add(name="sum")([core(inputs), middle(inputs)])
    return keras.Model(inputs, outputs, name="outer")


def _equal_names_apart() -> keras.Model:
    """Two pairs of equal layers, each inside models that are shared themselves."""
    inputs = keras.Input((4,), name="inputs")
    cores = [_inner(layers.Dense(4, name="dense"), name) for name in ("one", "two")]
    ends = [core(inputs) for core in cores]
    ends += [_inner(core, f"around_{core.name}")(inputs) for core in cores]
    return keras.Model(inputs, layers.Add(name="sum")(ends), name="outer")


def _one_cell_twice() -> keras.Model:
    cell = layers.SimpleRNNCell(4, name="cell")
    inputs = keras.Input((3, 4), name="inputs")
    x = layers.RNN(layers.StackedRNNCells([cell, cell], name="stack"), name="rnn")
    return keras.Model(inputs, x(inputs), name="outer")


def _nothing_shared_outside() -> keras.Model:
    """Calls of one layer, one Input in two models, a Sequential, wrappers."""
    inputs = keras.Input((4,), name="inputs")
    dense = layers.Dense(4, name="dense")
    inner = keras.Model(inputs, layers.Dense(4, name="inner_dense")(inputs))
    stack = keras.Sequential([keras.Input((4,)), layers.Dense(4)], name="stack")
    x = layers.Add(name="sum")([dense(inputs), dense(inner(inputs)), stack(inputs)])
    x = layers.Reshape((2, 2), name="steps")(x)
    x = layers.Bidirectional(layers.LSTM(2), name="both")(x)
    return keras.Model(inputs, x, name="outer")


def _ambiguous() -> keras.Model:
    """Two equal layers of one name in two models, one of them used outside as well."""
    twins = [layers.Dense(4, name="dense") for _ in range(2)]
    inputs = keras.Input((4,), name="inputs")
    first, second = (_inner(twin, f"inner_{i}") for i, twin in enumerate(twins))
    outputs = twins[0](second(first(inputs)))
    return keras.Model(inputs, outputs, name="outer")


def _warned(model: object) -> set[str]:
    found = kerascodegen.generate(model).diagnostics
    return {d.where for d in found if d.level is kerascodegen.Level.WARNING}


def _saved(model: keras.Model, folder: Path) -> Path:
    path = folder / f"model_{next(_counter)}.keras"
    model.save(path)
    return path


@pytest.mark.parametrize(
    "build",
    [
        _in_wrapper_and_model,
        _outside_first,
        _model_in_two_models,
        _equal_names_apart,
        _one_cell_twice,
        _nothing_shared_outside,
    ],
)
def test_sharing_is_kept_live_and_from_a_file(build: Any, tmp_path: Path) -> None:
    model = build()
    path = _saved(model, tmp_path)
    assert kerascodegen.read(path) == kerascodegen.read(model)
    assert _warned(model) == _warned(path) == set()
    source = str(kerascodegen.generate(path))
    assert source == str(kerascodegen.generate(model))
    rebuilt = roundtrip.execute(source).build_model()
    roundtrip.assert_same_model(model, rebuilt)
    roundtrip.assert_weights_load(model, rebuilt, tmp_path)


def test_live_model_tells_which_of_two_equals(tmp_path: Path) -> None:
    model = _ambiguous()
    assert _warned(model) == set()
    rebuilt = roundtrip.execute(str(kerascodegen.generate(model))).build_model()
    roundtrip.assert_same_model(model, rebuilt)
    roundtrip.assert_weights_load(model, rebuilt, tmp_path)


def test_file_that_does_not_tell_is_warned_of(tmp_path: Path) -> None:
    path = _saved(_ambiguous(), tmp_path)
    assert _warned(path) == {"dense"}
    assert "outer" in str(kerascodegen.generate(path))


def test_json_knows_nothing_of_it(tmp_path: Path) -> None:
    model = _outside_first()
    path = tmp_path / "model.json"
    path.write_text(model.to_json(), encoding="utf-8")
    assert _warned(path) == set()
    apart = roundtrip.execute(str(kerascodegen.generate(path))).build_model()
    roundtrip.assert_same_config(model, apart)
    assert apart.count_params() == 2 * model.count_params()


@pytest.mark.parametrize("mark", [True, "1", None, 1.5, {}, [], -(10**30)])
def test_odd_marks_are_no_sharing(mark: object, tmp_path: Path) -> None:
    path = _saved(_outside_first(), tmp_path)
    data = json.loads(zipfile.ZipFile(path).read("config.json"))
    places = data["config"]["layers"]
    places[1]["shared_object_id"] = mark
    places[2]["config"]["layers"][1]["shared_object_id"] = mark
    sharing = find_sharing([data])
    is_number = isinstance(mark, int) and mark is not True
    assert len(sharing.ids) == (2 if is_number else 0)


def test_mark_on_layers_that_differ_is_no_sharing(tmp_path: Path) -> None:
    path = _saved(_outside_first(), tmp_path)
    data = json.loads(zipfile.ZipFile(path).read("config.json"))
    data["config"]["layers"][1]["config"]["units"] = 7
    assert find_sharing([data]).ids == {}


def test_hostile_configs_do_not_break_the_search() -> None:
    deep: Any = []
    for _ in range(600):
        deep = [deep]
    for name in (["a"], {"a": 1}, None, 3):
        config = {"name": name, "units": deep, "trainable": True}
        layer = {"class_name": "Dense", "module": "keras.layers", "config": config}
        marked = {**layer, "shared_object_id": 5}
        layers_ = [layer, marked, marked, None, 3, {"config": 1}]
        model = {
            "class_name": "Sequential",
            "module": "keras",
            "config": {"name": "model", "layers": layers_},
        }
        assert find_sharing([model, None, 4]).ids == {}
