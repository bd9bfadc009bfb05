"""From a graph to a program with nothing folded, one call after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from kerascodegen.catalog.lookup import ClassEntry, find_class, shorten
from kerascodegen.folding.expressions import Const, Expr, Share
from kerascodegen.folding.program import NAME, Body, Call, Column, Primitive, Program
from kerascodegen.folding.shares import RATES, find_shares, shared
from kerascodegen.graph.model import (
    Argument,
    Graph,
    GraphKind,
    Node,
    ObjectSpec,
    Operation,
    OperationKind,
    SliceSpec,
    TensorRef,
    Value,
    node_refs,
    tensor_refs,
)
from kerascodegen.graph.traverse import nodes_by_key, operations_by_name

# Behind the constructor's own parameters, as `passes/arguments.py` writes them.
_TRAILING = ("activity_regularizer", "autocast", "trainable", "dtype", NAME)
_MOST_ITEMS = 8


def lift(
    graphs: list[Graph], fixed: Callable[[Operation], bool] = lambda _: False
) -> Program:
    """Make the program of graphs.

    Args:
        graphs: Graphs behind all passes, nested ones first.
        fixed: Which operations must stay where they are, whatever is around them.

    Returns:
        The program: a body for each Functional graph, an empty one for a Sequential.
    """
    program = Program()
    lifter = _Lifter(program, fixed)
    for graph in graphs:
        lifter.survey(graph)
    lifter.find_shares()
    for graph in graphs:
        lifter.lift(graph)
    return program


class _Lifter:
    def __init__(self, program: Program, fixed: Callable[[Operation], bool]) -> None:
        self._program = program
        self._fixed = fixed
        # By kind of call: the arguments that any of its calls has written.
        self._written: dict[str, dict[str, Argument]] = {}
        self._kinds: dict[tuple[int, str, int], str] = {}
        self._rates: dict[float, None] = {}
        self._shares: Mapping[float, Share] = {}

    def survey(self, graph: Graph) -> None:
        """Note which arguments the calls of a kind have written."""
        operations = operations_by_name(graph)
        for node in graph.nodes:
            operation = operations[node.operation]
            kind = _kind(operation, node)
            self._kinds[id(graph), node.operation, node.index] = kind
            written = self._written.setdefault(kind, {})
            for argument in operation.arguments or ():
                known = written.get(argument.name)
                if known is None or (argument.positional and not known.positional):
                    written[argument.name] = argument
                if argument.name in RATES and isinstance(argument.value, float):
                    self._rates[argument.value] = None

    def find_shares(self) -> None:
        """Find what the rates of all graphs follow from."""
        self._shares = find_shares(self._rates)

    def lift(self, graph: Graph) -> None:
        program = self._program
        tensors: dict[TensorRef, int] = {}
        program.graphs.append(graph)
        statements: list[Call] = []
        if graph.kind is GraphKind.FUNCTIONAL:
            for ref in tensor_refs(graph.inputs):
                tensors.setdefault(ref, program.tensor())
            statements = list(self._calls(graph, tensors))
        program.tensors.append({tensor: ref for ref, tensor in tensors.items()})
        results = tuple(tensors[r] for r in ends(graph) if r in tensors)
        program.mains.append(Body(tuple(statements), results))

    def _calls(self, graph: Graph, tensors: dict[TensorRef, int]) -> Iterator[Call]:
        operations, nodes = operations_by_name(graph), nodes_by_key(graph)
        times = Counter(name for name, _ in graph.decisions.order)
        used = {ref for node in graph.nodes for ref in node_refs(node)}
        used.update(ends(graph))
        extra: dict[tuple[str, int], list[TensorRef]] = {}
        for ref in sorted(used):
            extra.setdefault((ref.operation, ref.node_index), []).append(ref)
        for key in graph.decisions.order:
            node, operation = nodes[key], operations[key[0]]
            inputs = tuple(tensors[ref] for ref in node_refs(node))
            kind = self._kinds[id(graph), *key]
            # Custom code may give more tensors than its call shows.
            refs = dict.fromkeys((*tensor_refs(node.result()), *extra.get(key, ())))
            foldable = times[key[0]] == 1 and _gives_one(node, refs)
            foldable &= operation.graph is None and not operation.holds_models
            foldable &= not self._fixed(operation)
            unnamed = key[0] in graph.decisions.unnamed
            callee, arguments = self._callee(operation, node, kind, foldable, unnamed)
            for ref in refs:
                tensors[ref] = self._program.tensor()
            outputs = tuple(tensors[ref] for ref in refs)
            yield Call(callee, arguments, inputs, outputs)

    def _callee(
        self, operation: Operation, node: Node, kind: str, foldable: bool, unnamed: bool
    ) -> tuple[str, tuple[Expr, ...]]:
        """Find or make the primitive of a call, and the call's arguments for it."""
        given = {
            argument.name: argument.value for argument in operation.arguments or ()
        }
        if unnamed:
            given[NAME] = None
        columns: list[Column] = []
        arguments: list[Expr] = []
        fixed: list[str] = []
        for column in _columns(operation, self._written[kind]):
            name = column.argument
            if name in given and not _is_simple(given[name]):
                inner = given[name]
                if isinstance(inner, ObjectSpec) and _is_open(inner):
                    fixed.append(f"{name}={inner.cls} of {_closed(inner)!r}")
                    for argument in _varying(inner):
                        columns.append(Column(argument.name, inside=name))
                        arguments.append(Const(argument.value))
                else:
                    fixed.append(f"{name}={inner!r}")
            elif name in given:
                columns.append(column)
                arguments.append(shared(name, given[name], self._shares))
            elif column.default is not None:
                columns.append(column)
                arguments.append(column.default)
            else:
                fixed.append(f"no {name}")
        key = "|".join((kind, *fixed))
        if not foldable:
            key = f"{key}|call {len(self._program.tensors)} {node.key}"
        if key not in self._program.primitives:
            self._program.primitives[key] = Primitive(
                operation, _with_placeholders(node), tuple(columns), foldable
            )
        return key, tuple(arguments)


