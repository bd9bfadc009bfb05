"""Every check can fail, and says where."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest
from keras import layers

from kerascodegen.verify.report import Status, VerifyReport, render_table
from tests.verify.support import Bench, build, check, train_a_little

BASE = """
def build_model():
    inputs = keras.Input(shape=(6,), name="x")
    a = layers.Dense(5, activation="relu", name="a")(inputs)
    b = layers.Dense(5, activation="tanh", name="b")(a)
    b = layers.Dropout(0.5, seed=3, name="drop")(b)
    c = layers.BatchNormalization(name="norm")(b)
    head = layers.Dense(5, name="head")(c)
    tail = layers.Dense(5, trainable=False, name="tail")(c)
    return keras.Model(inputs, [head, tail * 2.0 + head], name="base")


def compile_model(model):
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=["mse", "mae"])
    return model
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bad") / "original.keras"
    model = build(BASE)
    train_a_little(model)
    model.save(path)
    return path


def mismatches(report: VerifyReport) -> list[str]:
    return [one.name for one in report.checks if one.status is Status.MISMATCH]


def changed(old: str, new: str) -> str:
    assert old in BASE
    return BASE.replace(old, new)


def rows_of(report: VerifyReport, name: str) -> list[tuple[str, str, str, str]]:
    return [
        (row.where, row.what, row.original, row.rebuilt)
        for row in check(report, name).rows
        if row.status is Status.MISMATCH
    ]


def test_base_is_right(bench: Bench, archive: Path) -> None:
    report = bench.verify(archive, BASE)
    assert report.ok, render_table(report, verbose=True)


def test_wrong_activation(bench: Bench, archive: Path) -> None:
    report = bench.verify(archive, changed("tanh", "sigmoid"))
    assert mismatches(report) == ["structure", "predictions", "training mode"]
    assert rows_of(report, "structure") == [
        ("b", "config.activation", "'tanh'", "'sigmoid'")
    ]
    detail = check(report, "predictions").detail
    assert detail.startswith("first layer that diverges: b, off by ")


def test_wrong_units(bench: Bench, archive: Path) -> None:
    body = changed(
        'layers.Dense(5, activation="relu"', 'layers.Dense(4, activation="relu"'
    )
    report = bench.verify(archive, body)
    assert set(mismatches(report)) >= {
        "structure",
        "parameters",
        "load_weights",
        "weights",
        "predictions",
    }
    rows = rows_of(report, "structure")
    assert ("a", "config.units", "5", "4") in rows
    assert ("a", "output[0]", "'(None, 5) float32'", "'(None, 4) float32'") in rows
    assert ("a", "trainable parameters", "35", "28") in rows


def test_swapped_layers(bench: Bench, archive: Path) -> None:
    body = changed('activation="tanh", name="b"', 'activation="tanh", name="b0"')
    body = body.replace('activation="relu", name="a")', 'activation="relu", name="b")')
    body = body.replace('"b0"', '"a"')
    report = bench.verify(archive, body)
    assert {"structure", "load_weights", "weights"} <= set(mismatches(report))


def test_layers_of_one_shape_swapped_in_a_fresh_model(bench: Bench) -> None:
    right = """
    def build_model():
        inputs = keras.Input(shape=(4,), name="x")
        a = layers.BatchNormalization(name="a")(inputs)
        return keras.Model(inputs, layers.BatchNormalization(name="b")(a))
    """
    wrong = right.replace('"a"', '"c"').replace('"b"', '"a"').replace('"c"', '"b"')
    report = bench.verify(build(right), wrong)
    assert {"structure", "load_weights"} <= set(mismatches(report))


def test_other_dropout_rate_shows_in_training_mode_only(
    bench: Bench, archive: Path
) -> None:
    report = bench.verify(archive, changed("0.5", "0.4"))
    assert mismatches(report) == ["structure", "training mode"]
    assert "diverges: drop, " in check(report, "training mode").detail


