"""Translates the raw ops of one old graph, in order, with what is known of shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from kerascodegen.readers.keras2.tfops import rules
from kerascodegen.readers.keras2.tfops.aliases import canonical
from kerascodegen.readers.keras2.tfops.calls import decode_call
from kerascodegen.readers.keras2.tfops.const import Const, Item, UnfoldableError
from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.dims import BATCH, Dim, Shape, Size, symbol
from kerascodegen.readers.keras2.tfops.expr import (
    Array,
    Complex,
    Expr,
    LayerCall,
    OpCall,
    Output,
    Slice,
    Stub,
    Tensor,
    UntranslatableError,
    op,
    rewrite,
    tensors,
)
from kerascodegen.readers.keras2.tfops.fold import fold
from kerascodegen.readers.keras2.tfops.infer import spec_of
from kerascodegen.readers.keras2.tfops.layers import output_dtype, output_shapes
from kerascodegen.readers.keras2.tfops.nodedef import decode_node_def
from kerascodegen.readers.keras2.tfops.reasons import reason_for
from kerascodegen.readers.keras2.tfops.registry import Several

Ref: TypeAlias = tuple[str, int, int]
Value: TypeAlias = "Tensor | Const | Complex"
# Deeper is no argument of a call.
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Translation:
    """What one old op became.

    Attributes:
        outputs: An expression for each output. `None` stands for a constant: nothing
            is to be written, since what takes it has it inside; `Translator.argument`
            gives it to layers and to the model's outputs.
    """

    outputs: tuple[Expr, ...]


class Translator:
    """Translates raw ops one after another, each after those that it takes from."""

    def __init__(self) -> None:
        self._values: dict[Ref, Value] = {}
        self._tensors: list[Tensor] = []

    def tensor(
        self,
        ref: Ref,
        shape: Sequence[int | None] | None,
        dtype: str | None = "float32",
        like: Ref | None = None,
    ) -> None:
        """Make a tensor known that an input or a layer gives.

        Args:
            ref: Layer, number of the call, number of the output; as the old file says.
            shape: Its shape, batch included, where known.
            dtype: Its dtype, where known.
            like: The first tensor that the layer takes, whose batch it keeps.
        """
        sizes: list[Size] | None = None
        if shape is not None:
            batch: Size = BATCH
            if like is not None:
                known = self._shape(like)
                batch = known[0] if known else symbol(f"{ref}:0")
            sizes = [
                (
                    size
                    if size is not None
                    else (batch if axis == 0 else symbol(f"{ref}:{axis}"))
                )
                for axis, size in enumerate(shape)
            ]
        self._know(Tensor(ref, None if sizes is None else tuple(sizes), dtype))

    def layer(
        self,
        ref: Ref,
        class_name: str,
        config: Mapping[str, Any],
        inputs: Sequence[Ref],
    ) -> None:
        """Make what an ordinary layer gives known, as far as its config tells.

        Args:
            ref: Its first output.
            class_name: Its class, without a package.
            config: Its config.
            inputs: The tensors that it takes, the first first.
        """
        shapes = [self._shape(source) for source in inputs]
        given = self.dtype(inputs[0]) if inputs else None
        dtype = output_dtype(class_name, config, given)
        for index, shape in enumerate(output_shapes(class_name, config, shapes)):
            self._know(Tensor((ref[0], ref[1], ref[2] + index), shape, dtype))

    def _know(self, tensor: Tensor) -> None:
        ref = tensor.ref
        assert isinstance(ref, tuple)
        self._values[ref] = tensor
        self._tensors.append(tensor)

    def shape(self, ref: Ref) -> tuple[int | None, ...] | None:
        """The shape of a tensor, batch included, as far as known."""
        shape = self._shape(ref)
        if shape is None:
            return None
        return tuple(size if isinstance(size, int) else None for size in shape)

    def _shape(self, ref: Ref | None) -> Shape | None:
        value = None if ref is None else self._values.get(ref)
        return None if value is None else spec_of(value)[0]

    def dtype(self, ref: Ref) -> str | None:
        """The dtype of a tensor, where known."""
        value = self._values.get(ref)
        return None if value is None else spec_of(value)[1]

    def translate(
        self,
        layer: str,
        node_index: int,
        symbol: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Translation | Stub:
        """Translate one call of a function of TensorFlow.

        Args:
            layer: Name of the old op layer; its outputs are known by it from here on.
            node_index: Which call of it.
            symbol: The function, as the config names it (`"math.reduce_mean"`).
            args: Positional arguments; tensors are `Tensor(ref)`.
            kwargs: Keyword arguments, the same.

        Returns:
            What it became, or a stub that says why not.
        """
        symbol = symbol.removeprefix("tf.").removeprefix("tensorflow.")
        try:
            known = [self._resolve(arg) for arg in args]
            named = {key: self._resolve(value) for key, value in kwargs.items()}
            result = self._apply(symbol, known, named)
            items = result.items if isinstance(result, Several) else (result,)
            finished = self._finish(tuple(items))
            specs = [spec_of(item) for item in finished]
        except (UntranslatableError, UnfoldableError) as error:
            return self._stub(layer, node_index, symbol, args, kwargs, str(error))
        except (
            ArithmeticError,
            ValueError,
            TypeError,
            IndexError,
            RecursionError,
        ) as e:
            # Shapes or arguments that no run of TensorFlow would have taken.
            reason = f"its arguments are not what tf.{symbol} takes"
            if type(e) is ArithmeticError:
                reason = str(e)
            return self._stub(layer, node_index, symbol, args, kwargs, reason)
        outputs: list[Expr] = []
        for index, (item, (shape, dtype)) in enumerate(
            zip(finished, specs, strict=True)
        ):
            ref = (layer, node_index, index)
            if isinstance(item, Const | Complex):
                self._values[ref] = item
                outputs.append(None)
                continue
            if isinstance(item, Tensor):
                self._values[ref] = item
            else:
                self._know(Tensor(ref, shape, dtype))
            outputs.append(item)
        return Translation(tuple(outputs))

    def op_layer(
        self,
        layer: str,
        node_index: int,
        class_name: str,
        config: Mapping[str, Any],
        call: Any,
        is_layer: Callable[[str], bool],
    ) -> Translation | Stub:
        """Translate one call of an op layer, as the old file has it.

        Args:
            layer: The layer's name.
            node_index: Which call of it.
            class_name: `TFOpLambda`, `SlicingOpLambda`, `TensorFlowOpLayer` and others.
            config: The layer's config.
            call: The entry of its `inbound_nodes`.
            is_layer: Tells whether the model has a layer of a name.

        Returns:
            As `translate`.
        """
        where = (layer, node_index)
        try:
            if class_name == "TensorFlowOpLayer":
                symbol, args, kwargs = decode_node_def(config, call, is_layer)
            else:
                symbol = symbol_of(class_name, config)
                args, kwargs = decode_call(call, is_layer)
        except UntranslatableError as error:
            name = _name_of(class_name, config)
            return self._stub(*where, name, (), {}, str(error))
        return self.translate(*where, symbol, args, kwargs)

    def _stub(
        self,
        layer: str,
        node_index: int,
        symbol: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        reason: str,
    ) -> Stub:
        self._values.setdefault((layer, node_index, 0), Tensor((layer, node_index, 0)))
        return Stub(symbol, tuple(args), dict(kwargs), reason)

    def argument(self, ref: Ref) -> Expr:
        """What a layer or the model's outputs take in the place of an old tensor.

        Args:
            ref: The tensor.

        Returns:
            The tensor; another one, where an op only passed it on; or for a constant,
            an expression that makes it part of the graph, since a layer that is called
            with an array is no part of it.

        Raises:
            UntranslatableError: The constant cannot be made part of the graph.
        """
        value = self._values.get(ref, Tensor(ref))
        if isinstance(value, Tensor):
            return value
        if isinstance(value, Complex):
            raise UntranslatableError("Keras has no complex tensors")
        return self._connected(self._materialise(value))

    def _connected(self, expr: Expr) -> Expr:
        """Add a zero of the graph to an expression of constants."""
        if next(tensors(expr), None) is not None:
            return expr
        witness = Context(self._tensors).any_tensor()
        shape, dtype = witness.shape, spec_of(expr)[1]
        assert shape is not None
        key: tuple[Expr, ...] = (0,) * len(shape)
        scalar = op("get_item", witness, key) if key else witness
        if dtype == "bool":
            return op("logical_or", expr, op("zeros_like", scalar, dtype=dtype))
        return op("add", expr, op("zeros_like", scalar, dtype=dtype))

    def _resolve(self, value: Any, depth: int = 0) -> Any:
        """Exchange tensors for what is known about them."""
        if depth > _MAX_DEPTH:
            raise UntranslatableError("its arguments are nested too deeply")
        if isinstance(value, Tensor):
            assert isinstance(value.ref, tuple)
            return self._values.get(value.ref, value)
        if isinstance(value, list | tuple):
            return [self._resolve(item, depth + 1) for item in value]
        if isinstance(value, Slice):
            ends = (value.start, value.stop, value.step)
            return Slice(*(self._resolve(end, depth + 1) for end in ends))
        if isinstance(value, dict):
            return {key: self._resolve(v, depth + 1) for key, v in value.items()}
        return value

    def _apply(
        self, symbol: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        name = canonical(symbol)
        rule = rules.RULES.get(name)
        if rule is None:
            raise UntranslatableError(reason_for(name))
        bound = rule.bind(tuple(args), kwargs)
        return rule.function(Context(self._tensors), *bound.args, **bound.kwargs)

    def _finish(self, items: tuple[Any, ...]) -> list[Any]:
        """Compute what is constant, and make the rest plain calls."""
        folded: dict[int, Any] = {}
        kept: list[Any] = []
        finished = []
        for item in items:
            result = self._fold(item, folded, kept)
            if isinstance(result, Complex):
                real, imaginary = self._finish((result.real, result.imaginary))
                result = Complex(real, imaginary)
            elif not isinstance(result, Const | Tensor):
                if isinstance(result, bool | int | float | str | Array):
                    raise UntranslatableError("a constant is no array")
                result = self._connect_deep(rewrite(result, self._leaf))
            finished.append(result)
        return _shared(finished)

    def _fold(self, expr: Any, done: dict[int, Any], kept: list[Any]) -> Any:
        if isinstance(expr, OpCall):
            if id(expr) not in done:
                args = tuple(self._fold(arg, done, kept) for arg in expr.args)
                kwargs = {k: self._fold(v, done, kept) for k, v in expr.kwargs.items()}
                call = OpCall(expr.function, args, kwargs)
                constant = fold(call)
                # Kept alive, or another object might get its number.
                kept.append(expr)
                done[id(expr)] = call if constant is None else constant
            return done[id(expr)]
        if isinstance(expr, Output):
            call = self._fold(expr.call, done, kept)
            return Output(call, expr.index)
        if isinstance(expr, LayerCall):
            args = tuple(self._fold(arg, done, kept) for arg in expr.args)
            return replace(expr, args=args)
        if isinstance(expr, tuple):
            return tuple(self._fold(item, done, kept) for item in expr)
        if isinstance(expr, Complex):
            real = self._fold(expr.real, done, kept)
            return Complex(real, self._fold(expr.imaginary, done, kept))
        return expr

    def _leaf(self, leaf: Any) -> Expr:
        if isinstance(leaf, Const):
            return self._materialise(leaf)
        if isinstance(leaf, Dim):
            return Context(self._tensors).count(leaf)
        return leaf  # type: ignore[no-any-return]

    def _materialise(self, const: Const) -> Expr:
        """Write a constant: a number, an array, or dimensions counted in the graph."""
        if const.known:
            if not const.shape:
                return const.item if not isinstance(const.item, Dim) else None
            nested = const.nested()
            assert isinstance(nested, tuple)
            return Array(nested, const.dtype, const.shape)
        parts = tuple(self._number(item, const.dtype) for item in const.values)
        if not const.shape:
            return parts[0]
        stacked = op("stack", tuple(self._connected(part) for part in parts), axis=0)
        if len(const.shape) == 1:
            return stacked
        return op("reshape", stacked, const.shape)

    def _number(self, item: Item, dtype: str) -> Expr:
        if not isinstance(item, Dim):
            return Array((item,), dtype, (1,)) if dtype == "string" else item
        return Context(self._tensors).count(item, dtype)

    def _connect_deep(self, expr: Any) -> Any:
        """Connect calls inside an expression that take no tensor at all."""
        return expr if next(tensors(expr), None) is not None else self._deepest(expr)

    def _deepest(self, expr: Any) -> Any:
        if isinstance(expr, OpCall) and expr.args:
            first = self._deepest(expr.args[0])
            return OpCall(expr.function, (first, *expr.args[1:]), expr.kwargs)
        if isinstance(expr, Output):
            return Output(self._deepest(expr.call), expr.index)
        if isinstance(expr, tuple) and expr:
            return (self._deepest(expr[0]), *expr[1:])
        if isinstance(expr, bool | int | float | Array):
            return self._connected(expr)
        raise UntranslatableError("it takes no tensor of the model")


def symbol_of(class_name: str, config: Mapping[str, Any]) -> str:
    """The function of TensorFlow that an op layer calls.

    Raises:
        UntranslatableError: It calls none, or the file does not say which.
    """
    symbol = config.get("function")
    if class_name in {"ClassMethod", "InstanceMethod", "InstanceProperty"}:
        raise UntranslatableError(
            "it is a method or property of ragged or other composite tensors, which "
            "Keras has no functions on"
        )
    if not isinstance(symbol, str) or not symbol:
        raise UntranslatableError("the file does not say which function it calls")
    return symbol


def _name_of(class_name: str, config: Mapping[str, Any]) -> str:
    for key in ("function", "method_name", "attr_name"):
        if isinstance(config.get(key), str):
            return str(config[key])
    return class_name


def _shared(items: list[Any]) -> list[Any]:
    """Make equal calls of outputs one object again."""
    calls: list[OpCall] = []
    result = []
    for item in items:
        if isinstance(item, Output):
            for call in calls:
                if call == item.call:
                    item = Output(call, item.index)
                    break
            else:
                calls.append(item.call)
        result.append(item)
    return result
