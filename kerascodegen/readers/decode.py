"""Decode values of a Keras config: what `serialize_keras_object` wrote.

The format is that of `keras/src/saving/serialization_lib.py`. Decoding imports nothing
and runs nothing: classes and functions stay names, bytecode becomes its hash.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any

from kerascodegen.catalog.lookup import find_function
from kerascodegen.errors import ReadError, printable
from kerascodegen.graph.custom import CODE_KEY, code_of
from kerascodegen.graph.model import (
    ArraySpec,
    BytesSpec,
    ClassRef,
    FunctionSpec,
    Graph,
    LambdaSpec,
    ObjectSpec,
    Singleton,
    SliceSpec,
    TensorRef,
    TensorSpec,
    Value,
)
from kerascodegen.readers.jsontext import MAX_DEPTH

MODEL_CLASSES = frozenset({"Functional", "Sequential", "Model"})
# Where Keras 3 writes its own models from; anything else is a class of somebody's own.
MODEL_MODULES = frozenset(
    {
        "keras",
        "keras.models",
        "keras.src.models.functional",
        "keras.src.models.model",
        "keras.src.models.sequential",
    }
)

# On PyTorch `keras.optimizers.Adam()` makes, and records, its own subclass of Adam.
_TORCH_OPTIMIZERS = {
    f"keras.src.backend.torch.optimizers.torch_{name.lower()}": name
    for name in (
        "Adadelta",
        "Adagrad",
        "Adam",
        "Adamax",
        "AdamW",
        "Lion",
        "Nadam",
        "RMSprop",
        "SGD",
    )
}

JsonObject = Mapping[str, Any]
ReadModel = Callable[[JsonObject], Graph]


def object_field(data: JsonObject, key: str, kind: type, where: str) -> Any:
    """Take a key of an object that must have it.

    Args:
        data: The object.
        key: The key to take.
        kind: The Python type that its value must have.
        where: What the object is, for messages.

    Returns:
        The value.

    Raises:
        ReadError: The key is missing or its value has another type.
    """
    value = data.get(key)
    if not isinstance(value, kind):
        found = "is missing" if value is None else f"is a {type(value).__name__}"
        raise ReadError(
            f'The config of {where} is damaged: "{key}" {found}, '
            f"where a {kind.__name__} belongs."
        )
    return value


def class_ref(data: JsonObject) -> ClassRef:
    """Read which class a serialised object names.

    Args:
        data: An object with `class_name` and, mostly, `module` and `registered_name`.

    Returns:
        The class, by name.

    Raises:
        ReadError: A name is not a string.
    """
    name = object_field(data, "class_name", str, "an object")
    module = data.get("module")
    registered = data.get("registered_name")
    if not isinstance(module, str | None) or not isinstance(registered, str | None):
        raise ReadError(
            f'The class "{printable(name, 60)}" in the config is not named by strings.'
        )
    if module in _TORCH_OPTIMIZERS and name == _TORCH_OPTIMIZERS[module]:
        module, registered = "keras.optimizers", None
    # Keras writes the bare name for its own ops, "package>Name" for registered classes.
    registered = registered if registered != name else None
    return ClassRef(module, name, registered, code_of(data))


def is_model(data: JsonObject) -> bool:
    """Tell whether a serialised object is a model with layers inside.

    Args:
        data: A serialised object.

    Returns:
        True for Functional and Sequential models, subclasses included where their
        config has the layers.
    """
    config = data.get("config")
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        return False
    if data.get("class_name") in MODEL_CLASSES:
        module = data.get("module")
        return module is None or (isinstance(module, str) and module in MODEL_MODULES)
    return "input_layers" in config and "output_layers" in config


class Decoder:
    """Decodes config values; collects the tensor specs that it meets on the way.

    Attributes:
        specs: Shape and dtype of every tensor met.
    """

    def __init__(
        self, read_model: ReadModel, shared_ids: Mapping[int, int] | None = None
    ) -> None:
        self._read_model = read_model
        self._shared_ids = shared_ids or {}
        self._in_call = False
        self._of_call = False
        self.specs: dict[TensorRef, TensorSpec] = {}

    def decode(self, value: Any, depth: int = 0) -> Value:
        """Decode one JSON value.

        Args:
            value: Parsed JSON.
            depth: How deep the value stands.

        Returns:
            The value with serialised objects, tensors and slices as their own types.

        Raises:
            ReadError: The value is damaged or nested too deeply.
        """
        if depth > MAX_DEPTH:
            raise ReadError("The config is nested too deeply to be a model's.")
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, list | tuple):
            return [self.decode(item, depth + 1) for item in value]
        if not isinstance(value, dict):
            raise ReadError(
                f"The config holds a {type(value).__name__}, which JSON does not have."
            )
        name = value.get("class_name")
        if isinstance(name, str):
            special = _SPECIAL.get(name)
            if special is not None:
                return special(self, value, depth)
            if "config" in value and ("module" in value or "registered_name" in value):
                return self._object(value, depth)
        if is_bare_lambda(value):
            return LambdaSpec(_code_hash(value), code=code_of(value))
        return {key: self.decode(item, depth + 1) for key, item in value.items()}

    def decode_config(self, config: JsonObject) -> dict[str, Value]:
        """Decode the constructor arguments of an object.

        Args:
            config: Parsed JSON.

        Returns:
            The arguments, decoded.
        """
        return self._fields(config, 1)

    def _fields(self, config: JsonObject, depth: int) -> dict[str, Value]:
        return {
            # Layers turn the name given for their `dtype` into a policy, but keep what
            # they were given for any other.
            key: (
                self._policy(item)
                if key.endswith("_dtype") and _is_plain_policy(item)
                else self.decode(item, depth)
            )
            for key, item in config.items()
        }

    def decode_call(self, args: Any, kwargs: Any) -> tuple[Value, Value]:
        """Decode the arguments of a call, the only place that tensors stand in.

        Args:
            args: Parsed JSON of the positional arguments.
            kwargs: Of the keyword arguments.

        Returns:
            Both, decoded.
        """
        self._in_call = self._of_call = True
        try:
            return self.decode(args), self.decode(kwargs)
        finally:
            self._in_call = self._of_call = False

    def _policy(self, value: JsonObject) -> ObjectSpec:
        return ObjectSpec(class_ref(value), {"name": str(value["config"]["name"])})

    def _object(self, value: JsonObject, depth: int) -> Value:
        in_call, self._in_call = self._in_call, False
        try:
            return self._plain_object(value, depth)
        finally:
            self._in_call = in_call

    def _plain_object(self, value: JsonObject, depth: int) -> Value:
        cls = class_ref(value)
        config = value["config"]
        if cls.name == "function":
            if not isinstance(config, str):
                raise ReadError(
                    "The config names a function by something not a string."
                )
            return _function(cls, config)
        # Seen for objects without a config, such as builtin types named as functions.
        if isinstance(config, str) or config is None:
            name = config or cls.name
            return FunctionSpec(cls.module, name, cls.registered, cls.code)
        if not isinstance(config, dict):
            raise ReadError(
                f'The config of "{printable(cls.name, 60)}" is not an object.'
            )
        if _is_plain_policy(value):
            return str(config["name"])
        shared_id = self._shared_ids.get(id(value))
        if is_model(value):
            if self._of_call:
                raise ReadError(
                    "A model stands among the arguments of a call, where none belongs."
                )
            graph = self._read_model(value)
            return ObjectSpec(cls, {}, graph=graph, shared_id=shared_id)
        decoded = self._fields(config, depth + 1)
        return ObjectSpec(cls, decoded, shared_id=shared_id)

    def _tensor(self, value: JsonObject, depth: int) -> Value:
        if not self._in_call:
            raise ReadError(
                "A tensor stands in the config where none belongs: it can only be an "
                "argument of a call."
            )
        config = object_field(value, "config", dict, "a tensor")
        history = config.get("keras_history")
        if (
            not isinstance(history, list)
            or len(history) != 3
            or not isinstance(history[0], str)
            or not all(type(index) is int and index >= 0 for index in history[1:])
        ):
            raise ReadError("A tensor in the config does not say which layer made it.")
        ref = TensorRef(*history)
        shape, dtype = config.get("shape"), config.get("dtype")
        if isinstance(shape, list) and isinstance(dtype, str):
            dims = tuple(dim if type(dim) is int else None for dim in shape)
            self.specs[ref] = TensorSpec(dims, dtype)
        return ref

    def _slice(self, value: JsonObject, depth: int) -> Value:
        config = object_field(value, "config", dict, "a slice")
        start, stop, step = (
            self.decode(config.get(key), depth + 1) for key in ("start", "stop", "step")
        )
        for part in (start, stop, step):
            if not isinstance(part, int | float | TensorRef | ArraySpec | None):
                raise ReadError("A slice in the config has a bound that is no number.")
        return SliceSpec(start, stop, step)

    def _ellipsis(self, value: JsonObject, depth: int) -> Value:
        return Singleton.ELLIPSIS

    def _bytes(self, value: JsonObject, depth: int) -> Value:
        config = object_field(value, "config", dict, "a bytes value")
        text = object_field(config, "value", str, "a bytes value")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise ReadError("A bytes value in the config is no text that was encoded.")
        return BytesSpec(text)

    def _array(self, value: JsonObject, depth: int) -> Value:
        config = object_field(value, "config", dict, "an array")
        dtype = object_field(config, "dtype", str, "an array")
        values = self.decode(config.get("value"), depth + 1)
        if not _is_plain(values):
            raise ReadError("An array in the config holds more than numbers and texts.")
        return ArraySpec(values, dtype, is_tensor=value["class_name"] == "__tensor__")

    def _lambda(self, value: JsonObject, depth: int) -> Value:
        return LambdaSpec(_code_hash(value.get("config")), code=code_of(value))


def _is_plain_policy(value: Any) -> bool:
    """Tell whether a value is a serialised dtype policy that a name stands for."""
    if not isinstance(value, dict) or value.get("class_name") != "DTypePolicy":
        return False
    config = value.get("config")
    return isinstance(config, dict) and list(config) == ["name"]


def is_bare_lambda(value: JsonObject) -> bool:
    """Tell whether a value is what Keras makes of a lambda that is an activation.

    It leaves out all but the bytecode, its defaults and its closure.

    Args:
        value: Parsed JSON without a class name.

    Returns:
        True where the value is nothing else.
    """
    parts = value.get("value")
    if not set(value) <= {"value", CODE_KEY} or not isinstance(parts, list):
        return False
    code = parts[0] if len(parts) == 3 else None
    # A marshalled code object begins with one byte of two, in base64.
    known = CODE_KEY in value or str(code).startswith(("4w", "Yw"))
    return isinstance(code, str) and known


def _function(cls: ClassRef, config: str) -> FunctionSpec:
    """Read a function's name, which a live reader may have put its module before."""
    module, mark, name = config.rpartition(">")
    if mark and find_function(module, name) is not None:
        return FunctionSpec(module, name)
    return FunctionSpec(cls.module, config, cls.registered, cls.code)


def _is_plain(value: Value) -> bool:
    if isinstance(value, list):
        return all(_is_plain(item) for item in value)
    return isinstance(value, bool | int | float | str)


def _code_hash(config: Any) -> str:
    """Hash bytecode without loading it, so that a reader can name what was there."""
    # Few models have any, and loading OpenSSL takes as long as reading a small model.
    import hashlib

    if isinstance(config, dict):
        config = config.get("code", config.get("value"))
    if isinstance(config, list) and config:
        config = config[0]
    if isinstance(config, str):
        try:
            return hashlib.sha256(base64.b64decode(config)).hexdigest()
        except (binascii.Error, ValueError):
            return hashlib.sha256(config.encode("utf-8", "surrogatepass")).hexdigest()
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()


_SPECIAL: dict[str, Callable[[Decoder, JsonObject, int], Value]] = {
    "__keras_tensor__": Decoder._tensor,
    "__slice__": Decoder._slice,
    "__ellipsis__": Decoder._ellipsis,
    "__bytes__": Decoder._bytes,
    "__numpy__": Decoder._array,
    "__tensor__": Decoder._array,
    "__lambda__": Decoder._lambda,
}
