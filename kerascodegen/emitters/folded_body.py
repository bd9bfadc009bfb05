"""Write the statements of a folded body: calls, branches and loops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from kerascodegen.emitters.calls import layer_call, op_call
from kerascodegen.emitters.expressions import ExpressionRenderer, as_value
from kerascodegen.emitters.source import Statement as Line
from kerascodegen.emitters.variables import Assignment
from kerascodegen.errors import InternalError
from kerascodegen.folding.expressions import Const, Expr, Share, Var, linear, variables
from kerascodegen.folding.lift import argument_order
from kerascodegen.folding.program import (
    NAME,
    Block,
    Body,
    Branch,
    Call,
    Loop,
    Primitive,
    Program,
    Range,
    Statement,
    Tensor,
    calls,
)
from kerascodegen.graph.model import (
    Argument,
    NodeKey,
    ObjectSpec,
    OperationKind,
    TensorRef,
    Value,
)
from kerascodegen.passes.naming import Namespace

INDENT = "    "


class FoldedWriter:
    """Writes the statements of one function.

    Attributes:
        fixed: Writes the call of what is never part of a block, given what it is
            assigned to; `None` where several results are.
        module_names: What parameters of blocks must not hide.
        comment: The comment on a call that gives a tensor, outside of loops.
    """

    def __init__(
        self,
        program: Program,
        functions: Mapping[str, str],
        assignment: Assignment,
        names: Mapping[int, str],
        variables: dict[Var, str],
        renderer: Callable[
            [Mapping[TensorRef, str], Mapping[Var, str]], ExpressionRenderer
        ],
        scope: Namespace,
        width: int,
    ) -> None:
        self._program = program
        self._functions = functions
        self._assignment = assignment
        self._names = names
        self._variables = variables
        self._make_renderer = renderer
        self._scope = scope
        self._width = width
        self._depth = 0
        self.fixed: Callable[[NodeKey, str | None], Iterable[Line]] = _none
        self.module_names: frozenset[str] = frozenset()
        self.comment: Callable[[Tensor], str] = _no_comment

    def text(self, expr: Expr) -> str:
        """Render an expression."""
        return self._make_renderer({}, self._variables).expression(expr)

    @property
    def width(self) -> int:
        """Columns to lay statements out for."""
        return self._width

    def renderer(self) -> ExpressionRenderer:
        """A renderer of what no tensors stand in."""
        return self._make_renderer({}, self._variables)

    def statements(self, body: Body) -> list[Line]:
        """Write all statements of a body at the outermost level."""
        return list(self._body(body))

    def function_body(self, body: Body) -> list[Line]:
        """Write a block's body with its `return`."""
        lines = list(self._body(body))
        results = ", ".join(self._name(tensor) for tensor in body.results)
        last = body.statements[-1]
        if isinstance(last, Call) and last.outputs == body.results[:1] == body.results:
            return [*lines[:-1], Line(f"return {lines[-1].expression}")]
        return [*lines, Line(f"return {results}")]

    def _name(self, tensor: Tensor) -> str:
        return self._names[id(self._assignment.of[tensor])]

    def _body(self, body: Body) -> Iterator[Line]:
        for statement in body.statements:
            copy = self._assignment.before.get(statement.outputs[0])
            if copy is not None:
                yield from self._copy(self._names[id(copy[0])], copy[1])
            match statement:
                case Call():
                    yield from self._call(statement)
                case Branch():
                    yield self._branch(statement)
                case Loop():
                    yield self._loop(statement)

    def _copy(self, target: str, tensor: Tensor) -> Iterator[Line]:
        if self._name(tensor) != target:
            yield Line(self._name(tensor), target)

    def _call(self, call: Call) -> Iterator[Line]:
        block = self._program.blocks.get(call.callee)
        target = ", ".join(self._name(tensor) for tensor in call.outputs)
        comment = self.comment(call.outputs[0]) if self._depth == 0 else ""
        if block is not None:
            yield Line(self._block_call(call, block), target, comment)
            return
        primitive = self._program.primitives[call.callee]
        operation, node = primitive.operation, primitive.node
        if not primitive.foldable:
            several = len(call.outputs) > 1
            yield from self.fixed(node.key, None if several else target)
            return
        tensors = {
            TensorRef("", index): self._name(tensor)
            for index, tensor in enumerate(call.inputs)
        }
        renderer = self._make_renderer(tensors, self._variables)
        if operation.kind is OperationKind.OP:
            given = tuple(constructor_arguments(primitive, call))
            operation = replace(operation, arguments=given)
            expression = op_call(operation, node, renderer)
        else:
            layer = construct(primitive, call, renderer)
            expression = layer_call(layer, node, renderer)
        yield Line(expression, target, comment)

    def _block_call(self, call: Call, block: Block) -> str:
        inputs = (self._name(tensor) for tensor in call.inputs)
        parts = [*inputs, *self._given(call, block)]
        return f"{self._functions[call.callee]}({', '.join(parts)})"

    def _given(self, call: Call, block: Block) -> Iterator[str]:
        """The arguments of a call of a block, without the tensors."""
        from kerascodegen.emitters.blocks import is_positional, ordered

        names = self.parameter_names(call.callee)
        for index in ordered(block):
            column, argument = block.columns[index], call.arguments[index]
            if argument == column.default:
                continue
            text = self.text(argument)
            yield text if is_positional(column) else f"{names[index]}={text}"

    def parameter_names(self, key: str) -> list[str]:
        """The names of a block's parameters, in their own order."""
        from kerascodegen.emitters.block_names import parameter_names

        block = self._program.blocks[key]
        names = parameter_names(self._program, block, self.module_names)
        return [names[variable] for variable, _ in block.parameters]

    def _branch(self, branch: Branch) -> Line:
        output = branch.outputs[0]
        then = self._suite(branch.then, output)
        other = self._suite(branch.other, output)
        renderer = self._make_renderer({}, self._variables)
        test = renderer.expression(branch.test)
        if not branch.then.statements:
            then, other, test = other, [], renderer.negated(branch.test)
        text = f"if {test}:\n{self._indented(then)}"
        if other:
            text += f"\n{INDENT * (self._depth + 1)}else:\n{self._indented(other)}"
        return Line(text)

    def _suite(self, body: Body, output: Tensor) -> list[Line]:
        """A nested body, with the copy to where its result must be."""
        self._depth += 1
        lines = list(self._body(body))
        variable = self._assignment.behind.get((body.results[0], output))
        if variable is not None:
            lines += self._copy(self._names[id(variable)], body.results[0])
        self._depth -= 1
        return lines

    def _indented(self, lines: Iterable[Line]) -> str:
        indent = INDENT * (self._depth + 2)
        return "\n".join(indent + line.text(self._width, indent) for line in lines)

    def _loop(self, loop: Loop) -> Line:
        used = {
            variable
            for call in calls(loop.body.statements)
            for argument in call.arguments
            for variable in variables(argument)
        } | set(_bounds(loop.body.statements))
        outer = self._scope
        # Loops side by side may count by the same name.
        self._scope = outer.inner()
        for variable in loop.variables:
            wanted = _fed(self, loop, variable)
            known = variable in used
            self._variables[variable] = self._scope.claim(wanted) if known else "_"
        over = self._over(loop)
        targets = ", ".join(self._variables[variable] for variable in loop.variables)
        body = self._suite(loop.body, loop.outputs[0])
        self._scope = outer
        return Line(f"for {targets} in {over}:\n{self._indented(body)}")

    def _over(self, loop: Loop) -> str:
        if isinstance(loop.over, Range):
            start = "" if loop.over.start == Const(0) else self.text(loop.over.start)
            stop = self.text(linear(loop.over.stop))
            return f"range({start}, {stop})" if start else f"range({stop})"
        rows = []
        for row in loop.over.rows:
            cells = [self.text(cell) for cell in row]
            rows.append(cells[0] if len(cells) == 1 else f"({', '.join(cells)})")
        text = f"[{', '.join(rows)}]"
        indent = INDENT * (self._depth + 1)
        if (
            len(f"{indent}for {', '.join('x' * 6 for _ in loop.variables)} in {text}:")
            > 88
        ):
            inner = f"\n{indent}{INDENT}".join(f"{row}," for row in rows)
            return f"[\n{indent}{INDENT}{inner}\n{indent}]"
        return text


