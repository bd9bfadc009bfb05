"""The functional style: one statement a call, each tensor named."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kerascodegen.emitters.calls import layer_call, op_call
from kerascodegen.emitters.comments import Annotator
from kerascodegen.emitters.compiling import compile_function
from kerascodegen.emitters.docstrings import module_docstring
from kerascodegen.emitters.source import (
    Function,
    ModuleScope,
    SourceModule,
    Statement,
)
from kerascodegen.emitters.stubs import plain
from kerascodegen.emitters.values import Renderer
from kerascodegen.graph.model import (
    Argument,
    Freeze,
    FunctionSpec,
    Graph,
    GraphKind,
    LambdaSpec,
    ObjectSpec,
    Operation,
    OperationKind,
    Value,
    tensor_refs,
)
from kerascodegen.graph.traverse import nodes_by_key, operations_by_name
from kerascodegen.literals import string
from kerascodegen.options import Options
from kerascodegen.passes.naming import Names, Namespace, decide_names, identifier

MODEL_TYPE = "keras.Model"

RendererFactory = Callable[[Names | None], Renderer]


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
        self._scope = ModuleScope()
        self._helpers: dict[int, str] = {}
        self._order: list[Graph] = []

    def write(self) -> SourceModule:
        """Write the module."""
        names = self._scope.names
        names.reserve(["build_model", "compile_model"])
        for graph in nested_graphs(self._graph):
            wanted = f"build_{identifier(graph.name, 'model')}"
            self._helpers[id(graph)] = names.claim(wanted)
            self._order.append(graph)
        self._register_names()
        functions = [
            self._function(graph, self._helpers[id(graph)]) for graph in self._order
        ]
        functions.append(self._function(self._graph, "build_model"))
        settings = self._graph.compile_config if self._options.compile else None
        if settings is not None:
            functions.append(compile_function(settings, self._renderer()))
        stubs = self._scope.stubs()
        return SourceModule(
            docstring=module_docstring(
                self._graph, compiled=settings is not None, stubs=bool(stubs)
            ),
            imports=self._scope.imports(),
            stubs=stubs,
            functions=tuple(functions),
            width=self._options.line_length,
        )

    def _register_names(self) -> None:
        """Claim every module-level name before any function's names are chosen."""
        register = _Registrar(self._renderer())
        for graph in (*self._order, self._graph):
            register.graph(graph)

    def _renderer(self, names: Names | None = None) -> Renderer:
        tensors = names.tensors if names else {}
        return Renderer(self._scope, lambda graph: self._helpers[id(graph)], tensors)

    def _function(self, graph: Graph, name: str) -> Function:
        title = plain(graph.name, 60)
        if name == "build_model":
            docstring = f"Build the model {title}, uncompiled."
        else:
            docstring = f"Build the nested model {title}."
        scope = self._scope.names.inner()
        scope.reserve(["model", "layer"])
        body = BodyWriter(graph, self._options, scope, self._renderer).write()
        return Function(name, "", MODEL_TYPE, docstring, tuple(body))


