"""Names of the variables of a function, and proof that they hold what they should."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kerascodegen.emitters.variables import CONCATENATE, Assignment, Variable
from kerascodegen.errors import InternalError
from kerascodegen.folding.program import Body, Branch, Call, Loop, Tensor
from kerascodegen.passes.naming import Namespace

MAIN = "x"
# What a variable is called after the merge that takes it.
_ROLES = {"Add": "shortcut", "Multiply": "scale", CONCATENATE: "branch"}
_SHORT = 2
_INPUT_ROLES = {"Add": "shortcut", CONCATENATE: "skip"}


def name_locals(
    assignment: Assignment,
    inputs: Sequence[Tensor],
    results: Sequence[Tensor],
    scope: Namespace,
) -> dict[int, str]:
    """Name the variables of a block.

    Args:
        assignment: The variables.
        inputs: What the block is given.
        results: What it gives.
        scope: The function's namespace.

    Returns:
        A name by the identity of each variable: `x` for what becomes the result, the
        others after what they are for.
    """
    main = id(assignment.of[results[0]])
    names = {main: scope.claim(MAIN)}
    given = [v for v in assignment.variables if v.first < 0]
    for variable in given:
        if id(variable) == main:
            continue
        wanted = "inputs"
        if variable is not given[0]:
            wanted = _INPUT_ROLES.get(variable.merged_by, "inputs")
        names[id(variable)] = scope.claim(wanted)
    rest = [v for v in assignment.variables if id(v) not in names]
    _name_by_role(rest, names, scope)
    return {id(v): names[id(v)] for v in assignment.variables}


def _name_by_role(
    variables: Sequence[Variable], names: dict[int, str], scope: Namespace
) -> None:
    """Name variables after what merges them; branches are numbered."""
    branches = [v for v in variables if v.merged_by == CONCATENATE]
    sides = [v for v in variables if v.merged_by == "Add" and not v.optional]
    busy: list[tuple[str, Variable]] = []
    for variable in variables:
        wanted = _ROLES.get(variable.merged_by, "y")
        if wanted == "shortcut" and (len(sides) > 1 or not _is_short(variable)):
            wanted = "shortcut" if variable.optional else "y"
        if variable.merged_by == CONCATENATE and len(branches) > 1:
            wanted = "branch_1"
        # A name is free again once what it stood for is no longer needed.
        free = {name for name, other in busy if not _overlap(variable, other)} - {
            name for name, other in busy if _overlap(variable, other)
        }
        base = wanted.removesuffix("_1")
        known = sorted(name for name in free if _is_numbered(name, base))
        if known:
            name = known[0]
        else:
            number = 1 if wanted.endswith("_1") else 0
            while number and f"{base}_{number}" in scope.taken:
                number += 1
            name = scope.claim(f"{base}_{number}" if number else base)
        names[id(variable)] = name
        busy.append((name, variable))


def _is_short(variable: Variable) -> bool:
    """Whether a variable is the side of an addition that does little."""
    return variable.optional or len(variable.tensors) <= _SHORT


def _is_numbered(name: str, base: str) -> bool:
    return name == base or name.removeprefix(f"{base}_").isdigit()


def _overlap(one: Variable, other: Variable) -> bool:
    return not (one.last <= other.first or other.last <= one.first)


def name_model_variables(
    assignment: Assignment, known: Mapping[Tensor, str], scope: Namespace
) -> dict[int, str]:
    """Name the variables of a function that builds a model.

    Args:
        assignment: The variables.
        known: What the functional style would call each tensor.
        scope: The function's namespace.

    Returns:
        A name by the identity of each variable: `x` for the longest runs, as far as
        they do not meet, and others after their layer.
    """
    names: dict[int, str] = {}
    taken: list[Variable] = []
    inside: list[Variable] = []
    for variable in sorted(
        assignment.variables, key=lambda v: (not v.carried, -len(v.tensors), v.first)
    ):
        layer = next((known[t] for t in variable.tensors if t in known), None)
        if variable.fixed and layer is not None:
            names[id(variable)] = layer
        elif not any(_overlap(variable, other) for other in taken):
            names[id(variable)] = MAIN
            taken.append(variable)
        elif layer is not None and len(variable.tensors) == 1:
            names[id(variable)] = layer
        else:
            inside.append(variable)
    _name_by_role(sorted(inside, key=lambda v: v.first), names, scope)
    return {id(v): names[id(v)] for v in assignment.variables}


def check_names(
    body: Body,
    inputs: Sequence[Tensor],
    assignment: Assignment,
    names: Mapping[int, str],
) -> None:
    """Run through a function and see that each name holds what is read from it.

    Args:
        body: The function's body.
        inputs: What it is given.
        assignment: Its variables.
        names: Their names.

    Raises:
        InternalError: A name is rebound while it is still needed.
    """
    holds: dict[str, Tensor] = {}

    def name(tensor: Tensor) -> str:
        return names[id(assignment.of[tensor])]

    def read(tensor: Tensor) -> None:
        if holds.get(name(tensor)) != tensor:
            raise InternalError(f"The variable {name(tensor)} is rebound too early.")

    def nested(inner: Body, output: Tensor) -> None:
        run(inner)
        read(inner.results[0])
        copied = assignment.behind.get((inner.results[0], output))
        target = name(inner.results[0]) if copied is None else names[id(copied)]
        holds[target] = output

    def run(inner: Body) -> None:
        for statement in inner.statements:
            output = statement.outputs[0]
            copy = assignment.before.get(output)
            if copy is not None:
                read(copy[1])
                holds[names[id(copy[0])]] = (
                    statement.state if isinstance(statement, Loop) else copy[1]
                )
            match statement:
                case Call(inputs=taken, outputs=outputs):
                    for tensor in taken:
                        read(tensor)
                    holds.update((name(tensor), tensor) for tensor in outputs)
                case Branch(then=then, other=other):
                    before = dict(holds)
                    nested(then, output)
                    behind = dict(holds)
                    holds.clear()
                    holds.update(before)
                    if other.statements:
                        nested(other, output)
                    elif holds.get(name(output)) == other.results[0]:
                        holds[name(output)] = output
                    for key in {*holds, *behind}:
                        if holds.get(key) != behind.get(key):
                            holds[key] = -1
                    if name(output) in holds and behind.get(name(output)) == output:
                        pass
                case Loop(state=state, initial=initial):
                    if copy is None:
                        read(initial)
                        holds[name(state)] = state
                    # Twice, since a run may spoil what the next one reads.
                    nested(statement.body, output)
                    holds[name(state)] = state
                    nested(statement.body, output)

    for tensor in inputs:
        holds[next(n for v, n in _first_names(assignment, names, tensor))] = tensor
    run(body)
    for tensor in body.results:
        read(tensor)


def _first_names(
    assignment: Assignment, names: Mapping[int, str], tensor: Tensor
) -> list[tuple[Variable, str]]:
    """The variable that a parameter comes in."""
    return [
        (variable, names[id(variable)])
        for variable in assignment.variables
        if variable.tensors[:1] == [tensor]
    ]
