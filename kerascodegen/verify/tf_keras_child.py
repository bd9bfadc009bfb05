"""Predict with tf_keras, in a process of its own.

Run as a program, this module does what a request file says and writes the answer into
another file. tf_keras and Keras 3 do not share a process: both change TensorFlow, and
tf_keras may be missing, fail or crash.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kerascodegen.verify.numbers import difference

# Where tf_keras has the layers that keras.applications defines for itself.
_APPLICATIONS = {
    "LayerScale": "convnext",
    "StochasticDepth": "convnext",
    "CustomScaleLayer": "inception_resnet_v2",
}


def main(arguments: Sequence[str]) -> None:
    """Do what a request says.

    Args:
        arguments: Paths of the request and of the answer, both JSON.
    """
    question, answer = map(Path, arguments)
    request = json.loads(question.read_text(encoding="utf-8"))
    reply = _answer(request)
    unfinished = answer.with_suffix(".part")
    unfinished.write_text(json.dumps(reply), encoding="utf-8")
    os.replace(unfinished, answer)


def plain(value: Any) -> Any:
    """Bring an output into the one form in which outputs are compared.

    Args:
        value: A NumPy array.

    Returns:
        Its numbers as `float64` or `int64`, its texts as `str`. Which of the types
        Keras chose is told apart by the check of structure.
    """
    import numpy as np

    value = np.asarray(value)
    if value.dtype.kind in "OSU":
        texts = [
            item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)
            for item in value.ravel().tolist()
        ]
        return np.array(texts, dtype=np.str_).reshape(value.shape)
    if value.dtype.kind in "iu":
        return value.astype("int64")
    if value.dtype.kind in "bc":
        return value
    # The small floats are no types of NumPy's own.
    return value.astype("float64")


def apart(expected: Any, found: Any) -> float:
    """Measure how far an output is from what it should be.

    Args:
        expected: An array as `plain` gives it.
        found: Another.

    Returns:
        The largest difference relative to the largest value; for anything but floats
        0.0 where equal, else infinity.
    """
    if expected.dtype.kind == "i" and expected.dtype == found.dtype:
        same = expected.shape == found.shape and bool((expected == found).all())
        return 0.0 if same else float("inf")
    if expected.dtype.kind == "U" and found.dtype.kind == "U":
        expected, found = expected.astype(object), found.astype(object)
    return difference(expected, found)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    # Absent packages are told from broken ones.
    for package in ("tf_keras", "tensorflow"):
        if find_spec(package) is None:
            return {"absent": package}
    from kerascodegen.verify.source import explain

    try:
        import tf_keras
    except Exception as error:
        return {"failed": f"tf_keras cannot be imported: {explain(error)}"}
    _run_no_bytecode()
    try:
        custom = _extra_layers(request["applications"], request["model"])
        model = tf_keras.models.load_model(
            request["model"], custom_objects=custom, compile=False
        )
    except Exception as error:
        return {"failed": f"tf_keras cannot load the file: {explain(error)}"}
    try:
        found = _predict(model, request)
    except Exception as error:
        return {"failed": f"tf_keras cannot predict: {explain(error)}"}
    return {"version": tf_keras.__version__, **found}


def _run_no_bytecode() -> None:
    """Files with bytecode never come here; should one, it does not run."""
    from tf_keras.src.utils import generic_utils

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise ValueError("bytecode in a model file is not run")

    generic_utils.func_load = refuse


def _extra_layers(applications: Sequence[str], path: str) -> dict[str, Any]:
    """Classes that tf_keras has, but does not find by their names."""
    from importlib import import_module

    import tf_keras

    found: dict[str, Any] = {}
    for name in applications:
        module = import_module(f"tf_keras.src.applications.{_APPLICATIONS[name]}")
        cls = getattr(module, name)
        found |= {name: cls, f"Custom>{name}": cls}
    if path.endswith(".h5"):
        # These run on a GPU only; from an .h5 file, tf_keras loads their weights into
        # the layers that run everywhere.
        found["CuDNNLSTM"] = tf_keras.layers.LSTM
        found["CuDNNGRU"] = tf_keras.layers.GRU
    return found


def _predict(model: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Predict on each batch, and once more with everything a rounding error off."""
    import numpy as np

    with np.load(request["inputs"], allow_pickle=False) as archive:
        values = {key: archive[key] for key in archive.files}
    batches = {
        size: [values[f"{size}_{index}"] for index in range(len(request["names"]))]
        for size in request["sizes"]
    }
    first = _run_batches(model, request["names"], batches)
    amount, generator = request["jitter"], np.random.default_rng(0)

    def move(value: Any) -> Any:
        if value.dtype.kind != "f":
            return value
        sign = generator.integers(0, 2, value.shape, dtype="int8") * 2 - 1
        return value + value * (amount * sign).astype(value.dtype)

    moved = {
        size: [value if _is_whole(value) else move(value) for value in batches[size]]
        for size in first
    }
    _move_weights(model, move)
    second = _run_batches(model, request["names"], moved)
    arrays = {
        f"{size}_{index}": value
        for size, outputs in first.items()
        for index, value in enumerate(outputs)
    }
    np.savez(request["outputs"], **arrays)
    return {
        "names": _output_names(model, len(next(iter(first.values())))),
        "changes": {
            size: max(map(apart, outputs, second[size]), default=0.0)
            for size, outputs in first.items()
            if size in second
        },
    }


