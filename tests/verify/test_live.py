"""A live model, compared in this process, is left as it was."""

from __future__ import annotations

import random

import keras
import numpy as np
import pytest
from keras import layers

from kerascodegen.errors import UnsupportedModelError
from kerascodegen.verify.errors import VerifyError
from kerascodegen.verify.report import Status
from kerascodegen.verify.run import verify_live
from tests.verify.support import HEADER, assert_passes, build, check, train_a_little

BODY = """

def build_model():
    x = keras.Input(shape=(8,), name="x")
    y = layers.Dense(4, name="d")(x)
    y = layers.BatchNormalization(name="norm")(y)
    y = layers.Dropout(0.5, name="drop")(y)
    inner = keras.Sequential([layers.Dense(4), layers.Dense(4)], name="inner")
    return keras.Model(x, inner(y) + 1.0, name="live")


def compile_model(model):
    model.compile("sgd", "mse")
    return model
"""


def test_live_model_is_not_altered() -> None:
    model = build(BODY)
    train_a_little(model)
    before = [variable.numpy() for variable in model.variables]
    settings = model.get_compile_config()
    nodes = [len(layer._inbound_nodes) for layer in model.layers]
    outbound = [len(layer._outbound_nodes) for layer in model.layers]
    optimizer = [variable.numpy() for variable in model.optimizer.variables]
    random.seed(5)
    np.random.seed(5)
    report = verify_live(model, HEADER + BODY)
    drawn = random.random(), np.random.random()
    assert_passes(report)
    for variable, value in zip(model.variables, before, strict=True):
        assert variable.numpy().tobytes() == value.tobytes(), variable.path
    assert model.get_compile_config() == settings
    assert [len(layer._inbound_nodes) for layer in model.layers] == nodes
    assert [len(layer._outbound_nodes) for layer in model.layers] == outbound
    for variable, value in zip(model.optimizer.variables, optimizer, strict=True):
        assert variable.numpy().tobytes() == value.tobytes()
    random.seed(5)
    np.random.seed(5)
    assert drawn == (random.random(), np.random.random())
    # Names go on counting from where they were.
    assert layers.Dense(1).name != "dense"


def test_live_lambda_is_compared_by_its_predictions() -> None:
    body = """

def build_model():
    x = keras.Input(shape=(3,), name="x")
    return keras.Model(x, layers.Lambda(lambda t: t * 2.0, name="f")(x), name="m")
"""
    assert_passes(verify_live(build(body), HEADER + body))
    report = verify_live(build(body), HEADER + body.replace("2.0", "3.0"))
    assert check(report, "predictions").status is Status.MISMATCH


def test_unbuilt_live_sequential_is_copied() -> None:
    model = keras.Sequential([layers.Dense(2, name="d")], name="seq")
    body = """

def build_model():
    x = keras.Input(shape=(3,))
    return keras.Model(x, layers.Dense(2, name="d")(x), name="seq")
"""
    assert_passes(verify_live(model, HEADER + body))
    assert not model.built


def test_what_is_no_model() -> None:
    with pytest.raises(UnsupportedModelError, match=r"not a keras\.Model"):
        verify_live(3, HEADER + BODY)
    with pytest.raises(VerifyError, match=r"no_such\.py does not exist"):
        verify_live(build(BODY), "no_such.py")


def test_public_function_survives_the_import_of_its_package() -> None:
    import kerascodegen
    import kerascodegen.verify.run  # binds `kerascodegen.verify` to the package

    assert callable(kerascodegen.verify)
