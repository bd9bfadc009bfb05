"""Every kind of broken graph is found, named, and blamed on the right one."""

from dataclasses import replace

import pytest

from kerascodegen.errors import InternalError, ReadError
from kerascodegen.graph.check import check_file_graph, check_pass_graph, find_problem
from kerascodegen.graph.model import GraphKind, Node, OperationKind, TensorRef
from tests.support import call, input_operation, layer, make_graph


def sound():
    operations = [input_operation("x"), layer("lstm", "LSTM"), layer("d"), layer("e")]
    nodes = [
        Node("lstm", 0, (TensorRef("x"),), {}, outputs=[0, {"h": 1, "c": 2}]),
        call("d", TensorRef("lstm", 0, 2)),
        call("d", "x", index=1),
        call("e", [TensorRef("d", 1)], state=TensorRef("lstm", 0, 1)),
    ]
    return make_graph(operations, nodes, [TensorRef("e"), TensorRef("d", 0)])


def with_node(position: int, node: Node):
    graph = sound()
    nodes = list(graph.nodes)
    nodes[position] = node
    return replace(graph, nodes=tuple(nodes))


def doubled():
    graph = sound()
    return replace(graph, operations=(*graph.operations, layer("d")))


BROKEN = {
    "same name": (doubled(), "same name"),
    "call of nothing": (
        with_node(3, call("gone", "x")),
        '"gone" that it does not have',
    ),
    "misnumbered": (with_node(2, call("d", "x", index=2)), '"d" are misnumbered'),
    "numbered twice": (with_node(2, call("d", "x")), '"d" are misnumbered'),
    "takes nothing known": (with_node(3, call("e", "gone")), '"gone".*"e" takes it'),
    "takes a call that is not": (
        with_node(3, call("e", TensorRef("d", 7))),
        'no call number 7 of "d".*"e" takes it',
    ),
    "takes one output too many": (
        with_node(1, call("d", TensorRef("lstm", 0, 3))),
        '"lstm" has 3 outputs.*number 3',
    ),
    "second output of an input": (
        with_node(1, call("d", TensorRef("x", 0, 1))),
        '"x" has 1 outputs',
    ),
    "second call of an input": (
        with_node(1, call("d", TensorRef("x", 1))),
        'no call number 1 of "x"',
    ),
    "in a keyword": (
        with_node(3, call("e", "x", deep=[{"a": TensorRef("gone")}])),
        '"gone".*"e" takes it',
    ),
    "input is a layer": (
        replace(sound(), inputs=[TensorRef("x"), TensorRef("d")]),
        '"d" is named as an input',
    ),
    "input is missing": (replace(sound(), inputs=TensorRef("gone")), '"gone"'),
    "output is missing": (
        replace(sound(), outputs=TensorRef("gone")),
        '"gone".*The model returns it',
    ),
    "output of a call that is not": (
        replace(sound(), outputs={"a": TensorRef("d", 5)}),
        'no call number 5 of "d".*returns it',
    ),
    "no outputs": (replace(sound(), outputs=[]), "no outputs"),
}


def test_sound_graph_has_no_problem():
    assert find_problem(sound()) is None
    check_file_graph(sound())
    check_pass_graph(sound(), "order")


@pytest.mark.parametrize("name", BROKEN)
def test_problem_is_named(name: str):
    graph, message = BROKEN[name]
    with pytest.raises(ReadError, match=message):
        check_file_graph(graph)
    with pytest.raises(InternalError, match=f"The pass tidy broke.*{message}"):
        check_pass_graph(graph, "tidy")


def test_circle_is_the_files_fault():
    graph = with_node(1, call("d", "e"))
    with pytest.raises(ReadError, match="circle"):
        check_file_graph(graph)


def test_nested_graph_of_a_file_is_checked():
    broken, message = BROKEN["no outputs"]
    inner = replace(layer("inner"), kind=OperationKind.MODEL, graph=broken)
    outer = make_graph(
        [input_operation("x"), inner], [call("inner", "x")], TensorRef("x")
    )
    with pytest.raises(ReadError, match=message):
        check_file_graph(outer)


def test_names_in_messages_are_printable():
    operations = [input_operation("x"), layer("\x1b[31m\u202e")]
    nodes = [call("\x1b[31m\u202e", "x", index=3)]
    problem = find_problem(make_graph(operations, nodes, TensorRef("x")))
    assert problem is not None
    assert problem.isprintable()
    assert "\\x1b" in problem


def test_unknown_arrangement_allows_any_output():
    graph = with_node(0, Node("lstm", 0, (TensorRef("x"),), {}, outputs=None))
    assert find_problem(graph) is None


def test_sequential_without_input_may_take_nothing():
    graph = make_graph([layer("d")], [call("d", None)], TensorRef("d"))
    unbuilt = replace(graph, kind=GraphKind.SEQUENTIAL, inputs=None)
    assert find_problem(unbuilt) is None
    assert find_problem(replace(unbuilt, kind=GraphKind.FUNCTIONAL)) is not None
