"""The round-trip proof: is the rebuilt model the one that the source came from?

This is a second opinion. It compares through Keras' own serialised config and knows
nothing of kerascodegen, so a mistake in our reader cannot hide in its own check.
"""

import json
import linecache
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

# Object ids differ between any two objects; build shapes only say what a model was
# first called on.
_KNOWN_MODULES = {"keras", "builtins"}
_VOLATILE_KEYS = {"shared_object_id", "build_config", "build_input_shape"}
# Of a nested model too: only the outermost one's settings are kept.
_COMPILE_KEY = "compile_config"
# A dimension that the model leaves open. Halved five times it is still there: a
# convolution over nothing gives whatever was in memory.
_OPEN_DIMENSION = 32
# Below every vocabulary in the cases, and with zeros, which masks are made of.
_INTEGER_LIMIT = 10
# `keras.activations.relu` is an op as well.
_OP_MODULES = ("keras.src.ops.", "keras.src.activations.")
_WORDS = ["the", "model", "reads", "a quick brown fox", "", "unseen zebra"]


def execute(
    source: str, name: str = "generated_model", folder: Path | None = None
) -> types.ModuleType:
    """Run source text as a fresh module, as if it stood in a folder, and return it."""
    module = types.ModuleType(name)
    filename = f"<{name}>"
    if folder is not None:
        module.__file__ = str(folder / f"{name}.py")
    # A traceback out of generated source then shows the line.
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    exec(compile(source, filename, "exec"), module.__dict__)
    return module


def normalised_config(model: keras.Model) -> dict[str, Any]:
    """Serialise a model, without what may differ between two equal models.

    Object ids and build shapes go, a Sequential at the top is written as the
    Functional that it holds, and the names of ops, which nobody chooses, become
    positions. The compile settings are left to `compile_config`.
    """
    if isinstance(model, keras.Sequential):
        if not model.built:
            raise ValueError(f"Build the Sequential {model.name!r} first.")
        # The same layers and the same calls; only its name is an automatic one.
        config = _serialise(model._functional)
        config["config"]["name"] = model.name
        config["config"]["trainable"] = model.trainable
    else:
        config = _serialise(model)
    config = _without(config, {_COMPILE_KEY})
    if isinstance(model, keras.src.models.Functional | keras.Sequential):
        config.update(module="keras", class_name="Functional", registered_name=None)
    return _rename_ops(_without_volatile(config))


def compile_config(model: keras.Model) -> dict[str, Any] | None:
    """Serialise the arguments of `compile`, without automatic names."""
    if not model.compiled:
        return None
    config = _serialise(model).get("compile_config")
    return _without_volatile(_without_automatic_names(config))


def assert_same_model(original: keras.Model, rebuilt: keras.Model) -> None:
    """Compare structure: configs, order of layers, parameter counts.

    Raises:
        AssertionError: They differ; the message has the path of each difference.
    """
    assert_same_config(original, rebuilt)
    assert _layer_names(original) == _layer_names(rebuilt), "order of model.layers"
    for what in ("weights", "trainable_weights", "non_trainable_weights"):
        expected, actual = (
            [(v.shape, v.dtype) for v in getattr(m, what)] for m in (original, rebuilt)
        )
        assert expected == actual, f"shapes of model.{what}"
    assert original.count_params() == rebuilt.count_params(), "parameter count"


def assert_same_config(original: keras.Model, rebuilt: keras.Model) -> None:
    """Compare configs alone, which do not tell what is shared across models.

    Raises:
        AssertionError: They differ; the message has the path of each difference.
    """
    _assert_equal_configs(
        normalised_config(original), normalised_config(rebuilt), "the model's config"
    )


def assert_same_compile(original: keras.Model, rebuilt: keras.Model) -> None:
    """Compare what the models were compiled with.

    Raises:
        AssertionError: They differ; the message has the path of each difference.
    """
    _assert_equal_configs(
        compile_config(original), compile_config(rebuilt), "the compile settings"
    )


def assert_weights_load(
    original: keras.Model, rebuilt: keras.Model, tmp_path: Path
) -> None:
    """Load the original's own file into the rebuilt model and compare what they do.

    Changes the weights of both: fresh ones are often equal zeros, which hide a swap.

    Raises:
        AssertionError: A weight or a prediction differs in any bit.
    """
    randomise_weights(original)
    path = tmp_path / "original.keras"
    original.save(path)
    rebuilt.load_weights(path)
    # Some layers only take in their weights on loading (Normalization's mean).
    original.load_weights(path)
    assert_same_weights(original, rebuilt)
    inputs = random_inputs(original)
    # No file holds the state of a seed generator.
    for source, target in zip(_seeds(original), _seeds(rebuilt), strict=True):
        target.assign(source)
    _assert_equal_outputs(original(inputs), rebuilt(inputs), "predictions")
    # With dropout active, from equal seeds: inference alone would not notice a
    # `training=False` that was written out.
    # On PyTorch dropout draws from the one generator of the process.
    outputs = []
    for model in (original, rebuilt):
        keras.utils.set_random_seed(3)
        outputs.append(model(inputs, training=True))
    _assert_equal_outputs(*outputs, "training mode")
    assert_same_weights(original, rebuilt)