def _run_batches(
    model: Any, names: Sequence[str], batches: Mapping[int, Sequence[Any]]
) -> dict[int, list[Any]]:
    """Predict on each batch; one that the model cannot take is left out.

    Some layers take a batch of one, without further axes, for a single sample.

    Raises:
        Exception: What the first batch raised, where the model takes none.
    """
    found: dict[int, list[Any]] = {}
    failures: list[Exception] = []
    for size, values in batches.items():
        try:
            found[size] = _call(model, _arrange(model, names, values))
        except Exception as error:
            failures.append(error)
    if not found:
        raise failures[0]
    return found


def _is_whole(value: Any) -> bool:
    """Whether an input is made of whole numbers: ids of words, of whatever type."""
    import numpy as np

    return value.dtype.kind != "f" or bool((value == np.rint(value)).all())


def _move_weights(model: Any, move: Callable[[Any], Any]) -> None:
    for variable in model.weights:
        dtype = getattr(variable, "dtype", None)
        if dtype is not None and dtype.is_floating:
            variable.assign(move(variable.numpy()))


def _arrange(model: Any, names: Sequence[str], values: Sequence[Any]) -> Any:
    """Put values into the structure of a model's inputs, by name where names agree."""
    import tensorflow as tf

    own = list(getattr(model, "input_names", None) or ())
    if sorted(own) == sorted(names):
        by_name = dict(zip(names, values, strict=True))
        values = [by_name[name] for name in own]
    inputs = list(getattr(model, "inputs", None) or ())
    if inputs and len(inputs) != len(values):
        raise ValueError(f"it takes {len(inputs)} inputs, not {len(values)}")
    tensors = [tf.convert_to_tensor(value) for value in values]
    if not inputs:
        return tensors[0] if len(tensors) == 1 else tensors
    tensors = [
        _as_kind(tensor, symbolic)
        for tensor, symbolic in zip(tensors, inputs, strict=True)
    ]
    structure = getattr(model, "_nested_inputs", inputs)
    return tf.nest.pack_sequence_as(structure, tensors)


def _as_kind(tensor: Any, symbolic: Any) -> Any:
    import tensorflow as tf

    spec = getattr(symbolic, "type_spec", None)
    if isinstance(spec, tf.RaggedTensorSpec):
        return tf.RaggedTensor.from_tensor(tensor, ragged_rank=spec.ragged_rank)
    if isinstance(spec, tf.SparseTensorSpec):
        return tf.sparse.from_dense(tensor)
    return tensor


def _call(model: Any, feed: Any) -> list[Any]:
    import tensorflow as tf
    import tf_keras

    tf_keras.utils.set_random_seed(0)
    model.reset_states()
    outputs = []
    for output in tf.nest.flatten(model(feed, training=False)):
        if isinstance(output, tf.RaggedTensor):
            output = output.to_tensor()
        elif isinstance(output, tf.SparseTensor):
            output = tf.sparse.to_dense(output)
        outputs.append(plain(output.numpy()))
    return outputs


def _output_names(model: Any, count: int) -> list[str]:
    names = list(getattr(model, "output_names", None) or ())
    return names if len(names) == count else [f"output {i}" for i in range(count)]


if __name__ == "__main__":
    main(sys.argv[1:])
