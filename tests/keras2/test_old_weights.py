"""Old weights go where they belong: in each saved form, frozen, shared, renamed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from kerascodegen import CodegenError, generate, load_weights
from kerascodegen.old_weights import hdf5
from kerascodegen.old_weights.hdf5 import whats_wrong
from tests import roundtrip
from tests.keras2.predictions import assert_same_predictions, draw_weights

tk = pytest.importorskip("tf_keras")
L = tk.layers

BUILDERS: dict[str, Callable[[], Any]] = {}


def builder(build: Callable[[], Any]) -> Callable[[], Any]:
    """Keep a model's builder under its name."""
    BUILDERS[build.__name__] = build
    return build


def _straight(shape: Any, *layers: Any, **how: Any) -> Any:
    inputs = x = tk.Input(shape)
    for layer in layers:
        x = layer(x)
    return tk.Model(inputs, x, **how)


def _part(name: str) -> Any:
    """Two Dense layers and two BatchNormalizations, all of one size."""
    layers = [
        layer(name=f"{name}_{kind}{number}", **how)
        for number in range(2)
        for kind, layer, how in (
            ("dense", L.Dense, {"units": 4}),
            ("bn", L.BatchNormalization, {}),
        )
    ]
    return _straight((4,), *layers, name=name)


def _deep(*frozen: str, thawed: tuple[str, ...] = ()) -> Any:
    """Models two deep, of which some parts are frozen and some are not any more."""
    middle = _straight(
        (4,), _part("a"), L.BatchNormalization(name="mid"), _part("b"), name="middle"
    )
    model = _straight((4,), middle, L.Dense(2, name="head"))
    layers = {layer.name: layer for layer in model._flatten_layers()}
    for name in frozen:
        layers[name].trainable = False
    for name in thawed:
        layers[name].trainable = True
    return model


@builder
def deep() -> Any:
    return _deep()


@builder
def deep_frozen() -> Any:
    return _deep("middle")


@builder
def deep_frozen_part() -> Any:
    return _deep("b")


@builder
def deep_frozen_normalizations() -> Any:
    return _deep("a_bn0", "a_bn1", "mid", "b_bn0", "b_bn1")


@builder
def deep_frozen_layers() -> Any:
    return _deep("a_dense0", "b_bn1", "b_dense1")


@builder
def deep_thawed() -> Any:
    return _deep("middle", thawed=("b", "a_bn1"))


@builder
def nested_sequentials() -> Any:
    inner = tk.Sequential([L.Dense(4, input_shape=(4,)), L.BatchNormalization()])
    middle = tk.Sequential([inner, L.Dense(4), L.BatchNormalization()])
    inner.trainable = False
    return tk.Sequential([tk.Input((4,)), middle, L.Dense(4)])


@builder
def equal_names_in_two_models() -> Any:
    def part(name: str) -> Any:
        layers = [L.Dense(4, name="one"), L.BatchNormalization(name="two")]
        return _straight((4,), *layers, L.Dense(4, name="three"), name=name)

    return _straight((4,), part("first"), part("second"), L.Dense(4, name="one"))


@builder
def shared_behind() -> Any:
    """A layer of a nested model, called outside behind it."""
    shared = L.Dense(4, name="shared")
    return _straight(
        (4,), _straight((4,), L.Dense(4, name="own"), shared, name="n"), shared
    )


@builder
def shared_by_two_models() -> Any:
    shared = L.Dense(4, name="shared")
    first = _straight((4,), shared, L.Dense(4, name="own"), name="first")
    second = _straight((4,), L.Dense(4, name="other"), shared, name="second")
    return _straight((4,), second, first)


@builder
def bidirectional_of_two() -> Any:
    return _straight(
        (6, 3),
        L.Bidirectional(
            L.LSTM(4, return_sequences=True, name="ahead"),
            backward_layer=L.GRU(
                4, return_sequences=True, go_backwards=True, name="back"
            ),
        ),
        L.Bidirectional(L.GRU(4)),
    )


@builder
def bidirectional_half_frozen() -> Any:
    both = L.Bidirectional(L.LSTM(4, return_sequences=True), name="both")
    inner = _straight((6, 3), L.Dense(4), both, L.Bidirectional(L.GRU(3)), name="inner")
    both.forward_layer.trainable = False
    return _straight((6, 3), inner)


@builder
def twelve_cells() -> Any:
    """More than ten of a class: `gru_cell_10` does not come behind `gru_cell_1`."""
    cells = [L.GRUCell(3) for _ in range(12)]
    return _straight((4, 3), L.RNN(L.StackedRNNCells([L.LSTMCell(3), *cells])))


