"""What a raw TensorFlow op becomes: calls of Keras' public functions, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import EllipsisType
from typing import Any, TypeAlias

from kerascodegen.readers.keras2.tfops.dims import Shape


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of the old graph, by whatever the reader knows it by.

    Attributes:
        ref: The reader's own key, given back as it came.
        shape: Its shape, where known; unknown dimensions are `Dim`s.
        dtype: Its dtype, where known.
    """

    ref: Hashable
    shape: Shape | None = field(default=None, compare=False)
    dtype: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Array:
    """A constant array.

    Attributes:
        values: Nested tuples of numbers, never a single number.
        dtype: As Keras names it.
        shape: Its shape.
    """

    values: tuple[object, ...]
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice inside the key of `keras.ops.get_item`."""

    start: Expr = None
    stop: Expr = None
    step: Expr = None


@dataclass(frozen=True, slots=True)
class OpCall:
    """A call of a public function of Keras.

    Attributes:
        function: Its path, `"keras.ops.mean"`.
        args: Positional arguments, as the public function takes them.
        kwargs: Keyword arguments, the same.
    """

    function: str
    args: tuple[Expr, ...]
    kwargs: Mapping[str, Expr] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LayerCall:
    """A call of a new layer without weights, where no function does the same.

    Attributes:
        layer: The layer's class, `"keras.layers.Reshape"`; `"keras2>Name"` for one
            whose code comes along.
        config: Its constructor arguments.
        args: What it is called with.
        shape: The shape that it gives, where its config does not tell.
    """

    layer: str
    config: Mapping[str, Expr]
    args: tuple[Expr, ...]
    shape: Shape | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a call that gives several. One `OpCall` object is one call.

    Attributes:
        call: The call.
        index: Which of its outputs.
    """

    call: OpCall
    index: int


@dataclass(frozen=True, slots=True)
class Complex:
    """A complex tensor of the old graph, which only rules see.

    Attributes:
        real: Its real part.
        imaginary: Its imaginary part.
    """

    real: Any
    imaginary: Any


@dataclass(frozen=True, slots=True)
class Stub:
    """An op that has no equal in Keras, or none for these arguments.

    Attributes:
        symbol: What TensorFlow calls it, without `tf.`.
        args: The arguments as the file has them.
        kwargs: The same, by name.
        reason: Why, a sentence.
    """

    symbol: str
    args: tuple[object, ...]
    kwargs: Mapping[str, object]
    reason: str


Number: TypeAlias = bool | int | float
Expr: TypeAlias = (
    "OpCall | LayerCall | Output | Tensor | Array | Slice | bool | int | float | str "
    "| EllipsisType | tuple[Expr, ...] | None"
)


class UntranslatableError(Exception):
    """Raised by rules; its text is the reason of the stub."""


def op(name: str, *args: Any, **kwargs: Any) -> OpCall:
    """Make a call of a function of `keras.ops`.

    Within rules, constants (`Const`) may stand among the arguments; the translator
    makes them numbers and arrays.
    """
    return OpCall(f"keras.ops.{name}", args, kwargs)


def tensors(expr: Expr) -> Iterator[Tensor]:
    """Yield the tensors that an expression takes."""
    if isinstance(expr, Tensor):
        yield expr
    for part in parts(expr):
        yield from tensors(part)


def parts(expr: Expr) -> Iterator[Expr]:
    """Yield what an expression is made of, one level deep."""
    if isinstance(expr, OpCall):
        yield from expr.args
        yield from expr.kwargs.values()
    elif isinstance(expr, LayerCall):
        yield from expr.args
    elif isinstance(expr, Output):
        yield expr.call
    elif isinstance(expr, Slice):
        yield from (expr.start, expr.stop, expr.step)
    elif isinstance(expr, tuple):
        yield from expr


def rewrite(expr: Expr, leaf: Callable[[Expr], Expr]) -> Expr:
    """Copy an expression with its leaves exchanged, shared calls staying one.

    Args:
        expr: The expression.
        leaf: Gives what stands in a leaf's place.

    Returns:
        The copy.
    """
    calls: dict[int, OpCall] = {}

    def copy(part: Expr) -> Expr:
        if isinstance(part, OpCall):
            if id(part) not in calls:
                kwargs = {key: copy(value) for key, value in part.kwargs.items()}
                args = tuple(copy(arg) for arg in part.args)
                calls[id(part)] = OpCall(part.function, args, kwargs)
            return calls[id(part)]
        if isinstance(part, LayerCall):
            return replace(part, args=tuple(map(copy, part.args)))
        if isinstance(part, Output):
            call = copy(part.call)
            assert isinstance(call, OpCall)
            return Output(call, part.index)
        if isinstance(part, Slice):
            return Slice(copy(part.start), copy(part.stop), copy(part.step))
        if isinstance(part, tuple):
            return tuple(copy(item) for item in part)
        return leaf(part)

    return copy(expr)
