"""Custom code in the module being written: what is imported, what is copied."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from kerascodegen.graph.custom import CustomCode, ImportLine
from kerascodegen.graph.model import (
    Argument,
    Config,
    FunctionSpec,
    Graph,
    LambdaSpec,
    ObjectSpec,
    OperationKind,
    Value,
)

FUTURE = "__future__"


@dataclass(frozen=True, slots=True)
class CustomSource:
    """What of a module is custom code, for the audit to know it from our own.

    Attributes:
        definitions: Statements copied from the user's module.
        lambdas: Expressions copied from there.
        imports: Import lines that are there for custom code.
        names: What the module may call by these very names.
        bound: Names that the module binds to something of the user's.
    """

    definitions: tuple[str, ...] = ()
    lambdas: tuple[str, ...] = ()
    imports: tuple[ImportLine, ...] = ()
    names: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()


def codes_in(
    graphs: Iterable[Graph], settings: Iterable[Config]
) -> Iterator[CustomCode]:
    """Yield the code of everything custom that a module will mention.

    Args:
        graphs: The module's graphs behind all passes, nested ones first.
        settings: The arguments of each `compile` that is written.

    Yields:
        Records in the order of their first mention, some more than once.
    """
    for graph in graphs:
        for operation in graph.operations:
            if operation.kind is OperationKind.LAYER and operation.cls.code is not None:
                yield operation.cls.code
            yield from _in_arguments(operation.arguments)
        for node in graph.nodes:
            for value in (*node.args, *node.kwargs.values()):
                yield from _in_value(value)
    for config in settings:
        for value in config.values():
            yield from _in_value(value)


def _in_arguments(arguments: Iterable[Argument] | None) -> Iterator[CustomCode]:
    for argument in arguments or ():
        yield from _in_value(argument.value)


def _in_value(value: Value) -> Iterator[CustomCode]:
    if isinstance(value, list):
        for item in value:
            yield from _in_value(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _in_value(item)
    elif isinstance(value, ObjectSpec):
        if value.cls.code is not None and value.graph is None:
            yield value.cls.code
        yield from _in_arguments(value.arguments)
    elif isinstance(value, FunctionSpec | LambdaSpec) and value.code is not None:
        yield value.code


def import_statements(
    lines: Iterable[ImportLine], local: Collection[str] = ()
) -> tuple[str, ...]:
    """Write import statements sorted as isort would.

    Args:
        lines: Names to import; some may be equal.
        local: Top-level packages that are the user's own.

    Returns:
        Statements, with an empty line between what is of the future, of Python's
        standard library, of installed packages, and of the user's own.
    """
    sections: dict[int, set[ImportLine]] = {0: set(), 1: set(), 2: set(), 3: set()}
    for line in lines:
        sections[_section(line, local)].add(line)
    statements: list[str] = []
    for section in sections.values():
        if section and statements:
            statements.append("")
        statements.extend(_section_statements(section))
    return tuple(statements)


def _section(line: ImportLine, local: Collection[str]) -> int:
    if line.module == FUTURE:
        return 0
    top = line.module.partition(".")[0]
    if top in sys.stdlib_module_names:
        return 1
    return 3 if top in local else 2


def _section_statements(lines: set[ImportLine]) -> Iterator[str]:
    yield from sorted(line.text for line in lines if not line.name)
    named = sorted(line for line in lines if line.name)
    for module in dict.fromkeys(line.module for line in named):
        here = [line for line in named if line.module == module]
        plain = [line.name for line in here if not line.alias]
        if plain:
            yield f"from {module} import {', '.join(plain)}"
        yield from (line.text for line in here if line.alias)


def blocks(statements: Iterable[str]) -> tuple[str, ...]:
    """Join short statements that stand behind one another, as people write constants.

    Args:
        statements: Copied statements in order.

    Returns:
        Text between which two empty lines belong.
    """
    joined: list[str] = []
    for statement in statements:
        if joined and not _is_definition(statement) and not _is_definition(joined[-1]):
            joined[-1] += f"\n{statement}"
        else:
            joined.append(statement)
    return tuple(joined)


def _is_definition(text: str) -> bool:
    return text.startswith(("class ", "def ", "async def ", "@"))