def test_frozen_dropout_shows_in_training_mode(bench: Bench, archive: Path) -> None:
    body = changed('name="drop")(b)', 'name="drop")(b, training=False)')
    report = bench.verify(archive, body)
    # Keras of today overrides it; when it no longer does, this check sees it.
    assert report.ok or mismatches(report) == ["training mode"]


def test_other_momentum_shows_in_the_state_after_training_mode(
    bench: Bench, archive: Path
) -> None:
    body = changed("BatchNormalization(name", "BatchNormalization(momentum=0.9, name")
    report = bench.verify(archive, body)
    assert mismatches(report) == ["structure", "training mode"]
    assert "norm/moving_mean" in check(report, "training mode").detail


def test_missing_trainable_false(bench: Bench, archive: Path) -> None:
    report = bench.verify(archive, changed("trainable=False, ", ""))
    assert {"structure", "parameters"} <= set(mismatches(report))
    assert ("tail", "config.trainable", "False", "True") in rows_of(report, "structure")


def test_wrong_output_order(bench: Bench, archive: Path) -> None:
    body = changed("[head, tail * 2.0 + head]", "[tail * 2.0 + head, head]")
    report = bench.verify(archive, body)
    assert {"structure", "predictions"} <= set(mismatches(report))
    assert rows_of(report, "structure")[0][:2] == ("", "outputs")


def test_wrong_op(bench: Bench, archive: Path) -> None:
    report = bench.verify(archive, changed("+ head", "- head"))
    assert {"structure", "predictions"} <= set(mismatches(report))


def test_wrong_constant_in_an_op(bench: Bench, archive: Path) -> None:
    report = bench.verify(archive, changed("* 2.0", "* 3.0"))
    assert mismatches(report) == ["structure", "predictions", "training mode"]
    assert rows_of(report, "structure") == [("Multiply#0", "argument x2", "2.0", "3.0")]
    assert "diverges: Multiply#0" in check(report, "predictions").detail


def test_single_output_instead_of_a_list(bench: Bench) -> None:
    body = """
    def build_model():
        x = keras.Input(shape=(3,), name="x")
        return keras.Model(x, [layers.Dense(1, name="d")(x)], name="m")
    """
    other = body.replace("[layers", "layers").replace("(x)]", "(x)")
    report = bench.verify(build(body), other)
    assert rows_of(report, "structure") == [("", "outputs", "['d']", "'d'")]


def test_other_loss_and_learning_rate(bench: Bench, archive: Path) -> None:
    report = bench.verify(archive, changed('"mae"', '"mse"').replace("0.01", "0.02"))
    assert mismatches(report) == ["compile"]
    assert check(report, "compile").detail == "differs in optimizer, loss"


def test_compile_model_that_raises(bench: Bench, archive: Path) -> None:
    body = changed("model.compile", "model.copmile")
    report = bench.verify(archive, body)
    assert mismatches(report) == ["compile"]
    assert "AttributeError" in check(report, "compile").detail


def test_renamed_layer(bench: Bench, archive: Path) -> None:
    report = bench.verify(archive, changed('name="b"', 'name="bee"'))
    assert "structure" in mismatches(report)
    assert rows_of(report, "structure") == [("b", "name", "'b'", "'bee'")]


def test_missing_and_additional_layer(bench: Bench, archive: Path) -> None:
    body = changed('layers.Dropout(0.5, seed=3, name="drop")(b)', "b")
    report = bench.verify(archive, body)
    rows = rows_of(report, "structure")
    assert ("drop", "layer", "Dropout (None, 5) · 0 params", "missing") in rows
    model_file = archive
    report = bench.verify(
        model_file, changed('"drop")(b)', '"drop")(layers.ReLU(name="more")(b))')
    )
    rows = rows_of(report, "structure")
    assert ("more", "layer", "missing", "ReLU (None, 5) · 0 params") in rows