class _Registrar:
    """Renders everything that registers a module-level name, and drops the text."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def graph(self, graph: Graph) -> None:
        for operation in graph.operations:
            if operation.kind is OperationKind.LAYER:
                self._renderer.class_name(operation)
            for argument in operation.arguments or ():
                self._renderer.value(argument.value)
        for node in graph.nodes:
            for value in (*node.args, *node.kwargs.values()):
                if isinstance(value, FunctionSpec | LambdaSpec | ObjectSpec):
                    self._renderer.value(value)


class BodyWriter:
    """Writes the statements of one model-building function."""

    def __init__(
        self,
        graph: Graph,
        options: Options,
        scope: Namespace,
        renderer: RendererFactory,
    ) -> None:
        self._graph = graph
        self._operations = operations_by_name(graph)
        self._nodes = nodes_by_key(graph)
        self._annotate = Annotator(graph, enabled=options.shapes)
        self._chain = options.tensors == "chain"
        self._scope = scope
        self._make_renderer = renderer

    def write(self) -> list[Statement]:
        """Write the statements of the function."""
        if self._graph.kind is GraphKind.SEQUENTIAL:
            self._renderer = self._make_renderer(None)
            return self._sequential()
        self._names = decide_names(self._graph, self._scope, chain=self._chain)
        self._renderer = self._make_renderer(self._names)
        return [
            *self._counters(),
            *self._inputs(),
            *self._calls(),
            *self._end(self._functional_model()),
        ]

    def _counters(self) -> Iterator[Statement]:
        """Move Keras' counters of automatic names past the names that layers have.

        Ops cannot be given a name, and an op whose automatic name is a layer's makes
        Keras refuse the model.
        """
        comment = "Operators are named by Keras: skip the names that layers below have."
        for prefix, highest in self._graph.decisions.reserved_uids:
            condition = f"keras.backend.get_uid({string(prefix)}) <= {highest}"
            yield Statement(f"while {condition}:\n        pass", above=comment)
            comment = ""

    def _inputs(self) -> Iterator[Statement]:
        for ref in dict.fromkeys(tensor_refs(self._graph.inputs)):
            operation = self._operations[ref.operation]
            yield Statement(
                self._renderer.call("keras.Input", self._arguments(operation)),
                self._names.tensors[ref],
                self._annotate.tensor(ref),
            )

    def _calls(self) -> Iterator[Statement]:
        made: set[str] = set()
        for key in self._graph.decisions.order:
            node = self._nodes[key]
            operation = self._operations[node.operation]
            target = self._names.targets[key]
            shared = self._names.layers.get(node.operation)
            if operation.kind is OperationKind.OP:
                expression = op_call(operation, node, self._renderer)
            elif shared is None:
                constructor = self._construct(operation)
                expression = layer_call(constructor, node, self._renderer)
            else:
                if node.operation not in made:
                    made.add(node.operation)
                    yield Statement(self._construct(operation), shared)
                expression = layer_call(shared, node, self._renderer)
            first = node.index == 0
            yield Statement(
                expression, target, self._annotate.call(operation, node, first)
            )

    def _construct(self, operation: Operation) -> str:
        if operation.graph is not None:
            return self._renderer.value(
                ObjectSpec(operation.cls, {}, graph=operation.graph)
            )
        name = self._renderer.class_name(operation)
        return self._renderer.call(name, self._arguments(operation))

    def _arguments(self, operation: Operation) -> Iterator[Argument]:
        for argument in operation.arguments or ():
            unnamed = operation.name in self._graph.decisions.unnamed
            if not (unnamed and argument.name == "name"):
                yield argument

    def _functional_model(self) -> str:
        inputs = self._renderer.value(self._graph.inputs)
        outputs = self._renderer.value(self._graph.outputs)
        ends = (self._graph.inputs, self._graph.outputs)
        if any(isinstance(end, list | dict) for end in ends):
            inputs, outputs = f"inputs={inputs}", f"outputs={outputs}"
        return f"keras.Model({inputs}, {outputs}{self._model_arguments()})"

    def _model_arguments(self) -> str:
        """The keywords that both kinds of model take: `name`, `trainable`.

        Given to the constructor, the flag does not reach the layers: Keras sets it
        before it tracks them.
        """
        text = f", name={string(self._graph.name)}"
        if not self._graph.trainable and not self._graph.decisions.freezes:
            text += ", trainable=False"
        return text

    def _sequential(self) -> list[Statement]:
        layers = []
        for operation in self._graph.operations:
            if operation.kind is OperationKind.INPUT:
                arguments = self._arguments(operation)
                layers.append(self._renderer.call("keras.Input", arguments))
            else:
                layers.append(self._construct(operation))
        model = f"keras.Sequential([{', '.join(layers)}]{self._model_arguments()})"
        return list(self._end(model))

    def _end(self, model: str) -> Iterator[Statement]:
        freezes = self._graph.decisions.freezes
        if not freezes:
            yield Statement(f"return {model}")
            return
        yield Statement(model, "model")
        for freeze in freezes:
            yield freeze_statement(freeze, self._layer_count())
        yield Statement("return model")

    def _layer_count(self) -> int:
        kinds = [operation.kind for operation in self._graph.operations]
        hidden = {OperationKind.OP}
        if self._graph.kind is GraphKind.SEQUENTIAL:
            hidden.add(OperationKind.INPUT)
        return sum(kind not in hidden for kind in kinds)


def freeze_statement(freeze: Freeze, count: int) -> Statement:
    """Write a bulk change of `trainable`.

    Args:
        freeze: The change.
        count: How many layers `model.layers` has.

    Returns:
        An assignment to the model's flag, or a loop over a slice of its layers; the
        slice counts from the end where that is the smaller number.
    """
    if freeze.start is None or freeze.stop is None:
        return Statement(str(freeze.trainable), "model.trainable")
    if freeze.stop - freeze.start == 1:
        one = freeze.start - count if freeze.start > count // 2 else freeze.start
        return Statement(str(freeze.trainable), f"model.layers[{one}].trainable")
    start, stop = (_slice_end(end, count) for end in (freeze.start, freeze.stop))
    if freeze.start == 0:
        start = ""
    if freeze.stop == count:
        stop = ""
    part = f"[{start}:{stop}]" if start or stop else ""
    body = f"layer.trainable = {freeze.trainable}"
    return Statement(f"for layer in model.layers{part}:\n        {body}")


def _slice_end(end: int, count: int) -> str:
    from_end = count - end
    return f"-{from_end}" if 0 < from_end < end else str(end)


def nested_graphs(graph: Graph) -> Iterator[Graph]:
    """Yield the models nested in a graph, innermost first.

    Args:
        graph: The outer graph.

    Yields:
        Each nested graph once for each place that it stands in.
    """
    for operation in graph.operations:
        if operation.graph is not None:
            yield from nested_graphs(operation.graph)
            yield operation.graph
        if operation.holds_models:
            for argument in operation.arguments or ():
                yield from _graphs_in(argument.value)


def _graphs_in(value: Value) -> Iterator[Graph]:
    if isinstance(value, ObjectSpec):
        if value.graph is not None:
            yield from nested_graphs(value.graph)
            yield value.graph
        for argument in value.arguments or ():
            yield from _graphs_in(argument.value)
    elif isinstance(value, list):
        for item in value:
            yield from _graphs_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _graphs_in(item)
