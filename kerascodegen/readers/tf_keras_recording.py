"""Record what the function of a live Lambda does, as tf_keras records TensorFlow calls.

tf_keras makes a layer (`TFOpLambda`, `SlicingOpLambda`) of each TensorFlow function
that is called on symbolic tensors. So a Lambda's own function, called on inputs of the
kind that the layer was called with, leaves the graph of what it does. Whoever holds a
live model has run its functions already.

A function that does more than calling TensorFlow on its inputs has no such graph: it
reads variables, draws numbers, decides by values, prints. That is noticed, by the ops
that TensorFlow runs meanwhile, by recording twice, and by running what was recorded.
"""

from __future__ import annotations

import contextlib
import io
import random
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kerascodegen.errors import CodegenError, printable
from kerascodegen.readers.jsontext import parse_json
from kerascodegen.readers.keras2.entries import OP_CLASSES

Json = Any

# Ops that are more than a function of what they take, by parts of their names.
_IMPURE = {
    "Assert": "checks values while it runs",
    "Generator": "draws random numbers",
    "Multinomial": "draws random numbers",
    "Print": "prints",
    "PyFunc": "calls Python while it runs",
    "Random": "draws random numbers",
    "ReadVariable": "reads a variable",
    "VarHandle": "makes a variable",
    "VarIsInitialized": "makes a variable",
}
# More values than this are not computed to compare.
_MOST_VALUES = 10_000_000
_UNKNOWN_SIZE = 3


class NotRecordedError(Exception):
    """Why a function is not written as ops; "it ..." goes before the text."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What one call of a Lambda does.

    Attributes:
        inputs: Names that stand for the tensors of the call, in flat order.
        layers: Op layers as the config of a model has them.
        outputs: For each output, `[layer, call, output]`.
    """

    inputs: tuple[str, ...]
    layers: tuple[dict[str, Json], ...]
    outputs: tuple[list[Json], ...]


def record(layer: Any, taken: Any, keywords: Mapping[str, Any]) -> Recording:
    """Record one call of a live Lambda.

    Args:
        layer: The layer of tf_keras.
        taken: What it is called with: symbolic tensors, in their structure.
        keywords: The other arguments of the call.

    Returns:
        What the call does.

    Raises:
        NotRecordedError: It cannot be written as ops.
    """
    texts: list[str] = []
    with _as_it_was():
        for arguments in _ways_to_call(layer, taken, keywords):
            # The second time tells what is not the same each time.
            for _ in range(2):
                with _names_as_they_were():
                    names, model, text = _recorded(layer, taken, arguments)
                texts.append(text)
                if text != texts[0]:
                    what = "gives something else each time that it is called"
                    if len(texts) > 2:
                        what = "does something else in training"
                    raise NotRecordedError(what)
            _check_values(layer, taken, arguments, model)
    config = parse_json(texts[0].encode("utf-8"), "a recorded function")["config"]
    ops = [item for item in config["layers"] if item["class_name"] != "InputLayer"]
    ends = config["output_layers"]
    return Recording(tuple(names), tuple(ops), tuple(ends))


