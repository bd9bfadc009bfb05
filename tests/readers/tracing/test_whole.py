"""Custom classes that are written as they are constructed, or gone into."""

from __future__ import annotations

import keras
import pytest
from keras import ops

import kerascodegen
from kerascodegen.errors import NoGraphError
from tests import roundtrip
from tests.readers.tracing.whole import Backbone, Heads, Positions, TwoSizes


def test_calls_of_a_shared_layer_keep_their_order():
    model = Backbone(3)
    source = str(kerascodegen.generate(model))
    graph = keras.Model(model._inputs_struct, model._outputs_struct, name=model.name)
    roundtrip.assert_same_model(graph, roundtrip.execute(source).build_model())
    assert kerascodegen.verify(model, source).ok


def test_a_layer_that_nothing_can_write_leaves_the_construction():
    model = Backbone(3, "scaled", name="whole")
    result = kerascodegen.generate(model)
    assert 'Backbone(units=3, kind="scaled", name="whole")' in str(result)
    assert "the variable" in str(result.diagnostics[0])
    roundtrip.randomise_weights(model)
    assert kerascodegen.verify(model, str(result)).ok
    with pytest.raises(NoGraphError, match="Scaled cannot be written"):
        kerascodegen.generate(model, inline=True)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("forgetful", "cannot make it of its config"), ("changing", "another units")],
)
def test_a_layer_that_comes_back_changed_is_gone_into(kind: str, reason: str):
    model = Backbone(3, kind)
    result = kerascodegen.generate(model)
    assert reason in " ".join(map(str, result.diagnostics))
    assert 'name="inner"' in str(result)
    assert kerascodegen.verify(model, str(result)).ok


def test_a_layer_that_is_called_on_constants_depends_on_the_inputs():
    model = Positions(name="net")
    model(ops.zeros((2, 6), "int32"))
    result = kerascodegen.generate(model)
    assert "np.array([0, 1, 2, 3, 4, 5]" in str(result)
    assert "Embedding is called on constants" in " ".join(map(str, result.diagnostics))
    roundtrip.randomise_weights(model)
    assert kerascodegen.verify(model, str(result)).ok


def test_the_size_of_the_batch_in_a_shape_is_left_open():
    model = Heads(name="net")
    model(ops.zeros((2, 5, 4)))
    source = str(kerascodegen.generate(model))
    assert "(-1, 5, 2, 3)" in source
    assert kerascodegen.verify(model, source).ok


def test_two_unknown_sizes_are_refused():
    model = TwoSizes(name="net")
    with pytest.raises(NoGraphError, match="a size that is not known"):
        kerascodegen.generate(model, input_shape=(None, 4))