def assert_same_weights(original: keras.Model, rebuilt: keras.Model) -> None:
    """Compare all weights bit for bit, in order.

    Raises:
        AssertionError: One differs; the message has its path.
    """
    assert len(original.weights) == len(rebuilt.weights), "number of weights"
    for expected, actual in zip(original.weights, rebuilt.weights, strict=True):
        first, second = (
            keras.ops.convert_to_numpy(v.value) for v in (expected, actual)
        )
        assert first.dtype == second.dtype, f"dtype of {expected.path}"
        assert first.shape == second.shape, f"shape of {expected.path}"
        assert first.tobytes() == second.tobytes(), f"value of {expected.path}"


def randomise_weights(model: keras.Model, seed: int = 7) -> None:
    """Give every weight its own values, of a size that survives many layers."""
    generator = np.random.default_rng(seed)
    for variable in model.weights:
        shape, dtype = variable.shape, keras.backend.standardize_dtype(variable.dtype)
        if "float" not in dtype:
            continue
        if len(shape) < 2:
            # Also right for a variance, which must stay positive.
            values = generator.uniform(0.5, 1.5, shape)
        else:
            values = generator.normal(0, np.prod(shape[:-1]) ** -0.5, shape)
        variable.assign(values.astype("float32"))


def random_inputs(model: keras.Model, batch: int = 2, seed: int = 11) -> Any:
    """Make inputs that fit the model, in the structure that it takes them."""
    generator = np.random.default_rng(seed)
    functional = model._functional if isinstance(model, keras.Sequential) else model
    return keras.tree.map_structure(
        lambda tensor: _random_tensor(tensor, batch, generator), functional.input
    )


