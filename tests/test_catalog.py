"""The catalog against the Keras that is installed: the file, and every way back.

Classes are constructed with all sorts of arguments, written down the way a generator
would (defaults left out, lists shortened, leading arguments without names), built
again from that, and compared. Ops are called through their entry and compared with
the node that they came from.
"""

from __future__ import annotations

import json
import random
import sys
import time
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


def test_file_has_one_entry_a_line() -> None:
    text = build_catalog.TARGET.read_text(encoding="utf-8")
    data = json.loads(text)
    entries = sum(len(value) for value in data.values() if isinstance(value, dict))
    assert entries < len(text.splitlines()) < entries + 20


def test_lookup_is_exact() -> None:
    for path in ("keras.layers", "keras.layers.Dens", "keras.layers.Dense.x", "Dense"):
        assert find_class(path) is None
    assert find_class("os.system") is None
    assert find_function("os", "system") is None
    assert find_function("keras.models", "load_model") is None
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


def instances(path: str, cls: type) -> Iterator[Any]:
    """Make instances: two plain ones, then each optional argument given."""
    yield probes.make(path, cls)
    yield probes.make(path, cls, 1)
    entry = entry_of(path)
    for name, default in entry.defaults.items():
        for value in probes.alternatives(default):
            try:
                yield probes.make(path, cls, **{name: value})
            except Exception:
                continue


@pytest.mark.parametrize("path", sorted(CLASSES))
def test_written_arguments_build_the_same(path: str) -> None:
    cls: Any = CLASSES[path]
    entry = entry_of(path)
    if entry.unsafe:
        pytest.skip("not constructed")
    count = 0
    for instance in instances(path, cls):
        config = normal.config_of(instance)
        leading, arguments = written(entry, config)
        if path == "keras.layers.InputLayer":
            arguments.pop("shape", None)
        again = normal.config_of(cls(*leading, **arguments))
        assert normal.same(again, config), (leading, arguments)
        count += 1
    assert count >= 2


def shortenable() -> list[tuple[str, str]]:
    return [(path, name) for path in sorted(CLASSES) for name in entry_of(path).shorter]


@pytest.mark.parametrize(("path", "name"), shortenable())
def test_shorter_spellings_mean_the_same(path: str, name: str) -> None:
    cls: Any = CLASSES[path]
    entry = entry_of(path)
    plain = normal.config_of(probes.make(path, cls))[name]
    integers = not any(isinstance(item, float) for item in flat(plain))
    rng = random.Random(f"{path}.{name}")
    shortened = 0
    for _ in range(30):
        value = drawn(rng, entry.shorter[name], integers)
        try:
            config = normal.config_of(probes.make(path, cls, **{name: value}))[name]
        except ValueError:
            continue
        short = shorten(entry, name, config)
        again = normal.config_of(probes.make(path, cls, **{name: short}))[name]
        assert again == config, (value, short)
        shortened += not normal.same(short, config)
    assert shortened, "no drawn value could be shortened"


def flat(value: Any) -> list[Any]:
    return (
        [leaf for item in value for leaf in flat(item)]
        if isinstance(value, list)
        else [value]
    )


def drawn(rng: random.Random, rule: int | str, integers: bool) -> Any:
    """Draw a config value: equal items half of the time, else any."""

    def number() -> float:
        return rng.randint(1, 4) if integers else rng.choice([0.125, 0.25, 0.5, 0.75])

    if isinstance(rule, int):
        return (
            [number()] * rule if rng.random() < 0.5 else [number() for _ in range(rule)]
        )
    if rule == "pairs":
        ends = [rng.randint(0, 2) for _ in range(2)]
        return [ends[:1] * 2, ends[1:] * 2] if rng.random() < 0.7 else [ends, ends]
    high = number()
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


@pytest.mark.parametrize("path", sorted(RECIPES))
def test_function_makes_the_op(path: str) -> None:
    recipe, entry = RECIPES[path], op_of(path)
    example = op_samples.example(recipe)
    if example is None:
        assert not entry.verified
        pytest.skip("takes a function, or cannot be called symbolically")
    assert entry.verified
    for found in [example, *op_samples.variants(recipe)]:
        module, _, name = entry.function.rpartition(".")
        function = getattr(sys.modules[module], name)
        again = op_samples.record(function, call_through(entry, found))
        assert again is not None, f"Keras refuses {call_through(entry, found)}"
        assert again.cls is recipe.cls
        assert normal.same(again.config, found.config)
        assert normal.same(again.args, found.args)
        assert normal.same(again.kwargs, found.kwargs)


