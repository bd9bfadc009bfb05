"""The blocks style: repeated structure as functions and loops.

A graph in which nothing repeats comes out as in the functional style.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from kerascodegen.emitters.block_names import (
    block_docstring,
    names_of_block,
    parameter_names,
)
from kerascodegen.emitters.body import BodyWriter, RendererFactory
from kerascodegen.emitters.expressions import ExpressionRenderer
from kerascodegen.emitters.folded_body import FoldedWriter
from kerascodegen.emitters.functional import FunctionalEmitter, ModuleWriter
from kerascodegen.emitters.sharing import SharedPlan
from kerascodegen.emitters.source import Function, SourceModule, Statement
from kerascodegen.emitters.variable_names import (
    check_names,
    name_locals,
    name_model_variables,
)
from kerascodegen.emitters.variables import Assignment, Variable, assign_variables
from kerascodegen.folding.expressions import Var
from kerascodegen.folding.fold import fold
from kerascodegen.folding.lift import lift
from kerascodegen.folding.limits import Limits
from kerascodegen.folding.program import (
    Block,
    Body,
    Call,
    Column,
    Loop,
    Program,
    Tensor,
)
from kerascodegen.graph.model import (
    Config,
    Graph,
    GraphKind,
    NodeKey,
    Operation,
    TensorRef,
    tensor_refs,
)
from kerascodegen.layering.plan import inner_first
from kerascodegen.options import Options
from kerascodegen.passes.naming import Names, Namespace, decide_names

_POSITIONAL = ("filters", "units", "kernel_size")


class BlocksEmitter:
    """Writes a graph as functions for its blocks, and `build_model()`.

    Attributes:
        template: The template that the module is rendered with.
    """

    template = "blocks/module.py.j2"

    def emit(self, graph: Graph, options: Options) -> SourceModule:
        """Write a graph.

        Args:
            graph: A Functional graph behind all passes.
            options: What the user asked for.

        Returns:
            The module, ready for its template.
        """
        limits = Limits(options.min_repeats, options.min_size, options.max_parameters)
        shared = SharedPlan(graph)
        flat = lift([*shared.functions, graph], lambda o: _is_fixed(o, shared))
        program = fold(flat, limits)
        if options.block_kind == "layer" and not graph.members:
            from kerascodegen.emitters.block_layers import layers_module

            module = layers_module(graph, options, flat, program)
            if module is not None:
                return module
        loops = any(
            isinstance(s, Loop) for body in program.mains for s in body.statements
        )
        if not program.blocks and not loops:
            return FunctionalEmitter().emit(graph, options)
        return BlocksWriter(graph, options, program).write()


def _is_fixed(operation: Operation, shared: SharedPlan) -> bool:
    """Whether more than its call must be written for an operation."""
    if shared.is_shared(operation) or shared.needs(operation):
        return True
    return operation.vocabulary is not None


class BlocksWriter(ModuleWriter):
    """Writes the module of a folded program."""

    def __init__(self, graph: Graph, options: Options, program: Program) -> None:
        super().__init__(graph, options)
        self._program = program
        self._names: dict[str, str] = {}
        self._functions: list[Function] = []
        self._module_names: frozenset[str] = frozenset()

    def write(self) -> SourceModule:
        """Write the blocks before the functions that call them."""
        module = super().write()
        return replace(module, functions=(*self._functions, *module.functions))

    def _register_names(self, settings: Iterable[Config]) -> None:
        super()._register_names(settings)
        order = inner_first(self._program)
        for key in order:
            wanted = list(names_of_block(self._program, self._program.blocks[key]))
            self._names[key] = self._scope.names.claim_first(wanted)
        self._module_names = frozenset(self._scope.names.taken)
        self._functions = [self._block(key) for key in order]

    def _expressions(
        self, tensors: Mapping[TensorRef, str], variables: Mapping[Var, str]
    ) -> ExpressionRenderer:
        return ExpressionRenderer(self._scope, self._helper, tensors, variables)

    def _body_writer(self, graph: Graph, scope: Namespace) -> BodyWriter:
        if graph.kind is not GraphKind.FUNCTIONAL:
            return super()._body_writer(graph, scope)
        scope.reserve(["x"])
        return _MainWriter(
            graph,
            self._options,
            scope,
            self._renderer,
            self._shared,
            self._program,
            self,
        )

    def rename_locals(
        self,
        names: dict[int, str],
        assignment: Assignment,
        block: Block,
        scope: Namespace,
    ) -> None:
        """Change the names of a block's variables, where others are better."""

    def tensor_names(self, body: Body, scope: Namespace) -> dict[Tensor, str]:
        """Names of tensors that are better than those of the layers that make them."""
        return {}

    def folded(
        self,
        names: Mapping[int, str],
        assignment: Assignment,
        variables: dict[Var, str],
        scope: Namespace,
    ) -> FoldedWriter:
        """Make the writer of a folded body."""
        texts = {
            id(v): name
            for v, name in zip(assignment.variables, names.values(), strict=True)
        }
        writer = self._make_writer(
            self._program,
            self._names,
            assignment,
            texts,
            variables,
            lambda tensors, known: self._expressions(tensors, known),
            scope,
            self._options.line_length,
        )
        writer.module_names = self._module_names
        return writer

    def _make_writer(self, *arguments: Any) -> FoldedWriter:
        return FoldedWriter(*arguments)

    def _block(self, key: str) -> Function:
        program, block = self._program, self._program.blocks[key]
        scope = self._scope.names.inner()
        variables = parameter_names(program, block, self._module_names)
        scope.reserve(variables.values())
        writer, inputs = self._local_writer(block, variables, scope)
        statements = writer.function_body(block.body)
        texts = parameter_texts(block, ordered(block), variables, writer)
        parameters = ", ".join([*inputs, *texts])
        name = self._names[key]
        return Function(name, parameters, "", block_docstring(name), tuple(statements))

    def _local_writer(
        self, block: Block, variables: dict[Var, str], scope: Namespace
    ) -> tuple[FoldedWriter, list[str]]:
        """The writer of a block's body, and the names of what the block is given."""
        assignment = assign_variables(
            block.body, block.inputs, self._class_of, fixed_inputs=False
        )
        names = name_locals(assignment, block.inputs, block.body.results, scope)
        self.rename_locals(names, assignment, block, scope)
        check_names(block.body, block.inputs, assignment, names)
        writer = self.folded(names, assignment, variables, scope)
        inputs = [names[id(_holder(assignment, tensor))] for tensor in block.inputs]
        return writer, inputs

    def _class_of(self, call: Call) -> str:
        primitive = self._program.primitives.get(call.callee)
        return "" if primitive is None else primitive.operation.cls.name


