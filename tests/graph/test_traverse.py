"""Orders of calls, on graphs made by hand."""

import pytest

from kerascodegen.errors import ReadError
from kerascodegen.graph.model import TensorRef
from kerascodegen.graph.traverse import call_order, consumers, input_order, nodes_by_key
from tests.support import call, input_operation, layer, make_graph


def names(graph) -> list[str]:
    return [name for name, _ in call_order(graph)]


def diamond():
    """`a → b1 → b2` and `a → c1 → c2`, joined; nodes in Keras' order, by depth."""
    operations = [input_operation("x")]
    operations += [layer(name) for name in ("a", "b1", "c1", "b2", "c2", "join")]
    nodes = [
        call("a", "x"),
        call("b1", "a"),
        call("c1", "a"),
        call("b2", "b1"),
        call("c2", "c1"),
        call("join", [TensorRef("b2"), TensorRef("c2")]),
    ]
    return make_graph(operations, nodes, TensorRef("join"))


def test_branch_by_branch():
    assert names(diamond()) == ["a", "b1", "b2", "c1", "c2", "join"]


def test_keywords_come_first():
    operations = [
        input_operation("x"),
        layer("query"),
        layer("memory"),
        layer("attend"),
    ]
    nodes = [
        call("query", "x"),
        call("memory", "x"),
        call("attend", "query", value=TensorRef("memory")),
    ]
    graph = make_graph(operations, nodes, TensorRef("attend"))
    assert names(graph) == ["memory", "query", "attend"]


def test_shared_calls_keep_their_order():
    operations = [
        input_operation("x"),
        layer("shared"),
        layer("between"),
        layer("join"),
    ]
    nodes = [
        call("shared", "x"),
        call("shared", "between", index=1),
        call("between", "x"),
        # The second call's result is taken first.
        call("join", [TensorRef("shared", 1), TensorRef("shared", 0)]),
    ]
    graph = make_graph(operations, nodes, TensorRef("join"))
    order = call_order(graph)
    assert order.index(("shared", 0)) < order.index(("shared", 1))
    assert sorted(order) == sorted(nodes_by_key(graph))


def test_roots_select_what_they_need():
    assert call_order(diamond(), [TensorRef("c1")]) == [("a", 0), ("c1", 0)]
    assert call_order(diamond(), [TensorRef("x")]) == []


def test_each_call_once():
    graph = diamond()
    roots = [TensorRef("join"), TensorRef("b2"), TensorRef("join")]
    assert call_order(graph, roots) == call_order(graph)


@pytest.mark.parametrize("length", [1, 2, 5])
def test_circle_is_refused(length: int):
    operations = [input_operation("x"), *(layer(f"l{i}") for i in range(length))]
    nodes = [
        call(f"l{i}", [TensorRef("x"), TensorRef(f"l{(i + 1) % length}")])
        for i in range(length)
    ]
    graph = make_graph(operations, nodes, TensorRef("l0"))
    with pytest.raises(ReadError, match='circle through "l0"'):
        call_order(graph)


def test_circle_through_the_order_of_shared_calls_is_refused():
    # The first call needs the second's result, and Keras numbers them in order.
    operations = [input_operation("x"), layer("shared")]
    nodes = [call("shared", TensorRef("shared", 1)), call("shared", "x", index=1)]
    graph = make_graph(operations, nodes, TensorRef("shared", 1))
    with pytest.raises(ReadError, match="circle"):
        call_order(graph)


def test_circle_through_a_keyword_is_refused():
    operations = [input_operation("x"), layer("a"), layer("b")]
    nodes = [call("a", "x", mask=TensorRef("b")), call("b", "a")]
    with pytest.raises(ReadError, match="circle"):
        call_order(make_graph(operations, nodes, TensorRef("b")))


@pytest.mark.parametrize("backwards", [False, True])
def test_long_chain_needs_no_stack(backwards: bool):
    count = 50_000
    operations = [input_operation("l0"), *(layer(f"l{i}") for i in range(1, count))]
    nodes = [call(f"l{i}", f"l{i - 1}") for i in range(1, count)]
    if backwards:
        nodes.reverse()
    graph = make_graph(operations, nodes, TensorRef(f"l{count - 1}"))
    order = call_order(graph)
    assert order == [(f"l{i}", 0) for i in range(1, count)]


def test_deeply_shared_layer_needs_no_stack():
    count = 20_000
    nodes = [call("shared", "x")]
    nodes += [
        call("shared", TensorRef("shared", i - 1), index=i) for i in range(1, count)
    ]
    operations = [input_operation("x"), layer("shared")]
    graph = make_graph(operations, nodes, TensorRef("shared", count - 1))
    assert [index for _, index in call_order(graph)] == list(range(count))


def test_consumers_list_a_call_once():
    found = consumers(diamond())
    assert found[TensorRef("a")] == [("b1", 0), ("c1", 0)]
    operations = [input_operation("x"), layer("square")]
    nodes = [call("square", [TensorRef("x"), TensorRef("x")])]
    graph = make_graph(operations, nodes, TensorRef("square"))
    assert consumers(graph) == {TensorRef("x"): [("square", 0)]}


def test_input_order_is_that_of_the_model():
    operations = [input_operation("a"), input_operation("b"), layer("join")]
    nodes = [call("join", [TensorRef("a"), TensorRef("b")])]
    inputs = {"second": TensorRef("b"), "first": [TensorRef("a"), TensorRef("b")]}
    graph = make_graph(operations, nodes, TensorRef("join"), inputs)
    assert input_order(graph) == ["b", "a"]