def test_shared_layer_duplicated(bench: Bench) -> None:
    body = """
    def build_model():
        x = keras.Input(shape=(3,), name="x")
        shared = layers.Dense(3, name="shared")
        return keras.Model(x, shared(shared(x)), name="m")
    """
    other = body.replace("shared(shared(x))", 'layers.Dense(3, name="s2")(shared(x))')
    report = bench.verify(build(body), other)
    assert {"structure", "parameters"} <= set(mismatches(report))
    assert ("shared", "calls", "2", "1") in rows_of(report, "structure")


def test_difference_inside_a_nested_model(bench: Bench) -> None:
    body = """
    def build_model():
        i = keras.Input(shape=(3,), name="i")
        h = layers.Dense(3, name="first")(i)
        inner = keras.Model(i, layers.Dense(3, activation="elu", name="deep")(h),
                            name="inner")
        x = keras.Input(shape=(3,), name="x")
        return keras.Model(x, inner(x), name="m")
    """
    report = bench.verify(build(body), body.replace("elu", "gelu"))
    assert rows_of(report, "structure")[0][0] == "inner/deep"
    assert "diverges: inner/deep," in check(report, "predictions").detail


def test_nested_sequential_written_as_functional(bench: Bench) -> None:
    body = """
    def build_model():
        x = keras.Input(shape=(3,), name="x")
        inner = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="d")],
                                 name="inner")
        return keras.Model(x, inner(x), name="m")
    """
    other = """
    def build_model():
        x = keras.Input(shape=(3,), name="x")
        i = keras.Input(shape=(3,))
        inner = keras.Model(i, layers.Dense(2, name="d")(i), name="inner")
        return keras.Model(x, inner(x), name="m")
    """
    report = bench.verify(build(body), other)
    assert ("inner", "class", "Sequential", "Functional") in rows_of(
        report, "structure"
    )
    assert "load_weights" in mismatches(report)


def test_rebuilt_model_that_fails_to_run(bench: Bench) -> None:
    body = """
    @keras.saving.register_keras_serializable(package="test_bad")
    class Maybe(layers.Layer):
        def call(self, x):
            if keras.ops.is_tensor(x) and self.name == "other":
                raise RuntimeError("broken")
            return x

        def compute_output_shape(self, shape):
            return shape


    def build_model():
        x = keras.Input(shape=(3,), name="x")
        return keras.Model(x, Maybe(name="one")(x), name="m")
    """
    report = bench.verify(build(body), body.replace('name="one"', 'name="other"'))
    assert "predictions" in mismatches(report)
    assert "RuntimeError: " in check(report, "predictions").detail


def test_rebuilt_model_that_cannot_be_saved(bench: Bench) -> None:
    body = """
    def build_model():
        x = keras.Input(shape=(3,), name="x")
        return keras.Model(x, layers.Dense(2, name="d")(x), name="m")
    """
    other = body + """

    class Secret(layers.Dense):
        def save_own_variables(self, store):
            raise OSError("will not be saved")
    """
    other = other.replace('layers.Dense(2, name="d")', 'Secret(2, name="d")')
    report = bench.verify(build(body), other)
    assert "save and reload" in mismatches(report)


def test_original_with_settings_that_do_not_load(bench: Bench, tmp_path: Path) -> None:
    body = """
    def build_model():
        x = keras.Input(shape=(3,), name="x")
        return keras.Model(x, layers.Dense(2, name="d")(x), name="m")
    """
    model = build(body)
    model.compile("adam", loss=lambda y, z: keras.ops.mean(y - z))
    report = bench.verify(model, body)
    assert report.ok
    assert check(report, "compile").status is Status.SKIPPED


SOURCES = {
    "def build_model(:\n    pass": "has a syntax error in line 7",
    "x = 1": "has no function build_model()",
    "def build_model():\n    return 3": "returned int, not a keras.Model",
    "def build_model():\n    raise KeyError('units')": (
        "build_model() in {} raised KeyError: 'units' "
        "(line 8: raise KeyError('units'))"
    ),
    "import sys\nsys.exit(4)": "ended the program (sys.exit(4))",
    "import no_such_thing": "raised ModuleNotFoundError: No module named",
    "def build_model():\n    return keras.Sequential([layers.Dense(2)])": (
        "a model that is not built"
    ),
    "def build_model():\n    return layers.Dense(-1)": "raised ValueError",
}