@builder
def thirteen_layers() -> Any:
    return tk.Sequential([tk.Input((4,)), *(L.Dense(4) for _ in range(13))])


@builder
def time_distributed_models() -> Any:
    frozen = _part("frozen")
    frozen.trainable = False
    partly = _part("partly")
    partly.get_layer("partly_bn0").trainable = False
    layers = [L.TimeDistributed(frozen), L.TimeDistributed(partly)]
    nested = L.TimeDistributed(L.TimeDistributed(L.Dense(3)))
    return _straight((5, 4), *layers, L.Reshape((5, 2, 2)), nested)


@builder
def attention_without_bias() -> Any:
    inputs = tk.Input((5, 8))
    x = L.MultiHeadAttention(2, 4, use_bias=False)(inputs, inputs)
    return tk.Model(inputs, L.MultiHeadAttention(2, 4)(x, inputs))


@builder
def spectral_normalization() -> Any:
    from tf_keras.src.layers.normalization import spectral_normalization as module

    # It takes its InputSpec from `tf.keras`, which is Keras 3 here.
    module.tf = SimpleNamespace(**vars(module.tf))
    module.tf.keras = tk
    layers = [L.SpectralNormalization(L.Dense(4)), L.SpectralNormalization(L.Dense(4))]
    return tk.Sequential([tk.Input((4,)), *layers])


@builder
def renamed_inside() -> Any:
    """Names of weights stay what they were when a layer is renamed."""
    layers = [L.Dense(4, name="a"), L.Dense(4, name="b")]
    for number, layer in enumerate(layers):
        layer(tk.Input((4,)))
        layer._name = f"renamed_{number}"
    inner = _straight((4,), *layers, name="inner")
    return _straight((4,), inner, L.Dense(4, name="head"))


@builder
def slashes() -> Any:
    layers = [L.Dense(4, name="s/a"), L.Dense(4, name="s/b")]
    inner = _straight((4,), *layers, L.BatchNormalization(name="s/bn"), name="n/n")
    return _straight((4,), inner, L.Dense(4, name="n/h"))


@builder
def model_of_own_class() -> Any:
    class Own(tk.Model):  # type: ignore[misc]
        pass

    inputs = tk.Input((3,))
    inner = Own(inputs, L.Dense(3)(inputs), name="own")
    return _straight((3,), inner, L.Dense(3))


@builder
def half_precision() -> Any:
    return _straight((4,), L.Dense(3, dtype="float16"), L.Dense(3, dtype="bfloat16"))


@builder
def no_weights() -> Any:
    return _straight((4,), L.ReLU(), L.Dropout(0.5))


@builder
def random_layers() -> Any:
    """Layers with seeds, which are state and no weights."""
    layers = [L.RandomFlip(), L.RandomZoom(0.1), L.GaussianNoise(0.1), L.Dropout(0.5)]
    return tk.Sequential([tk.Input((8, 8, 3)), *layers, L.Conv2D(2, 3), L.Dense(2)])


@builder
def normalization_inside() -> Any:
    layer = L.Normalization(input_shape=(4,))
    layer.adapt(np.random.default_rng(0).normal(size=(9, 4)))
    return _straight((4,), tk.Sequential([layer, L.Dense(3)]))


@builder
def trained() -> Any:
    model = tk.Sequential([tk.Input((4,)), L.Dense(4), L.BatchNormalization()])
    model.compile("adam", "mse")
    model.fit(np.ones((4, 4)), np.ones((4, 4)), verbose=0)
    return model


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start tf_keras' counters for names anew; check files in this process."""

    def check(path: Path, shown: str = "") -> None:
        assert whats_wrong(path, shown) == ""

    tk.backend.clear_session()
    monkeypatch.setattr(hdf5, "check_hdf5", check)


def build(name: str) -> Any:
    """Build a model and give every weight a value of its own."""
    model = BUILDERS[name]()
    draw_weights(model)
    return model


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_every_saved_form(name: str, tmp_path: Path) -> None:
    model = build(name)
    saved: list[Any] = [model]
    for ending in ("h5", "keras"):
        saved.append(tmp_path / f"m.{ending}")
        model.save(saved[-1])
    for ending in ("h5", "weights.h5"):
        saved.append(tmp_path / f"w.{ending}")
        model.save_weights(saved[-1])
    rebuilt = roundtrip.execute(str(generate(model))).build_model()
    for source in saved:
        rebuilt.set_weights([np.zeros_like(value) for value in rebuilt.get_weights()])
        loaded = load_weights(rebuilt, source)
        assert_same_predictions(model, rebuilt)
        # `model.save_weights("w.h5")` alone leaves it out; a live one is not asked.
        has_optimizer = source is not model and source.name != "w.h5"
        assert loaded.optimizer == (name == "trained" and has_optimizer)


