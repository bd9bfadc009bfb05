"""Render calls of layers and ops inside a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kerascodegen.catalog.lookup import OpEntry, OpParameter, find_op
from kerascodegen.emitters.values import Renderer
from kerascodegen.errors import InternalError, UnsupportedModelError, printable
from kerascodegen.graph.model import (
    Argument,
    Node,
    Operation,
    SliceSpec,
    TensorRef,
    Value,
)
from kerascodegen.passes.defaults import is_default

_MISSING = object()


def layer_call(layer: str, node: Node, renderer: Renderer) -> str:
    """Render the call of a layer or model on tensors.

    Args:
        layer: Source of the layer: its construction, or a variable.
        node: The call.
        renderer: Renders the arguments.

    Returns:
        The call.
    """
    arguments = [Argument("", value, positional=True) for value in node.args]
    arguments += [Argument(name, value) for name, value in node.kwargs.items()]
    return renderer.call(layer, arguments)


def op_call(operation: Operation, node: Node, renderer: Renderer) -> str:
    """Render an op: an operator, a subscript, or a call of its public function.

    Args:
        operation: The op, with its parameters.
        node: The call, with its tensors.
        renderer: Renders the operands.

    Returns:
        An expression.

    Raises:
        UnsupportedModelError: No public function makes the op with these parameters.
    """
    entry = find_op(operation.cls.path)
    if entry is None:
        raise InternalError(f"The catalog has no op {operation.cls.path}.")
    operator = _operator_expression(entry, node, renderer)
    if operator is not None:
        return operator
    for key, forced in entry.forced.items():
        if key in operation.config and not is_default(forced, operation.config[key]):
            raise UnsupportedModelError(
                f'The op "{printable(operation.name, 60)}" has {key}='
                f"{printable(operation.config[key], 40)}, which {entry.function} "
                "does not let a caller choose."
            )
    arguments = _function_arguments(entry, operation, node)
    return renderer.call(renderer.scope.use(entry.function), arguments)


def _operator_expression(entry: OpEntry, node: Node, renderer: Renderer) -> str | None:
    """Write `x + 1.0`, `-x` or `x[:, 0]` where Python gives exactly this op."""
    operands = list(node.args)
    if entry.operator is None or node.kwargs or len(operands) != entry.arity:
        return None
    first = operands[0]
    if entry.operator == "[]":
        if not isinstance(first, TensorRef):
            return None
        return f"{renderer.value(first)}[{subscript(operands[1], renderer)}]"
    if entry.arity == 1:
        is_tensor = isinstance(first, TensorRef)
        return f"{entry.operator}{renderer.value(first)}" if is_tensor else None
    second = operands[1]
    plain = TensorRef | int | float
    by_tensor = isinstance(first, TensorRef) and isinstance(second, plain)
    by_number = isinstance(first, int | float) and isinstance(second, TensorRef)
    if not by_tensor and not (by_number and entry.reflected):
        return None
    left, right = renderer.value(first), renderer.value(second)
    if entry.operator != "**":
        return f"{left} {entry.operator} {right}"
    # A minus binds weaker than a power. Black writes simple powers without spaces.
    return f"({left})**{right}" if left.startswith("-") else f"{left}**{right}"


def subscript(key: Value, renderer: Renderer) -> str:
    """Render what stands between the brackets of `x[...]`.

    Args:
        key: A slice, an index, or a list of those, which was a tuple.
        renderer: Renders indices that are tensors.

    Returns:
        Source of the subscript.
    """
    if isinstance(key, list) and key:
        parts = [_slice_text(item, renderer) for item in key]
        return f"{parts[0]}," if len(parts) == 1 else ", ".join(parts)
    return _slice_text(key, renderer)


def _slice_text(value: Value, renderer: Renderer) -> str:
    if not isinstance(value, SliceSpec):
        return renderer.value(value)
    start, stop, step = (
        "" if part is None else renderer.value(part)
        for part in (value.start, value.stop, value.step)
    )
    return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"


def _function_arguments(
    entry: OpEntry, operation: Operation, node: Node
) -> Iterator[Argument]:
    """Bind an op's config and call back to its public function's parameters."""
    config = {argument.name: argument.value for argument in operation.arguments or ()}
    positional = True
    for index, parameter in enumerate(entry.parameters):
        if parameter.variadic:
            yield from _variadic(parameter, node)
            positional = False
            continue
        value = _parameter_value(parameter, config, node)
        if value is _MISSING:
            if parameter.required:
                raise UnsupportedModelError(
                    f'The op "{printable(operation.name, 60)}" lacks '
                    f"{parameter.name!r}, without which {entry.function} cannot be "
                    "called."
                )
            positional = False
            continue
        known: Value = value  # type: ignore[assignment]
        if not parameter.required and is_default(parameter.default, known):
            positional = False
            continue
        positional = positional and index < entry.positional
        positional = positional and not parameter.keyword_only
        yield Argument(parameter.name, known, positional)


def _parameter_value(
    parameter: OpParameter, config: Mapping[str, Value], node: Node
) -> object:
    if parameter.source == "config":
        return config.get(parameter.key, _MISSING)
    if parameter.position is not None and parameter.position < len(node.args):
        return node.args[parameter.position]
    return node.kwargs.get(parameter.key, _MISSING)


def _variadic(parameter: OpParameter, node: Node) -> Iterator[Argument]:
    if parameter.variadic == "*":
        for value in node.args[parameter.position or 0 :]:
            yield Argument("", value, positional=True)
        return
    for name, value in node.kwargs.items():
        yield Argument(name, value)
