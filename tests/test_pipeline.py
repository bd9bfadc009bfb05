"""The line from a model to source: the same twice, options honoured, tidied up."""

import ast
import gc
import json
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import keras
import pytest
from keras import layers

import kerascodegen
from kerascodegen import pipeline
from kerascodegen.emitters.functional import FunctionalEmitter
from kerascodegen.errors import CodegenError, InternalError, OptionError, ReadError
from kerascodegen.graph.model import GraphKind
from kerascodegen.options import Options


@pytest.fixture
def model() -> keras.Model:
    inputs = x = keras.Input(shape=(4,), name="features")
    for index in range(3):
        x = layers.Dense(4, name=f"dense_{index}")(x)
    model = keras.Model(inputs, x, name="small")
    model.compile(optimizer="adam", loss="mse")
    return model


def generate(model: object, **options: object) -> str:
    graph = pipeline.load_graph(model, Options())
    return str(pipeline.generate_from_graph(graph, Options.make(options)))


def test_same_result_twice(model: keras.Model):
    graph = pipeline.load_graph(model, Options())
    first = pipeline.generate_from_graph(graph, Options())
    assert pipeline.generate_from_graph(graph, Options()) == first
    assert pipeline.load_graph(model, Options()) == graph


def test_str_is_the_source(model: keras.Model):
    result = kerascodegen.generate(model)
    assert str(result) == result.source
    assert result.source.endswith("\n")
    ast.parse(result.source)


@pytest.mark.parametrize(
    ("options", "present", "absent"),
    [
        ({}, ["compile_model", "dense_1 =", 'name="dense_1"'], ["params", "x ="]),
        ({"compile": False}, ["build_model"], ["compile_model"]),
        ({"shapes": True}, ["# (None, 4) · 20 params"], []),
        ({"tensors": "chain"}, ["x = layers.Dense"], ["dense_1 ="]),
        ({"names": "auto"}, ['name="dense_1"'], []),
        ({"line_length": 200}, ['name="dense_0")(inputs)'], []),
    ],
    ids=str,
)
def test_options_are_honoured(model: keras.Model, options, present, absent):
    source = generate(model, **options)
    assert [text for text in present if text not in source] == []
    assert [text for text in absent if text in source] == []


@pytest.mark.parametrize("length", [40, 60, 120])
def test_line_length_is_kept(model: keras.Model, length: int):
    code = generate(model, line_length=length, compile=False).split('"""', 2)[2]
    # A name and what it is called with may be longer than the shortest line.
    assert max(map(len, code.splitlines())) <= max(length, 55)


def test_input_shape_is_for_a_sequential_without_one():
    unbuilt = keras.Sequential([layers.Dense(3)], name="unbuilt")
    source = generate(unbuilt, input_shape=(4,))
    assert "keras.Input(shape=(4,)" in source
    with pytest.raises(CodegenError, match="--input-shape"):
        generate(unbuilt)


def test_input_shape_is_refused_where_there_is_one(model: keras.Model):
    with pytest.raises(OptionError, match="--input-shape does not fit"):
        generate(model, input_shape=(4,))


def test_top_level_sequential_becomes_functional(model: keras.Model):
    sequential = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(3)])
    graph, _ = pipeline.run_passes(
        pipeline.load_graph(sequential, Options()), Options()
    )
    assert graph.kind is GraphKind.FUNCTIONAL


@pytest.mark.parametrize("enabled", [True, False])
def test_collector_is_as_before(model: keras.Model, enabled: bool, tmp_path: Path):
    damaged = tmp_path / "damaged.json"
    damaged.write_text("{", encoding="utf-8")
    (gc.enable if enabled else gc.disable)()
    try:
        generate(model)
        states = [gc.isenabled()]
        with pytest.raises(ReadError):
            pipeline.load_graph(damaged, Options())
        states.append(gc.isenabled())
        with pytest.raises(OptionError):
            generate(model, style="missing")
        states.append(gc.isenabled())
    finally:
        gc.enable()
    assert states == [enabled] * 3


def test_missing_style_is_refused_by_name(model: keras.Model):
    with pytest.raises(OptionError, match="no style 'baroque'; choose from blocks"):
        generate(model, style="baroque")


class LoudEmitter(FunctionalEmitter):
    """Somebody else's style."""


def test_style_of_an_installed_package(monkeypatch, model: keras.Model):
    loud = EntryPoint("loud", "tests.test_pipeline:LoudEmitter", pipeline.STYLE_GROUP)
    monkeypatch.setattr(
        "importlib.metadata.entry_points",
        lambda **given: EntryPoints([loud]).select(**given),
    )
    assert isinstance(pipeline.find_emitter("loud"), LoudEmitter)
    assert generate(model, style="loud") == generate(model)
    with pytest.raises(OptionError, match="'quiet'"):
        pipeline.find_emitter("quiet")


def test_own_styles_stand_in_the_entry_points():
    declared = Path(__file__).parent.parent / "pyproject.toml"
    text = declared.read_text(encoding="utf-8")
    for style, target in pipeline._OWN_STYLES.items():
        assert f'{style} = "{target}"' in text


def own_template(folder: Path, text: str) -> Path:
    (folder / "functional").mkdir()
    path = folder / "functional" / "module.py.j2"
    path.write_text(text, encoding="utf-8")
    return folder


def test_own_templates_take_precedence(model: keras.Model, tmp_path: Path):
    text = "print('{{ module.functions[0].name }}')\n"
    source = generate(model, templates=own_template(tmp_path, text))
    # Not audited: it is their own code.
    assert source == 'print("build_model")\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ module.nothing }}", "does not work.*nothing"),
        ("{% if %}", "does not work"),
        ("def (", "do not give Python"),
    ],
)
def test_broken_template_is_the_users(
    model: keras.Model, tmp_path: Path, text: str, message: str
):
    with pytest.raises(OptionError, match=message):
        generate(model, templates=own_template(tmp_path, text))


def test_missing_template_directory_is_refused(model: keras.Model, tmp_path: Path):
    with pytest.raises(OptionError, match="no directory of templates"):
        generate(model, templates=tmp_path / "gone")


def test_broken_pass_is_named(monkeypatch, model: keras.Model):
    def lose_everything(graph, context):
        return graph.__class__(
            graph.kind, graph.name, True, graph.inputs, graph.outputs, (), ()
        )

    lose_everything.__module__ = "kerascodegen.passes.lossy"
    monkeypatch.setattr(pipeline, "PASSES", (lose_everything,))
    with pytest.raises(InternalError, match="The pass lossy broke the graph"):
        generate(model)


def test_file_and_live_model_give_the_same(model: keras.Model, tmp_path: Path):
    path = tmp_path / "small.json"
    config = json.loads(model.to_json())
    path.write_text(json.dumps(config, indent=2), encoding="utf-8")
    assert generate(path) == generate(model)
    assert "small.json" not in generate(path)
