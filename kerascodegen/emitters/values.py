"""Render decoded values as Python expressions. Every call is rendered here."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import singledispatchmethod

from kerascodegen.catalog.lookup import find_class, find_function
from kerascodegen.emitters.source import ModuleScope
from kerascodegen.emitters.stubs import class_stub, function_stub, lambda_stub
from kerascodegen.errors import InternalError
from kerascodegen.graph.custom import ImportedCode, InlinedCode, InlinedLambda
from kerascodegen.graph.model import (
    Argument,
    ArraySpec,
    BytesSpec,
    FileKind,
    FileSpec,
    FunctionSpec,
    Graph,
    LambdaSpec,
    ObjectSpec,
    Operation,
    Singleton,
    SliceSpec,
    TensorRef,
    Value,
)
from kerascodegen.literals import number, string

# JSON has only lists; most of numbers read better as tuples, but not these.
_LISTS = frozenset({"bin_boundaries", "boundaries", "vocabulary"})
_TUPLES = frozenset({"shape", "batch_shape", "newshape", "target_shape"})


class Renderer:
    """Renders values against a module's imports and one function's names.

    Attributes:
        scope: The module's imports and stubs; rendering registers what it uses.
        tensors: The expression of each tensor.
        objects: The variable of each shared layer, by its number.
    """

    def __init__(
        self,
        scope: ModuleScope,
        helper: Callable[[Graph], tuple[str, Sequence[int]]],
        tensors: Mapping[TensorRef, str] | None = None,
        objects: Mapping[int, str] | None = None,
    ) -> None:
        self.scope = scope
        self.tensors = tensors or {}
        self.objects = objects or {}
        self._helper = helper

    @singledispatchmethod
    def value(self, value: Value) -> str:
        """Render a value.

        Args:
            value: Anything that configs and calls hold.

        Returns:
            A Python expression.
        """
        raise InternalError(f"No way to write a {type(value).__name__}.")

    @value.register
    def _none(self, value: None) -> str:
        return "None"

    @value.register(bool)
    @value.register(int)
    @value.register(float)
    def _number(self, value: int | float) -> str:
        return number(value)

    @value.register
    def _string(self, value: str) -> str:
        return string(value)

    @value.register
    def _list(self, value: list) -> str:  # type: ignore[type-arg]
        # Shapes, axes and index lists read as tuples; JSON has only lists for both.
        if is_shape(value):
            return self.tuple(value)
        return f"[{', '.join(self.value(item) for item in value)}]"

    @value.register
    def _dict(self, value: dict) -> str:  # type: ignore[type-arg]
        items = (f"{string(key)}: {self.value(item)}" for key, item in value.items())
        return f"{{{', '.join(items)}}}"

    @value.register
    def _tensor(self, value: TensorRef) -> str:
        return self.tensors[value]

    @value.register
    def _slice(self, value: SliceSpec) -> str:
        parts = (self.value(part) for part in (value.start, value.stop, value.step))
        return f"slice({', '.join(parts)})"

    @value.register
    def _singleton(self, value: Singleton) -> str:
        return "..."

    @value.register
    def _bytes(self, value: BytesSpec) -> str:
        return f"{string(value.text)}.encode()"

    @value.register
    def _array(self, value: ArraySpec) -> str:
        path = "keras.ops.array" if value.is_tensor else "numpy.array"
        values, dtype = self._plain(value.values), string(value.dtype)
        return f"{self.scope.use(path)}({values}, dtype={dtype})"

    @value.register
    def _file(self, value: FileSpec) -> str:
        loaded = f"{self.scope.loader(value.kind)}({string(value.key)})"
        if value.kind is FileKind.LIST:
            return f"{loaded}.tolist()"
        if value.is_tensor:
            array = self.scope.use("keras.ops.array")
            return f"{array}({loaded}, dtype={string(value.dtype)})"
        return f"{loaded}.astype({string(value.dtype)})" if value.dtype else loaded

    @value.register
    def _function(self, value: FunctionSpec) -> str:
        if isinstance(value.code, ImportedCode | InlinedCode):
            return self.scope.custom(value.code)
        path = find_function(value.module, value.name)
        if path is not None and value.code is None:
            return self.scope.use(path)
        identity = ("function", repr((value, value.code)))
        return self.scope.stub(identity, function_stub(value))

    @value.register
    def _lambda(self, value: LambdaSpec) -> str:
        if isinstance(value.code, InlinedLambda):
            return self.scope.custom_lambda(value.code)
        if isinstance(value.code, ImportedCode):
            return self.scope.custom(value.code)
        return self.scope.stub(("lambda", repr(value)), lambda_stub(value))

    @value.register
    def _object(self, value: ObjectSpec) -> str:
        if value.shared_id is not None and value.shared_id in self.objects:
            return self.objects[value.shared_id]
        return self.made(value)

    def made(self, value: ObjectSpec | Operation) -> str:
        """Render the construction of an object, a layer or a nested model.

        Args:
            value: What to make, behind the arguments pass.

        Returns:
            A call of its class, or of the function that builds the model.
        """
        if value.graph is not None:
            name, given = self._helper(value.graph)
            return f"{name}({', '.join(self.objects[number] for number in given)})"
        if value.arguments is None:
            raise InternalError(f"No arguments were decided for {value.cls.path}.")
        return self.call(self.class_name(value), value.arguments)

    def _plain(self, value: Value) -> str:
        """Render nested lists as lists, whatever they hold."""
        if isinstance(value, list):
            return f"[{', '.join(self._plain(item) for item in value)}]"
        return self.value(value)

    def tuple(self, items: Iterable[Value]) -> str:
        """Render a tuple, `(3,)` with one item."""
        rendered = [self.value(item) for item in items]
        return f"({rendered[0]},)" if len(rendered) == 1 else f"({', '.join(rendered)})"

    def class_name(self, value: Operation | ObjectSpec) -> str:
        """Register the class of a layer or object.

        Args:
            value: The layer or object.

        Returns:
            The name to write: a class of Keras, a custom one, or a stub of ours.
        """
        if isinstance(value.cls.code, ImportedCode | InlinedCode):
            return self.scope.custom(value.cls.code)
        entry = find_class(value.cls.path)
        if entry is not None and (not entry.unsafe or entry.name == "Lambda"):
            return self.scope.use(entry.import_path)
        identity = ("class", repr((value.cls, value.cls.code)))
        return self.scope.stub(identity, class_stub(value))

    def _argument(self, argument: Argument) -> str:
        if argument.name in _LISTS:
            return self._plain(argument.value)
        if argument.name in _TUPLES and argument.value == []:
            return "()"
        return self.value(argument.value)

    def call(self, function: str, arguments: Iterable[Argument]) -> str:
        """Render a call.

        Args:
            function: Source of what is called.
            arguments: In the order that they are written, positional ones first.

        Returns:
            The call. Keywords that are no identifiers go through `**{...}`.
        """
        parts: list[str] = []
        odd: dict[str, str] = {}
        for argument in arguments:
            rendered = self._argument(argument)
            if argument.positional:
                parts.append(rendered)
            elif is_keyword_name(argument.name):
                parts.append(f"{argument.name}={rendered}")
            else:
                odd[argument.name] = rendered
        if odd:
            items = ", ".join(f"{string(key)}: {text}" for key, text in odd.items())
            parts.append(f"**{{{items}}}")
        return f"{function}({', '.join(parts)})"


def is_keyword_name(name: str) -> bool:
    """Tell whether a config key can stand before `=` in a call."""
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)


def is_shape(value: Value) -> bool:
    """Tell whether a list reads as a tuple: dimensions, axes, or pairs of them."""
    if not isinstance(value, list) or not value:
        return False
    if all(item is None or type(item) is int for item in value):
        return True
    return all(is_shape(item) for item in value)