def test_few_ops_are_unverified() -> None:
    unverified = {path for path in RECIPES if not op_of(path).verified}
    assert len(unverified) <= 12, unverified


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        (lambda x: x + x, "keras.src.ops.numpy.Add"),
        (lambda x: 1.0 - x, "keras.src.ops.numpy.Subtract"),
        (lambda x: x / 2.0, "keras.src.ops.numpy.TrueDivide"),
        (lambda x: 2.0**x, "keras.src.ops.numpy.Power"),
        (lambda x: x @ x, "keras.src.ops.numpy.Matmul"),
        (lambda x: -x, "keras.src.ops.numpy.Negative"),
        (lambda x: x[:, 0], "keras.src.ops.numpy.GetItem"),
        (lambda x: x <= 0.5, "keras.src.ops.numpy.LessEqual"),
        (lambda x: ~(x != 0.0), "keras.src.ops.numpy.LogicalNot"),
    ],
)
def test_operators(expression: Any, path: str) -> None:
    tensor = expression(keras.KerasTensor((2, 2)))
    assert source_path(type(tensor._keras_history.operation)) == path
    assert op_of(path).operator is not None


def test_operators_that_take_numbers_on_the_left() -> None:
    assert op_of("keras.src.ops.numpy.Subtract").reflected
    assert not op_of("keras.src.ops.numpy.Less").reflected
    assert not op_of("keras.src.ops.numpy.GetItem").reflected
    assert op_of("keras.src.ops.numpy.Equal").operator is None
    assert op_of("keras.src.ops.numpy.Divide").operator is None


# Spot checks of things that somebody would notice.


def test_dense() -> None:
    entry = entry_of("keras.layers.Dense")
    assert [p.name for p in entry.parameters][:3] == ["units", "activation", "use_bias"]
    assert entry.positional == 1
    assert entry.parameters[0].required
    assert entry.defaults["activation"] == "linear"
    assert entry.defaults["kernel_initializer"]["class_name"] == "GlorotUniform"
    assert entry.accepts("name")
    assert entry.accepts("trainable")
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
    assert shorten(rotation, "factor", [-0.1, 0.2]) == [-0.1, 0.2]


def test_strings() -> None:
    strings = {
        "keras.initializers.HeNormal": "he_normal",
        "keras.initializers.Zeros": "zeros",
        "keras.regularizers.L2": "l2",
        "keras.constraints.NonNeg": "non_neg",
        "keras.optimizers.Adam": "adam",
        "keras.optimizers.SGD": "sgd",
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
    assert (
        find_function("keras.metrics", "mean_squared_error")
        == "keras.losses.mean_squared_error"
    )
    assert find_function("keras.ops", "sum") == "keras.ops.sum"


def test_unsafe_classes() -> None:
    unsafe = {path for path in CLASSES if entry_of(path).unsafe}
    assert unsafe == {
        "keras.layers.FlaxLayer",
        "keras.layers.JaxLayer",
        "keras.layers.Lambda",
        "keras.layers.TFSMLayer",
        "keras.layers.TorchModuleWrapper",
    }


def test_aliases_and_names() -> None:
    convolution = entry_of("keras.layers.Convolution2D")
    assert convolution.import_path == "keras.layers.Conv2D"
    assert entry_of("keras.src.layers.core.dense.Dense").key == "keras.layers.Dense"
    layer, initializer = (
        find_by_name("Identity", kind) for kind in ("layer", "initializer")
    )
    assert layer is not None
    assert initializer is not None
    assert layer.key == "keras.layers.Identity"
    assert initializer.key == "keras.initializers.Identity"


def test_private_layers_of_applications() -> None:
    entry = entry_of("keras.src.applications.convnext.LayerScale")
    assert entry.import_path == "keras.src.applications.convnext.LayerScale"
    assert [p.name for p in entry.parameters] == ["init_values", "projection_dim"]


def test_outputs() -> None:
    assert op_of("keras.src.ops.math.TopK").outputs == 2
    assert op_of("keras.src.ops.nn.Moments").outputs == 2
    assert op_of("keras.src.ops.numpy.Split").outputs == "split"
    assert op_of("keras.src.ops.numpy.Sum").outputs == 1


def test_masking() -> None:
    assert entry_of("keras.layers.Embedding").compute_mask == "custom"
    assert entry_of("keras.layers.Dropout").supports_masking
    assert not entry_of("keras.layers.Conv2D").supports_masking


def test_lookup_imports_no_framework_and_is_quick() -> None:
    import subprocess

    code = (
        "import sys; from kerascodegen.catalog.lookup import find_class;"
        "find_class('keras.layers.Dense');"
        "assert not {'keras', 'numpy', 'tensorflow'} & set(sys.modules)"
    )
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    # No assertion on the clock; a hang or a stray import shows in the durations.
    assert time.perf_counter() > start
