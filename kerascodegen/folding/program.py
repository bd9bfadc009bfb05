"""A program: a graph's calls, with what repeats folded into blocks and loops.

Tensors are numbers, unique in the whole program. A statement takes tensors and gives
tensors; its arguments are expressions over the variables of what it stands in. Folding
replaces statements by fewer ones; `expand.py` undoes it, which is how it is proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from kerascodegen.folding.expressions import Const, Expr, Var
from kerascodegen.graph.model import Graph, Node, Operation, TensorRef

Tensor: TypeAlias = int

NAME = "name"


@dataclass(frozen=True, slots=True)
class Column:
    """An argument of a callee that may differ from call to call.

    Attributes:
        argument: What it is called: a constructor's parameter, or what a block's
            parameter feeds in the end.
        default: What it is when it is not written, where that is known.
        positional: Whether it can be written without its name.
        inside: Where it is one of what another argument is made with: that argument's
            name, as `layer` of `Bidirectional(LSTM(...))`.
    """

    argument: str
    default: Const | None = None
    positional: bool = False
    inside: str = ""


@dataclass(frozen=True, slots=True)
class Primitive:
    """A layer or op, called: all that calls of one kind have in common.

    Attributes:
        operation: The operation of one such call, for what does not differ.
        node: That call, on placeholder tensors `TensorRef("", position)`.
        columns: The arguments that may differ.
        foldable: Whether it may stand in a block. What is called more than once, is a
            model, or has several results, may not.
    """

    operation: Operation
    node: Node
    columns: tuple[Column, ...]
    foldable: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a primitive or of a block.

    Attributes:
        callee: Key into `Program.primitives` or `Program.blocks`.
        arguments: One for each column of the callee.
        inputs: Tensors that it takes, in order.
        outputs: Tensors that it gives.
    """

    callee: str
    arguments: tuple[Expr, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """Statements with what they result in."""

    statements: tuple[Statement, ...]
    results: tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """`if test: ... else: ...`; each side results in one tensor, perhaps an outer one.

    Attributes:
        test: Which side runs.
        then: The one side.
        other: The other side, often without statements: then the part is optional.
        outputs: The one tensor that it gives.
    """

    test: Expr
    then: Body
    other: Body
    outputs: tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """What a loop runs over: `range(start, stop)`."""

    start: Expr
    stop: Expr


@dataclass(frozen=True, slots=True)
class Table:
    """What a loop runs over: rows of values, one for each variable."""

    rows: tuple[tuple[Expr, ...], ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """A `for` loop that hands one tensor on from each run to the next.

    Attributes:
        variables: What is set in each run.
        over: Where their values come from.
        state: The tensor handed on, as the body knows it.
        initial: That tensor before the first run.
        body: What is run; its one result is the state of the next run.
        outputs: The one tensor that the last run gives.
    """

    variables: tuple[Var, ...]
    over: Range | Table
    state: Tensor
    initial: Tensor
    body: Body
    outputs: tuple[Tensor, ...]


Statement: TypeAlias = Call | Branch | Loop


@dataclass(frozen=True, slots=True)
class Block:
    """A function of the source: a body, with what it is given.

    Attributes:
        inputs: Tensors that it takes.
        parameters: Variables, with what each of them is called.
        body: Statements and results.
    """

    inputs: tuple[Tensor, ...]
    parameters: tuple[tuple[Var, Column], ...]
    body: Body

    @property
    def columns(self) -> tuple[Column, ...]:
        """The parameters as the columns of its calls."""
        return tuple(column for _, column in self.parameters)


@dataclass(slots=True)
class Program:
    """A model's calls, folded or not. Passes of the folding change it in place.

    Attributes:
        primitives: Layers and ops by key.
        blocks: Blocks by key, in the order of making.
        mains: The body of each graph, under the graph's position.
        graphs: The graphs: nested ones first, the model itself last.
        tensors: For the tensors of each graph, where they come from.
    """

    primitives: dict[str, Primitive] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    mains: list[Body] = field(default_factory=list)
    graphs: list[Graph] = field(default_factory=list)
    tensors: list[dict[Tensor, TensorRef]] = field(default_factory=list)
    _tensors: int = 0
    _variables: int = 0
    _blocks: int = 0

    def tensor(self) -> Tensor:
        """Make a new tensor."""
        self._tensors += 1
        return self._tensors

    def variable(self) -> Var:
        """Make a new variable."""
        self._variables += 1
        return Var(self._variables)

    def copy(self) -> Program:
        """Copy the program, to try out a way of folding it."""
        return Program(
            self.primitives,
            dict(self.blocks),
            list(self.mains),
            self.graphs,
            self.tensors,
            self._tensors,
            self._variables,
            self._blocks,
        )

    def take(self, other: Program) -> None:
        """Become what a copy was made into."""
        self.blocks, self.mains = other.blocks, other.mains
        self._tensors = other._tensors
        self._variables = other._variables
        self._blocks = other._blocks

    def add(self, block: Block) -> str:
        """Add a block.

        Returns:
            Its key.
        """
        self._blocks += 1
        key = f"block {self._blocks}"
        self.blocks[key] = block
        return key

    def columns(self, callee: str) -> tuple[Column, ...]:
        """The columns of the arguments that a callee takes."""
        if callee in self.blocks:
            return self.blocks[callee].columns
        return self.primitives[callee].columns

    def foldable(self, statement: Statement) -> bool:
        """Tell whether a statement may become part of a block."""
        if not isinstance(statement, Call):
            return False
        primitive = self.primitives.get(statement.callee)
        return primitive is None or primitive.foldable

    def bodies(self) -> Iterator[Body]:
        """Yield the outermost bodies: those of blocks, then those of graphs."""
        for block in self.blocks.values():
            yield block.body
        yield from self.mains


def taken(statement: Statement) -> Iterator[Tensor]:
    """Yield the tensors that a statement takes from what is before it.

    A branch or loop also yields tensors that are made inside of it; no harm, since
    numbers are unique.
    """
    match statement:
        case Call(inputs=inputs):
            yield from inputs
        case Branch(then=then, other=other):
            for body in (then, other):
                for inner in body.statements:
                    yield from taken(inner)
                yield from body.results
        case Loop(initial=initial, body=body):
            yield initial
            for inner in body.statements:
                yield from taken(inner)


def calls(statements: tuple[Statement, ...]) -> Iterator[Call]:
    """Yield all calls in statements, those inside branches and loops too."""
    for statement in statements:
        match statement:
            case Call():
                yield statement
            case Branch(then=then, other=other):
                yield from calls(then.statements)
                yield from calls(other.statements)
            case Loop(body=body):
                yield from calls(body.statements)


def sequences(body: Body) -> Iterator[Body]:
    """Yield a body and all bodies inside of it."""
    yield body
    for statement in body.statements:
        match statement:
            case Branch(then=then, other=other):
                yield from sequences(then)
                yield from sequences(other)
            case Loop(body=inner):
                yield from sequences(inner)
