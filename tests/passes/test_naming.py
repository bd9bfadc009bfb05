"""Names: unique, legal, readable, and in chain mode never overwritten too early."""

import ast
import builtins
import keyword
import random

import keras
import pytest
from keras import layers, ops

from kerascodegen.graph.model import Node, TensorRef
from kerascodegen.passes.naming import (
    MAX_NAME_LENGTH,
    MAX_UNPACKED,
    Names,
    Namespace,
    decide_names,
    identifier,
    snake_case,
)
from kerascodegen.passes.order import decide_order
from tests.support import (
    assert_rebuilds,
    call,
    input_operation,
    layer,
    make_context,
    make_graph,
    op,
    source_of,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("conv2d_1", "conv2d_1"),
        ("hiddenLayer", "hidden_layer"),
        ("HiddenLayer", "hidden_layer"),
        ("a/b:c d.e-f", "a_b_c_d_e_f"),
        ("__x__", "x"),
        ("größe", "grosse"),
        ("café", "cafe"),
        ("3d_conv", "dense_3d_conv"),
        ("", "dense"),
        ("---", "dense"),
        ("层", "dense"),
        ("层_1", "dense_1"),
        ("\u202ex\x00y\n", "x_y"),
        ("ﬁ", "fi"),
        ("²", "dense_2"),
        ("a" * 200, "a" * MAX_NAME_LENGTH),
    ],
)
def test_identifier(text: str, name: str):
    assert identifier(text, "dense") == name


def test_identifier_is_always_one():
    generator = random.Random(3)
    alphabet = "aZ_0 9-/.é層\u202e\x00\n\"'\\{}()İſK"
    for _ in range(2000):
        text = "".join(generator.choices(alphabet, k=generator.randrange(90)))
        name = identifier(text, "layer")
        assert name.isidentifier()
        assert name.isascii()
        assert name == name.lower()
        assert len(name) <= MAX_NAME_LENGTH


@pytest.mark.parametrize("cls", ["2D", "Größe", "名", "C" * 99, "class"])
def test_class_names_are_no_identifiers_either(cls: str):
    graph = make_graph(
        [input_operation("x"), layer("層", cls), layer("d")],
        [call("層", "x"), call("d", "層")],
        TensorRef("d"),
    )
    name = names_of(graph).tensors[TensorRef("層")]
    assert name.isidentifier()
    assert name.isascii()
    assert not keyword.iskeyword(name)
    assert len(name) <= MAX_NAME_LENGTH


@pytest.mark.parametrize(
    "name",
    ["Conv2D", "MultiHeadAttention", "LSTM", "PReLU", "GRUCell", "BatchNormalization"],
)
def test_snake_case_is_keras_own(name: str):
    assert snake_case(name) == keras.src.utils.naming.to_snake_case(name)


def test_namespace_invariants():
    generator = random.Random(4)
    scope = Namespace()
    scope.reserve(["keras", "layers", "x_2"])
    wanted = ["x", "x_2", "x_3", "layers", "y", "if", "None", "list", "match", "type"]
    given = [scope.claim(generator.choice(wanted)) for _ in range(500)]
    assert len(set(given)) == len(given)
    never = {*keyword.kwlist, *dir(builtins), "keras", "layers", "match", "type"}
    assert not never & set(given)
    assert all(name.isidentifier() and name.isascii() for name in given)


def test_namespace_numbers_from_two():
    scope = Namespace()
    assert [scope.claim("x") for _ in range(3)] == ["x", "x_2", "x_3"]
    assert [scope.claim("class") for _ in range(2)] == ["class_", "class__2"]


def test_inner_namespace_shadows_nothing_and_leaks_nothing():
    outer = Namespace()
    outer.claim("a")
    inner = outer.inner()
    assert inner.claim("a") == "a_2"
    assert inner.claim("b") == "b"
    assert outer.claim("b") == "b"


def names_of(graph, *, chain: bool = False) -> Names:
    return decide_names(decide_order(graph, make_context()), Namespace(), chain=chain)


def wide(node: Node, cls: str = "Custom"):
    """An operation with one call, of which every tensor goes into the output."""
    operation = layer(node.operation, cls)
    graph = make_graph([input_operation("x"), operation], [node], node.result())
    return names_of(graph)


