"""Flattening: the flat model gives the same predictions, from the same weights."""

import keras
import numpy as np
import pytest
from keras import layers

import kerascodegen
from tests import roundtrip
from tests.support import source_of


def flattened(model: keras.Model) -> keras.Model:
    return roundtrip.execute(source_of(model, flatten=True)).build_model()


def assert_same(
    model: keras.Model, flat: keras.Model, names: dict[str, str], **kwargs: bool
) -> None:
    """Move weights by hand, a layer at a time, and compare predictions."""
    roundtrip.randomise_weights(model)
    for path, name in names.items():
        inner = model
        for part in path.split("/"):
            inner = inner.get_layer(part)
        flat.get_layer(name).set_weights(inner.get_weights())
    inputs = roundtrip.random_inputs(model)
    expected, found = (m(inputs, **kwargs) for m in (model, flat))
    np.testing.assert_allclose(
        *(keras.ops.convert_to_numpy(one) for one in (expected, found)), rtol=1e-6
    )


def notes(model: keras.Model) -> str:
    return "\n".join(
        str(one) for one in kerascodegen.generate(model, flatten=True).diagnostics
    )


def encoder(name: str = "encoder") -> keras.Model:
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(3, name="dense")(x), name=name)


def test_equal_names_are_told_apart_and_weights_go_by_them():
    inputs = keras.Input((4,), name="inputs")
    x = layers.Dense(4, name="dense")(inputs)
    joined = layers.Concatenate(name="joined")([encoder("a")(x), encoder("b")(x)])
    model = keras.Model(inputs, joined)
    names = {"dense": "dense", "a/dense": "a_dense", "b/dense": "b_dense"}
    flat = flattened(model)
    assert not any(isinstance(one, keras.Model) for one in flat.layers)
    assert_same(model, flat, names)


def test_training_of_the_call_goes_to_the_layers_that_take_it():
    x = keras.Input((4,), name="x")
    y = layers.Dropout(0.5, name="drop")(layers.BatchNormalization(name="norm")(x))
    base = keras.Model(x, layers.Dense(2, name="dense")(y), name="base")
    inputs = keras.Input((4,), name="inputs")
    source = source_of(keras.Model(inputs, base(inputs, training=False)), flatten=True)
    assert 'name="norm")(inputs, training=False)' in source
    assert 'name="drop")(norm, training=False)' in source
    assert source.count("training") == 2


def test_a_mask_goes_through_what_was_nested():
    steps = keras.Input((None, 4), name="steps")
    body = keras.Model(
        steps,
        layers.LSTM(3, name="lstm")(layers.Dropout(0.1, name="drop")(steps)),
        name="body",
    )
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    x = layers.Embedding(10, 4, mask_zero=True, name="embedding")(tokens)
    model = keras.Model(tokens, body(x))
    flat = flattened(model)
    assert "mask=" not in source_of(model, flatten=True)
    assert_same(model, flat, {"embedding": "embedding", "body/lstm": "lstm"})


def test_a_mask_of_the_authors_keeps_the_model_nested():
    steps = keras.Input((5, 4), name="steps")
    body = keras.Model(steps, layers.LSTM(3, name="lstm")(steps), name="body")
    inputs = keras.Input((5, 4), name="inputs")
    mask = keras.Input((5,), dtype="bool", name="mask")
    model = keras.Model([inputs, mask], body(inputs, mask=mask))
    assert "body: is called with a mask of its own" in notes(model)
    assert isinstance(flattened(model).get_layer("body"), keras.Model)


def test_the_dtype_that_a_nested_model_casts_to_is_kept():
    pixels = keras.Input((4,), name="pixels")
    body = keras.Model(pixels, layers.Dense(2, name="dense")(pixels), name="body")
    inputs = keras.Input((4,), dtype="uint8", name="inputs")
    model = keras.Model(inputs, body(inputs))
    assert 'ops.cast(inputs, "float32")' in source_of(model, flatten=True)
    assert_same(model, flattened(model), {"body/dense": "dense"})


