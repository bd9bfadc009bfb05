"""The order of `model.layers`, worked out, against what Keras makes of each case."""

import pytest

import kerascodegen
from kerascodegen.graph.layer_order import flat, keras_order
from kerascodegen.graph.model import GraphKind
from tests.cases import all_cases
from tests.support import call, input_operation, layer, make_graph

CASES = [pytest.param(case, id=case.name) for case in all_cases() if not case.slow]


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_keras_order(case):
    graph = kerascodegen.read(case.build())
    if graph.kind is GraphKind.SEQUENTIAL:
        pytest.skip("a Sequential is in the order of its list")
    names = [operation.name for operation in keras_order(graph)]
    assert names == [operation.name for operation in graph.operations]


def test_unused_inputs_stay_and_unused_layers_go():
    graph = make_graph(
        [
            input_operation("used", 3),
            input_operation("ignored", 3),
            layer("a"),
            layer("b"),
        ],
        [call("a", "used"), call("b", "used")],
        outputs=call("a", "used").result(),
    )
    # Unused inputs are at depth 0, and first there.
    assert [o.name for o in keras_order(graph)] == ["used", "ignored", "a"]


def test_flat_sorts_dict_keys_as_keras_does():
    assert list(flat({"b": [1, 2], "a": {"z": 3, "y": 4}})) == [4, 3, 1, 2]
