"""What no graph can hold is refused in words that help, and nothing is left behind."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, ops

import kerascodegen
from kerascodegen import UnsupportedModelError
from tests.e2e.command import assert_plain
from tests.readers.tracing.refused import REFUSED, Base
from tests.readers.tracing.support import unchanged


@pytest.mark.parametrize("cls", REFUSED, ids=lambda cls: cls.__name__)
def test_refused(cls: type[Base]):
    model = cls()

    def refuse() -> None:
        with pytest.raises(UnsupportedModelError) as caught:
            kerascodegen.generate(model, input_shape=(4,))
        message = str(caught.value)
        for part in (cls.__name__, *REFUSED[cls]):
            assert part in message
        assert str(Path(__file__).parent) not in message
        assert_plain(message)

    unchanged(model, refuse)
    assert not model.dense.built


class Branching(Base):
    """Does something else in training."""

    def call(self, x, training=None):
        x = self.dense(x)
        if training:
            x = x + 1.0
        return x


def test_branch_on_training_is_said():
    model = Branching()
    model(np.zeros((1, 4), "float32"))
    result = kerascodegen.generate(model)
    [message] = [str(one) for one in result.diagnostics]
    assert message.startswith("warning: Branching branches on training")
    assert 'test_refused.py: "if training:"' in message
    assert "+" not in str(result).partition("inputs =")[2]
    report = kerascodegen.verify(model, str(result))
    assert report.ok
    [check] = [one for one in report.checks if one.name == "own call"]
    assert "training mode left out, since its call branches on training" in check.detail


class Remembers(Base):
    """Has state of its own."""

    def call(self, x):
        self.last = self.dense(x)
        self.count = getattr(self, "count", 0) + 1
        return self.last


def test_state_set_in_call_is_said_and_undone():
    model = Remembers()
    result = []
    unchanged(
        model, lambda: result.append(kerascodegen.generate(model, input_shape=(4,)))
    )
    [message] = [str(one) for one in result[0].diagnostics]
    assert "sets count and last in call" in message


class Unused(Base):
    """Holds a layer that its forward pass never reaches."""

    def __init__(self):
        super().__init__()
        self.auxiliary = layers.Dense(2, name="auxiliary")
        self.auxiliary.build((None, 4))

    def call(self, x):
        return self.dense(x)


def test_layers_that_are_not_reached_are_said():
    model = Unused()
    result = kerascodegen.generate(model, input_shape=(4,))
    [message] = [str(one) for one in result.diagnostics]
    assert "auxiliary is not reached from the inputs" in message
    assert "auxiliary" not in str(result)


class GAN(keras.Model):
    """Two models and no forward pass."""

    def __init__(self):
        super().__init__()
        self.generator = keras.Sequential([keras.Input((2,)), layers.Dense(3)])
        self.discriminator = keras.Sequential([keras.Input((3,)), layers.Dense(1)])


def test_model_without_call():
    model = GAN()
    with pytest.raises(UnsupportedModelError, match=r"GAN has no call\(\)") as caught:
        kerascodegen.generate(model)
    assert "generator, discriminator" in str(caught.value)
    assert "file.py:model.generator" in str(caught.value)
    assert "layers.Dense(3" in str(kerascodegen.generate(model.generator))


def test_unknown_shape():
    with pytest.raises(UnsupportedModelError, match=r'input "x".*--input-shape'):
        kerascodegen.generate(Branching())


class Pair(Base):
    """Takes a list."""

    def call(self, inputs):
        left, right = inputs
        return self.dense(left) + self.dense(right)


def test_one_shape_for_several_inputs():
    model = Pair()
    model([np.zeros((1, 4), "float32")] * 2)
    with pytest.raises(UnsupportedModelError, match="takes several inputs"):
        kerascodegen.generate(model, input_shape=(4,))
    assert "inputs=[inputs_1, inputs_2]" in str(kerascodegen.generate(model))


class ShapeOverridden(Base):
    """Works for any number of steps."""

    def call(self, x):
        return ops.mean(self.dense(x), axis=1)


def test_input_shape_comes_before_what_was_recorded():
    model = ShapeOverridden()
    model(np.zeros((2, 7, 4), "float32"))
    assert "shape=(7, 4)" in str(kerascodegen.generate(model))
    source = str(kerascodegen.generate(model, input_shape=(None, 4)))
    assert "shape=(None, 4)" in source


class Unsavable(layers.Layer):
    """Cannot be saved, and decides by values."""

    def __init__(self, units):
        super().__init__()
        self.dense = layers.Dense(units)

    def call(self, x):
        return self.dense(x) if ops.sum(x) > 0 else x


def test_block_that_can_be_neither_kept_nor_traced():
    inputs = keras.Input((3,), name="x")
    branch = Unsavable(3)
    branch.compute_output_spec = lambda x, **_: keras.KerasTensor(x.shape, x.dtype)
    model = keras.Model(inputs, branch(inputs))
    with pytest.raises(UnsupportedModelError) as caught:
        kerascodegen.generate(model)
    assert "Unsavable.call, line" in str(caught.value)
    assert "its constructor does not take dtype, trainable" in str(caught.value)
