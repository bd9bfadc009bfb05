"""The proof proves something: equal models pass it, and each kind of change fails."""

from pathlib import Path

import keras
import pytest
from keras import layers

from tests import roundtrip
from tests.cases import Case, all_cases

# One of each kind; the golden tests take all of them through the same comparison.
CLONED = {
    "attention_calls",
    "auto_named_nested",
    "awkward_names",
    "bidirectional",
    "compile_dicts",
    "masked_merges",
    "mixed_precision",
    "nested_outputs",
    "operators",
    "sequential_with_base",
    "shared_submodels",
    "text_classifier",
    "time_distributed",
    "training_dropout",
}


@pytest.mark.parametrize(
    "case", [case for case in all_cases() if case.name in CLONED], ids=str
)
def test_clone_passes(case: Case, tmp_path: Path):
    original = case.build()
    clone = type(original).from_config(original.get_config())
    roundtrip.assert_same_model(original, clone)
    roundtrip.assert_weights_load(original, clone, tmp_path)
    if original.compiled:
        clone.compile_from_config(original.get_compile_config())
    roundtrip.assert_same_compile(original, clone)


def build(
    *,
    units: int = 4,
    activation: str | None = "relu",
    name: str = "hidden",
    rate: float = 0.5,
    training: bool = False,
    shared: bool = True,
    swapped: bool = False,
    operands_swapped: bool = False,
    shift: float = 1.0,
    trainable: bool = True,
    outputs_as_list: bool = False,
) -> keras.Model:
    """A small model with a part for each kind of change."""
    left = keras.Input(shape=(4,), name="left")
    right = keras.Input(shape=(4,), name="right")
    first = layers.Dense(units, activation=activation, name=name, trainable=trainable)
    second = first if shared else layers.Dense(units, activation=activation, name="own")
    x = first(left)
    y = second(right)
    call = {"training": True} if training else {}
    heads = {key: layers.Dense(3, name=key)(x) for key in ("a", "b")}
    dropped = layers.Dropout(rate, name="dropped")(y, **call)
    pair = [dropped, x] if swapped else [x, dropped]
    merged = layers.Concatenate(name="merged")(pair)
    difference = (y - x if operands_swapped else x - y) + shift
    outputs = {"merged": merged, "difference": difference, **heads}
    if outputs_as_list:
        outputs = [outputs[key] for key in sorted(outputs)]
    return keras.Model([left, right], outputs, name="small")


def test_op_names_do_not_matter():
    original = build()
    # Keras counts on, so the second one's ops have other names.
    rebuilt = build()
    names = [[op.name for op in model.operations] for model in (original, rebuilt)]
    assert names[0] != names[1]
    roundtrip.assert_same_model(original, rebuilt)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"units": 5}, "units: 4 became 5"),
        ({"activation": "gelu"}, '"relu" became "gelu"'),
        ({"activation": None}, "activation"),
        ({"name": "renamed"}, '"hidden" became "renamed"'),
        ({"rate": 0.25}, "rate: 0.5 became 0.25"),
        ({"training": True}, "training: false became true"),
        ({"trainable": False}, "trainable: true became false"),
        ({"shared": False}, "length"),
        ({"swapped": True}, "keras_history"),
        ({"operands_swapped": True}, "keras_history"),
        ({"shift": 2.0}, "1.0 became 2.0"),
        ({"shift": 1}, "1.0 became 1"),
        ({"outputs_as_list": True}, "output_layers"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_change_is_noticed(change: dict[str, object], where: str):
    with pytest.raises(AssertionError) as failure:
        roundtrip.assert_same_model(build(), build(**change))
    assert where in str(failure.value)


def test_order_of_dict_keys_is_noticed():
    inputs = keras.Input(shape=(2,), name="features")
    heads = {key: layers.Dense(1, name=key)(inputs) for key in ("a", "b")}
    original = keras.Model(inputs, heads, name="model")
    reordered = keras.Model(inputs, dict(reversed(heads.items())), name="model")
    with pytest.raises(AssertionError, match="order of keys"):
        roundtrip.assert_same_model(original, reordered)


def _sequential() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input(shape=(4,), name="features"),
            layers.Dense(4, name="first"),
            layers.Dense(4, name="second"),
        ],
        name="model",
    )


def _functional() -> keras.Model:
    inputs = keras.Input(shape=(4,), name="features")
    x = layers.Dense(4, name="first")(inputs)
    return keras.Model(inputs, layers.Dense(4, name="second")(x), name="model")


def test_sequential_equals_its_functional(tmp_path: Path):
    roundtrip.assert_same_model(_sequential(), _functional())
    roundtrip.assert_weights_load(_sequential(), _functional(), tmp_path)


def test_nested_sequential_stays_one():
    models = []
    for nested in (_sequential(), _functional()):
        inputs = keras.Input(shape=(4,), name="inputs")
        models.append(keras.Model(inputs, nested(inputs), name="outer"))
    with pytest.raises(AssertionError, match='"Sequential" became "Functional"'):
        roundtrip.assert_same_model(*models)


def test_swapped_weights_are_noticed():
    original, rebuilt = _functional(), _functional()
    roundtrip.randomise_weights(original)
    rebuilt.set_weights(original.get_weights())
    roundtrip.assert_same_weights(original, rebuilt)
    kernels = [rebuilt.get_layer(name).kernel for name in ("first", "second")]
    values = [keras.ops.copy(kernel.value) for kernel in kernels]
    for kernel, value in zip(kernels, reversed(values), strict=True):
        kernel.assign(value)
    with pytest.raises(AssertionError, match="first/kernel"):
        roundtrip.assert_same_weights(original, rebuilt)


def test_training_behaviour_is_compared(tmp_path: Path):
    # The same structure on paper, but the rebuilt one has dropout switched off.
    original, rebuilt = build(), build()
    rebuilt.get_layer("dropped").rate = 0.0
    with pytest.raises(AssertionError, match="training mode"):
        roundtrip.assert_weights_load(original, rebuilt, tmp_path)


@pytest.mark.parametrize(
    "changed",
    [
        {"optimizer": "sgd"},
        {"optimizer": keras.optimizers.Adam(2e-3)},
        {"loss": "mae"},
        {"metrics": ["mae"]},
        {"loss_weights": [2.0]},
        {"steps_per_execution": 4},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_compile_is_compared(changed: dict[str, object]):
    settings = {"optimizer": "adam", "loss": ["mse"], "metrics": ["mse"]}
    original, rebuilt = _functional(), _functional()
    original.compile(**settings)
    rebuilt.compile(**settings)
    roundtrip.assert_same_compile(original, rebuilt)
    rebuilt.compile(**{**settings, **changed})
    with pytest.raises(AssertionError, match=next(iter(changed))):
        roundtrip.assert_same_compile(original, rebuilt)


def test_automatic_compile_names_do_not_matter():
    original, rebuilt = _functional(), _functional()
    original.compile(optimizer=keras.optimizers.Adam(name="adam_3"), loss="mse")
    rebuilt.compile(optimizer=keras.optimizers.Adam(name="adam"), loss="mse")
    roundtrip.assert_same_compile(original, rebuilt)


def test_execute_gives_a_module():
    module = roundtrip.execute('"""Doc."""\nVALUE = __name__\n', "made")
    assert (module.VALUE, module.__doc__) == ("made", "Doc.")
