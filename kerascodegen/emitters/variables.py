"""Which variable each tensor of a function is kept in.

A straight run rebinds one variable; a tensor that is needed again gets one of its own.
Where a branch or a loop needs a tensor in a certain variable and it is in another one,
the variable is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kerascodegen.folding.program import (
    Body,
    Branch,
    Call,
    Loop,
    Statement,
    Tensor,
    taken,
)

# Merges whose inputs are branches side by side; no branch goes on behind them.
CONCATENATE = "Concatenate"
# How far off a tensor may be taken again and still be the variable's.
_NEAR = 8


@dataclass(slots=True, eq=False)
class Variable:
    """A variable of a function.

    Attributes:
        tensors: What it holds, one after the other.
        first: Position of the first assignment; -1 for a parameter.
        last: Position of the last use.
        merged_by: The class of the first call that takes it together with another.
        fixed: Whether nothing else may be assigned to it.
        optional: Whether it holds what only some calls make.
        carried: Whether a loop hands it on from run to run.
    """

    tensors: list[Tensor]
    first: int
    last: int
    merged_by: str = ""
    fixed: bool = False
    optional: bool = False
    carried: bool = False


@dataclass(slots=True)
class Assignment:
    """The variables of one function.

    Attributes:
        variables: All of them, in the order of first assignment.
        of: The variable of each tensor.
        before: Copies to make before a statement, by the statement's first output:
            pairs of the variable to assign and the tensor.
        behind: Copies to make at the end of a body, by the tensor that it results in.
    """

    variables: list[Variable] = field(default_factory=list)
    of: dict[Tensor, Variable] = field(default_factory=dict)
    before: dict[Tensor, tuple[Variable, Tensor]] = field(default_factory=dict)
    behind: dict[tuple[Tensor, Tensor], Variable] = field(default_factory=dict)


def assign_variables(
    body: Body,
    inputs: Sequence[Tensor],
    class_of: Callable[[Call], str],
    *,
    fixed_inputs: bool,
    own: Iterable[Tensor] = (),
) -> Assignment:
    """Choose the variables of a function.

    Args:
        body: The function's body.
        inputs: The tensors that it is given.
        class_of: Names the class that a call is of, or nothing for a block.
        fixed_inputs: Whether the inputs keep their variables to the end.
        own: Tensors that must have a variable of their own.

    Returns:
        The variables.
    """
    assigner = _Assigner(body, class_of, frozenset(own))
    for tensor in inputs:
        assigner.add(tensor, -1, fixed=fixed_inputs)
    assigner.live_before(body, frozenset())
    assigner.run(body, None)
    for tensor in body.results:
        assigner.result.of[tensor].last = assigner.position + 1
    return assigner.result


class _Assigner:
    def __init__(
        self, body: Body, class_of: Callable[[Call], str], own: frozenset[Tensor]
    ) -> None:
        self.result = Assignment()
        self.position = 0
        self._class_of = class_of
        self._own = own
        # Tensors needed behind each statement, by the statement's first output.
        self._live: dict[Tensor, frozenset[Tensor]] = {}
        self._holds: dict[int, Tensor] = {}
        self._consumers: dict[Tensor, list[Statement]] = {}
        # What the loop around hands on from run to run.
        self._state: Variable | None = None
        self._count_consumers(body)

    def _count_consumers(self, body: Body) -> None:
        for statement in body.statements:
            match statement:
                case Call(inputs=inputs):
                    for tensor in dict.fromkeys(inputs):
                        self._consumers.setdefault(tensor, []).append(statement)
                case Branch(then=then, other=other):
                    self._count_consumers(then)
                    self._count_consumers(other)
                case Loop(initial=initial, body=inner):
                    self._consumers.setdefault(initial, []).append(statement)
                    self._count_consumers(inner)

    def add(self, tensor: Tensor, position: int, *, fixed: bool = False) -> Variable:
        """Make a variable for a tensor."""
        variable = Variable([tensor], position, position, fixed=fixed)
        self.result.variables.append(variable)
        self._hold(variable, tensor)
        return variable

    def _hold(self, variable: Variable, tensor: Tensor) -> None:
        self.result.of[tensor] = variable
        self._holds[id(variable)] = tensor

    def live_before(self, body: Body, behind: frozenset[Tensor]) -> frozenset[Tensor]:
        """Note what is needed behind every statement; give what is needed before."""
        live = behind | set(body.results)
        for statement in reversed(body.statements):
            self._live[statement.outputs[0]] = live
            made = live - set(statement.outputs)
            match statement:
                case Call(inputs=inputs):
                    live = made | set(inputs)
                case Branch(then=then, other=other):
                    live = self.live_before(then, made) | self.live_before(other, made)
                case Loop(body=inner, state=state, initial=initial):
                    around = made | _from_outside(statement)
                    live = self.live_before(inner, around) - {state} | {initial}
        return live

    def run(self, body: Body, wanted: Variable | None) -> None:
        """Assign the tensors that a body makes.

        Args:
            body: The body.
            wanted: The variable that its result had best be in.
        """
        for statement in body.statements:
            self.position += 1
            result = body.results[0] if wanted is not None else None
            for tensor in taken(statement):
                if tensor in self.result.of:
                    self.result.of[tensor].last = self.position
            match statement:
                case Call():
                    target = wanted if result in statement.outputs else None
                    self._call(statement, target)
                case Branch():
                    self._branch(statement)
                case Loop():
                    self._loop(statement)

    def _call(self, call: Call, wanted: Variable | None) -> None:
        if len(call.inputs) > 1:
            for tensor in call.inputs:
                variable = self.result.of[tensor]
                variable.merged_by = variable.merged_by or self._class_of(call)
        live = self._live[call.outputs[0]]
        if len(call.outputs) > 1 or call.outputs[0] in self._own:
            for tensor in call.outputs:
                self.add(tensor, self.position, fixed=True)
            return
        (output,) = call.outputs
        if wanted is not None and self._is_free(wanted, live):
            self._assign(wanted, output)
            return
        free: list[Variable] = []
        for tensor in call.inputs:
            variable = self.result.of[tensor]
            if self._is_free(variable, live) and variable not in free:
                free.append(variable)
        if not free or self._starts_branch(call, output):
            self.add(output, self.position)
            return
        if self._state is not None and self._state in free:
            for other in (self.result.of[tensor] for tensor in call.inputs):
                if other is not self._state and self._class_of(call) != CONCATENATE:
                    # The state is the shortcut here, this the part that is added.
                    other.merged_by = ""
            self._assign(self._state, output)
            return
        made = [v for v in free if v.first >= 0]
        if self._class_of(call) == CONCATENATE and len(made) > 1:
            # Branches side by side end here; none of them goes on.
            self.add(output, self.position)
            return
        longest = max(free, key=lambda variable: len(variable.tensors))
        if self._class_of(call) == "Multiply":
            # The other side is the scale: this one goes on.
            longest.merged_by = ""
        self._assign(longest, output)

    def _is_free(self, variable: Variable, live: frozenset[Tensor]) -> bool:
        return not variable.fixed and self._holds[id(variable)] not in live

    def _assign(self, variable: Variable, tensor: Tensor) -> None:
        variable.tensors.append(tensor)
        variable.last = self.position
        self._hold(variable, tensor)

    def _starts_branch(self, call: Call, output: Tensor) -> bool:
        """Whether a call is where a branch begins that ends in a concatenation.

        Also where its result is needed far on, which a name of its own tells better.
        """
        if self._is_kept(output):
            return True
        if len(call.inputs) != 1 or len(self._consumers[call.inputs[0]]) < 2:
            return False
        return self._end(output) == CONCATENATE

    def _end(self, tensor: Tensor) -> str:
        """The class of the merge that a straight run from a tensor leads to."""
        for _ in range(_NEAR * 4):
            using = self._consumers.get(tensor, [])
            if len(using) != 1 or not isinstance(using[0], Call):
                return ""
            if len(using[0].inputs) > 1:
                return self._class_of(using[0])
            tensor = using[0].outputs[0]
        return ""

    def _is_kept(self, tensor: Tensor) -> bool:
        """Whether a tensor is taken at once and again much later."""
        using = self._consumers.get(tensor, [])
        if len(using) < 2:
            return False
        first, last = using[0], using[-1]
        joined = isinstance(last, Call) and self._class_of(last) == CONCATENATE
        steps = 0
        seen = first
        while isinstance(seen, Call) and seen is not last and steps <= _NEAR:
            steps += 1
            following = self._consumers.get(seen.outputs[0], [])
            if not following:
                return False
            seen = following[-1]
        return steps > (1 if joined else _NEAR)

    def _branch(self, branch: Branch) -> None:
        (output,) = branch.outputs
        live = self._live[output]
        base = branch.other.results[0]
        optional = not branch.other.statements
        target: Variable | None = None
        if optional and base in self.result.of:
            variable = self.result.of[base]
            target = variable if self._is_free(variable, live) else None
        holds = dict(self._holds)
        self.run(branch.then, target)
        inside = self.result.of[branch.then.results[0]]
        if target is None:
            outer = id(inside) in holds
            target = inside
            target.optional = True
            if optional and outer:
                target = self._copied(branch.then.results[0], output)
        elif inside is not target:
            self.result.behind[branch.then.results[0], output] = target
        if optional:
            if self.result.of[base] is not target:
                self.result.before[output] = (target, base)
                target.first = min(target.first, self.position)
        else:
            self._holds = {**self._holds, **holds}
            self.run(branch.other, target)
            if self.result.of[base] is not target:
                self.result.behind[base, output] = target
        self._assign(target, output)

    def _copied(self, tensor: Tensor, output: Tensor) -> Variable:
        """A new variable, to which a tensor is copied at the end of a body."""
        variable = Variable([], self.position, self.position)
        self.result.variables.append(variable)
        self.result.behind[tensor, output] = variable
        return variable

    def _loop(self, loop: Loop) -> None:
        (output,) = loop.outputs
        variable = self.result.of[loop.initial]
        around = self._live[output] | _from_outside(loop)
        if not self._is_free(variable, around):
            copied = self.add(loop.state, self.position)
            self.result.before[output] = (copied, loop.initial)
            variable = copied
        else:
            self._assign(variable, loop.state)
        variable.carried = True
        around_state, self._state = self._state, variable
        self.run(loop.body, variable)
        self._state = around_state
        result = loop.body.results[0]
        if self.result.of[result] is not variable:
            self.result.behind[result, output] = variable
        for tensor in _from_outside(loop):
            if tensor in self.result.of:
                self.result.of[tensor].last = self.position
        self._assign(variable, output)


def _from_outside(loop: Loop) -> frozenset[Tensor]:
    """What every run of a loop takes from outside, the state not counted."""
    made = {loop.state}
    used: set[Tensor] = set()

    def walk(statements: Iterable[Statement]) -> Iterator[Statement]:
        for statement in statements:
            yield statement
            match statement:
                case Branch(then=then, other=other):
                    yield from walk(then.statements)
                    yield from walk(other.statements)
                case Loop(body=body, state=state):
                    made.add(state)
                    yield from walk(body.statements)

    for statement in walk(loop.body.statements):
        used.update(taken(statement))
        made.update(statement.outputs)
    return frozenset(used - made)