def differences(expected: Any, actual: Any, path: str = "") -> Iterator[str]:
    """Yield a line for each place where two JSON values differ."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in [*expected, *(key for key in actual if key not in expected)]:
            inner = f"{path}.{key}" if path else str(key)
            if key not in actual:
                yield f"{inner}: {_short(expected[key])} is missing"
            elif key not in expected:
                yield f"{inner}: {_short(actual[key])} is new"
            else:
                yield from differences(expected[key], actual[key], inner)
        if expected.keys() == actual.keys() and list(expected) != list(actual):
            yield f"{path}: order of keys {list(expected)} became {list(actual)}"
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"{path}: length {len(expected)} became {len(actual)}"
        for index, pair in enumerate(zip(expected, actual, strict=False)):
            yield from differences(*pair, f"{path}[{_label(index, pair[0])}]")
    elif not _same_value(expected, actual, exact=".inbound_nodes[" in path):
        yield f"{path}: {_short(expected)} became {_short(actual)}"


def _same_value(expected: Any, actual: Any, *, exact: bool) -> bool:
    """Compare two JSON leaves.

    In the arguments of a call 1 is not 1.0, since it decides the dtype of a result. In
    a constructor's they are the same number.
    """
    numbers = [type(value) in (int, float) for value in (expected, actual)]
    if all(numbers) and not exact:
        return expected == actual or (expected != expected and actual != actual)
    # As text: 1 is not True, and nan is nan.
    return json.dumps(expected) == json.dumps(actual)


def _serialise(model: keras.Model) -> dict[str, Any]:
    return json.loads(json.dumps(keras.saving.serialize_keras_object(model)))


def _without_volatile(value: Any) -> Any:
    return _without(value, _VOLATILE_KEYS)


def _without(value: Any, dropped: set[str]) -> Any:
    if isinstance(value, dict):
        if value.get("class_name") == "__lambda__":
            # Bytecode has its file, line and columns in it; predictions compare it.
            return {"class_name": "__lambda__"}
        cleaned = {
            key: _without(item, dropped)
            for key, item in value.items()
            if key not in dropped
        }
        module = str(cleaned.get("module"))
        if "module" in cleaned and module.split(".")[0] not in _KNOWN_MODULES:
            # A copy of a custom class has the module of the source.
            cleaned["module"] = "<custom>"
        return cleaned
    if isinstance(value, list):
        return [_without(item, dropped) for item in value]
    return value


def _rename_ops(value: Any) -> Any:
    """Rename the ops of every Functional in a config, however deep it sits."""
    if isinstance(value, list):
        return [_rename_ops(item) for item in value]
    if not isinstance(value, dict):
        return value
    config = value.get("config")
    if not (isinstance(config, dict) and "input_layers" in config):
        return {key: _rename_ops(item) for key, item in value.items()}
    names = {
        layer["name"]: f"<op {index}>"
        for index, layer in enumerate(config["layers"])
        if str(layer["module"]).startswith(_OP_MODULES)
    }
    config = dict(config)
    for key in ("input_layers", "output_layers"):
        config[key] = _rename_references(config[key], names)
    # A nested model has names of its own: they go first, out of this one's way.
    config["layers"] = [
        _rename_layer(_rename_ops(layer), names) for layer in config["layers"]
    ]
    return {**value, "config": config}


def _rename_layer(layer: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    layer = dict(layer)
    layer["inbound_nodes"] = _rename_history(layer["inbound_nodes"], names)
    if layer["name"] in names:
        layer["name"] = names[layer["name"]]
        if "name" in layer["config"]:
            layer["config"] = {**layer["config"], "name": layer["name"]}
    return layer


def _rename_history(value: Any, names: dict[str, str]) -> Any:
    """Rename in the arguments of calls, where a tensor tells its `keras_history`."""
    if isinstance(value, list):
        return [_rename_history(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if "keras_history" in value:
        name, *position = value["keras_history"]
        return {**value, "keras_history": [names.get(name, name), *position]}
    return {key: _rename_history(item, names) for key, item in value.items()}


def _rename_references(value: Any, names: dict[str, str]) -> Any:
    """Rename in `input_layers` and `output_layers`: nested `[name, node, tensor]`."""
    if isinstance(value, dict):
        return {key: _rename_references(item, names) for key, item in value.items()}
    if isinstance(value, list) and [type(item) for item in value] == [str, int, int]:
        return [names.get(value[0], value[0]), *value[1:]]
    if isinstance(value, list):
        return [_rename_references(item, names) for item in value]
    return value


def _without_automatic_names(value: Any) -> Any:
    """Cut the counter off a name that Keras made from the class (`mean_2`)."""
    if isinstance(value, list):
        return [_without_automatic_names(item) for item in value]
    if not isinstance(value, dict):
        return value
    value = {key: _without_automatic_names(item) for key, item in value.items()}
    config = value.get("config")
    if isinstance(config, dict) and isinstance(config.get("name"), str):
        automatic = _snake_case(str(value.get("class_name")))
        if re.fullmatch(rf"{re.escape(automatic)}(_\d+)?", config["name"]):
            value["config"] = {**config, "name": automatic}
    return value


def _snake_case(name: str) -> str:
    words = re.sub(r"\W+", "", name)
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", words)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def _seeds(model: keras.Model) -> list[keras.Variable]:
    weights = {id(weight) for weight in model.weights}
    return [variable for variable in model.variables if id(variable) not in weights]


def _layer_names(model: keras.Model) -> list[str]:
    # A Sequential hides its input layer.
    if isinstance(model, keras.Sequential):
        model = model._functional
    return [layer.name for layer in model.layers]


def _random_tensor(tensor: Any, batch: int, generator: np.random.Generator) -> Any:
    first, *rest = tensor.shape or (None,)
    shape = (
        batch if first is None else first,
        *(_OPEN_DIMENSION if size is None else size for size in rest),
    )
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    if dtype == "string":
        return keras.ops.convert_to_tensor(np.resize(_WORDS, shape).tolist())
    if dtype == "bool":
        values = generator.integers(0, 2, shape)
    elif "int" in dtype:
        values = generator.integers(0, _INTEGER_LIMIT, shape)
    else:
        values = generator.normal(size=shape)
    return keras.ops.convert_to_tensor(values, dtype=dtype)


def _assert_equal_configs(expected: Any, actual: Any, what: str) -> None:
    lines = list(differences(expected, actual))
    if lines:
        shown = "\n  ".join(lines[:12])
        more = f"\n  and {len(lines) - 12} more" if len(lines) > 12 else ""
        raise AssertionError(f"{what} differs:\n  {shown}{more}")


def _assert_equal_outputs(expected: Any, actual: Any, what: str) -> None:
    # No config tells a tuple from a list, so Keras gives lists back as well.
    expected, actual = _without_tuples(expected), _without_tuples(actual)
    keras.tree.assert_same_structure(expected, actual)
    pairs = zip(keras.tree.flatten(expected), keras.tree.flatten(actual), strict=True)
    for index, pair in enumerate(pairs):
        first, second = (keras.ops.convert_to_numpy(tensor) for tensor in pair)
        assert first.dtype == second.dtype, f"{what}: dtype of output {index}"
        np.testing.assert_array_equal(first, second, f"{what}: output {index}")


def _without_tuples(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_without_tuples(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_tuples(item) for key, item in value.items()}
    return value


def _label(index: int, value: Any) -> str:
    name = value.get("name") if isinstance(value, dict) else None
    return f"{index}: {name}" if name else str(index)


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 160 else f"{text[:157]}..."
