"""The catalog against the Keras that is installed: the file, and every way back.

Classes are constructed with all sorts of arguments, written down the way a generator
would (defaults left out, lists shortened, leading arguments without names), built
again from that, and compared. Ops are called through their entry and compared with
the node that they came from.
"""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import pytest
from keras.saving import deserialize_keras_object

from kerascodegen.catalog.lookup import (
    ClassEntry,
    OpEntry,
    find_by_name,
    find_class,
    find_function,
    find_op,
    keras_version,
    shorten,
)

SCRIPTS = Path(__file__).parents[1] / "scripts"
sys.path.insert(0, str(SCRIPTS))

import build_catalog  # noqa: E402
from catalog_builder import classes, normal, op_samples, ops, probes  # noqa: E402
from catalog_builder.paths import source_path  # noqa: E402

REBUILD = "run: python scripts/build_catalog.py"
CLASSES = dict(classes.serialisable())
RECIPES = {source_path(cls): recipe for cls, recipe in ops.recipes().items()}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Keras warns about half of what is constructed here; that is not the subject."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def entry_of(path: str) -> ClassEntry:
    entry = find_class(path)
    assert entry is not None, f"{path} is not in the catalog; {REBUILD}"
    return entry


def op_of(path: str) -> OpEntry:
    entry = find_op(path)
    assert entry is not None, f"{path} is not in the catalog; {REBUILD}"
    return entry


# The file.


def test_file_agrees_with_installed_keras() -> None:
    if keras_version() != keras.__version__:
        pytest.skip(f"the catalog is of Keras {keras_version()}; {REBUILD}")
    expected = build_catalog.text_of(build_catalog.build())
    actual = build_catalog.TARGET.read_text(encoding="utf-8")
    if actual == expected:
        return
    changed = sorted(set(actual.splitlines()) ^ set(expected.splitlines()))
    pytest.fail(f"{REBUILD}\n" + "\n".join(line[:200] for line in changed[:10]))


def test_lookup_is_exact() -> None:
    for path in ("keras.layers", "keras.layers.Dens", "keras.layers.Dense.x", "Dense"):
        assert find_class(path) is None
    assert find_class("os.system") is None
    assert find_function("keras.saving", "load_model") is None
    assert find_function("keras.utils", "get_file") is None
    assert find_function("builtins", "eval") is None


def test_every_import_path_leads_to_its_class() -> None:
    for path, cls in CLASSES.items():
        module, _, name = entry_of(path).import_path.rpartition(".")
        __import__(module)
        assert getattr(sys.modules[module], name) is cls


def test_every_function_path_leads_to_one() -> None:
    data = json.loads(build_catalog.TARGET.read_text(encoding="utf-8"))
    written = {*data["functions"].values(), *data["builtin_functions"].values()}
    written |= {op["function"] for op in data["ops"].values()}
    for path in written:
        module, _, name = path.rpartition(".")
        __import__(module)
        assert callable(getattr(sys.modules[module], name)), path


# Classes: what an instance is written as builds an equal one.


def written(entry: ClassEntry, config: dict[str, Any]) -> tuple[list[Any], Any]:
    """Turn a config into arguments, as a generator would."""
    arguments: dict[str, Any] = {}
    for key, value in config.items():
        if key == "name" and entry.default_name == value:
            continue
        if key in entry.default_from:
            if normal.same(value, config[entry.default_from[key]]):
                continue
        elif key in entry.defaults and normal.same(value, entry.defaults[key]):
            continue
        assert entry.accepts(key), f"{entry.key} takes no {key}"
        arguments[key] = deserialize_keras_object(shorten(entry, key, value))
    leading = []
    for parameter in entry.parameters[: entry.positional]:
        if parameter.name not in arguments:
            break
        leading.append(arguments.pop(parameter.name))
    return leading, arguments


def configs(path: str, cls: Any) -> Iterator[dict[str, Any]]:
    """Make configs: two plain ones, then each optional argument given."""
    yield normal.config_of(probes.make(path, cls))
    yield normal.config_of(probes.make(path, cls, 1))
    for name, default in entry_of(path).defaults.items():
        for value in probes.alternatives(default):
            try:
                config = normal.config_of(probes.make(path, cls, **{name: value}))
                # Not every value that a constructor takes makes an object that works.
                again = normal.config_of(cls.from_config(copy.deepcopy(config)))
            except Exception:
                continue
            if again == config:
                yield config


# In one test, since clearing Keras' state takes longer than all of this.
def test_written_arguments_build_the_same() -> None:
    count = 0
    for path, cls in CLASSES.items():
        entry = entry_of(path)
        if entry.unsafe:
            continue
        for config in configs(path, cls):
            leading, arguments = written(entry, config)
            again = normal.config_of(cls(*leading, **arguments))
            assert again == config, (path, leading, arguments)
            count += 1
    assert count > 1500