def ends(graph: Graph) -> tuple[TensorRef, ...]:
    """The tensors that a graph's models begin and end with, beside its own inputs.

    Args:
        graph: A graph, perhaps of several models.

    Returns:
        Each tensor once.
    """
    sides = [side for m in graph.members for side in (m.inputs, m.outputs)]
    refs = (ref for side in (graph.outputs, *sides) for ref in tensor_refs(side))
    return tuple(dict.fromkeys(refs))


def _gives_one(node: Node, refs: Collection[TensorRef]) -> bool:
    """Whether a call's result is one tensor, as it stands.

    Of a custom class from a file that is not known; where it takes a dict, or where
    more than its first result is used, what it gives is taken apart.
    """
    if node.outputs is None:
        known = not any(isinstance(value, dict) for value in node.args)
        return known and all(ref.tensor_index == 0 for ref in refs)
    return node.outputs == 0 and len(refs) == 1


def _kind(operation: Operation, node: Node) -> str:
    """What calls must have in common: the class and all that the call itself is given.

    Tensors count by their position.
    """
    placed = _with_placeholders(node)
    return repr((operation.kind.value, operation.cls, placed.args, placed.kwargs))


def _with_placeholders(node: Node) -> Node:
    """Put `TensorRef("", position)` in the place of a call's tensors."""
    count = 0

    def placed(value: Value) -> Value:
        nonlocal count
        if isinstance(value, TensorRef):
            count += 1
            return TensorRef("", count - 1)
        if isinstance(value, list):
            return [placed(item) for item in value]
        if isinstance(value, dict):
            return {key: placed(item) for key, item in value.items()}
        if isinstance(value, SliceSpec):
            return SliceSpec(
                placed(value.start), placed(value.stop), placed(value.step)
            )
        return value

    args = tuple(placed(value) for value in node.args)
    kwargs = {key: placed(value) for key, value in node.kwargs.items()}
    return replace(node, args=args, kwargs=kwargs)


def _is_simple(value: Value) -> bool:
    """Tell whether a value may differ from call to call and be handed to a function."""
    if isinstance(value, list):
        return len(value) <= _MOST_ITEMS and all(_is_simple(item) for item in value)
    return value is None or isinstance(value, bool | int | float | str)


def _is_open(spec: ObjectSpec) -> bool:
    """Whether some of what an object is made with may differ: a layer in a wrapper."""
    named = spec.arguments is not None and spec.graph is None and spec.shared_id is None
    return named and any(argument.name == NAME for argument in spec.arguments or ())


def _varying(spec: ObjectSpec) -> list[Argument]:
    return [argument for argument in spec.arguments or () if _is_simple(argument.value)]


def _closed(spec: ObjectSpec) -> list[object]:
    """What must be the same: the other arguments, and which there are."""
    return [
        argument.name if _is_simple(argument.value) else argument
        for argument in spec.arguments or ()
    ]


def _columns(operation: Operation, written: Mapping[str, Argument]) -> list[Column]:
    """The arguments of a kind of call, in the order that they are written."""
    entry = find_class(operation.cls.path)
    known = entry if operation.kind is OperationKind.LAYER else None
    return [
        Column(name, _default(known, name) if known else None, written[name].positional)
        for name in argument_order(operation, written)
    ]


def argument_order(operation: Operation, names: Iterable[str]) -> list[str]:
    """Put arguments in the order that they are written.

    Args:
        operation: What they are arguments of.
        names: Their names, each once.

    Returns:
        The constructor's order, with what every layer takes behind it.
    """
    entry = find_class(operation.cls.path)
    own = [argument.name for argument in operation.arguments or ()]
    if operation.kind is OperationKind.LAYER and entry is not None:
        own = [p.name for p in entry.parameters if p.name not in _TRAILING]
    rank = {name: index for index, name in enumerate(own)}
    if operation.kind is OperationKind.LAYER:
        rank.update((name, len(own) + 1 + i) for i, name in enumerate(_TRAILING))
    return sorted(names, key=lambda name: (rank.get(name, len(own)), name))


def _default(entry: ClassEntry, name: str) -> Const | None:
    """What a plain argument is when it is not written; `None` where nobody can say."""
    if name == "dtype":
        return Const("float32")
    if name == "activation" and entry.defaults.get(name) == "linear":
        # The same to Keras, and what people write.
        return Const(None)
    if name not in entry.defaults or name in entry.derived:
        return None
    if name in entry.default_from or name in entry.affected_by:
        return None
    value = shorten(entry, name, entry.defaults[name])
    return Const(value) if _is_simple(value) else None