def test_an_input_that_is_an_output_is_what_was_given():
    x = keras.Input((4,), name="x")
    both = keras.Model(x, [x, layers.Dense(4, name="dense")(x)], name="both")
    inputs = keras.Input((4,), name="inputs")
    first, second = both(inputs)
    model = keras.Model(inputs, layers.Add(name="added")([first, second]))
    source = source_of(model, flatten=True)
    assert 'layers.Add(name="added")([inputs, dense])' in source
    assert_same(model, flattened(model), {"both/dense": "dense"})


def test_a_layer_that_leads_nowhere_is_left_out_with_a_warning():
    x = keras.Input((4,), name="x")
    two = keras.Model(
        x, [layers.Dense(2, name="a")(x), layers.Dense(2, name="b")(x)], name="two"
    )
    inputs = keras.Input((4,), name="inputs")
    first, _ = two(inputs)
    model = keras.Model(inputs, layers.Dense(1, name="score")(first))
    assert "warning: two/b: leads to no output" in notes(model)
    flat = flattened(model)
    assert [one.name for one in flat.layers] == ["inputs", "a", "score"]
    assert kerascodegen.verify(model, source_of(model, flatten=True), flatten=True).ok


def test_losses_by_output_follow_the_outputs():
    inputs = keras.Input((4,), name="inputs")
    outputs = [encoder("left")(inputs), layers.Dense(1, name="right")(inputs)]
    model = keras.Model(inputs, outputs)
    model.compile("sgd", loss={"left": "mse", "right": "mae"}, jit_compile=False)
    source = source_of(model, flatten=True)
    assert 'loss={"dense": "mse", "right": "mae"}' in source
    report = kerascodegen.verify(model, source, flatten=True)
    assert report.ok, report.to_json()


def test_a_model_in_a_wrapper_stays_with_a_note():
    frames = keras.Input((3, 4), name="frames")
    timed = layers.TimeDistributed(encoder(), name="timed")(frames)
    x = encoder("head")(
        layers.Flatten(name="flat")(layers.Dense(4, name="d")(timed))[:, :4]
    )
    model = keras.Model(frames, x)
    assert "timed: holds a model inside it" in notes(model)
    assert isinstance(flattened(model).get_layer("timed").layer, keras.Model)


def test_without_nested_models_it_says_that_nothing_changes():
    model = encoder()
    assert "has no nested models" in notes(model)
    assert source_of(model, flatten=True) == source_of(model)


@pytest.mark.parametrize("damage", ["order", "units", "flag"])
def test_verify_sees_what_is_wrong_in_a_flat_source(damage: str):
    inputs = keras.Input((4,), name="inputs")
    x = encoder("a")(inputs)
    y = encoder("b")(inputs)
    model = keras.Model(inputs, layers.Subtract(name="difference")([x, y]))
    good = source_of(model, flatten=True)
    bad = {
        "order": good.replace("[a_dense, b_dense]", "[b_dense, a_dense]"),
        "units": good.replace('3, name="a_dense"', '3, use_bias=False, name="a_dense"'),
        "flag": good.replace('name="a_dense"', 'trainable=False, name="a_dense"'),
    }[damage]
    assert bad != good
    assert kerascodegen.verify(model, good, flatten=True).ok
    report = kerascodegen.verify(model, bad, flatten=True)
    assert report.checks[0].status.value == "mismatch"


def shared_in(*places: str) -> keras.Model:
    """A chain of models `a` and `b` that share a layer; "" is the outermost one."""
    shared = layers.Dense(4, name="shared")

    def nested(name: str) -> keras.Model:
        x = keras.Input((4,), name=f"{name}_in")
        return keras.Model(x, layers.ReLU(name=f"{name}_end")(shared(x)), name=name)

    x = inputs = keras.Input((4,), name="inputs")
    for place in places:
        x = nested(place)(x) if place else shared(x)
    return keras.Model(inputs, layers.Dense(1, name="last")(x), name="model")


@pytest.mark.parametrize("places", [("a", "b"), ("b", "", "a"), ("a", "")])
@pytest.mark.parametrize("submodel", [None, "shared", "last"])
def test_a_layer_of_several_models_is_one(
    places: tuple[str, ...], submodel: str | None
):
    model = shared_in(*places)
    options = {"flatten": True, "submodel": submodel}
    source = source_of(model, **options)
    report = kerascodegen.verify(model, source, **options)
    assert report.ok, report.to_json()
    flat = roundtrip.execute(source).build_model()
    assert [one.name for one in flat.layers].count("shared") == 1
    if submodel is None:
        assert flat.count_params() == model.count_params()


