"""The blocks style with blocks as layers, wired by the Functional API.

A class has what a layer needs to be saved and loaded: its arguments in `get_config`,
and a `build` that builds the layers inside, each for the shape that it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from kerascodegen.emitters.block_names import (
    block_docstring,
    block_name,
    names_of_block,
    parameter_names,
)
from kerascodegen.emitters.blocks import (
    BlocksWriter,
    ordered,
    parameter_texts,
)
from kerascodegen.emitters.docstrings import module_docstring
from kerascodegen.emitters.functional import ModuleWriter
from kerascodegen.emitters.layer_class import CallWriter, LayersWriter, in_self
from kerascodegen.emitters.layer_names import attribute_names, class_name
from kerascodegen.emitters.source import Function, LayerClass, SourceModule, Statement
from kerascodegen.emitters.variables import Assignment
from kerascodegen.folding.expressions import Const, Var
from kerascodegen.folding.program import NAME, Block, Body, Call, Program, Tensor, calls
from kerascodegen.graph.model import Config, Graph, TensorSpec
from kerascodegen.layering.plan import (
    LayerPlan,
    LayerProgram,
    inner_first,
    plan_layers,
)
from kerascodegen.literals import string
from kerascodegen.options import Options
from kerascodegen.passes.naming import Namespace, identifier

_LAYER = "keras.layers.Layer"
_REGISTER = "keras.saving.register_keras_serializable"
_DEFAULT_DTYPE = "float32"


def layers_module(
    graph: Graph, options: Options, flat: Program, folded: Program
) -> SourceModule | None:
    """Write a model with blocks that are layers.

    Args:
        graph: A Functional graph behind all passes.
        options: What the user asked for.
        flat: Its program.
        folded: The same, folded.

    Returns:
        The module; `None` where no block can be a layer.
    """
    made = plan_layers(flat, folded, block_name)
    if not made.layers:
        return None
    return LayersModuleWriter(graph, options, made).write()


class LayersModuleWriter(BlocksWriter):
    """Writes the module of a program with layers."""

    def __init__(self, graph: Graph, options: Options, made: LayerProgram) -> None:
        super().__init__(graph, options, made.program)
        self._layers = made.layers
        self._classes: list[LayerClass] = []
        self._titles: dict[str, str] = {}

    def write(self) -> SourceModule:
        """Write the classes before the functions that call them."""
        module = super().write()
        graph = self._graph
        moved = graph.decide(transfer=graph.decisions.transfer or ("",))
        docstring = module_docstring(
            moved,
            compiled=any(f.name == "compile_model" for f in module.functions),
            stubs=bool(module.stubs),
            inline=self._options.inline,
        )
        return replace(module, docstring=docstring, classes=tuple(self._classes))

    def _register_names(self, settings: Iterable[Config]) -> None:
        ModuleWriter._register_names(self, settings)
        order = inner_first(self._program)
        for key in order:
            wanted = list(names_of_block(self._program, self._program.blocks[key]))
            self._titles[key] = block_docstring(wanted[0])
            if key in self._layers:
                wanted = [class_name(name) for name in wanted]
            self._names[key] = self._scope.names.claim_first(wanted)
        self._module_names = frozenset({*self._scope.names.taken, "self", "kwargs"})
        for key in order:
            if key in self._layers:
                self._classes.append(self._layer_class(key))
            else:
                self._functions.append(self._block(key))

    def rename_locals(
        self,
        names: dict[int, str],
        assignment: Assignment,
        block: Block,
        scope: Namespace,
    ) -> None:
        """Call what a block is given `x`, where it is assigned to again."""
        given = next(v for v in assignment.variables if block.inputs[0] in v.tensors)
        result = assignment.of[block.body.results[0]]
        if given is result or len(given.tensors) < 2:
            return
        if names[id(given)] == "inputs" and names[id(result)] == "x":
            names[id(given)], names[id(result)] = "x", scope.claim("y")

    def tensor_names(self, body: Body, scope: Namespace) -> dict[Tensor, str]:
        """What a block gives is called as the block is, where that is a free name."""
        names = {}
        for call in body.statements:
            if not isinstance(call, Call) or call.callee not in self._layers:
                continue
            name = call.arguments[-1]
            if isinstance(name, Const) and isinstance(name.value, str):
                wanted = identifier(name.value, "x")
                if wanted not in scope.taken and len(call.outputs) == 1:
                    names[call.outputs[0]] = scope.claim(wanted)
        return names

    def _make_writer(self, *arguments: Any) -> CallWriter:
        return CallWriter(*arguments, classes=frozenset(self._layers))

    def _layer_class(self, key: str) -> LayerClass:
        block, plan = self._program.blocks[key], self._layers[key]
        package = string(identifier(self._graph.name, "model"))
        return LayerClass(
            self._names[key],
            f"{_REGISTER}(package={package})",
            self._scope.use(_LAYER),
            self._titles[key],
            tuple(self._methods(block, plan)),
        )

    def _methods(self, block: Block, plan: LayerPlan) -> Iterator[Function]:
        scope = self._scope.names.inner()
        scope.reserve(["self", "kwargs"])
        variables = parameter_names(self._program, block, self._module_names)
        scope.reserve(variables.values())
        # The name goes to Keras.
        own = {v: variables[v] for v, c in block.parameters if c.argument != NAME}
        taken = Namespace(set(own.values()))
        layers = [
            call
            for call in calls(block.body.statements)
            if call.outputs[0] in plan.inner
        ]
        attributes = attribute_names(self._program, layers, plan.inner, taken)
        yield self._init(block, own, attributes, scope)
        inner_scope = self._scope.names.inner()
        inner_scope.reserve(["self", "kwargs"])
        writer, inputs = self._local_writer(block, in_self(own), inner_scope)
        assert isinstance(writer, CallWriter)
        writer.attributes = attributes
        statements = tuple(writer.method_body(block.body))
        parameters = ", ".join(["self", *inputs])
        yield _build(inputs, plan)
        if _has_open_sizes(plan):
            call = f"return self.call({', '.join(inputs)})"
            line = Statement(call, above="Layer by layer, which needs no sizes.")
            yield _method("compute_output_spec", parameters, line)
        yield _method("call", parameters, *statements)
        if own:
            yield _config([own[block.parameters[i][0]] for i in _own_order(block)])

    def _init(
        self,
        block: Block,
        own: dict[Var, str],
        attributes: Mapping[int, str],
        scope: Namespace,
    ) -> Function:
        writer = self.folded({}, Assignment(), own, scope)
        assert isinstance(writer, CallWriter)
        lines = [Statement(_super(self._keeps_dtypes(block)))]
        order = _own_order(block)
        for index in order:
            name = own[block.parameters[index][0]]
            lines.append(Statement(name, f"self.{name}"))
        parts = ["self", *parameter_texts(block, order, own, writer)]
        lines += LayersWriter(self._program, writer, attributes).lines(block.body)
        return _method("__init__", ", ".join([*parts, "**kwargs"]), *lines)

    def _keeps_dtypes(self, block: Block) -> bool:
        """Whether the layers inside have dtypes of their own to cast to."""
        return any(
            _names_dtype(self._program, call)
            for call in _all_calls(self._program, block)
        )


def _all_calls(program: Program, block: Block) -> Iterator[Call]:
    for call in calls(block.body.statements):
        yield call
        if call.callee in program.blocks:
            yield from _all_calls(program, program.blocks[call.callee])


def _names_dtype(program: Program, call: Call) -> bool:
    primitive = program.primitives.get(call.callee)
    if primitive is None:
        return False
    columns = [column.argument for column in primitive.columns]
    if "dtype" in columns:
        return call.arguments[columns.index("dtype")] != Const(_DEFAULT_DTYPE)
    return any(a.name == "dtype" for a in primitive.operation.arguments or ())


def _super(keeps_dtypes: bool) -> str:
    return f"super().__init__({'autocast=False, ' if keeps_dtypes else ''}**kwargs)"


def _own_order(block: Block) -> list[int]:
    return [i for i in ordered(block) if block.parameters[i][1].argument != NAME]


def _method(name: str, parameters: str, *statements: Statement) -> Function:
    return Function(name, parameters, "", "", statements)


def _build(inputs: list[str], plan: LayerPlan) -> Function:
    """Build what is inside by calling it on symbolic tensors."""
    shapes = ["input_shape"] if len(inputs) == 1 else [f"{i}_shape" for i in inputs]
    tensors = [
        f"keras.KerasTensor({shape}{_dtype(specs)})"
        for shape, specs in zip(shapes, plan.specs, strict=True)
    ]
    line = Statement(
        f"self.call({', '.join(tensors)})",
        above="Builds each layer inside for the shape that it is given.",
    )
    return _method("build", ", ".join(["self", *shapes]), line)


def _dtype(specs: Iterable[TensorSpec | None]) -> str:
    known = {spec.dtype for spec in specs if spec is not None}
    if len(known) != 1 or known == {_DEFAULT_DTYPE}:
        return ""
    return f", {string(known.pop())}"


def _has_open_sizes(plan: LayerPlan) -> bool:
    """Whether more than the number of samples is not known before data comes."""
    return any(
        spec is None or None in spec.shape[1:]
        for specs in (*plan.specs, *plan.outputs)
        for spec in specs
    )


def _config(names: list[str]) -> Function:
    entries = [f"{string(name)}: self.{name}" for name in names]
    return _method(
        "get_config",
        "self",
        Statement(f"return {{{', '.join(['**super().get_config()', *entries])}}}"),
    )
