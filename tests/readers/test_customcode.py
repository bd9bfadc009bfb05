"""Custom code of live models: imported, copied with what it needs, or a stand-in."""

import functools
import linecache
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import pytest
from keras import layers, ops

import kerascodegen
from kerascodegen.errors import Level, UnsupportedModelError
from kerascodegen.pipeline import GeneratedSource
from kerascodegen.readers.importing import load_attribute
from kerascodegen.readers.observe import observing
from tests import roundtrip
from tests.cases import custom_l2_norm
from tests.support import assert_same_predictions

HEAD = """
import keras
from keras import layers, ops
"""
BUILD = """
def build():
    inputs = keras.Input((4,), name="x")
    return keras.Model(inputs, Own(name="own")(inputs), name="m")
"""
Run = Callable[..., GeneratedSource]


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Tests add folders to the search path, and modules."""
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        module = sys.modules[name]
        if "pytest-of" in str(getattr(module, "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def generate(tmp_path: Path) -> Run:
    """Generate from `build()` of a script, rebuild, and compare with the model."""

    def run(text: str, *, whole: bool = True, **files: str) -> GeneratedSource:
        for name, content in files.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(content))
        script = tmp_path / "script.py"
        script.write_text(HEAD + textwrap.dedent(text))
        model: Any = load_attribute(f"{script}:build")
        return check(model, whole=whole)

    return run


def check(model: keras.Model, *, whole: bool = True) -> GeneratedSource:
    result = kerascodegen.generate(model)
    warnings = [d for d in result.diagnostics if d.level is Level.WARNING]
    assert bool(warnings) is not whole, result
    if whole:
        rebuilt = roundtrip.execute(str(result)).build_model()
        roundtrip.assert_same_model(model, rebuilt)
        assert_same_predictions(model, rebuilt)
    return result


def warning(result: GeneratedSource) -> str:
    (found,) = [d for d in result.diagnostics if d.level is Level.WARNING]
    return str(found)


def test_what_can_be_imported_is_imported():
    result = check(custom_l2_norm.build())
    assert "from tests.cases.custom_l2_norm import L2Norm" in str(result)
    assert "class L2Norm" not in str(result)
    assert [d.level for d in result.diagnostics] == [Level.NOTE]


def test_a_module_made_in_memory_cannot_be_imported(monkeypatch: pytest.MonkeyPatch):
    module = ModuleType("made_in_memory")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    own = "class Own(layers.Layer):\n    def call(self, x):\n        return x\n"
    exec(HEAD + own + BUILD, vars(module))
    result = check(module.build(), whole=False)
    assert "where no source is kept" in warning(result)


def test_neighbours_of_a_file_are_imported(generate: Run):
    result = generate(
        """
        import neighbour
        from neighbour import Other

        class Own(Other):
            def call(self, x):
                return neighbour.twice(super().call(x))
        """ + textwrap.indent(BUILD, " " * 8),
        neighbour="""
        from keras import layers

        def twice(x):
            return 2 * x

        class Other(layers.Layer):
            def call(self, x):
                return x + 1
        """,
    )
    assert "import neighbour\n" in str(result)
    assert "from neighbour import Other" in str(result)
    assert "class Own(Other):" in str(result)
    assert "def twice" not in str(result)


def test_needs_are_copied_in_their_order_and_nothing_else(generate: Run):
    source = str(generate("""
            import math as maths
            from os.path import *
            from typing import TYPE_CHECKING

            if TYPE_CHECKING:
                from collections.abc import Sequence

            UNUSED = 7
            SIZE = len("abc") + 1
            for TURN in range(3):
                pass
            TABLE = []
            TABLE.append(2.0)
            try:
                import missing_module as found
            except ImportError:
                found = None

            def helper(x):
                return x * TABLE[0] * SIZE * TURN if found is None else x

            class Base(layers.Layer):
                def extra(self) -> "Sequence":
                    return (maths.pi, len(basename("a/b")))

            class Own(Base):
                def call(self, x):
                    return helper(x) + self.extra()[0] + self.extra()[1]
            """ + textwrap.indent(BUILD, " " * 12)))
    # Of a star import only what is used; where from, the platform decides.
    assert "import basename" in source
    assert "import *" not in source
    assert "import math as maths" in source
    assert "UNUSED" not in source
    assert "SIZE = 4" in source
    assert "TURN = 2" in source
    assert "TABLE = [2.0]" in source
    assert source.index("def helper") < source.index("class Base")


def test_the_users_names_go_before_ours(generate: Run):
    source = str(generate("""
            from keras import layers as ops

            inputs = 3.0

            def layers(x):
                return x * inputs

            class Own(ops.Layer):
                def call(self, x):
                    return layers(x)

            def build():
                tensor = keras.Input((4,), name="x")
                x = ops.Dense(3, activation=layers, name="own")(tensor)
                return keras.Model(tensor, Own(name="inputs")(x + 1.0), name="m")
            """))
    assert "keras.layers.Dense(3, activation=layers" in source
    assert "inputs_2 = keras.Input" in source


@pytest.mark.parametrize("name", ["build_model", "compile_model", "model"])
def test_a_name_of_the_generated_module_cannot_be_copied(generate: Run, name: str):
    result = generate(
        f"""
        def {name}(x):
            return x

        class Own(layers.Layer):
            def call(self, x):
                return {name}(x)
        """ + textwrap.indent(BUILD, " " * 8),
        whole=False,
    )
    assert f"needs the name {name}" in warning(result)


def test_functions_named_like_keras_own(generate: Run):
    source = str(generate("""
            def gelu(x):
                return x * 100.0

            def mse(y, p):
                return ops.mean(y - p) * 3

            def build():
                inputs = keras.Input((4,), name="x")
                x = layers.Dense(2, activation=gelu, name="a")(inputs)
                x = layers.Dense(2, activation="gelu", name="b")(x)
                outputs = layers.Lambda(gelu, name="c")(x)
                model = keras.Model(inputs, outputs, name="m")
                model.compile("sgd", mse, metrics=[mse, "mse"], jit_compile=False)
                return model
            """))
    assert 'activation=gelu, name="a"' in source
    assert 'activation="gelu", name="b"' in source
    assert "layers.Lambda(gelu" in source
    assert 'loss=mse, metrics=[mse, "mse"]' in source


def test_a_class_in_a_function_is_copied_where_it_closes_over_nothing(generate: Run):
    source = str(generate("""
            FACTOR = 3.0

            def build():
                import math

                class Own(layers.Layer):
                    def call(self, x):
                        return x * FACTOR + math.pi

                inputs = keras.Input((4,), name="x")
                return keras.Model(inputs, Own(name="own")(inputs), name="m")
            """))
    assert "\nclass Own(layers.Layer):\n    def call" in source
    assert "import math" in source


@pytest.mark.parametrize(
    ("line", "base"), [("return x * factor", "layers.Layer"), ("return x", "parent")]
)
def test_a_class_that_needs_its_function_is_a_stub(generate: Run, line: str, base: str):
    result = generate(
        f"""
        def build():
            factor = ops.ones((4,))
            parent = layers.Layer

            class Own({base}):
                def call(self, x):
                    {line}

            inputs = keras.Input((4,), name="x")
            return keras.Model(inputs, Own(name="own")(inputs), name="m")
        """,
        whole=False,
    )
    assert "of the function that it is defined in" in warning(result)


def test_two_classes_of_one_name(generate: Run):
    result = generate(
        """
        def first():
            class Own(layers.Layer):
                def call(self, x):
                    return x + 1
            return Own(name="one")

        def second():
            class Own(layers.Layer):
                def call(self, x):
                    return x + 2
            return Own(name="two")

        def build():
            inputs = keras.Input((4,), name="x")
            return keras.Model(inputs, second()(first()(inputs)), name="m")
        """,
        whole=False,
    )
    assert "two: " in warning(result)
    assert "needs the name Own, which other code of the model has" in warning(result)
    assert 'Own_2(name="two")(one)' in str(result)


def test_what_was_redefined_is_not_copied(generate: Run):
    result = generate(
        """
        class Own(layers.Layer):
            def call(self, x):
                return x

        Old = Own

        class Own(layers.Layer):
            pass

        def build():
            inputs = keras.Input((4,), name="x")
            return keras.Model(inputs, Old(name="own")(inputs), name="m")
        """,
        whole=False,
    )
    assert "is not what its module has under that name now" in warning(result)


def test_a_file_that_changed_is_not_copied(tmp_path: Path):
    script = tmp_path / "script.py"
    text = (
        HEAD + "class Own(layers.Layer):\n    def call(self, x):\n        return x{}\n"
    )
    script.write_text(text.format("") + BUILD)
    model: Any = load_attribute(f"{script}:build")
    script.write_text(text.format(" * 2") + BUILD)
    assert "has another source now" in warning(check(model, whole=False))


def test_cells_of_a_notebook(monkeypatch: pytest.MonkeyPatch):
    cells = [
        HEAD,
        "RATE = 2.0",
        "class Own(layers.Layer):\n    pass",
        "class Own(layers.Layer):\n    def call(self, x):\n        return x * RATE",
        "%not python",
        BUILD,
    ]
    notebook = ModuleType("__main__")
    vars(notebook).update(In=cells, get_ipython=lambda: None)
    monkeypatch.setitem(sys.modules, "__main__", notebook)
    for number, cell in enumerate(cells):
        if not cell.startswith("%"):
            exec(compile(cell, f"<ipython-input-{number}>", "exec"), vars(notebook))
    source = str(check(notebook.build()))
    assert source.count("class Own") == 1
    assert "RATE = 2.0" in source


def lambdas(*made: Callable[..., Any]) -> keras.Model:
    inputs = keras.Input((4,), name="x")
    parts = [layers.Lambda(f, name=f"part_{n}")(inputs) for n, f in enumerate(made)]
    return keras.Model(inputs, layers.Add(name="sum")([*parts, inputs]), name="m")


def test_lambdas_on_one_line():
    source = str(check(lambdas(lambda x: x + 1, lambda x: x - 1, lambda x: x * 2)))
    assert 'layers.Lambda(lambda x: x + 1, name="part_0")' in source
    assert 'layers.Lambda(lambda x: x - 1, name="part_1")' in source
    assert 'layers.Lambda(lambda x: x * 2, name="part_2")' in source


def test_a_lambda_of_a_lambda():
    source = str(check(lambdas((lambda k: lambda x: x * k)(3), lambda x: x)))
    assert "lambda x: x * 3" in source


def test_lambdas_of_a_loop():
    source = str(check(lambdas(*[lambda x, k=k: x * k for k in (2, 5)])))
    assert "lambda x, k=2: x * k" in source
    assert "lambda x, k=5: x * k" in source


def test_a_lambda_that_closes_over_what_is_no_constant():
    big = ops.ones((4,))
    result = check(lambdas(lambda x: x * big), whole=False)
    assert "uses big of the function that it is defined in" in warning(result)


def test_a_lambda_without_source():
    made = eval("lambda x: x + 1")
    linecache.checkcache()
    result = check(lambdas(made), whole=False)
    assert "a lambda is custom code and" in warning(result)
    assert "SHA-256" in str(result)


def part(x, k):
    return x * k


class Holder:
    def method(self, x):
        return x


def test_a_partial_is_refused_with_advice():
    inputs = keras.Input((4,), name="x")
    outputs = layers.Dense(2, activation=functools.partial(part, k=2), name="d")(inputs)
    with pytest.raises(UnsupportedModelError, match=r'layer "d".*functools\.partial'):
        kerascodegen.generate(keras.Model(inputs, outputs))


def test_a_bound_method_is_a_stub():
    inputs = keras.Input((4,), name="x")
    outputs = layers.Dense(2, activation=Holder().method, name="d")(inputs)
    result = kerascodegen.generate(keras.Model(inputs, outputs, name="m"))
    assert "is a method or an object" in warning(result)


class NoConfig(layers.Layer):
    def __init__(self, table, **kwargs):
        super().__init__(**kwargs)
        self.table = table

    def call(self, x):
        return x


class HalfConfig(keras.initializers.Initializer):
    def __init__(self, value):
        self.value = value

    def __call__(self, shape, dtype=None):
        return ops.full(shape, 1.0, dtype=dtype)


class Unsaved(keras.initializers.Ones):
    def get_config(self):
        raise RuntimeError("no config")


def test_a_layer_that_keras_cannot_serialise_is_named():
    inputs = keras.Input((4,), name="x")
    outputs = layers.Dense(2, kernel_initializer=Unsaved(), name="own")(inputs)
    with pytest.raises(UnsupportedModelError, match=r'layer "own": .*no config'):
        kerascodegen.generate(keras.Model(inputs, outputs))


def test_a_layer_without_a_config_is_written_out():
    inputs = keras.Input((4,), name="x")
    outputs = layers.Dense(2, name="d")(NoConfig(Holder(), name="own")(inputs))
    result = kerascodegen.generate(keras.Model(inputs, outputs, name="m"))
    assert "NoConfig" not in str(result)
    said = [str(diagnostic) for diagnostic in result.diagnostics]
    assert ["NoConfig is written out layer by layer" in line for line in said] == [True]


def test_a_config_that_lacks_what_the_constructor_needs():
    inputs = keras.Input((4,), name="x")
    outputs = layers.Dense(2, kernel_initializer=HalfConfig(1), name="d")(inputs)
    result = kerascodegen.generate(keras.Model(inputs, outputs, name="m"))
    assert "get_config() of HalfConfig does not give value" in warning(result)


def test_defaults_of_a_live_class_are_left_out():
    class Own(layers.Dense):
        def __init__(self, units, rate=0.5, sizes=(1, 2), **kwargs):
            super().__init__(units, **kwargs)
            self.rate, self.sizes = rate, sizes

        def get_config(self):
            return {**super().get_config(), "rate": self.rate, "sizes": self.sizes}

    inputs = keras.Input((4,), name="x")
    plain = Own(3, name="plain")(inputs)
    changed = Own(3, 0.25, use_bias=False, name="b")(inputs)
    source = str(check(keras.Model(inputs, [plain, changed], name="m")))
    assert 'Own(units=3, name="plain")' in source
    assert 'Own(units=3, rate=0.25, use_bias=False, name="b")' in source


def test_several_results_are_taken_as_the_layer_arranges_them():
    class Parts(layers.Layer):
        def call(self, x):
            return {"sum": x + 1, "both": (x, x * 2)}

    inputs = keras.Input((4,), name="x")
    found = Parts(name="parts")(inputs)
    model = keras.Model(inputs, [found["sum"], found["both"][1]], name="m")
    source = str(check(model))
    assert 'parts["sum"], parts["both"][1]' in source


class OverFunctional(keras.Model):
    """As the backbones of keras_hub are."""

    def __init__(self, units, **kwargs):
        inputs = keras.Input((4,), name="x")
        outputs = layers.Dense(units, name="dense")(inputs)
        super().__init__(inputs, outputs, **kwargs)
        self.units = units

    def get_config(self):
        return {"units": self.units, "name": self.name}


def test_a_class_over_a_functional_is_read_as_its_graph():
    model = OverFunctional(3, name="over")
    result = kerascodegen.generate(model)
    assert 'layers.Dense(3, name="dense")(inputs)' in str(result)
    rebuilt = roundtrip.execute(str(result)).build_model()
    assert_same_predictions(model, rebuilt)


def test_inside_another_model_it_is_constructed():
    inputs = keras.Input((4,), name="x")
    model = keras.Model(inputs, OverFunctional(3, name="over")(inputs), name="m")
    assert 'OverFunctional(units=3, name="over")(inputs)' in str(check(model))


def test_observing_leaves_keras_as_it_was():
    from keras.src.saving import object_registration
    from keras.src.utils import python_utils

    before = object_registration.GLOBAL_CUSTOM_NAMES, python_utils.func_dump
    model = custom_l2_norm.build()
    text = model.to_json()
    with observing() as observed:
        assert model.to_json() != text
    assert observed.objects == [custom_l2_norm.L2Norm]
    after = object_registration.GLOBAL_CUSTOM_NAMES, python_utils.func_dump
    assert [a is b for a, b in zip(before, after, strict=True)] == [True, True]
    assert model.to_json() == text


def test_a_lambda_as_an_activation():
    inputs = keras.Input((4,), name="x")
    dense = layers.Dense(3, activation=lambda t: t * 2 + 1, name="d")
    model = keras.Model(inputs, dense(inputs), name="m")
    result = kerascodegen.generate(model)
    assert "activation=lambda t: t * 2 + 1" in str(result)
    # Keras serialises its bytecode as it is, with the path of the file.
    assert_same_predictions(model, roundtrip.execute(str(result)).build_model())


def test_no_bytecode_of_an_activation_is_written(tmp_path: Path):
    inputs = keras.Input((4,), name="x")
    dense = layers.Dense(3, activation=lambda t: t * 2 + 1, name="d")
    path = tmp_path / "model.json"
    path.write_text(keras.Model(inputs, dense(inputs), name="m").to_json())
    result = kerascodegen.generate(path)
    assert "a lambda stands in the file as bytecode" in warning(result)
    assert '"value"' not in str(result)
