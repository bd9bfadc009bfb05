"""The functional style: one statement a call, each tensor named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kerascodegen.emitters.body import BodyWriter
from kerascodegen.emitters.compiling import compile_function
from kerascodegen.emitters.custom import codes_in
from kerascodegen.emitters.docstrings import module_docstring
from kerascodegen.emitters.members import (
    BUILD,
    COMPILE,
    MODEL_TYPE,
    compile_models_function,
    main_lines,
    models_type,
)
from kerascodegen.emitters.sharing import SharedPlan
from kerascodegen.emitters.source import (
    Function,
    ModuleScope,
    SourceModule,
)
from kerascodegen.emitters.stubs import plain
from kerascodegen.emitters.values import Renderer
from kerascodegen.graph.model import (
    Config,
    FileSpec,
    FunctionSpec,
    Graph,
    LambdaSpec,
    ObjectSpec,
    OperationKind,
    Value,
)
from kerascodegen.options import Options
from kerascodegen.passes.naming import (
    Names,
    Namespace,
    identifier,
)


class FunctionalEmitter:
    """Writes a graph as a module with `build_model()`.

    Attributes:
        template: The template that the module is rendered with.
    """

    template = "functional/module.py.j2"

    def emit(self, graph: Graph, options: Options) -> SourceModule:
        """Write a graph.

        Args:
            graph: A Functional graph behind all passes.
            options: What the user asked for.

        Returns:
            The module, ready for its template.
        """
        return ModuleWriter(graph, options).write()


class ModuleWriter:
    """Writes one module; a nested model becomes a function of its own."""

    def __init__(self, graph: Graph, options: Options) -> None:
        self._graph = graph
        self._options = options
        self._scope = ModuleScope(sidecars=options.sidecars or "")
        self._shared = SharedPlan(graph)
        self._helpers: dict[int, str] = {}

    def write(self) -> SourceModule:
        """Write the module."""
        names = self._scope.names
        members = self._graph.members
        build = BUILD if members else "build_model"
        names.reserve([build, COMPILE if members else "compile_model"])
        # What functions call their own: a stand-in of that name would be hidden there.
        # Bulk changes of `trainable` stand behind one model, never behind several.
        chain = self._options.tensors == "chain"
        names.reserve(["x"] if chain else [])
        names.reserve([] if members else ["model", "layer"])
        nested = self._shared.functions
        # Copied code keeps its names: all that is ours gives way.
        settings = self._settings()
        self._scope.copy(codes_in([*nested, self._graph], settings))
        for graph in nested:
            wanted = f"build_{identifier(graph.name, 'model')}"
            self._helpers[id(graph)] = names.claim(wanted)
        self._register_names(settings)
        functions = [
            self._function(graph, self._helpers[id(graph)]) for graph in nested
        ]
        functions.append(self._function(self._graph, build))
        compiling = self._compiling() if settings else None
        if compiling is not None:
            functions.append(compiling)
        stubs = self._scope.stubs()
        return SourceModule(
            docstring=module_docstring(
                self._graph,
                compiled=compiling is not None,
                stubs=bool(stubs),
                inline=self._options.inline,
            ),
            imports=self._scope.imports(),
            stubs=stubs,
            functions=(*self._scope.loaders(), *functions),
            main=main_lines(self._graph),
            width=self._options.line_length,
            custom=self._scope.custom_source(),
        )

    def _settings(self) -> list[Config]:
        """What models are compiled with, as far as it is written."""
        if not self._options.compile:
            return []
        ends = self._graph.members or (self._graph,)
        return [e.compile_config for e in ends if e.compile_config is not None]

    def _compiling(self) -> Function | None:
        members = self._graph.members
        configs = {
            position: member.compile_config
            for position, member in enumerate(members)
            if member.compile_config is not None
        }
        if configs:
            scope = self._scope.names.inner()
            return compile_models_function(members, configs, self._renderer(), scope)
        settings = self._graph.compile_config
        if settings is None:
            return None
        return compile_function(settings, self._renderer())

    def _register_names(self, settings: Iterable[Config]) -> None:
        """Claim every module-level name before any function's names are chosen."""
        # What stands for shared layers inside other things does not matter here.
        shared = dict.fromkeys(self._shared.numbers(), "shared")
        renderer = self._renderer(objects=shared)
        register = _Registrar(renderer, self._shared)
        for number in shared:
            renderer.made(self._shared.source(number))
        for graph in (*self._shared.functions, self._graph):
            register.graph(graph)
        for config in settings:
            for value in config.values():
                register.value(value)

    def _renderer(
        self, names: Names | None = None, objects: Mapping[int, str] | None = None
    ) -> Renderer:
        tensors = names.tensors if names else {}
        return Renderer(self._scope, self._helper, tensors, objects)

    def _helper(self, graph: Graph) -> tuple[str, list[int]]:
        """The function that builds a nested model, and what it is given."""
        name = self._helpers[id(self._shared.function(graph))]
        return name, self._shared.parameters(graph)

    def _function(self, graph: Graph, name: str) -> Function:
        title = plain(graph.name, 60)
        if graph.members:
            docstring = f"Build the models {title}, uncompiled."
        elif name == "build_model":
            docstring = f"Build the model {title}, uncompiled."
        else:
            docstring = f"Build the nested model {title}."
        scope = self._scope.names.inner()
        writer = self._body_writer(graph, scope)
        body = tuple(writer.write())
        kind = models_type(graph.members) if graph.members else MODEL_TYPE
        return Function(name, writer.parameters(), kind, docstring, body)

    def _body_writer(self, graph: Graph, scope: Namespace) -> BodyWriter:
        return BodyWriter(graph, self._options, scope, self._renderer, self._shared)


class _Registrar:
    """Renders everything that registers a module-level name, and drops the text."""

    def __init__(self, renderer: Renderer, shared: SharedPlan) -> None:
        self._renderer = renderer
        self._shared = shared

    def graph(self, graph: Graph) -> None:
        for operation in graph.operations:
            if self._shared.is_shared(operation):
                continue
            if operation.kind is OperationKind.LAYER:
                self._renderer.class_name(operation)
            for argument in operation.arguments or ():
                self._renderer.value(argument.value)
            if operation.vocabulary is not None:
                self._renderer.value(operation.learnt)
        for node in graph.nodes:
            for value in (*node.args, *node.kwargs.values()):
                self._call_value(value)

    def _call_value(self, value: Value) -> None:
        """Look into what calls are given; their tensors have no names yet."""
        if isinstance(value, FunctionSpec | LambdaSpec | ObjectSpec | FileSpec):
            self._renderer.value(value)
        elif isinstance(value, list):
            for item in value:
                self._call_value(item)
        elif isinstance(value, dict):
            for item in value.values():
                self._call_value(item)

    def value(self, value: Value) -> None:
        self._renderer.value(value)
