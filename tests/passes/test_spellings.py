"""Arguments that a config has in another form than people write them."""

from typing import Any

import keras
import pytest
from keras import layers

import kerascodegen
from tests import roundtrip


def one(layer: Any, *shape: int) -> keras.Model:
    inputs = keras.Input(shape, name="features")
    return keras.Model(inputs, layer(inputs), name="model")


def assert_written(model: keras.Model, text: str, **options: Any) -> None:
    """Look for text in the source, and round-trip."""
    source = str(kerascodegen.generate(model, **options))
    assert text in " ".join(source.split())
    module = roundtrip.execute(source)
    rebuilt = module.build_model()
    roundtrip.assert_same_model(model, rebuilt)
    if model.compiled:
        module.compile_model(rebuilt)
        roundtrip.assert_same_compile(model, rebuilt)


def test_normalization_over_everything():
    layer = layers.Normalization(axis=None, mean=3.0, variance=2.0)
    assert_written(one(layer, 8), "axis=None, mean=3.0")


@pytest.mark.parametrize(("given", "text"), [(1, "=1,"), ((1, 0), "=(1, 0),")])
def test_output_padding(given: Any, text: str):
    layer = layers.Conv2DTranspose(4, 3, strides=2, output_padding=given)
    assert_written(one(layer, 8, 8, 3), f"output_padding{text}")


def test_thresholds_say_how_many_there_are():
    model = one(layers.Dense(2), 4)
    model.compile("sgd", "mse", metrics=[keras.metrics.AUC(thresholds=[0.1, 0.5])])
    assert_written(model, "keras.metrics.AUC(thresholds=[0.1, 0.5])")


def test_label_weights_without_float32_noise():
    model = one(layers.Dense(2), 4)
    auc = keras.metrics.AUC(multi_label=True, num_labels=2, label_weights=[0.2, 0.8])
    model.compile("sgd", "mse", metrics=[auc])
    assert_written(model, "label_weights=[0.2, 0.8]")


def test_seed_generator_keeps_its_name():
    seed = keras.random.SeedGenerator(3)
    initializer = keras.initializers.RandomNormal(seed=seed)
    model = one(layers.Dense(4, kernel_initializer=initializer), 4)
    assert_written(model, 'SeedGenerator(3, name="seed_generator")')


def test_policy_that_a_layer_keeps_as_it_was_given():
    policy = keras.DTypePolicy("mixed_float16")
    layer = layers.ReversibleEmbedding(11, 4, reverse_dtype=policy)
    inputs = keras.Input((5,), dtype="int32")
    model = keras.Model(inputs, layer(inputs))
    assert_written(model, 'reverse_dtype=keras.DTypePolicy("mixed_float16")')


def test_automatic_name_that_is_not_the_public_one():
    keras.backend.clear_session(free_memory=False)
    inputs = keras.Input((5, 4))
    layer = layers.GroupQueryAttention(4, 4, 2)
    model = keras.Model(inputs, layer(inputs, inputs))
    assert layer.name == "grouped_query_attention"
    source = str(kerascodegen.generate(model, names="auto"))
    assert "grouped_query_attention" not in source.split("layers.GroupQuery")[1]
    keras.backend.clear_session(free_memory=False)
    rebuilt = roundtrip.execute(source).build_model()
    roundtrip.assert_same_model(model, rebuilt)
