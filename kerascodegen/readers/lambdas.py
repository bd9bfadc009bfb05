"""Recover the source of a lambda from the live function."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from types import CodeType
from typing import Any

from kerascodegen.readers.modulesource import ModuleSource, SourceText

MAX_ITEMS = 20


def find_lambda(source: ModuleSource, code: CodeType) -> ast.Lambda | None:
    """Find the expression that a lambda was compiled from.

    Args:
        source: The module that it stands in.
        code: The lambda's code.

    Returns:
        The expression, or `None` where the source is not, or no more, the lambda's.
    """
    for text in source.texts:
        if any(_same(own, code) for own in text.codes):
            found = _at(text, code)
            if found is not None:
                return found
    return None


def _same(own: CodeType, code: CodeType) -> bool:
    return (
        own.co_name == "<lambda>"
        and own.co_firstlineno == code.co_firstlineno
        and own.co_code == code.co_code
        and own.co_names == code.co_names
        and list(own.co_positions()) == list(code.co_positions())
    )


def _at(text: SourceText, code: CodeType) -> ast.Lambda | None:
    """Find a lambda by the columns of its body, which no other one shares."""
    spans = {position for position in code.co_positions() if None not in position}
    nodes = [
        node
        for node in ast.walk(text.tree)
        if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno
    ]
    exact = [node for node in nodes if _span(node.body) in spans]
    # A lambda inside of another: its body is a part of the outer one's.
    exact.sort(key=lambda node: _size(node), reverse=True)
    matching = [node for node in exact if _encloses(node, spans)]
    if matching:
        return matching[-1]
    # Python was told to keep no columns.
    return nodes[0] if len(nodes) == 1 else None


def _span(node: ast.expr) -> tuple[int, int | None, int, int | None]:
    return (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)


def _size(node: ast.Lambda) -> tuple[int, int]:
    lines = (node.end_lineno or 0) - node.lineno
    return (lines, (node.end_col_offset or 0) - node.col_offset)


def _encloses(node: ast.Lambda, spans: set[Any]) -> bool:
    start = (node.lineno, node.col_offset)
    end = (node.end_lineno or 0, node.end_col_offset or 0)
    return all(
        start <= (line, column) and (end_line, end_column) <= end
        for line, end_line, column, end_column in spans
        # The first instructions stand at column 0.
        if (column, end_column) != (0, 0)
    )


def plain_literal(value: Any, depth: int = 0) -> bool:
    """Tell whether `repr` writes a value that reads back as the same.

    Args:
        value: Any Python value.
        depth: How deep it stands.

    Returns:
        True for numbers, strings, `None`, and short tuples, lists and dicts of those.
    """
    if value is None or type(value) in (bool, int, str, bytes):
        return True
    if type(value) is float:
        return math.isfinite(value)
    if type(value) in (tuple, list) and depth < 3 and len(value) <= MAX_ITEMS:
        return all(plain_literal(item, depth + 1) for item in value)
    if type(value) is dict and depth < 3 and len(value) <= MAX_ITEMS:
        return all(
            plain_literal(item, depth + 1) for pair in value.items() for item in pair
        )
    return False


def with_closure(node: ast.Lambda, values: Mapping[str, Any]) -> ast.Lambda | None:
    """Write the values of variables of enclosing functions in the place of their names.

    Args:
        node: A lambda.
        values: Plain values by name.

    Returns:
        The lambda; `None` where a name has another meaning in a part of it.
    """
    if not values:
        return node
    bound = {arg.arg for arg in ast.walk(node) if isinstance(arg, ast.arg)} | {
        name.id
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and not isinstance(name.ctx, ast.Load)
    }
    if bound & set(values):
        return None
    changed = _Constants(values).visit(ast.parse(ast.unparse(node), mode="eval").body)
    assert isinstance(changed, ast.Lambda)
    return changed


class _Constants(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in self._values:
            return node
        return ast.parse(repr(self._values[node.id]), mode="eval").body


def with_defaults(node: ast.Lambda, function: Any) -> ast.Lambda | None:
    """Write the defaults of a lambda as what they are now.

    `lambda x, k=k: x * k` in a loop has the value of that turn.

    Args:
        node: A lambda.
        function: The live function.

    Returns:
        The lambda; `None` where a default is no plain value.
    """
    arguments = node.args
    pairs: list[tuple[ast.expr | None, Any]] = list(
        zip(arguments.defaults, function.__defaults__ or (), strict=True)
    )
    keyword = function.__kwdefaults__ or {}
    pairs += [
        (default, keyword[arg.arg])
        for arg, default in zip(
            arguments.kwonlyargs, arguments.kw_defaults, strict=True
        )
        if default is not None
    ]
    if not all(plain_literal(value) for _, value in pairs):
        return None
    values = [ast.parse(repr(value), mode="eval").body for _, value in pairs]
    count = len(arguments.defaults)
    keywords = iter(values[count:])
    changed = ast.arguments(
        posonlyargs=arguments.posonlyargs,
        args=arguments.args,
        vararg=arguments.vararg,
        kwonlyargs=arguments.kwonlyargs,
        kw_defaults=[d if d is None else next(keywords) for d in arguments.kw_defaults],
        kwarg=arguments.kwarg,
        defaults=values[:count],
    )
    return ast.Lambda(changed, node.body)