def _no_comment(tensor: Tensor) -> str:
    return ""


def _none(key: NodeKey, target: str | None) -> Iterable[Line]:
    raise InternalError(f"The call {key} stands in a block.")


def _bounds(statements: Iterable[Statement]) -> Iterator[Var]:
    """Variables that inner loops run over."""
    for statement in statements:
        if isinstance(statement, Loop):
            if isinstance(statement.over, Range):
                for bound in (statement.over.start, statement.over.stop):
                    yield from variables(bound)
            else:
                for row in statement.over.rows:
                    for cell in row:
                        yield from variables(cell)
            yield from _bounds(statement.body.statements)


def _fed(writer: FoldedWriter, loop: Loop, variable: Var) -> str:
    """What a variable of a loop is for: the argument that it feeds."""
    if isinstance(loop.over, Range):
        return "i"
    for inner in loop.body.statements:
        if isinstance(inner, Loop) and isinstance(inner.over, Range):
            if variable in set(variables(inner.over.start)):
                return "first"
            if variable in set(variables(inner.over.stop)):
                return "blocks" if isinstance(inner.over.start, Const) else "stop"
    for call in calls(loop.body.statements):
        columns = writer._program.columns(call.callee)
        block = call.callee in writer._program.blocks
        names = writer.parameter_names(call.callee) if block else []
        for index, argument in enumerate(call.arguments):
            if variable not in set(variables(argument)):
                continue
            if isinstance(argument, Share):
                return "first"
            name = names[index] if block else columns[index].argument
            if name == NAME:
                return "name" if argument == variable else "stage"
            return name
    return "stage"