@pytest.mark.parametrize("frozen", [True, False])
def test_whether_the_new_model_is_frozen_does_not_matter(
    frozen: bool, tmp_path: Path
) -> None:
    """Names tell what the order, which depends on it, does not."""
    model = build("deep_frozen_layers")
    model.save_weights(tmp_path / "w.h5")
    rebuilt = roundtrip.execute(str(generate(model))).build_model()
    rebuilt.trainable = not frozen
    load_weights(rebuilt, tmp_path / "w.h5")
    assert_same_predictions(model, rebuilt)


def test_what_may_be_either_of_two_shared_layers_is_refused(tmp_path: Path) -> None:
    """A layer is stored once where it stands in two models, and names may repeat."""
    shared = L.Dense(4, name="shared")
    inner = _straight((4,), L.Dense(4, name="zero"), shared, name="inner")
    model = _straight((4,), L.Dense(4, name="zero"), shared, inner)
    draw_weights(model)
    model.save(tmp_path / "m.keras")
    rebuilt = roundtrip.execute(str(generate(model))).build_model()
    with pytest.raises(CodegenError, match='1 of the layers "zero", "shared" in anoth'):
        load_weights(rebuilt, tmp_path / "m.keras")
    load_weights(rebuilt, model)
    assert_same_predictions(model, rebuilt)


@pytest.mark.parametrize("kind", ["h5", "keras"])
def test_double_precision(kind: str, tmp_path: Path) -> None:
    inputs = tk.Input((4,), dtype="float64")
    model = tk.Model(inputs, L.Dense(3, dtype="float64", name="d")(inputs))
    draw_weights(model)
    model.save(tmp_path / f"m.{kind}")
    rebuilt = roundtrip.execute(str(generate(model))).build_model()
    load_weights(rebuilt, tmp_path / f"m.{kind}")
    for old, new in zip(model.get_weights(), rebuilt.get_weights(), strict=True):
        assert new.dtype == "float64"
        assert (old == new).all()


# LocallyConnected.


@pytest.mark.parametrize("first", [False, True], ids=["channels_last", "first"])
@pytest.mark.parametrize("implementation", [1, 2, 3])
@pytest.mark.parametrize("dims", [1, 2])
def test_locally_connected(dims: int, implementation: int, first: bool) -> None:
    for padding in ("valid",) if implementation == 1 else ("valid", "same"):
        for strides in (1, 2):
            for size in (2, 3):
                how = {"padding": padding, "implementation": implementation}
                model = _locally_connected(dims, strides, size, first, how)
                draw_weights(model)
                rebuilt = roundtrip.execute(str(generate(model))).build_model()
                load_weights(rebuilt, model)
                assert_same_predictions(model, rebuilt)


def _locally_connected(
    dims: int, strides: int, size: int, first: bool, how: dict[str, Any]
) -> Any:
    how["data_format"] = "channels_first" if first else "channels_last"
    if dims == 1:
        layer = L.LocallyConnected1D(3, size, strides=strides, **how)
        return tk.Sequential([tk.Input((2, 7) if first else (7, 2)), layer])
    layer = L.LocallyConnected2D(3, (size, 5 - size), strides=(strides, 1), **how)
    return tk.Sequential([tk.Input((2, 5, 6) if first else (5, 6, 2)), layer])


# Keras 3's own `.h5`.


def test_h5_of_keras_3(tmp_path: Path) -> None:
    layers = keras.layers
    inner_in = keras.Input((4,))
    x = layers.BatchNormalization(name="bn")(layers.Dense(4, name="d")(inner_in))
    inner = keras.Model(inner_in, x, name="inner")
    inputs = keras.Input((4,))
    x = keras.ops.relu(inner(inputs)) * 2
    x = layers.Dense(2, name="head")(layers.BatchNormalization(name="bn")(x))
    model = keras.Model(inputs, x)
    roundtrip.randomise_weights(model)
    model.save(tmp_path / "m.h5")
    rebuilt = roundtrip.execute(str(generate(tmp_path / "m.h5"))).build_model()
    load_weights(rebuilt, tmp_path / "m.h5")
    for old, new in zip(model.get_weights(), rebuilt.get_weights(), strict=True):
        assert (old == new).all()
