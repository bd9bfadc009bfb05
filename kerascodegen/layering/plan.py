"""Decide which blocks of a folded program become layers, and make their bodies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from kerascodegen.folding.expressions import Const, Expr, Var, substitute, text
from kerascodegen.folding.program import (
    NAME,
    Block,
    Call,
    Column,
    Program,
    Tensor,
    calls,
)
from kerascodegen.folding.rewriting import map_calls, mapped
from kerascodegen.graph.model import OperationKind, TensorSpec
from kerascodegen.layering.attributes import parameter_name
from kerascodegen.layering.facts import TensorFacts, tensor_facts
from kerascodegen.layering.names import InnerNames, inner_names
from kerascodegen.layering.outline import (
    outline_loops,
    used_variables,
    without_unused,
)
from kerascodegen.layering.placing import Trace, Visit, trace
from kerascodegen.layering.unroll import CannotUnrollError, unrolled

# What a class has to have: calls, and calls in all its instances together.
LEAST_CALLS = 3
LEAST_IN_ALL = 9


@dataclass(frozen=True, slots=True)
class LayerPlan:
    """A block that is written as a layer.

    Attributes:
        inner: The name of each layer inside it by the tensor that its call gives: `""`
            where it has the block's own, `None` where Keras names it.
        specs: For each input its shapes and dtypes in all instances.
        outputs: The same for the outputs.
    """

    inner: Mapping[Tensor, str | None]
    specs: tuple[tuple[TensorSpec | None, ...], ...]
    outputs: tuple[tuple[TensorSpec | None, ...], ...]


@dataclass(slots=True)
class LayerProgram:
    """A program some of whose blocks are layers.

    Attributes:
        program: The program. Blocks that are layers have `name` as their last
            parameter, which their bodies do not use.
        layers: What is known of those blocks, by key.
    """

    program: Program
    layers: dict[str, LayerPlan] = field(default_factory=dict)


def plan_layers(
    flat: Program, folded: Program, word: Callable[[Program, Block], str]
) -> LayerProgram:
    """Make layers of the blocks of a program.

    Args:
        flat: The program before it was folded.
        folded: The folded program; it stays as it is.
        word: Names a block after what it does.

    Returns:
        A program with layers, which runs the same calls in the same order; or the
        folded one, where no block can be a layer.
    """
    program = folded.copy()
    outline_loops(program)
    planner = _Planner(program, trace(program), tensor_facts(flat))
    for key in inner_first(program):
        planner.visit(key)
    if not planner.layers:
        return LayerProgram(folded)
    made = LayerProgram(program, planner.layers)
    _tidy(made)
    _settle_names(made, word)
    if trace(program).calls != trace(flat).calls:
        return LayerProgram(folded)
    return made


class _Planner:
    def __init__(
        self, program: Program, ran: Trace, facts: Mapping[int, TensorFacts]
    ) -> None:
        self.layers: dict[str, LayerPlan] = {}
        self._program = program
        self._ran = ran
        self._facts = facts
        self._visits: dict[str, list[Visit]] = {}
        for visit in ran.visits:
            self._visits.setdefault(visit.key, []).append(visit)
        # Functions without layers, which classes can call like anything else.
        self._ops: set[str] = set()

    def visit(self, key: str) -> None:
        """Make a layer of a block, if it can be one."""
        block = self._program.blocks[key]
        if self._is_ops(block):
            self._ops.add(key)
            return
        try:
            body = unrolled(
                self._program, block, frozenset(self._ops | self.layers.keys())
            )
        except CannotUnrollError:
            return
        visits = self._visits.get(key, [])
        size = sum(1 for _ in calls(body.statements))
        if size < LEAST_CALLS or size * len(visits) < LEAST_IN_ALL:
            return
        if all(self._fits(visit) for visit in visits):
            self._make(key, replace(block, body=body), visits)

    def _is_ops(self, block: Block) -> bool:
        return all(
            call.callee in self._ops
            or (
                call.callee in self._program.primitives
                and self._kind(call.callee) is OperationKind.OP
            )
            for call in calls(block.body.statements)
        )

    def _kind(self, callee: str) -> OperationKind:
        return self._program.primitives[callee].operation.kind

    def _fits(self, visit: Visit) -> bool:
        """Whether one run of a block could be a call of a layer."""
        if visit.main != len(self._program.mains) - 1 or set(visit.inputs) & set(
            visit.results
        ):
            return False
        inside = self._ran.calls[visit.main][slice(*visit.calls)]
        tensors = {tensor for _, _, inputs in inside for tensor in inputs}
        tensors.update(visit.results)
        # Keras hands masks on from layer to layer of a model, not through a layer.
        return not any(self._facts[t].masked for t in tensors if t in self._facts)

    def _make(self, key: str, block: Block, visits: list[Visit]) -> None:
        program = self._program
        inside = list(calls(block.body.statements))
        named = inner_names([self._name(call) for call in inside])
        own = {
            call.outputs[0]: name
            for call, name in zip(inside, named.inner, strict=True)
            if self._is_layer(call)
        }
        body = mapped(block.body, lambda call: self._renamed(call, own))
        used = set(used_variables(body))
        kept = [
            i for i, (variable, _) in enumerate(block.parameters) if variable in used
        ]
        parameters = tuple(_in_self(*block.parameters[i]) for i in kept)
        name = (program.variable(), Column(NAME, Const(None)))
        program.blocks[key] = Block(block.inputs, (*parameters, name), body)
        variables = [variable for variable, _ in block.parameters]
        map_calls(program, lambda call: _called(call, key, variables, kept, named))
        self.layers[key] = LayerPlan(
            own,
            tuple(
                self._specs(visits, i, inputs=True) for i in range(len(block.inputs))
            ),
            tuple(
                self._specs(visits, i, inputs=False)
                for i in range(len(block.body.results))
            ),
        )

    def _specs(
        self, visits: list[Visit], index: int, *, inputs: bool
    ) -> tuple[TensorSpec | None, ...]:
        numbers = [(v.inputs if inputs else v.results)[index] for v in visits]
        facts = [self._facts.get(number) for number in numbers]
        return tuple(None if fact is None else fact.spec for fact in facts)

    def _is_layer(self, call: Call) -> bool:
        if call.callee in self._program.blocks:
            return call.callee in self.layers
        return self._kind(call.callee) is not OperationKind.OP

    def _name(self, call: Call) -> Expr | None:
        if not self._is_layer(call):
            return None
        columns = [column.argument for column in self._program.columns(call.callee)]
        if NAME not in columns:
            return None
        name = call.arguments[columns.index(NAME)]
        return None if name == Const(None) else name

    def _renamed(self, call: Call, own: Mapping[Tensor, str | None]) -> Call:
        """The call with the name that its layer has inside the class."""
        columns = [column.argument for column in self._program.columns(call.callee)]
        if NAME not in columns or call.outputs[0] not in own:
            return call
        arguments = list(call.arguments)
        arguments[columns.index(NAME)] = Const(own[call.outputs[0]])
        return replace(call, arguments=tuple(arguments))


def _in_self(variable: Var, column: Column) -> tuple[Var, Column]:
    return variable, replace(column, argument=parameter_name(column.argument))


def _called(
    call: Call, key: str, variables: list[Var], kept: list[int], named: InnerNames
) -> Call:
    if call.callee != key:
        return call
    given = dict(zip(variables, call.arguments, strict=True))
    name = Const(None) if named.block is None else substitute(named.block, given)
    arguments = (*(call.arguments[i] for i in kept), name)
    return replace(call, arguments=arguments)


def _tidy(made: LayerProgram) -> None:
    """Drop blocks that are no longer called and values that are no longer read."""
    program = made.program
    before: object = None
    while before != (before := (dict(program.blocks), list(program.mains))):
        for key, block in list(program.blocks.items()):
            program.blocks[key] = replace(block, body=without_unused(block.body))
            if key not in made.layers:
                _drop_parameters(program, key)
        program.mains = [without_unused(body) for body in program.mains]
        called = {
            call.callee for body in program.bodies() for call in calls(body.statements)
        }
        for key in [key for key in program.blocks if key not in called]:
            del program.blocks[key]
            made.layers.pop(key, None)


def _drop_parameters(program: Program, key: str) -> None:
    """Drop the parameters of a function that only names were made of."""
    block = program.blocks[key]
    used = set(used_variables(block.body))
    kept = [i for i, (variable, _) in enumerate(block.parameters) if variable in used]
    if len(kept) == len(block.parameters):
        return

    def change(call: Call) -> Call:
        if call.callee != key:
            return call
        return replace(call, arguments=tuple(call.arguments[i] for i in kept))

    parameters = tuple(block.parameters[i] for i in kept)
    program.blocks[key] = replace(block, parameters=parameters)
    map_calls(program, change)


def _settle_names(made: LayerProgram, word: Callable[[Program, Block], str]) -> None:
    """See that no two layers of the model have one name.

    The names of blocks that come in between get what the block does behind them, and
    where that does not help, Keras names them.
    """
    program = made.program
    classes = frozenset(made.layers)
    operations = program.graphs[-1].operations
    inputs = [o.label for o in operations if o.kind is OperationKind.INPUT]
    for attempt in range(2):
        ran = trace(program, classes)
        names = Counter([*ran.named, *inputs])
        twice = {name for name, times in names.items() if name and times > 1}
        keys = {v.key for v in ran.visits if v.key in classes and v.named in twice}
        for key in sorted(keys):
            end = "" if attempt else word(program, program.blocks[key])
            map_calls(program, partial(_ended, key=key, end=end))


def _ended(call: Call, *, key: str, end: str) -> Call:
    """The call with another end of its name, or without a name."""
    if call.callee != key:
        return call
    *others, name = call.arguments
    renamed = text((name, f"_{end}")) if end and name != Const(None) else Const(None)
    return replace(call, arguments=(*others, renamed))


def inner_first(program: Program) -> list[str]:
    """Keys of all blocks, each behind those that it calls.

    Args:
        program: The program.

    Returns:
        The keys.
    """
    order: dict[str, None] = {}

    def visit(key: str) -> None:
        for call in calls(program.blocks[key].body.statements):
            if call.callee in program.blocks and call.callee not in order:
                visit(call.callee)
        order[key] = None

    for key in program.blocks:
        if key not in order:
            visit(key)
    return list(order)
