"""What `get_config` loses comes from the live object, and Keras is left as it was."""

import json
from collections.abc import Callable
from typing import Any

import keras
import pytest
from keras import initializers, layers, losses, metrics
from keras.src.saving import object_registration, serialization_lib

import kerascodegen
from kerascodegen.catalog.lookup import catalog_data, find_class
from kerascodegen.errors import UnsupportedModelError
from tests import roundtrip

Build = Callable[[], keras.Model]


def one(layer: Any, *shape: int, **call: Any) -> keras.Model:
    inputs = keras.Input(shape, name="features")
    return keras.Model(inputs, layer(inputs, **call), name="model")


def compiled(loss: Any = None, **arguments: Any) -> keras.Model:
    model = one(layers.Dense(2, name="dense"), 4)
    model.compile("sgd", loss, **arguments)
    return model


def attended(cls: type, **arguments: Any) -> keras.Model:
    inputs = keras.Input((5, 4), name="features")
    return keras.Model(inputs, cls(flash_attention=True, **arguments)(inputs, inputs))


# A model whose subject is made with another value than the default, and where it is.
LOST: dict[tuple[str, str], tuple[Build, Callable[[keras.Model], Any]]] = {
    ("keras._legacy.layers.AlphaDropout", "noise_shape"): (
        lambda: one(keras.src.legacy.layers.AlphaDropout(0.5, noise_shape=(1, 4)), 4),
        lambda model: model.layers[1],
    ),
    ("keras.initializers.Identity", "gain"): (
        lambda: one(layers.Dense(4, kernel_initializer=initializers.Identity(2.0)), 4),
        lambda model: model.layers[1].kernel_initializer,
    ),
    ("keras.layers.CategoryEncoding", "sparse"): (
        lambda: one(layers.CategoryEncoding(4, sparse=True), 3),
        lambda model: model.layers[1],
    ),
    ("keras.layers.GRU", "use_cudnn"): (
        lambda: one(layers.Bidirectional(layers.GRU(3, use_cudnn=False)), 5, 4),
        lambda model: model.layers[1].forward_layer,
    ),
    ("keras.layers.LSTM", "use_cudnn"): (
        lambda: one(layers.LSTM(3, use_cudnn=False), 5, 4),
        lambda model: model.layers[1],
    ),
    ("keras.layers.GroupQueryAttention", "flash_attention"): (
        lambda: attended(
            layers.GroupQueryAttention,
            head_dim=3,
            num_query_heads=4,
            num_key_value_heads=2,
        ),
        lambda model: model.layers[1],
    ),
    ("keras.layers.MultiHeadAttention", "flash_attention"): (
        lambda: attended(layers.MultiHeadAttention, num_heads=2, key_dim=3),
        lambda model: model.layers[1],
    ),
    ("keras.layers.MaxNumBoundingBoxes", "fill_value"): (
        lambda: one(layers.MaxNumBoundingBoxes(4, fill_value=-7), 8, 8, 3),
        lambda model: model.layers[1],
    ),
    ("keras.layers.RandomGrayscale", "seed"): (
        lambda: one(layers.Pipeline([layers.RandomGrayscale(seed=3)]), 8, 8, 3),
        lambda model: model.layers[1].layers[0],
    ),
    ("keras.layers.SimpleRNN", "seed"): (
        lambda: one(layers.SimpleRNN(3, dropout=0.1, seed=3), 5, 4),
        lambda model: model.layers[1],
    ),
    ("keras.losses.CosineSimilarity", "axis"): (
        lambda: compiled(losses.CosineSimilarity(axis=0)),
        lambda model: model.loss,
    ),
    ("keras.losses.Huber", "delta"): (
        lambda: compiled({"dense": losses.Huber(3.0)}),
        lambda model: model.loss["dense"],
    ),
    ("keras.losses.SparseCategoricalCrossentropy", "axis"): (
        lambda: compiled(losses.SparseCategoricalCrossentropy(axis=1)),
        lambda model: model.loss,
    ),
    ("keras.metrics.CosineSimilarity", "axis"): (
        lambda: compiled(metrics=[metrics.CosineSimilarity(axis=0)]),
        lambda model: model._compile_metrics._user_metrics[0],
    ),
}
# Every layer has the one, every loss the other.
COMMON = ("autocast", "dtype")