def test_a_model_of_several_models_is_flat_once():
    inner = encoder("inner")
    x = keras.Input((4,), name="x")
    outer = keras.Model(x, layers.Concatenate(name="joined")([inner(x), x]))
    inputs = keras.Input((4,), name="inputs")
    wide = layers.Concatenate(name="wide")([outer(inputs), inner(inputs)])
    model = keras.Model(inputs, wide, name="model")
    source = source_of(model, flatten=True)
    report = kerascodegen.verify(model, source, flatten=True)
    assert report.ok, report.to_json()
    flat = roundtrip.execute(source).build_model()
    assert [one.name for one in flat.layers].count("dense") == 1


def test_a_model_that_a_wrapper_holds_too_stays_one():
    inner = encoder("inner")
    inputs = keras.Input((3, 4), name="inputs")
    steps = layers.TimeDistributed(inner, name="steps")(inputs)
    both = layers.Add(name="both")([steps[:, 0], inner(inputs[:, 0])])
    model = keras.Model(inputs, both, name="model")
    source = source_of(model, flatten=True)
    report = kerascodegen.verify(model, source, flatten=True)
    assert report.ok, report.to_json()
    flat = roundtrip.execute(source).build_model()
    assert flat.count_params() == model.count_params()
    assert "inner: stays a nested model" in notes(model)
    with pytest.raises(kerascodegen.OptionError, match="which stays nested"):
        kerascodegen.generate(model, flatten=True, submodel="inner/dense")


def _masked_lstm(name: str) -> keras.Model:
    a = keras.Input((5, 4), name="a")
    y = layers.LSTM(4, return_sequences=True, name="lstm")(layers.Masking()(a))
    return keras.Model(a, y, name=name)


def _padded(inputs: np.ndarray) -> np.ndarray:
    inputs[0, 3:] = 0.0
    inputs[1, 2:] = -1.0
    return inputs


def _assert_same_on_padded(model: keras.Model, flat: keras.Model) -> None:
    """Weights in the order of variables, which these models keep."""
    roundtrip.randomise_weights(model)
    flat.set_weights(model.get_weights())
    data = _padded(np.random.default_rng(1).normal(size=(3, 5, 4)).astype("float32"))
    np.testing.assert_allclose(
        *(keras.ops.convert_to_numpy(m(data)) for m in (model, flat)), rtol=1e-5
    )


def test_a_model_whose_mask_would_be_joined_with_another_stays_nested():
    x = keras.Input((5, 4), name="x")
    h = layers.Masking(-1.0)(x)
    joined = layers.Concatenate(axis=1)([_masked_lstm("enc")(h), h])
    model = keras.Model(x, layers.GRU(2)(joined))
    assert "enc: takes or gives a mask" in notes(model)
    flat = flattened(model)
    assert any(isinstance(one, keras.Model) for one in flat.layers)
    _assert_same_on_padded(model, flat)


def test_a_model_that_joins_a_mask_from_outside_with_its_own_stays_nested():
    a = keras.Input((5, 4), name="a")
    joined = layers.Concatenate(axis=1)([layers.Masking()(a), a])
    inner = keras.Model(a, layers.GRU(2)(joined), name="inner")
    x = keras.Input((5, 4), name="x")
    model = keras.Model(x, inner(layers.Masking(-1.0)(x)))
    assert "inner: takes or gives a mask" in notes(model)
    _assert_same_on_padded(model, flattened(model))


@pytest.mark.parametrize("merge", [None, layers.Add])
def test_masks_that_cross_at_run_time_anyway_keep_nothing_nested(merge):
    x = keras.Input((5, 4), name="x")
    h = layers.Masking(-1.0)(x)
    y = _masked_lstm("enc")(h)
    if merge is not None:
        y = merge()([y, h])
    model = keras.Model(x, layers.GRU(2)(y))
    assert "takes or gives a mask" not in notes(model)
    flat = flattened(model)
    assert not any(isinstance(one, keras.Model) for one in flat.layers)
    _assert_same_on_padded(model, flat)