@pytest.mark.parametrize(
    ("cls", "outputs", "target"),
    [
        ("LSTM", [0, 1, 2], "r, r_h, r_c"),
        ("GRU", [0, 1], "r, r_state"),
        ("MultiHeadAttention", [0, 1], "r, r_scores"),
        ("Custom", [0, 1, 2, 3], "r_0, r_1, r_2, r_3"),
        ("Custom", [0], "r,"),
        ("Custom", list(range(MAX_UNPACKED + 1)), "r"),
        ("Custom", {"a": 0}, "r"),
        ("Custom", [0, [1, 2]], "r"),
    ],
)
def test_several_outputs(cls: str, outputs, target: str):
    node = Node("r", 0, (TensorRef("x"),), {}, outputs)
    assert wide(node, cls).targets[("r", 0)] == target


def test_unused_output_is_an_underscore():
    node = Node("r", 0, (TensorRef("x"),), {}, [0, 1, 2])
    graph = make_graph(
        [input_operation("x"), layer("r", "LSTM")], [node], TensorRef("r", 0, 2)
    )
    names = names_of(graph)
    assert names.targets[("r", 0)] == "_, _, r_c"
    assert names.tensors[TensorRef("r", 0, 2)] == "r_c"


def test_nested_outputs_are_subscripts():
    outputs = {"a": 0, 'b"\n': [1, 2]}
    names = wide(Node("r", 0, (TensorRef("x"),), {}, outputs))
    assert names.tensors[TensorRef("r", 0, 0)] == 'r["a"]'
    expression = ast.parse(names.tensors[TensorRef("r", 0, 2)], mode="eval").body
    assert isinstance(expression, ast.Subscript)
    assert ast.literal_eval(expression.value.slice) == 'b"\n'


def test_outputs_of_custom_code_are_subscripts():
    node = Node("r", 0, (TensorRef("x"),), {}, None)
    returned = [TensorRef("r", 0, 0), TensorRef("r", 0, 2)]
    graph = make_graph([input_operation("x"), layer("r", "Own")], [node], returned)
    names = names_of(graph)
    assert [names.tensors[ref] for ref in returned] == ["r[0]", "r[2]"]


def test_only_input_and_output_are_called_so():
    graph = make_graph(
        [input_operation("features"), layer("d")],
        [call("d", "features")],
        TensorRef("d"),
    )
    names = names_of(graph)
    assert list(names.tensors.values()) == ["inputs", "outputs"]


def test_layer_called_outputs_keeps_the_name_free():
    operations = [input_operation("inputs"), layer("outputs"), layer("d")]
    nodes = [call("outputs", "inputs"), call("d", "outputs")]
    names = names_of(make_graph(operations, nodes, TensorRef("d")))
    assert len(set(names.tensors.values())) == 3


def siamese(*tags: str):
    operations = [*(input_operation(tag) for tag in tags), layer("encoder")]
    nodes = [call("encoder", tag, index=i) for i, tag in enumerate(tags)]
    outputs = [TensorRef("encoder", i) for i in range(len(tags))]
    return make_graph(operations, nodes, outputs)


def test_shared_layer_is_named_by_branch():
    names = names_of(siamese("left", "right"))
    assert names.layers == {"encoder": "encoder"}
    assert list(names.targets.values()) == ["encoder_left", "encoder_right"]


def test_shared_layer_is_numbered_where_the_branch_does_not_tell():
    names = names_of(siamese("l" * 50, "right"))
    assert list(names.targets.values()) == ["encoder_1", "encoder_2"]
    operations = [input_operation("x"), layer("cell")]
    nodes = [call("cell", "x"), call("cell", "x", index=1)]
    outputs = [TensorRef("cell", 0), TensorRef("cell", 1)]
    names = names_of(make_graph(operations, nodes, outputs))
    assert list(names.targets.values()) == ["cell_1", "cell_2"]


def test_shared_layer_and_a_layer_of_its_results_name():
    graph = siamese("left", "right")
    operations = (*graph.operations, layer("encoder_left"))
    nodes = (*graph.nodes, call("encoder_left", "left"))
    outputs = [*graph.outputs, TensorRef("encoder_left")]
    names = names_of(make_graph(operations, nodes, outputs))
    assert len({*names.tensors.values(), *names.layers.values()}) == 6