def _with_arguments(value: Value, given: Mapping[str, Expr]) -> Value:
    """An object that is made with other arguments."""
    if not given or not isinstance(value, ObjectSpec):
        return value
    arguments = tuple(
        (
            replace(argument, value=as_value(given[argument.name]))
            if argument.name in given
            else argument
        )
        for argument in value.arguments or ()
    )
    return replace(value, arguments=arguments)


def constructor_arguments(primitive: Primitive, call: Call) -> Iterator[Argument]:
    """The constructor's arguments: what differs, and what all calls have.

    Args:
        primitive: What is called.
        call: The call.

    Yields:
        The arguments in the order that they are written.
    """
    given = {a.name: a for a in primitive.operation.arguments or ()}
    pairs = list(zip(primitive.columns, call.arguments, strict=True))
    varying = {
        column.argument: (column, argument)
        for column, argument in pairs
        if not column.inside
    }
    positional = True
    for name in argument_order(primitive.operation, {*given, *varying}):
        if name not in varying:
            positional = positional and given[name].positional
            inner = {c.argument: e for c, e in pairs if c.inside == name}
            value = _with_arguments(given[name].value, inner)
            yield replace(given[name], value=value, positional=positional)
            continue
        column, argument = varying[name]
        unnamed = name == NAME and argument == Const(None)
        if argument == column.default or unnamed:
            positional = False
            continue
        positional = positional and column.positional
        yield Argument(name, as_value(argument), positional)


def construct(primitive: Primitive, call: Call, renderer: ExpressionRenderer) -> str:
    """Write the construction of a layer.

    Args:
        primitive: What is called.
        call: The call.
        renderer: Renders the arguments.

    Returns:
        The expression.
    """
    if primitive.operation.kind is OperationKind.OP:
        raise InternalError("An op is no layer.")
    operation = replace(
        primitive.operation, arguments=tuple(constructor_arguments(primitive, call))
    )
    name = renderer.class_name(operation)
    return renderer.call(name, operation.arguments or ())
