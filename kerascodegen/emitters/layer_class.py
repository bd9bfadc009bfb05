"""Write a block as a class: its layers in `__init__`, its calls in `call`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from kerascodegen.emitters.calls import layer_call
from kerascodegen.emitters.folded_body import FoldedWriter, construct
from kerascodegen.emitters.source import Statement as Line
from kerascodegen.errors import InternalError
from kerascodegen.folding.expressions import Const, Var
from kerascodegen.folding.program import (
    NAME,
    Block,
    Body,
    Branch,
    Call,
    Program,
    Tensor,
)
from kerascodegen.graph.model import TensorRef


class CallWriter(FoldedWriter):
    """Writes bodies in which blocks may be layers, made and called in one expression.

    Attributes:
        classes: Keys of the blocks that are layers.
        attributes: Where a layer is kept in `self`, by the tensor that its call gives;
            others are made where they are called.
    """

    def __init__(self, *args: Any, classes: frozenset[str]) -> None:
        super().__init__(*args)
        self.classes = classes
        self.attributes: Mapping[Tensor, str] = {}

    def method_body(self, body: Body) -> list[Line]:
        """Write a block's body with its `return`, a level deeper than a function's."""
        self._depth += 1
        lines = self.function_body(body)
        self._depth -= 1
        return lines

    def _call(self, call: Call) -> Iterator[Line]:
        attribute = self.attributes.get(call.outputs[0])
        if attribute is None:
            yield from super()._call(call)
            return
        target = ", ".join(self._name(tensor) for tensor in call.outputs)
        block = self._program.blocks.get(call.callee)
        if block is not None:
            inputs = ", ".join(self._name(tensor) for tensor in call.inputs)
            yield Line(f"self.{attribute}({inputs})", target)
            return
        primitive = self._program.primitives[call.callee]
        tensors = {
            TensorRef("", index): self._name(tensor)
            for index, tensor in enumerate(call.inputs)
        }
        renderer = self._make_renderer(tensors, self._variables)
        yield Line(layer_call(f"self.{attribute}", primitive.node, renderer), target)

    def _block_call(self, call: Call, block: Block) -> str:
        if call.callee not in self.classes:
            return super()._block_call(call, block)
        inputs = ", ".join(self._name(tensor) for tensor in call.inputs)
        return f"{self.construction(call, block)}({inputs})"

    def construction(self, call: Call, block: Block) -> str:
        """Write the construction of a block that is a layer."""
        return f"{self._functions[call.callee]}({', '.join(self._given(call, block))})"


class LayersWriter:
    """Writes the statements of `__init__` that make the layers of a block."""

    def __init__(
        self, program: Program, writer: CallWriter, attributes: Mapping[Tensor, str]
    ) -> None:
        self._program = program
        self._writer = writer
        self._attributes = attributes

    def lines(self, body: Body, depth: int = 2) -> Iterator[Line]:
        """Write them.

        Args:
            body: The body of the block.
            depth: How often the statements are indented.

        Yields:
            An assignment for each layer; those of an optional part behind its `if`.
        """
        for statement in body.statements:
            match statement:
                case Call():
                    attribute = self._attributes.get(statement.outputs[0])
                    if attribute is not None:
                        yield Line(
                            self._made(statement, attribute), f"self.{attribute}"
                        )
                case Branch():
                    yield from self._branch(statement, depth)
                case _:
                    raise InternalError("A loop stands in a class.")

    def _branch(self, branch: Branch, depth: int) -> Iterator[Line]:
        then = list(self.lines(branch.then, depth + 1))
        other = list(self.lines(branch.other, depth + 1))
        renderer = self._writer.renderer()
        test = renderer.expression(branch.test)
        if not then:
            then, other, test = other, [], renderer.negated(branch.test)
        if not then:
            return
        text = f"if {test}:\n{self._suite(then, depth)}"
        if other:
            text += f"\n{'    ' * depth}else:\n{self._suite(other, depth)}"
        yield Line(text)

    def _suite(self, lines: Iterable[Line], depth: int) -> str:
        indent = "    " * (depth + 1)
        width = self._writer.width
        return "\n".join(indent + line.text(width, indent) for line in lines)

    def _made(self, call: Call, attribute: str) -> str:
        named = self._named(call, attribute)
        block = self._program.blocks.get(call.callee)
        if block is not None:
            return self._writer.construction(named, block)
        primitive = self._program.primitives[call.callee]
        renderer = self._writer.renderer()
        return construct(primitive, named, renderer)

    def _named(self, call: Call, attribute: str) -> Call:
        """The call; a layer with the block's own name is called as its attribute."""
        columns = [column.argument for column in self._program.columns(call.callee)]
        if NAME not in columns:
            return call
        index = columns.index(NAME)
        if call.arguments[index] != Const(""):
            return call
        arguments = list(call.arguments)
        arguments[index] = Const(attribute)
        return replace(call, arguments=tuple(arguments))


def in_self(variables: Mapping[Var, str]) -> dict[Var, str]:
    """Where the parameters of a class are behind its construction.

    Args:
        variables: Their names in `__init__`.

    Returns:
        Expressions for the other methods.
    """
    return {variable: f"self.{name}" for variable, name in variables.items()}