def read(thing: Any, attribute: str) -> Any:
    for part in attribute.split("."):
        thing = thing[part] if isinstance(thing, dict) else getattr(thing, part)
    return thing


def rebuild(model: keras.Model) -> keras.Model:
    result = kerascodegen.generate(model)
    warnings = [d for d in result.diagnostics if d.level.value == "warning"]
    assert warnings == []
    module = roundtrip.execute(str(result))
    rebuilt = module.build_model()
    roundtrip.assert_same_model(model, rebuilt)
    if model.compiled:
        module.compile_model(rebuilt)
        roundtrip.assert_same_compile(model, rebuilt)
    return rebuilt


def test_every_lost_argument_is_tried():
    classes = catalog_data()["classes"]
    lost = {(p, name) for p, entry in classes.items() for name in entry.get("lost", ())}
    assert {key for key in lost if key[1] not in COMMON} == set(LOST)


@pytest.mark.parametrize("key", LOST, ids=lambda key: ".".join(key))
def test_the_rebuilt_object_has_it_too(key: tuple[str, str]):
    path, name = key
    build, subject = LOST[key]
    entry = find_class(path)
    argument = next(argument for argument in entry.lost if argument.name == name)
    model = build()
    given = read(subject(model), argument.attribute)
    assert given != argument.default
    assert read(subject(rebuild(model)), argument.attribute) == given


def test_autocast_of_any_layer():
    rebuilt = rebuild(one(layers.Dense(2, autocast=False), 4))
    assert rebuilt.layers[1].autocast is False


def test_dtype_of_any_loss():
    rebuilt = rebuild(compiled(losses.MeanSquaredError(dtype="float16")))
    assert rebuilt.loss.dtype == "float16"


def test_auto_scale_loss_shows_in_a_mixed_model():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = compiled("mse", auto_scale_loss=False)
        scaled = compiled("mse")
    finally:
        keras.config.set_dtype_policy("float32")
    assert "auto_scale_loss=False" in str(kerascodegen.generate(model))
    result = kerascodegen.generate(scaled)
    assert "auto_scale_loss" not in str(result)
    assert "set_dtype_policy" in " ".join(map(str, result.diagnostics))


def test_a_custom_function_called_like_one_of_keras():
    def gelu(x: Any) -> Any:
        return x * 100.0

    def mse(y_true: Any, y_pred: Any) -> Any:
        return keras.ops.mean(y_true - y_pred)

    model = one(layers.Dense(2, activation=gelu, name="dense"), 4)
    model.compile("sgd", mse, metrics=[mse])
    result = kerascodegen.generate(model)
    assert "def gelu(x: Any) -> Any:\n    return x * 100.0" in str(result)
    assert "activation=gelu," in str(result)
    assert "loss=mse, metrics=[mse]" in str(result)
    assert "keras.losses.mean_squared_error" not in str(result)
    rebuild(model)


def test_a_function_of_keras_is_not_custom():
    model = one(layers.Lambda(keras.ops.sin, name="wave"), 4)
    assert "layers.Lambda(ops.sin, " in str(kerascodegen.generate(model))
    rebuild(model)


def saving_functions() -> list[Any]:
    return [
        serialization_lib._get_class_or_fn_config,
        serialization_lib.get_build_and_compile_config,
        object_registration.get_registered_name,
    ]


def test_keras_is_as_it_was():
    model = compiled(losses.Huber(3.0))
    before, saved = saving_functions(), model.to_json()
    kerascodegen.generate(model)
    assert saving_functions() == before
    assert model.to_json() == saved
    assert "delta" not in json.loads(saved)["compile_config"]["loss"]["config"]


def test_keras_is_as_it_was_after_an_error():
    class Broken(keras.initializers.Ones):
        def get_config(self) -> dict[str, Any]:
            raise RuntimeError("no config")

    before = saving_functions()
    with pytest.raises(UnsupportedModelError, match="no config"):
        kerascodegen.generate(one(layers.Dense(2, kernel_initializer=Broken()), 4))
    assert saving_functions() == before


def test_a_subclass_is_left_alone():
    class Own(losses.Huber):
        def __init__(self, **arguments: Any) -> None:
            super().__init__(delta=3.0, **arguments)

    source = str(kerascodegen.generate(compiled(Own())))
    assert 'loss=Own(name="huber_loss")' in source
