"""What is special about a module of several models: how they are named and returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kerascodegen.emitters.source import Function, Statement
from kerascodegen.emitters.values import Renderer
from kerascodegen.graph.model import Argument, Graph, Member
from kerascodegen.literals import string
from kerascodegen.passes.naming import Namespace, identifier

MODEL_TYPE = "keras.Model"
BUILD = "build_models"
COMPILE = "compile_models"


def models_type(members: Sequence[Member]) -> str:
    """The annotation of what `build_models` returns: a tuple, or a dict by key."""
    if members[0].key is not None:
        return f"dict[str, {MODEL_TYPE}]"
    return f"tuple[{', '.join([MODEL_TYPE] * len(members))}]"


def models_expression(members: Sequence[Member], variables: Sequence[str]) -> str:
    """What `build_models` returns, as source."""
    if members[0].key is not None:
        items = (
            f"{string(member.key or '')}: {variable}"
            for member, variable in zip(members, variables, strict=True)
        )
        return f"{{{', '.join(items)}}}"
    comma = "," if len(variables) == 1 else ""
    return f"{', '.join(variables)}{comma}"


def compile_models_function(
    members: Sequence[Member],
    configs: Mapping[int, Mapping[str, object]],
    renderer: Renderer,
    scope: Namespace,
) -> Function:
    """Write `compile_models(models)`, which returns the models that it is given.

    Args:
        members: The models.
        configs: Arguments of `compile`, behind the arguments pass, by position.
        renderer: Renders values.
        scope: The function's namespace.

    Returns:
        The function.
    """
    scope.reserve(["models"])
    statements: list[Statement] = []
    if members[0].key is not None:
        targets = [f"models[{string(member.key or '')}]" for member in members]
    else:
        targets = ["_"] * len(members)
        for position in configs:
            wanted = identifier(members[position].name, "model")
            targets[position] = scope.claim(wanted)
        comma = "," if len(targets) == 1 else ""
        statements.append(Statement("models", f"{', '.join(targets)}{comma}"))
    for position in configs:
        config = members[position].compile_config or {}
        arguments = [Argument(name, value) for name, value in config.items()]
        call = renderer.call(f"{targets[position]}.compile", arguments)
        statements.append(Statement(call))
    kind = models_type(members)
    return Function(
        name=COMPILE,
        parameters=f"models: {kind}",
        returns=kind,
        docstring="Compile the models as the originals were.",
        statements=(*statements, Statement("return models")),
    )


def main_lines(graph: Graph) -> tuple[str, ...]:
    """What the module does as a program: print a summary of all that it builds."""
    if not graph.members:
        return ("build_model().summary()",)
    values = ".values()" if graph.members[0].key is not None else ""
    return (f"for model in {BUILD}(){values}:", "    model.summary()")