def _holder(assignment: Assignment, tensor: int) -> Variable:
    return next(v for v in assignment.variables if tensor in v.tensors[:1])


def is_positional(column: Column) -> bool:
    """Whether an argument of a block is written without its name."""
    return column.argument in _POSITIONAL and column.default is None


def ordered(block: Block) -> list[int]:
    """Positions of a block's parameters in the order that they are written."""
    rank = {
        index: (
            not is_positional(column),
            column.argument in ("name", "index", "suffix"),
            column.argument == "flag",
            index,
        )
        for index, (_, column) in enumerate(block.parameters)
    }
    return sorted(rank, key=lambda index: rank[index])


def parameter_texts(
    block: Block, order: Iterable[int], names: Mapping[Var, str], writer: FoldedWriter
) -> Iterator[str]:
    """Yield the source of a block's parameters.

    Args:
        block: The block.
        order: Positions of the parameters, in the order that they are written.
        names: Their names.
        writer: Renders their defaults.

    Yields:
        Names with their defaults, and `*` in front of the first that needs its name.
    """
    starred = False
    for index in order:
        variable, column = block.parameters[index]
        if not is_positional(column) and not starred:
            starred = True
            yield "*"
        default = "" if column.default is None else f"={writer.text(column.default)}"
        yield f"{names[variable]}{default}"


class _MainWriter(BodyWriter):
    """Writes the body of a function that builds a model."""

    def __init__(
        self,
        graph: Graph,
        options: Options,
        scope: Namespace,
        renderer: RendererFactory,
        shared: SharedPlan,
        program: Program,
        module: BlocksWriter,
    ) -> None:
        super().__init__(graph, options, scope, renderer, shared)
        self._module = module
        self._program = program
        position = next(i for i, g in enumerate(program.graphs) if g is graph)
        self._body = program.mains[position]
        self._refs = program.tensors[position]

    def _decide(self, layers: Mapping[str, str]) -> Names:
        """Decide names, with those that the calls of blocks are assigned to."""
        names = decide_names(self._graph, self._scope, chain=False, layers=layers)
        tensors = {ref: tensor for tensor, ref in self._refs.items()}
        inputs = [tensors[r] for r in dict.fromkeys(tensor_refs(self._graph.inputs))]
        self._assignment = assign_variables(
            self._body,
            inputs,
            self._module._class_of,
            fixed_inputs=True,
            own=self._body.results,
        )
        known = {
            t: names.tensors[r] for t, r in self._refs.items() if r in names.tensors
        }
        known |= self._module.tensor_names(self._body, self._scope)
        self._own = name_model_variables(self._assignment, known, self._scope)
        check_names(self._body, inputs, self._assignment, self._own)
        written = {
            ref: self._own[id(self._assignment.of[tensor])]
            for ref, tensor in tensors.items()
            if tensor in self._assignment.of
        }
        return Names({**names.tensors, **written}, names.targets, names.layers)

    def _calls(self) -> Iterator[Statement]:
        folded = self._module.folded(self._own, self._assignment, {}, self._scope)
        folded.fixed = self._fixed_call
        folded.comment = self._comment
        yield from folded.statements(self._body)

    def _comment(self, tensor: Tensor) -> str:
        ref = self._refs.get(tensor)
        return "" if ref is None else self._annotate.tensor(ref)

    def _fixed_call(self, key: NodeKey, target: str | None) -> Iterator[Statement]:
        own = self._names.targets[key]
        if target is not None:
            # A model may give a list of one: `(x,) = model(inputs)`.
            own = target if own.isidentifier() else f"({target},)"
        yield from self._call(key, own)