def test_shorter_spellings_mean_the_same() -> None:
    count = 0
    for path in CLASSES:
        for name in entry_of(path).shorter:
            check_spellings(path, name)
            count += 1
    assert count > 80


def check_spellings(path: str, name: str) -> None:
    cls: Any = CLASSES[path]
    entry = entry_of(path)
    plain = normal.config_of(probes.make(path, cls))[name] or []
    rng = random.Random(f"{path}.{name}")
    shortened = 0
    # It has to stay below the strides.
    beside: dict[str, Any] = {"strides": 5} if name == "output_padding" else {}
    for _ in range(20):
        value = drawn(rng, entry.shorter[name], plain)
        try:
            config = normal.config_of(
                probes.make(path, cls, **beside, **{name: value})
            )[name]
        except (TypeError, ValueError):
            continue
        short = shorten(entry, name, config)
        again = normal.config_of(probes.make(path, cls, **beside, **{name: short}))[
            name
        ]
        assert again == config, (path, name, value, short)
        shortened += not normal.same(short, config)
    assert shortened, f"no value drawn for {name} of {path} could be shortened"


def drawn(rng: random.Random, rule: int | str, plain: list[Any]) -> Any:
    """Draw a config value: equal items half of the time, else any."""
    integers = not any(isinstance(item, float) for item in plain)

    def number() -> float:
        return rng.randint(1, 4) if integers else rng.choice([0.125, 0.25, 0.5, 0.75])

    if isinstance(rule, int):
        return (
            [number()] * rule if rng.random() < 0.5 else [number() for _ in range(rule)]
        )
    if rule == "pairs":
        pairs = [[rng.randint(0, 2)] * 2 for _ in plain]
        return pairs if rng.random() < 0.7 else [[0, 1] for _ in plain]
    high = number()
    if rng.random() < 0.3:
        # Some ranges cannot be given as such; the scalar makes them.
        return high
    if rng.random() < 0.5:
        return [-high if rule == "symmetric" else 0, high]
    return sorted([number(), high])


# Ops: calling the function that an entry names makes the op that it came from.


def call_through(entry: OpEntry, example: op_samples.Example) -> dict[str, Any]:
    """Find the function's arguments in a recorded op, as a generator would."""
    tensors = {
        tensor._keras_history.operation.name: tensor
        for value in example.given.values()
        for tensor in keras.tree.flatten(value)
        if isinstance(tensor, keras.KerasTensor)
    }
    given: dict[str, Any] = {}
    used = set()
    for parameter in entry.parameters:
        if parameter.source == "config":
            value = example.config[parameter.key]
        elif parameter.variadic == "*":
            value = example.args[parameter.position :]
        elif parameter.variadic == "**":
            value = {k: v for k, v in example.kwargs.items() if k not in used}
        elif parameter.position is not None and parameter.position < len(example.args):
            value = example.args[parameter.position]
        else:
            value = example.kwargs.get(parameter.key, parameter.default)
            used.add(parameter.key)
        if parameter.required or not normal.same(value, parameter.default):
            given[parameter.name] = revived(value, tensors)
    return given


