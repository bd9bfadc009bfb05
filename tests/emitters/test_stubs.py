"""Stand-ins and docstrings: hostile names do no harm, stubs say what is missing."""

import ast
import itertools
import random
from dataclasses import replace

import keras
import pytest
from keras import layers

from kerascodegen.emitters.audit import audit_source
from kerascodegen.emitters.docstrings import module_docstring
from kerascodegen.emitters.stubs import class_stub, function_stub, lambda_stub, plain
from kerascodegen.graph.model import (
    ClassRef,
    FunctionSpec,
    LambdaSpec,
    ObjectSpec,
    TensorRef,
)
from kerascodegen.options import Options
from kerascodegen.passes.naming import Namespace
from kerascodegen.pipeline import generate_from_graph
from tests import roundtrip
from tests.support import call, input_operation, layer, make_graph, source_of

HOSTILE = [
    '"""\nimport os\nos.system("x")\n"""',
    "'''",
    "end\\",
    '"',
    "\\N{DIGIT ONE}",
    "\x00\x1b[2J",
    "\u202eevil",
    "{{ 7 * 7 }}{% raw %}",
    "# comment\nx = 1",
    "class",
    "None",
    "__import__",
    "keras",
    "layers",
    "build_model",
    "名前",
    "",
    "9lives",
    "a" * 500,
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_plain_cannot_break_out(text: str):
    result = plain(text, 50)
    assert len(result) <= 50
    assert result.isascii()
    assert not set(result) & set("\"'\\\n\r{}%#\x00\x1b")


def test_plain_leaves_ordinary_names():
    assert (
        plain("my_package>Layer_1 (v2), a.b:c+d-e")
        == "my_package>Layer_1 (v2), a.b:c+d-e"
    )


def hostile_graph(text: str):
    """A model whose every name is the text."""
    own = replace(
        layer(f"{text}layer", width=text, function=LambdaSpec("0" * 64)),
        cls=ClassRef(text, text or "Own", f"{text}>{text}"),
    )
    activation = FunctionSpec(text, text or "own", f"{text}>{text}")
    dense = layer(f"{text}dense", "Dense", units=3, activation=activation)
    inner = ObjectSpec(ClassRef(text, f"{text}Inner"), {text: text})
    outer = layer(f"{text}outer", "Dense", units=3, kernel_initializer=inner)
    operations = [input_operation(f"{text}input", 4), own, dense, outer]
    names = [operation.name for operation in operations]
    nodes = [call(name, before) for before, name in itertools.pairwise(names)]
    return make_graph(operations, nodes, TensorRef(names[-1]), name=text)


@pytest.mark.parametrize("shapes", [True, False])
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_names_stay_text(text: str, shapes: bool):
    result = generate_from_graph(hostile_graph(text), Options(shapes=shapes))
    # The audit ran already; the names are where they belong, and nothing is executed.
    audit_source(result.source)
    tree = ast.parse(result.source)
    kinds = {type(node).__name__ for node in tree.body}
    assert kinds == {"Expr", "Import", "ImportFrom", "ClassDef", "FunctionDef", "If"}
    module = roundtrip.execute(result.source)
    with pytest.raises(NotImplementedError, match="stands in for"):
        module.build_model()


def test_names_in_diagnostics_are_printable():
    result = generate_from_graph(hostile_graph("\x1b[2J\u202e\n"), Options())
    assert result.diagnostics
    assert all(str(diagnostic).isprintable() for diagnostic in result.diagnostics)


def test_any_class_name_gives_a_class():
    generator = random.Random(8)
    for _ in range(300):
        points = (generator.randrange(0x3000) for _ in range(generator.randrange(9)))
        name = "".join(map(chr, points))
        stub = class_stub(ObjectSpec(ClassRef("m", name), {}))(Namespace())
        assert stub.name.isidentifier()
        assert stub.name.isascii()


def test_stub_of_a_layer_is_a_layer():
    operation = replace(layer("own"), cls=ClassRef("my_package", "Own"))
    stub = class_stub(operation)(Namespace())
    assert (stub.name, stub.kind, stub.base) == ("Own", "class", "layers.Layer")
    assert "my_package.Own" in stub.lines[0]


def test_stub_of_an_object_has_no_base():
    stub = class_stub(ObjectSpec(ClassRef("my_package", "Own"), {}))(Namespace())
    assert (stub.kind, stub.base) == ("class", "")


@pytest.mark.parametrize(
    ("spec", "name", "origin"),
    [
        (FunctionSpec("my_package", "swoosh"), "swoosh", "my_package.swoosh"),
        (FunctionSpec("builtins", "swoosh"), "swoosh", "swoosh"),
        (FunctionSpec(None, "MySwoosh"), "my_swoosh", "MySwoosh"),
        (FunctionSpec(None, "p>swoosh", "p>swoosh"), "swoosh", "p>swoosh"),
        (FunctionSpec(None, "<lambda>"), "function", "<lambda>"),
        (FunctionSpec(None, "print"), "print_", "print"),
    ],
)
def test_function_stub(spec: FunctionSpec, name: str, origin: str):
    stub = function_stub(spec)(Namespace())
    assert stub.name == name
    assert f"custom function {origin}." in stub.lines[0]


def test_lambda_stub_is_named_after_its_layer():
    stub = lambda_stub(LambdaSpec("abc", layer="Distance 2"))(Namespace())
    assert stub.name == "distance_2_function"
    assert "SHA-256 abc" in stub.lines


def test_one_stub_for_one_thing():
    @keras.saving.register_keras_serializable("stubs")
    def swoosh(x):
        return x

    inputs = keras.Input(shape=(4,), name="x")
    x = layers.Dense(3, activation=swoosh, name="first")(inputs)
    x = layers.Dense(3, activation=swoosh, name="swoosh")(x)
    model = keras.Model(inputs, x, name="model")
    assert source_of(model).count("def swoosh(") == 1


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_docstring_with_a_hostile_name(text: str):
    graph = make_graph([input_operation("x", 4)], [], TensorRef("x"), name=text)
    lines = module_docstring(graph, compiled=True, stubs=True)
    source = '"""' + "\n".join(lines) + '\n"""\n'
    (node,) = ast.parse(source).body
    assert isinstance(node.value, ast.Constant)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("stubs", [True, False])
def test_docstring_says_what_there_is_to_do(compiled: bool, stubs: bool):
    dense = layer("d", "Dense", units=300)
    graph = make_graph([input_operation("x", 4), dense], [], TensorRef("x"), name="m")
    text = "\n".join(module_docstring(graph, compiled=compiled, stubs=stubs))
    assert text.startswith("Keras model m: 2 layers")
    assert 'load_weights("original.keras")' in text
    assert ("compile_model(model)" in text) is compiled
    assert ("stand-ins" in text) is stubs
