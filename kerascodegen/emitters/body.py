"""The statements of one function that builds a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from kerascodegen.emitters.calls import layer_call, op_call
from kerascodegen.emitters.comments import Annotator
from kerascodegen.emitters.learnt import learnt_statements
from kerascodegen.emitters.lora import lora_statements
from kerascodegen.emitters.members import (
    MODEL_TYPE,
    models_expression,
)
from kerascodegen.emitters.sharing import SharedPlan, Thing
from kerascodegen.emitters.source import (
    Statement,
)
from kerascodegen.emitters.values import Renderer
from kerascodegen.graph.custom import ImportedCode
from kerascodegen.graph.model import (
    Argument,
    Freeze,
    Graph,
    GraphKind,
    Member,
    Node,
    NodeKey,
    Operation,
    OperationKind,
    Value,
    tensor_refs,
)
from kerascodegen.graph.traverse import consumers, nodes_by_key, operations_by_name
from kerascodegen.literals import string
from kerascodegen.options import Options
from kerascodegen.passes.naming import (
    Names,
    Namespace,
    decide_names,
    identifier,
    snake_case,
)

RendererFactory = Callable[[Names | None, Mapping[int, str] | None], Renderer]


class BodyWriter:
    """Writes the statements of one model-building function.

    Args:
        graph: What the function builds.
        options: What the user asked for.
        scope: The function's names.
        renderer: Makes a renderer for names of tensors and of shared objects.
        shared: The layers that stand in several models.
    """

    def __init__(
        self,
        graph: Graph,
        options: Options,
        scope: Namespace,
        renderer: RendererFactory,
        shared: SharedPlan,
    ) -> None:
        self._graph = graph
        self._operations = operations_by_name(graph)
        self._nodes = nodes_by_key(graph)
        # The highest number of a tensor that something takes from a call.
        self._taken: dict[NodeKey, int] = {}
        for ref in (*consumers(graph), *tensor_refs(graph.outputs)):
            key = (ref.operation, ref.node_index)
            self._taken[key] = max(ref.tensor_index, self._taken.get(key, 0))
        self._annotate = Annotator(graph, enabled=options.shapes)
        self._chain = options.tensors == "chain"
        self._scope = scope
        self._make_renderer = renderer
        self._shared = shared
        # What is handed in, and what is made here, each before its first use.
        given = shared.parameters(graph)
        self._unmade = dict.fromkeys(shared.local(graph))
        self._objects = {
            number: scope.claim(_variable(shared.source(number)))
            for number in (*given, *self._unmade)
        }
        self._called: set[str] = set()
        self._members = self._name_members()

    def _name_members(self) -> dict[str, str]:
        """Claim a variable for each of several models; those of operations by name."""
        self._variables = []
        layers = {}
        for member in self._graph.members:
            number = None
            if member.operation is not None:
                number = self._operations[member.operation].shared_id
            if number in self._objects:
                variable = self._objects[number]
            else:
                wanted = identifier(member.key or member.name, "model")
                variable = self._scope.claim(wanted)
            self._variables.append(variable)
            if member.operation is not None:
                layers[member.operation] = variable
        return layers

    def parameters(self) -> str:
        """Source of the function's parameters: the shared layers that it is given."""
        parts = []
        for number in self._shared.parameters(self._graph):
            source = self._shared.source(number)
            kind = MODEL_TYPE if source.graph else self._renderer.class_name(source)
            parts.append(f"{self._objects[number]}: {kind}")
        return ", ".join(parts)

    def write(self) -> list[Statement]:
        """Write the statements, the last of which returns the model."""
        if self._graph.kind is GraphKind.CUSTOM:
            self._renderer = self._make_renderer(None, None)
            (operation,) = self._graph.operations
            # Named after its class is what the reader calls a config without a name.
            arguments = [
                argument
                for argument in self._arguments(operation)
                if argument.name != "name" or argument.value != operation.cls.name
            ]
            name = self._renderer.class_name(operation)
            return [Statement(f"return {self._renderer.call(name, arguments)}")]
        if self._graph.kind is GraphKind.SEQUENTIAL:
            self._renderer = self._make_renderer(None, self._objects)
            return list(self._sequential())
        layers = {
            operation.name: self._objects[operation.shared_id]
            for operation in self._graph.operations
            if operation.shared_id in self._objects
        } | self._members
        self._names = self._decide(layers)
        self._renderer = self._make_renderer(self._names, self._objects)
        return [
            *self._counters(),
            *self._inputs(),
            *self._calls(),
            *(self._models() if self._graph.members else self._end(self._model())),
        ]

    def _decide(self, layers: Mapping[str, str]) -> Names:
        """Decide the names of tensors and of layers that are called by name."""
        return decide_names(self._graph, self._scope, chain=self._chain, layers=layers)

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
        for key in self._graph.decisions.order:
            yield from self._call(key, self._names.targets[key])

    def _call(self, key: NodeKey, target: str) -> Iterator[Statement]:
        """Write one call, behind what has to be made for it."""
        node = self._nodes[key]
        operation = self._operations[node.operation]
        variable = self._names.layers.get(node.operation)
        if node.operation not in self._called:
            self._called.add(node.operation)
            yield from self._make_ready(operation, variable)
        if operation.kind is OperationKind.OP:
            expression = op_call(operation, node, self._renderer)
        else:
            layer = variable or self._construct(operation)
            expression = layer_call(layer, node, self._renderer)
        expression = self._flattened(operation, node, expression)
        first = node.index == 0
        yield Statement(expression, target, self._annotate.call(operation, node, first))

    def _make_ready(
        self, operation: Operation, variable: str | None = None
    ) -> Iterator[Statement]:
        """Make what a call takes: shared layers, and what has a variable itself."""
        number = operation.shared_id
        if number is not None and self._shared.is_shared(operation):
            yield from self._make([number])
            return
        yield from self._make(self._shared.needs(operation))
        if variable is not None:
            yield Statement(self._construct(operation), variable)
            yield from learnt_statements(variable, operation, self._renderer)

    def _make(self, numbers: Iterable[int]) -> Iterator[Statement]:
        for number in numbers:
            if number in self._unmade:
                del self._unmade[number]
                source = self._shared.source(number)
                yield from self._make(self._shared.needs(source))
                variable = self._objects[number]
                yield Statement(self._renderer.made(source), variable)
                yield from learnt_statements(variable, source, self._renderer)

    def _flattened(self, operation: Operation, node: Node, expression: str) -> str:
        """Take tensors by number out of what a custom class of a file returns.

        The file numbers tensors as `keras.tree` flattens the result, and does not say
        what the result is. A class that takes a dict is taken for one that gives one.
        """
        code = operation.cls.code
        known = node.outputs is not None or not isinstance(code, ImportedCode)
        if known or operation.kind is not OperationKind.LAYER:
            return expression
        several = self._taken.get(node.key, 0) > 0
        if not several and not any(isinstance(value, dict) for value in node.args):
            return expression
        flat = f"keras.tree.flatten({expression})"
        return flat if several else f"{flat}[0]"

    def _construct(self, operation: Operation) -> str:
        if self._shared.is_shared(operation) and operation.shared_id is not None:
            return self._objects[operation.shared_id]
        if operation.graph is not None:
            return self._renderer.made(operation)
        name = self._renderer.class_name(operation)
        return self._renderer.call(name, self._arguments(operation))

    def _arguments(self, operation: Operation) -> Iterator[Argument]:
        for argument in operation.arguments or ():
            unnamed = operation.name in self._graph.decisions.unnamed
            if not (unnamed and argument.name == "name"):
                yield argument

    def _models(self) -> Iterator[Statement]:
        members = self._graph.members
        for member, variable in zip(members, self._variables, strict=True):
            if member.operation is None:
                yield Statement(self._model(member), variable)
            elif member.operation not in self._called:
                operation = self._operations[member.operation]
                yield from self._make_ready(operation, variable)
        yield Statement(f"return {models_expression(members, self._variables)}")

    def _model(self, end: Graph | Member | None = None) -> str:
        end = end or self._graph
        inputs = self._renderer.value(end.inputs)
        outputs = self._renderer.value(end.outputs)
        if any(isinstance(side, list | dict) for side in (end.inputs, end.outputs)):
            inputs, outputs = f"inputs={inputs}", f"outputs={outputs}"
        return f"keras.Model({inputs}, {outputs}{self._model_arguments(end)})"

    def _model_arguments(self, end: Graph | Member) -> str:
        """The keywords that both kinds of model take: `name`, `trainable`.

        Given to the constructor, the flag does not reach the layers: Keras sets it
        before it tracks them.
        """
        text = f", name={string(end.name)}"
        if not end.trainable and not self._graph.decisions.freezes:
            text += ", trainable=False"
        return text

    def _sequential(self) -> Iterator[Statement]:
        layers = []
        # With those of its class, or Keras would number their names in another order.
        learnt = {o.cls for o in self._graph.operations if o.vocabulary is not None}
        for operation in self._graph.operations:
            yield from self._make_ready(operation)
            if operation.kind is OperationKind.INPUT:
                arguments = self._arguments(operation)
                layers.append(self._renderer.call("keras.Input", arguments))
                continue
            text = self._construct(operation)
            if operation.cls in learnt and not self._shared.is_shared(operation):
                name = self._scope.claim(identifier(operation.name, "lookup"))
                yield Statement(text, name)
                yield from learnt_statements(name, operation, self._renderer)
                text = name
            layers.append(text)
        trailing = self._model_arguments(self._graph)
        model = f"keras.Sequential([{', '.join(layers)}]{trailing})"
        yield from self._end(model)

    def _end(self, model: str) -> Iterator[Statement]:
        freezes = self._graph.decisions.freezes
        scales = list(lora_statements(self._graph, "model"))
        if not freezes and not scales:
            yield Statement(f"return {model}")
            return
        yield Statement(model, "model")
        yield from scales
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


def _variable(thing: Thing) -> str:
    """What a shared layer or model should be called."""
    if isinstance(thing, Operation):
        name: Value = thing.label
    else:
        name = thing.graph.name if thing.graph else thing.config.get("name")
    return identifier(str(name), identifier(snake_case(thing.cls.name), "layer"))