def revived(value: Any, tensors: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return tuple(revived(item, tensors) for item in value)
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        return tensors[value["config"]["keras_history"][0]]
    if isinstance(value, dict) and "class_name" in value:
        return deserialize_keras_object(value)
    if isinstance(value, dict):
        return {key: revived(item, tensors) for key, item in value.items()}
    return value


def test_functions_make_the_ops() -> None:
    verified, calls = 0, 0
    for path, recipe in RECIPES.items():
        example = op_samples.example(recipe)
        assert op_of(path).verified == (example is not None)
        if example is not None:
            verified += 1
            calls += check_op(recipe, op_of(path), example)
    assert verified >= len(RECIPES) - 11
    assert calls > 600


def check_op(recipe: ops.Recipe, entry: OpEntry, example: op_samples.Example) -> int:
    """Check the plain call, and one with each optional argument given."""
    examples = [example, *op_samples.variants(recipe)]
    for found in examples:
        module, _, name = entry.function.rpartition(".")
        function = getattr(sys.modules[module], name)
        again = op_samples.record(function, call_through(entry, found))
        assert again is not None, f"Keras refuses {call_through(entry, found)}"
        assert again.cls is recipe.cls
        assert normal.same(again.config, found.config)
        assert normal.same(again.args, found.args)
        assert normal.same(again.kwargs, found.kwargs)
    return len(examples)


def test_operators() -> None:
    x = keras.KerasTensor((2, 2))
    made = {
        "+": x + x,
        "-": 1.0 - x,
        "/": x / 2.0,
        "**": 2.0**x,
        "@": x @ x,
        "[]": x[:, 0],
        "<=": x <= 0.5,
        "~": ~(x != 0.0),
    }
    for operator, tensor in made.items():
        path = source_path(type(tensor._keras_history.operation))
        assert op_of(path).operator == operator
    assert op_of("keras.src.ops.numpy.Negative").arity == 1
    assert op_of("keras.src.ops.numpy.Subtract").reflected
    assert not op_of("keras.src.ops.numpy.Less").reflected
    assert not op_of("keras.src.ops.numpy.GetItem").reflected
    assert op_of("keras.src.ops.numpy.Equal").operator is None
    assert op_of("keras.src.ops.numpy.Divide").operator is None


# Spot checks of things that somebody would notice.


def test_dense() -> None:
    entry = entry_of("keras.layers.Dense")
    assert entry.positional == 1
    assert entry.parameters[0].required
    assert entry.defaults["activation"] == "linear"
    assert entry.defaults["kernel_initializer"]["class_name"] == "GlorotUniform"
    assert entry.accepts("name")
    assert not entry.accepts("filters")
    assert entry.auto_name == "dense"


def test_pooling_strides_follow_the_pool_size() -> None:
    for dimensions in (1, 2, 3):
        for name in ("MaxPooling", "AveragePooling"):
            entry = entry_of(f"keras.layers.{name}{dimensions}D")
            assert entry.default_from == {"strides": "pool_size"}
            assert "strides" not in entry.defaults
            assert entry.positional == 1


def test_shortest_spellings() -> None:
    conv, pad = entry_of("keras.layers.Conv2D"), entry_of("keras.layers.ZeroPadding2D")
    assert shorten(conv, "kernel_size", [3, 3]) == 3
    assert shorten(conv, "kernel_size", [3, 5]) == [3, 5]
    assert shorten(pad, "padding", [[1, 1], [1, 1]]) == 1
    assert shorten(pad, "padding", [[1, 1], [2, 2]]) == [1, 2]
    assert shorten(pad, "padding", [[0, 1], [0, 1]]) == [[0, 1], [0, 1]]
    assert shorten(entry_of("keras.layers.ZeroPadding1D"), "padding", [2, 2]) == 2
    rotation = entry_of("keras.layers.RandomRotation")
    assert shorten(rotation, "factor", [-0.2, 0.2]) == 0.2


def test_strings() -> None:
    strings = {
        "keras.initializers.HeNormal": "he_normal",
        "keras.initializers.Zeros": "zeros",
        "keras.regularizers.L2": "l2",
        "keras.constraints.NonNeg": "non_neg",
        "keras.optimizers.Adam": "adam",
        "keras.metrics.MeanAbsoluteError": "mean_absolute_error",
        "keras.metrics.Accuracy": None,
        "keras.losses.MeanSquaredError": None,
        "keras.initializers.Constant": None,
    }
    for path, string in strings.items():
        assert entry_of(path).string == string


def test_functions() -> None:
    assert find_function("builtins", "relu") == "keras.activations.relu"
    assert find_function(None, "mse") == "keras.losses.mean_squared_error"
    assert find_function("keras.ops", "sum") == "keras.ops.sum"


def test_unsafe_classes() -> None:
    unsafe = {path for path in CLASSES if entry_of(path).unsafe}
    names = "FlaxLayer", "JaxLayer", "Lambda", "TFSMLayer", "TorchModuleWrapper"
    assert unsafe == {f"keras.layers.{name}" for name in names}


def test_aliases_and_names() -> None:
    convolution = entry_of("keras.layers.Convolution2D")
    assert convolution.import_path == "keras.layers.Conv2D"
    assert entry_of("keras.src.layers.core.dense.Dense").key == "keras.layers.Dense"
    for kind in ("layer", "initializer"):
        found = find_by_name("Identity", kind)
        assert found is not None
        assert found.key == f"keras.{kind}s.Identity"
    private = "keras.src.applications.convnext.LayerScale"
    assert entry_of(private).import_path == private


def test_outputs() -> None:
    assert op_of("keras.src.ops.math.TopK").outputs == 2
    assert op_of("keras.src.ops.numpy.Split").outputs == "split"
    assert op_of("keras.src.ops.numpy.Sum").outputs == 1


def test_masking() -> None:
    assert entry_of("keras.layers.Embedding").compute_mask == "custom"
    assert entry_of("keras.layers.Dropout").supports_masking
    assert not entry_of("keras.layers.Conv2D").supports_masking


def test_lookup_imports_no_framework() -> None:
    code = (
        "import sys; from kerascodegen.catalog.lookup import find_class;"
        "find_class('keras.layers.Dense');"
        "assert not {'keras', 'numpy', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