def _ways_to_call(
    layer: Any, taken: Any, keywords: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield the arguments that `Lambda.call` gives its function, in each phase."""
    import tensorflow as tf

    tensors = tf.nest.flatten(taken)
    masked = any(getattr(t, "_keras_mask", None) is not None for t in tensors)
    arguments = dict(layer.arguments)
    if layer._fn_expects_mask_arg:
        if masked or keywords.get("mask") is not None:
            raise NotRecordedError("takes a mask")
        arguments["mask"] = None
    if layer.mask is not None:
        raise NotRecordedError("computes a mask")
    if not layer._fn_expects_training_arg:
        yield arguments
    elif isinstance(keywords.get("training"), bool | int):
        yield {**arguments, "training": keywords["training"]}
    else:
        yield {**arguments, "training": False}
        yield {**arguments, "training": True}


def _recorded(
    layer: Any, taken: Any, arguments: Mapping[str, Any]
) -> tuple[list[str], Any, str]:
    """Call the function on new inputs, and write down what it made of them."""
    import tensorflow as tf
    import tf_keras

    inputs = [
        _input(spec, f"lambda_input_{number}")
        for number, spec in enumerate(tf.nest.flatten(taken))
    ]
    seen: dict[str, None] = {}
    printed = io.StringIO()
    try:
        with _watching(seen), contextlib.redirect_stdout(printed):
            structure = tf.nest.pack_sequence_as(taken, inputs)
            result = layer.function(_cast(layer, structure), **arguments)
            ends = tf.nest.flatten(result)
    except Exception as error:
        raise NotRecordedError(_told(seen) or _why(error)) from None
    finally:
        strange = _forget_calls(inputs)
    if printed.getvalue():
        raise NotRecordedError("prints")
    if strange:
        raise NotRecordedError(f"calls the layer {strange}")
    if _told(seen):
        raise NotRecordedError(_told(seen))
    if not ends or not all(hasattr(end, "_keras_history") for end in ends):
        raise NotRecordedError("gives something that is not computed of its inputs")
    _check_passed_on(inputs, ends, taken)
    try:
        model = tf_keras.Model(inputs, ends, name="recorded")
        text = model.to_json()
    except Exception as error:
        raise NotRecordedError(_why(error)) from None
    _check_layers(model)
    return [tensor._keras_history.layer.name for tensor in inputs], model, text


def _check_values(
    layer: Any, taken: Any, arguments: Mapping[str, Any], model: Any
) -> None:
    """Run function and recording on some values.

    Raises:
        NotRecordedError: They do not give the same.
    """
    seen: dict[str, None] = {}
    with _watching(seen), contextlib.redirect_stdout(io.StringIO()):
        agrees = _agrees(layer, taken, arguments, model)
    if _told(seen) or not agrees:
        what = "does something else with values than with symbols"
        raise NotRecordedError(_told(seen) or what)


def _input(spec: Any, name: str) -> Any:
    import tensorflow as tf
    import tf_keras

    kind = getattr(spec, "type_spec", spec)
    if not isinstance(kind, tf.TensorSpec) or kind.shape.rank is None:
        raise NotRecordedError("takes something else than tensors of known rank")
    if kind.shape.rank == 0:
        raise NotRecordedError("takes a single number")
    shape = tuple(kind.shape.as_list())
    return tf_keras.Input(batch_shape=shape, dtype=kind.dtype, name=name)


def _cast(layer: Any, structure: Any) -> Any:
    """Cast what is given as `Layer._maybe_cast_inputs` does."""
    import tensorflow as tf

    wanted = layer.compute_dtype
    if not layer._autocast or not wanted or not tf.as_dtype(wanted).is_floating:
        return structure
    return tf.nest.map_structure(
        lambda t: (
            tf.cast(t, wanted) if t.dtype.is_floating and t.dtype != wanted else t
        ),
        structure,
    )


def _check_passed_on(inputs: list[Any], ends: list[Any], taken: Any) -> None:
    """Refuse a tensor that would go on with the mask which a Lambda takes off."""
    import tensorflow as tf

    for tensor, given in zip(inputs, tf.nest.flatten(taken), strict=True):
        masked = getattr(given, "_keras_mask", None) is not None
        if masked and any(end is tensor for end in ends):
            raise NotRecordedError("takes the mask off a tensor and nothing else")


def _check_layers(model: Any) -> None:
    """Refuse what would be lost or misread in the config.

    Raises:
        NotRecordedError: An argument is no plain value.
    """
    import numpy as np
    import tensorflow as tf

    python = (bool, int, float, str, type(None), type(...), slice)
    plain = (*python, np.ndarray, np.generic, tf.Tensor, tf.DType, tf.TensorShape)
    for layer in model.layers:
        for node in layer._inbound_nodes:
            given = tf.nest.flatten((node.call_args, node.call_kwargs))
            for value in given if not node.is_input else ():
                known = isinstance(value, plain) or hasattr(value, "_keras_history")
                if not known:
                    kind = printable(type(value).__name__, 60)
                    raise NotRecordedError(f"gives a {kind} to TensorFlow")


def _agrees(layer: Any, taken: Any, arguments: Mapping[str, Any], model: Any) -> bool:
    """Tell whether function and recording give the same of some values."""
    import numpy as np
    import tensorflow as tf

    generator = np.random.default_rng(0)
    values = []
    for spec in tf.nest.flatten(taken):
        shape = [size or _UNKNOWN_SIZE for size in spec.shape.as_list()]
        dtype = tf.as_dtype(spec.dtype)
        if np.prod(shape) > _MOST_VALUES or dtype == tf.string:
            return True
        numbers = generator.uniform(0.0, 2.0, shape)
        values.append(tf.cast(tf.constant(numbers), dtype))
    try:
        structure = tf.nest.pack_sequence_as(taken, values)
        first = tf.nest.flatten(layer.function(_cast(layer, structure), **arguments))
        second = tf.nest.flatten(model(values))
    except Exception:
        # Sizes that were made up may not be possible.
        return True
    if len(first) != len(second):
        return False
    return all(
        one.dtype == other.dtype
        and one.shape == other.shape
        and np.allclose(_floats(one), _floats(other), 1e-3, 1e-5, equal_nan=True)
        for one, other in zip(map(tf.convert_to_tensor, first), second, strict=True)
    )


def _floats(tensor: Any) -> Any:
    import numpy as np

    values = tensor.numpy()
    kind = np.complex128 if np.iscomplexobj(values) else np.float64
    return values.astype(kind)


def _forget_calls(inputs: list[Any]) -> str:
    """Take calls of the user's own layers off them again, and name one."""
    import tensorflow as tf

    strange = ""
    stack, done = list(inputs), set()
    while stack:
        layer = stack.pop()._keras_history.layer
        if id(layer) in done:
            continue
        done.add(id(layer))
        for node in list(layer._outbound_nodes):
            taker = node.layer
            if type(taker).__name__ not in OP_CLASSES:
                strange = printable(taker.name, 60)
                taker._inbound_nodes.remove(node)
                done.add(id(taker))
            else:
                stack += tf.nest.flatten(node.outputs)
    return strange


@contextlib.contextmanager
def _watching(seen: dict[str, None]) -> Iterator[None]:
    """Note the names of all ops that TensorFlow runs or infers shapes of."""
    from tensorflow.python.framework import op_callbacks

    def note(op_type: Any, *_: Any, **__: Any) -> None:
        text = op_type.decode() if isinstance(op_type, bytes) else str(op_type)
        seen[text] = None

    op_callbacks.add_op_callback(note)
    try:
        yield
    finally:
        op_callbacks.remove_op_callback(note)


def _told(seen: Mapping[str, None]) -> str:
    for name in seen:
        for part, says in _IMPURE.items():
            if part in name:
                return says
    return ""


def _why(error: Exception) -> str:
    text = str(error)
    if isinstance(error, CodegenError | NotRecordedError):
        return text
    if "intermediate TF-Keras symbolic" in text or "symbolic inputs/outputs" in text:
        return "does more with its inputs than calling functions of TensorFlow"
    if "Could not build a TypeSpec" in text or "must return zero or more" in text:
        return "calls a function of TensorFlow that tf_keras cannot record"
    kind = type(error).__name__
    return f"cannot be recorded ({kind}: {printable(text.partition(chr(10))[0], 80)})"


@contextlib.contextmanager
def _as_it_was() -> Iterator[None]:
    """Leave the user's session as it was: random states and what it logs."""
    import numpy as np
    import tensorflow as tf

    states = random.getstate(), np.random.get_state()
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        logger.setLevel(level)


@contextlib.contextmanager
def _names_as_they_were() -> Iterator[None]:
    """Let layers that the user makes later have the names that they would have had."""
    from tf_keras.src import backend

    uids = backend.get_default_graph_uid_map()
    numbers, observed = dict(uids), set(backend.OBSERVED_NAMES)
    try:
        yield
    finally:
        uids.clear()
        uids.update(numbers)
        backend.OBSERVED_NAMES.clear()
        backend.OBSERVED_NAMES.update(observed)