def test_shared_op_gets_no_variable():
    operations = [input_operation("x"), op("add", "Add")]
    nodes = [call("add", "x", 1.0), call("add", "add", 1.0, index=1)]
    names = names_of(make_graph(operations, nodes, TensorRef("add", 1)))
    assert names.layers == {}


def random_model(seed: int) -> keras.Model:
    """A random graph of layers, ops, splits, shared layers and several ends."""
    generator = random.Random(seed)
    tensors = [
        keras.Input(shape=(4,), name=f"input_{index}")
        for index in range(generator.randrange(1, 4))
    ]
    inputs = list(tensors)
    shared = layers.Dense(4, name="shared")
    for step in range(generator.randrange(4, 14)):
        kind = generator.randrange(6)
        # Mostly the newest tensor, so that straight runs come about.
        x = tensors[-1] if generator.random() < 0.7 else generator.choice(tensors)
        other = generator.choice(tensors)
        if kind == 0:
            made = layers.Add(name=f"join_{step}")([x, other])
        elif kind == 1:
            made = x * 2.0 - other
        elif kind == 2:
            made = shared(x)
        elif kind == 3:
            first, second = ops.split(x, 2, axis=-1)
            tensors.append(ops.concatenate([second, first], axis=-1))
            made = ops.concatenate([first, first], axis=-1)
        else:
            made = layers.Dense(4, name=f"dense_{step}")(x)
        tensors.append(made)
    used = [tensors[-1], *generator.sample(tensors, generator.randrange(3))]
    outputs = list({id(tensor): tensor for tensor in used}.values())
    joined = layers.Concatenate(name="all_inputs")([*inputs, tensors[-1]])
    return keras.Model(inputs, [*outputs, joined], name="random")


@pytest.mark.parametrize("tensors", ["chain", "named"])
@pytest.mark.parametrize("seed", range(12))
def test_no_tensor_is_overwritten_before_it_is_used(seed: int, tensors: str):
    # Executing it tells: a wrong `x` gives another graph.
    assert_rebuilds(random_model(seed), tensors=tensors)


def assigned(source: str) -> list[str]:
    tree = ast.parse(source)
    build = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    targets = [node.targets[0] for node in build.body if isinstance(node, ast.Assign)]
    return [ast.unparse(target) for target in targets]


def test_chain_names_only_inputs_outputs_and_branch_points():
    inputs = keras.Input(shape=(4,), name="features")
    x = layers.Dense(4, name="a")(inputs)
    branch = layers.Dense(4, name="branch")(x)
    x = layers.Dense(4, name="b")(branch)
    x = layers.Dense(4, name="c")(x)
    x = layers.Add(name="joined")([x, branch])
    model = keras.Model(inputs, layers.Dense(1, name="d")(x), name="chain")
    source = source_of(model, tensors="chain")
    assert assigned(source) == ["inputs", "x", "branch", "x", "x", "x", "outputs"]


def test_chain_leaves_the_name_x_alone():
    inputs = keras.Input(shape=(4,), name="y")
    other = keras.Input(shape=(4,), name="x")
    a = layers.Dense(4, name="x_")(inputs)
    a = layers.Dense(4, name="a")(a)
    outputs = layers.Add(name="joined")([a, other])
    model = keras.Model([inputs, other], outputs, name="chain")
    assert assigned(source_of(model, tensors="chain"))[1] == "x_2"
    assert_rebuilds(model, tensors="chain")


def test_returned_tensor_is_never_x():
    inputs = keras.Input(shape=(4,), name="features")
    first = layers.Dense(4, name="first")(inputs)
    second = layers.Dense(4, name="second")(first)
    model = keras.Model(inputs, [first, second], name="chain")
    source = source_of(model, tensors="chain")
    assert assigned(source) == ["inputs", "first", "second"]


@pytest.mark.parametrize("tensors", ["chain", "named"])
def test_hostile_layer_names(tensors: str):
    words = [
        "class",
        "print",
        "x",
        "layers",
        "keras",
        "ops",
        "inputs",
        "None",
        "层",
        "1",
    ]
    words += ["model", "layer", "build_model", "outputs", "a b", "A_B", "a-b", "self"]
    inputs = x = keras.Input(shape=(4,), name="lambda")
    for word in words:
        x = layers.Dense(4, name=word)(x)
    outputs = layers.Add(name="import")([x, inputs])
    assert_rebuilds(keras.Model(inputs, outputs, name="def"), tensors=tensors)
