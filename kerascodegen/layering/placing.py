"""Run a program with classes: where each call of the flat model stands in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kerascodegen.folding.expand import Expander
from kerascodegen.folding.expressions import Environment, constant, substitute
from kerascodegen.folding.program import (
    NAME,
    Call,
    Program,
    Tensor,
)
from kerascodegen.graph.model import OperationKind


@dataclass(frozen=True, slots=True)
class Visit:
    """One run of a block.

    Attributes:
        key: The block.
        main: Position of the graph in which it is called, at whatever depth.
        inputs: Tensors that it was given.
        results: What it gave.
        calls: Positions of the first flat call in it and of the one behind the last.
        named: The name that it was called with, where it takes one.
    """

    key: str
    main: int
    inputs: tuple[int, ...]
    results: tuple[int, ...]
    calls: tuple[int, int]
    named: str | None


@dataclass(frozen=True, slots=True)
class Trace:
    """All that happens when a program runs.

    Attributes:
        calls: What `expand` gives, without the names of layers.
        visits: Runs of blocks, in the order of their end.
        named: The names of the layers that stand in the model itself, those of classes
            among them; `None` for each that Keras names.
    """

    calls: list[list[tuple[str, tuple[str, ...], tuple[int, ...]]]]
    visits: list[Visit]
    named: list[str | None]


def trace(program: Program, classes: frozenset[str] = frozenset()) -> Trace:
    """Run a program.

    Args:
        program: A program.
        classes: Blocks that are layers, so that no layer inside them is the model's.

    Returns:
        What happened.
    """
    visits: list[Visit] = []
    named: list[str | None] = []
    calls = []
    for position, body in enumerate(program.mains):
        tracer = _Tracer(program, classes, position, visits, named)
        flat = tracer.run(body)
        calls.append(
            [(callee, _unnamed(program, callee, a), i) for callee, a, i in flat]
        )
    return Trace(calls, visits, named)


def _unnamed(
    program: Program, callee: str, arguments: tuple[str, ...]
) -> tuple[str, ...]:
    if callee not in program.primitives:
        return arguments
    columns = program.primitives[callee].columns
    pairs = zip(columns, arguments, strict=True)
    return tuple("" if c.argument == NAME else a for c, a in pairs)


class _Tracer(Expander):
    def __init__(
        self,
        program: Program,
        classes: frozenset[str],
        main: int,
        visits: list[Visit],
        named: list[str | None],
    ) -> None:
        super().__init__(program)
        self._classes = classes
        self._main = main
        self._visits = visits
        self._named = named
        self._inside = 0

    def call(
        self, call: Call, tensors: Mapping[Tensor, int], environment: Environment
    ) -> list[int]:
        """Run a call, and note it."""
        start = len(self.calls)
        is_class = call.callee in self._classes
        columns = [column.argument for column in self.program.columns(call.callee)]
        name = None
        if NAME in columns:
            argument = call.arguments[columns.index(NAME)]
            value = constant(substitute(argument, environment))
            name = value if isinstance(value, str) else None
        primitive = self.program.primitives.get(call.callee)
        layer = (
            primitive is not None and primitive.operation.kind is not OperationKind.OP
        )
        if not self._inside and (is_class or layer):
            own = "" if primitive is None else primitive.operation.label
            known = NAME in columns or is_class
            self._named.append(name if known else own)
        self._inside += is_class
        results = super().call(call, tensors, environment)
        self._inside -= is_class
        if primitive is None:
            inputs = tuple(tensors.get(t, -t) for t in call.inputs)
            ends = (start, len(self.calls))
            self._visits.append(
                Visit(call.callee, self._main, inputs, tuple(results), ends, name)
            )
        return results
