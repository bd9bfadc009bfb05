"""What a model is called with: shapes from where Keras recorded them, dtypes learnt.

Keras records the shapes that a model was built with, of the first argument alone where
the class has no `build` of its own, and never the dtypes. What is not recorded is
learnt while tracing, from the layers that read an input: they know the shape they were
built for, and an Embedding reads integers.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kerascodegen.errors import NoGraphError, printable

_NOT_INPUTS = frozenset({"self", "training", "mask"})
# What the first layers of a kind read.
_DTYPES = {
    "Embedding": "int32",
    "IntegerLookup": "int64",
    "StringLookup": "string",
    "TextVectorization": "string",
}
# Ops that leave ids what they are, so that what reads their output reads an input.
_PASSING = frozenset(
    {"Concatenate", "ExpandDims", "GetItem", "Reshape", "Split", "Squeeze", "Stack"}
    | {"Transpose", "Unstack"}
)
Shape = tuple[int | None, ...]


class Learnt(BaseException):
    """An input turned out to be of a certain shape or dtype; tracing starts over.

    No `Exception`, since user code may catch those.
    """


@dataclass(slots=True)
class Slot:
    """One tensor that a model takes.

    Attributes:
        name: Name of the input.
        shape: With the batch, or `None` while it is not known.
        dtype: Its dtype, once known; that of keras.Input until then.
    """

    name: str
    shape: Shape | None
    dtype: str | None = None


class Signature:
    """The tensors that `call` takes, by argument.

    Attributes:
        arguments: A structure of `Slot` for each argument, by its name.
        cast: Convert inputs to the model's compute dtype, as its `__call__` does.
    """

    def __init__(self, arguments: dict[str, Any]) -> None:
        self.arguments = arguments
        self.cast = False
        self._slots: dict[int, Slot] = {}
        self._made: list[Any] = []

    def inputs(self) -> dict[str, Any]:
        """Make the symbolic inputs.

        Returns:
            Structures of `keras.Input`, by argument.
        """
        import keras

        self._slots.clear()
        self._made.clear()
        return {
            name: keras.tree.map_structure(self._input, structure)
            for name, structure in self.arguments.items()
        }

    def structure(self, values: Mapping[str, Any]) -> Any:
        """Arrange values by argument the way that a Functional takes them.

        Args:
            values: By argument.

        Returns:
            The one value, or a list of all.
        """
        arranged = list(values.values())
        return arranged[0] if len(arranged) == 1 else arranged

    def learn(self, layer: Any, args: Any, kwargs: Any) -> None:
        """Learn from a layer that reads inputs directly.

        Args:
            layer: The layer.
            args: What it is called with.
            kwargs: The same, by keyword.

        Raises:
            Learnt: Something was; inputs have to be made again.
        """
        import keras

        tensors = [
            one
            for one in keras.tree.flatten((args, kwargs))
            if isinstance(one, keras.KerasTensor)
        ]
        dtype = _DTYPES.get(type(layer).__name__)
        if dtype is not None:
            for tensor in tensors:
                self._learn_dtype(tensor, dtype)
        unknown = [self._slots.get(id(one)) for one in tensors]
        if any(one is not None and one.shape is None for one in unknown):
            shapes = _recorded(layer)
            for slot, shape in zip(unknown, _flat_shapes(shapes), strict=False):
                if slot is not None and slot.shape is None:
                    slot.shape = (None, *shape[1:])
            raise (Learnt if shapes is not None else _unknown_error(unknown))

    def undecided(self, args: Any, kwargs: Any) -> bool:
        """Tell whether something could be learnt from who reads these values.

        Args:
            args: Arguments of a call.
            kwargs: The same, by keyword.

        Returns:
            Whether an input of unknown shape or dtype is among them.
        """
        import keras

        slots = [self._slots.get(id(one)) for one in keras.tree.flatten((args, kwargs))]
        return any(slot is not None and slot.dtype is None for slot in slots)

    def tied(self, values: Any) -> tuple[Any, ...] | None:
        """Make constants depend on an input, as all of a Functional has to.

        Args:
            values: What a layer is called with: positions, say, made by `ops.arange`.

        Returns:
            The same values, each behind an addition of nothing; `None` where they are
            no numbers, or no input could give that nothing.
        """
        import keras
        import numpy as np

        arrays = [keras.ops.convert_to_numpy(value) for value in values]
        source = next((t for t in self._made if t.dtype != "string"), None)
        if source is None or any(array.dtype.kind not in "iuf" for array in arrays):
            return None
        self.require_known(source)
        nothing = keras.ops.sum(keras.ops.zeros_like(source, dtype="int32"))
        return tuple(keras.ops.add(nothing, np.asarray(array)) for array in arrays)

    def require_known(self, tensors: Any) -> None:
        """Refuse to compute with inputs whose shape is not known.

        Args:
            tensors: Arguments of an op.

        Raises:
            NoGraphError: One of them is such an input.
        """
        import keras

        found = [self._slots.get(id(one)) for one in keras.tree.flatten(tensors)]
        if any(slot is not None and slot.shape is None for slot in found):
            raise _unknown_error(found)

    def _input(self, slot: Slot) -> Any:
        import keras

        tensor = keras.Input(
            batch_shape=(None, 1) if slot.shape is None else slot.shape,
            dtype=slot.dtype,
            name=slot.name,
        )
        self._slots[id(tensor)] = slot
        self._made.append(tensor)
        return tensor

    def _learn_dtype(self, tensor: Any, dtype: str) -> None:
        waiting, seen = [tensor], set()
        while waiting:
            one = waiting.pop()
            slot = self._slots.get(id(one))
            if slot is not None:
                if slot.dtype is None:
                    slot.dtype = dtype
                    raise Learnt
                continue
            history = getattr(one, "_keras_history", None)
            if history is None or id(one) in seen:
                continue
            seen.add(id(one))
            if type(history.operation).__name__ in _PASSING:
                node = history.operation._inbound_nodes[history.node_index]
                waiting.extend(node.input_tensors)


def read_signature(model: Any, input_shape: Shape | None) -> Signature:
    """Find out what a model's `call` takes.

    Args:
        model: The model.
        input_shape: What the user gave, without the batch; for one input only.

    Returns:
        The signature, in parts not known yet.

    Raises:
        NoGraphError: The call takes what cannot be told.
    """
    import keras

    names = _parameters(model)
    own = getattr(getattr(model, "_functional", model), "_inputs_struct", None)
    if own is not None:
        # A Functional with a `call` of its own still has the inputs it was made with.
        return Signature({names[0]: keras.tree.map_structure(_slot_like, own)})
    recorded = _recorded_arguments(model, names)
    name = names[0]
    if input_shape is not None:
        if len(names) > 1 or (name in recorded and not is_shape(recorded[name])):
            raise NoGraphError(
                f"{printable(type(model).__name__, 60)} takes several inputs, and "
                "--input-shape gives the shape of one: leave it out and call the model "
                "once on data instead, where it is made."
            )
        recorded = {name: (None, *input_shape)}
    fixed = any(getattr(one, "stateful", False) for one in model._flatten_layers())
    arguments: dict[str, Any] = {}
    for name in dict.fromkeys((*names, *recorded)):
        shapes = recorded.get(name)
        if shapes is None:
            arguments[name] = Slot(name, None)
        elif is_shape(shapes):
            arguments[name] = Slot(name, _batched(shapes, fixed))
        else:
            arguments[name] = _slots_of(shapes, name, fixed)
    if not keras.tree.flatten(list(arguments.values())):
        raise _unknown_error([Slot(names[0], None)])
    return Signature(arguments)


def _slot_like(tensor: Any) -> Slot:
    return Slot(str(tensor.name), tuple(tensor.shape), str(tensor.dtype))


def is_shape(value: Any) -> bool:
    """Tell a shape from a structure of shapes.

    Args:
        value: What `build` was given.

    Returns:
        Whether it is a sequence of sizes.
    """
    return isinstance(value, list | tuple) and all(
        one is None or isinstance(one, int) for one in value
    )


def _parameters(model: Any) -> list[str]:
    parameters = inspect.signature(model.call).parameters.values()
    usual = [
        one
        for one in parameters
        if one.name not in _NOT_INPUTS
        and one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD}
    ]
    needed = [one.name for one in usual if one.default is one.empty]
    if needed:
        return needed
    if usual:
        return [usual[0].name]
    raise NoGraphError(
        f"The call of {printable(type(model).__name__, 60)} does not say which tensors "
        "it takes: give it named arguments, such as call(self, inputs)."
    )


def _recorded(layer: Any) -> Any:
    """The shapes that a layer was built with: one structure, or by argument."""
    shapes = getattr(layer, "_build_shapes_dict", None)
    if not shapes:
        return None
    plain = {str(key): _plain(value) for key, value in shapes.items()}
    plain = {key: value for key, value in plain.items() if value is not None}
    if len(plain) == 1:
        return next(iter(plain.values()))
    return plain or None


def _recorded_arguments(model: Any, names: list[str]) -> dict[str, Any]:
    shapes = getattr(model, "_build_shapes_dict", None) or {}
    by_name = {str(k).removesuffix("_shape"): _plain(v) for k, v in shapes.items()}
    by_name = {key: value for key, value in by_name.items() if value is not None}
    parameters = inspect.signature(model.call).parameters
    if len(by_name) > 1 and all(name in parameters for name in by_name):
        return by_name
    # The only argument of `build` is the shape of the first of `call`.
    return {names[0]: first} if (first := next(iter(by_name.values()), None)) else {}


def _plain(value: Any) -> Any:
    """Free recorded shapes from the wrappers of TensorFlow and of Keras' tracking."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if is_shape(value):
        return tuple(value)
    if isinstance(value, list | tuple):
        items = [_plain(item) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    return None


def _flat_shapes(value: Any) -> list[Shape]:
    if is_shape(value):
        return [tuple(value)]
    if isinstance(value, Mapping):
        return [one for key in sorted(value) for one in _flat_shapes(value[key])]
    if isinstance(value, list | tuple):
        return [one for item in value for one in _flat_shapes(item)]
    return []


def _slots_of(shapes: Any, name: str, fixed: bool) -> Any:
    if is_shape(shapes):
        return Slot(name, _batched(shapes, fixed))
    if isinstance(shapes, Mapping):
        return {key: _slots_of(one, str(key), fixed) for key, one in shapes.items()}
    items = [
        _slots_of(one, f"{name}_{index}", fixed)
        for index, one in enumerate(shapes, start=1)
    ]
    return tuple(items) if isinstance(shapes, tuple) else items


def _batched(shape: Any, fixed: bool) -> Shape:
    # What was recorded is the batch that the model was first called on.
    if fixed or not shape:
        return tuple(shape)
    return (None, *shape[1:])


def _unknown_error(slots: Any) -> NoGraphError:
    name = next(one.name for one in slots if one is not None and one.shape is None)
    return NoGraphError(
        f'Keras has not recorded the shape of the input "{printable(name, 60)}": give '
        "it with --input-shape where the model has one input, else call the model once "
        "on data where it is made."
    )