@pytest.mark.parametrize("body", SOURCES)
def test_source_that_fails(bench: Bench, archive: Path, body: str) -> None:
    source = bench.source(body)
    reply = bench.ask(archive, source)
    assert reply["error"]["kind"] == "VerifyError"
    assert SOURCES[body].format(source) in reply["error"]["message"]
    assert "\n" not in reply["error"]["message"]


def test_originals_that_cannot_be_loaded(bench: Bench) -> None:
    source = bench.source(BASE)
    folder = bench.folder / "model.keras"
    folder.mkdir()
    assert "is a directory" in bench.ask(folder, source)["error"]["message"]
    for content, words in {
        b"PK\x03\x04 and nothing else": "truncated or damaged",
        b"\x89HDF\r\n\x1a\n": "truncated or damaged",
        b"hello": "neither a .keras archive",
        b'{"class_name": "Functional"': "Keras cannot load the original",
        b"": "neither a .keras archive",
    }.items():
        path = bench.folder / "broken.keras"
        path.write_bytes(content)
        assert words in bench.ask(path, source)["error"]["message"]


def test_lambda_in_an_archive_is_refused_by_safe_mode(bench: Bench) -> None:
    model = keras.Sequential(
        [keras.Input((3,)), layers.Lambda(lambda x: x * 2.0, name="twice")]
    )
    reply = bench.ask(bench.archive(model), bench.source(BASE))
    assert reply["error"]["kind"] == "ReadError"
    assert "holds Python bytecode" in reply["error"]["message"]


def test_subclassed_on_either_side(bench: Bench) -> None:
    subclassed = """
    @keras.saving.register_keras_serializable(package="test_bad")
    class Own(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.dense = layers.Dense(2, name="d")

        def build(self, shape):
            self.dense.build(shape)

        def call(self, x):
            return self.dense(x)


    def build_model():
        model = Own(name="m")
        model.build((None, 3))
        return model
    """
    functional = """
    def build_model():
        x = keras.Input(shape=(3,), name="x")
        return keras.Model(x, layers.Dense(2, name="d")(x), name="m")
    """
    # The forward pass of the original is traced, that of a source is not.
    for original, source, structure in (
        (subclassed, functional, Status.OK),
        (functional, subclassed, Status.SKIPPED),
    ):
        report = bench.verify(build(original), source)
        assert check(report, "structure").status is structure
        assert check(report, "parameters").status is Status.OK


def test_other_number_of_inputs_and_outputs(bench: Bench) -> None:
    one = """
    def build_model():
        x = keras.Input(shape=(3,), name="x")
        return keras.Model(x, layers.Dense(2, name="d")(x), name="m")
    """
    two = """
    def build_model():
        x = keras.Input(shape=(3,), name="x")
        y = keras.Input(shape=(3,), name="y")
        d = layers.Dense(2, name="d")
        return keras.Model([x, y], [d(x), d(y)], name="m")
    """
    for original, source in ((one, two), (two, one)):
        report = bench.verify(build(original), source)
        assert {"structure", "predictions"} <= set(mismatches(report))


def test_a_class_of_the_source_does_not_stand_in_for_one_of_keras(
    bench: Bench,
) -> None:
    body = """
    def build_model():
        x = keras.Input(shape=(3,), name="x")
        return keras.Model(x, layers.Dense(2, name="d")(x), name="m")
    """
    other = """
    class Dense(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)

        def call(self, x):
            return x[:, :2]


    def build_model():
        x = keras.Input(shape=(3,), name="x")
        return keras.Model(x, Dense(2, name="d")(x), name="m")
    """
    report = bench.verify(build(body), other)
    assert {"structure", "parameters"} <= set(mismatches(report))
