"""Subclassed models that people publish: source, execution, weights, predictions."""

import re

import keras
import numpy as np
import pytest
from keras import layers

import kerascodegen
from kerascodegen.options import Options
from kerascodegen.verify.original import Original
from kerascodegen.verify.parity import find_feeds
from kerascodegen.verify.report import Status
from kerascodegen.verify.traced import check_own_call, traced
from kerascodegen.verify.view import view_of
from kerascodegen.verify.weights import transfer
from tests import roundtrip
from tests.readers.tracing.models import MODELS
from tests.readers.tracing.support import unchanged, with_real_classes

# What each still takes from its author when its blocks are traced into.
KEPT_INLINE = {
    "vit": {"PatchEmbed"},
    "vae": {"Sampling"},
}
# One of each kind of structure; the others take a minute or two.
QUICK = {
    *("nested_no_kwargs", "two_tower", "seq2seq", "vae", "mlp_mixer"),
    *("functional_with_unsavable", "built_in_build", "siamese"),
}


def _marks(name: str) -> list[pytest.MarkDecorator]:
    return [] if name in QUICK else [pytest.mark.slow]


CASES = [
    pytest.param(
        name, inline, id=f"{name}-{'inline' if inline else 'kept'}", marks=_marks(name)
    )
    for name in MODELS
    for inline in (False, True)
]


@pytest.mark.parametrize(("name", "inline"), CASES)
def test_source_computes_what_the_model_does(name: str, inline: bool):
    model = MODELS[name]()
    source = str(kerascodegen.generate(model, inline=inline))
    found = re.search(
        r"^from tests\.readers\.tracing\.models import (.*)$", source, re.M
    )
    kept = set(found[1].split(", ")) if found else set()
    kept |= set(re.findall(r"^class (\w+)\(", source, re.M))
    if inline:
        assert kept == KEPT_INLINE.get(name, set())
    assert "batch_size" not in source
    rebuilt = roundtrip.execute(with_real_classes(source, model)).build_model()
    roundtrip.randomise_weights(model)
    options = Options(inline=inline)
    with traced(model, options) as seen:
        roundtrip.assert_same_model(seen.model, rebuilt)
        feeds = find_feeds(seen.model, rebuilt, 0)
        assert not feeds.failure
        view = view_of(Original(model), options, rebuilt, seen.model)
        _, weights = transfer(view, rebuilt, 0)
        assert weights.status is Status.OK, weights
        for check in check_own_call(seen, rebuilt, feeds, 0):
            assert check.status is Status.OK, check


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=_marks(name)) for name in MODELS]
)
def test_model_is_left_as_it_was(name: str):
    model = MODELS[name]()
    sources = []

    def generate() -> None:
        sources.append(str(kerascodegen.generate(model, inline=True)))

    unchanged(model, generate)
    generate()
    assert sources[0] == sources[1]


def _source(name: str, **options: object) -> str:
    return str(kerascodegen.generate(MODELS[name](), **options))


class Pair(layers.Layer):
    """Gives two tensors."""

    def call(self, x):
        return x * 2.0, {"square": x * x}


class Unpacks(keras.Model):
    """Holds a block with several outputs."""

    def __init__(self):
        super().__init__(name="unpacks")
        self.pair = Pair(name="pair")

    def call(self, x):
        double, more = self.pair(x)
        return double + more["square"]


def test_results_of_kept_blocks_are_unpacked():
    model = Unpacks()
    source = str(kerascodegen.generate(model, input_shape=(3,)))
    assert 'Pair(name="pair")(inputs)' in source
    rebuilt = roundtrip.execute(with_real_classes(source, model)).build_model()
    assert float(rebuilt(np.full((1, 3), 3.0, "float32"))[0, 0]) == 15.0


class Overrides(keras.Model):
    """A Functional whose call does more than its graph."""

    def __init__(self):
        inputs = keras.Input((4,), name="features")
        super().__init__(inputs, layers.Dense(2, name="out")(inputs), name="more")

    def call(self, inputs, training=None):
        return super().call(inputs, training=training) * 2.0


def test_functional_with_a_call_of_its_own():
    model = Overrides()
    source = str(kerascodegen.generate(model))
    assert "* 2.0" in source
    assert "convert_to_tensor" not in source
    assert kerascodegen.verify(model, source).ok


class Twice(keras.Model):
    """Two layers of one name."""

    def __init__(self):
        super().__init__(name="twice")
        self.a = layers.Dense(3, name="d")
        self.b = layers.Dense(3, name="d")

    def call(self, x):
        return self.b(self.a(x))


def test_equal_names_are_numbered():
    source = str(kerascodegen.generate(Twice(), input_shape=(3,)))
    assert 'name="d")' in source
    assert 'name="d_1")' in source


def test_names_of_blocks_tell_layers_apart():
    source = _source("functional_with_blocks", inline=True)
    assert 'name="block1_conv1"' in source
    assert 'name="block2_conv1"' in source
    assert 'name="project"' in source, "what is unique keeps its name"
    assert 'name="stages_0_conv1"' in _source("resnet", inline=True)


def test_ids_are_integers():
    for inline in (False, True):
        source = _source("transformer", inline=inline)
        assert 'keras.Input(shape=(10,), dtype="int32", name="tokens")' in source
        # Inlined, the positions are a constant: integers too.
        assert source.count('dtype="int32"') == (3 if inline else 1)
        assert _source("two_tower", inline=inline).count('dtype="int32"') == 2


def test_second_argument_is_learnt_from_the_layer_that_reads_it():
    source = _source("siamese")
    assert 'right = keras.Input(shape=(5,), name="right")' in source
    assert "inputs=[left, right]" in source


def test_training_that_is_not_set_is_not_written():
    for name in ("resnet", "text_lstm", "densenet"):
        assert "training" not in _source(name, inline=True)
    assert "build_base()(inputs, training=False)" in _source("frozen_backbone")


def test_inputs_are_not_cast_without_need():
    assert "cast" not in _source("mixed_precision")


def test_masks_stay_automatic():
    for name in ("text_lstm", "two_masked_branches", "seq2seq"):
        assert "mask=" not in _source(name, inline=True)
        assert "not_equal" not in _source(name, inline=True)


def test_what_is_not_in_the_source_is_said():
    messages = [str(d) for d in kerascodegen.generate(MODELS["vae"]()).diagnostics]
    assert any("train_step of its own" in one for one in messages)
    assert any("loss that VAE adds in call" in one for one in messages)


def test_compile_settings_are_kept():
    assert "SparseCategoricalCrossentropy(from_logits=True)" in _source("mlp")
    assert 'loss="mse"' in _source("autoencoder")


def test_weights_are_promised_by_verify_only():
    source = _source("resnet", inline=True)
    assert "original.keras" not in source
    assert "kerascodegen verify ORIGINAL SOURCE --inline" in source
    assert "original.keras" in _source("functional_subclass_with_step")


@pytest.mark.parametrize("inline", [False, True])
def test_keras_own_verification(inline: bool):
    model = MODELS["wavenet"]()
    source = str(kerascodegen.generate(model, inline=inline))
    report = kerascodegen.verify(model, source, inline=inline)
    assert report.ok
    names = [check.name for check in report.checks]
    assert "own call" in names
    wrong = source.replace("tanh_1 * sigmoid_1", "tanh_1 + sigmoid_1")
    assert wrong != source
    report = kerascodegen.verify(model, wrong, inline=inline)
    bad = {c.name for c in report.checks if c.status is Status.MISMATCH}
    assert {"structure", "predictions", "own call"} <= bad
    assert isinstance(model, keras.Model)
