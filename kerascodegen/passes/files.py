"""Decide which constants and vocabularies stand in files beside the source.

Black writes one item of a long list a line: three thousand words are three thousand
lines that nobody reads. Where the source may have files beside it, long ones go there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kerascodegen.errors import OutputError, printable
from kerascodegen.graph.model import (
    Argument,
    ArraySpec,
    FileKind,
    FileSpec,
    Graph,
    Node,
    ObjectSpec,
    Operation,
    OperationKind,
    Value,
)
from kerascodegen.passes.base import PassContext
from kerascodegen.passes.naming import identifier
from kerascodegen.sidecars import DTYPES, are_lines, encode_array

# What is written into the source although it may have files beside it.
MAX_INLINE_NUMBERS = 100
MAX_INLINE_WORDS = 50
# Of all constants together, whatever the user asks for: some seconds of black.
MAX_INLINE_ITEMS = 50_000
MAX_INLINE_CHARACTERS = 4_000_000
# Shapes and the like, of which a large model may well have many.
MAX_UNCOUNTED = 16

# Names in a note before "and N more".
_SHOWN = 3

_LIST_DTYPES: Mapping[type, str] = {bool: "bool", int: "int64", float: "float64"}
_VOCABULARY = "vocabulary"


def decide_files(graph: Graph, context: PassContext) -> Graph:
    """Move what is too long for the source into files beside it.

    Args:
        graph: A graph whose arguments are decided, nested ones included.
        context: Options; collects the files.

    Returns:
        The graph with a `FileSpec` in place of each value that was moved.

    Raises:
        OutputError: There is more than a source can hold, and no file for it.
    """
    context.files.stem = context.options.sidecars or ""
    writer = _FileWriter(context)
    graph = writer.graph(graph)
    if writer.long and context.options.sidecars is None:
        shown = ", ".join(printable(name, 60) for name in writer.long[:_SHOWN])
        more = len(writer.long) - _SHOWN
        context.note(
            shown + (f" and {more} more" if more > 0 else ""),
            "long constants are written out, an item a line. With -o FILE (in Python: "
            'sidecars="model_def") they stand in a file beside the source.',
        )
    return graph


class _FileWriter:
    def __init__(self, context: PassContext) -> None:
        self._files = context.files
        self._allowed = context.options.sidecars is not None
        self._items = 0
        self._characters = 0
        self._where = ""
        # Where something is written out that a file would have taken.
        self.long: list[str] = []

    def graph(self, graph: Graph) -> Graph:
        operations = tuple(self._operation(operation) for operation in graph.operations)
        nodes = tuple(self._node(node) for node in graph.nodes)
        if _same(operations, graph.operations) and _same(nodes, graph.nodes):
            return graph
        return replace(graph, operations=operations, nodes=nodes)

    def _operation(self, operation: Operation) -> Operation:
        # Readers of one layer's constants find them under the layer's name.
        self._where = operation.name
        name = identifier(operation.name, "constant")
        if operation.graph is not None:
            inner = self.graph(operation.graph)
            same = inner is operation.graph
            return operation if same else replace(operation, graph=inner)
        if operation.kind is OperationKind.INPUT:
            return operation
        if operation.vocabulary is not None:
            learnt = self._value(list(operation.vocabulary), name, _VOCABULARY)
            operation = replace(operation, learnt=learnt)
        arguments = self._arguments(operation.arguments or (), name)
        if _same(arguments, operation.arguments or ()):
            return operation
        return replace(operation, arguments=arguments)

    def _node(self, node: Node) -> Node:
        self._where = node.operation
        name = identifier(node.operation, "constant")
        args = tuple(self._value(value, name, "") for value in node.args)
        kwargs = {key: self._value(v, name, key) for key, v in node.kwargs.items()}
        if _same(args, node.args) and _same(kwargs.values(), node.kwargs.values()):
            return node
        return replace(node, args=args, kwargs=kwargs)

    def _arguments(
        self, arguments: tuple[Argument, ...], name: str
    ) -> tuple[Argument, ...]:
        made = []
        for argument in arguments:
            value = self._value(argument.value, name, argument.name)
            same = value is argument.value
            made.append(argument if same else replace(argument, value=value))
        return tuple(made)

    def _value(self, value: Value, name: str, key: str) -> Value:
        if isinstance(value, ArraySpec):
            return self._array(value, _join(name, key))
        if isinstance(value, list):
            return self._list(value, name, key)
        if isinstance(value, dict):
            mapped = {k: self._value(v, name, k) for k, v in value.items()}
            same = _same(mapped.values(), value.values())
            return value if same else mapped
        if isinstance(value, ObjectSpec):
            return self._object(value, _join(name, key))
        if isinstance(value, str):
            self._count_text(value)
        return value

    def _object(self, value: ObjectSpec, name: str) -> ObjectSpec:
        if value.graph is not None:
            inner = self.graph(value.graph)
            return value if inner is value.graph else replace(value, graph=inner)
        arguments = self._arguments(value.arguments or (), name)
        same = _same(arguments, value.arguments or ())
        return value if same else replace(value, arguments=arguments)

    def _array(self, value: ArraySpec, name: str) -> Value:
        if self._allowed and value.dtype in DTYPES:
            items, shape = _flat(value.values)
            if len(items) > MAX_INLINE_NUMBERS:
                moved = self._stored_array(items, shape, value.dtype, name)
                if moved is not None:
                    cast = value.dtype if DTYPES[value.dtype].cast else ""
                    dtype = value.dtype if value.is_tensor else cast
                    return FileSpec(FileKind.ARRAY, moved, dtype, value.is_tensor)
        self._count_items(value.values)
        if value.dtype in DTYPES:
            self._note_long(len(_flat(value.values)[0]), MAX_INLINE_NUMBERS)
        return value

    def _list(self, value: list[Value], name: str, key: str) -> Value:
        if self._allowed:
            moved = self._moved_list(value, name, key)
            if moved is not None:
                return moved
        if len(value) > MAX_UNCOUNTED:
            self._count_items(value)
        if value and type(value[0]) in _LIST_DTYPES:
            self._note_long(len(value), MAX_INLINE_NUMBERS)
        elif key == _VOCABULARY:
            self._note_long(len(value), MAX_INLINE_WORDS)
        items = [self._value(item, name, key) for item in value]
        return value if _same(items, value) else items

    def _note_long(self, length: int, limit: int) -> None:
        if length > limit and self._where not in self.long:
            self.long.append(self._where)

    def _moved_list(self, value: list[Value], name: str, key: str) -> Value:
        """Move a list of words or of numbers of one type, if it is long."""
        items, shape = _flat(value)
        kinds = set(map(type, items))
        if len(kinds) != 1 or len(items) <= MAX_INLINE_WORDS:
            return None
        kind = kinds.pop()
        if kind is str and key == _VOCABULARY and len(shape) == 1:
            words = tuple(map(str, items))
            if not are_lines(words):
                return None
            return FileSpec(FileKind.WORDS, self._files.add_words(words))
        if kind not in _LIST_DTYPES or len(items) <= MAX_INLINE_NUMBERS:
            return None
        moved = self._stored_array(items, shape, _LIST_DTYPES[kind], _join(name, key))
        return None if moved is None else FileSpec(FileKind.LIST, moved)

    def _stored_array(
        self, items: list[object], shape: tuple[int, ...], dtype: str, name: str
    ) -> str | None:
        array = encode_array(items, shape, dtype)
        return None if array is None else self._files.add_array(name, array)

    def _count_items(self, value: Value) -> None:
        """Count what is written a line each, and stop before it gets out of hand."""
        if isinstance(value, list):
            for item in value:
                self._count_items(item)
            return
        self._items += 1
        if self._items > MAX_INLINE_ITEMS:
            raise self._too_long()

    def _count_text(self, text: str) -> None:
        self._characters += len(text)
        if self._characters > MAX_INLINE_CHARACTERS:
            raise self._too_long()

    def _too_long(self) -> OutputError:
        where = printable(self._where, 60)
        if self._allowed:
            return OutputError(
                f"{where}: the model's constants are too long to be written out, and "
                "of kinds or shapes that no file beside the source is written for."
            )
        return OutputError(
            f"{where}: the model's constants and vocabularies are too long to be "
            "written into the source. Give -o FILE (in Python: "
            'sidecars="model_def"): they then stand in files beside it.'
        )


def _join(name: str, key: str) -> str:
    return f"{name}_{identifier(key, 'value')}" if key else name


def _same(new: object, old: object) -> bool:
    """Tell whether two sequences hold the same objects."""
    return all(a is b for a, b in zip(new, old, strict=True))  # type: ignore[call-overload]


def _flat(value: Value) -> tuple[list[object], tuple[int, ...]]:
    """Lay a nested list out row by row.

    Returns:
        The items and the shape; no items where the rows are not all of one length.
    """
    level: list[object] = [value]
    shape: list[int] = []
    while level and isinstance(level[0], list):
        width = len(level[0])
        if any(not isinstance(row, list) or len(row) != width for row in level):
            return [], ()
        shape.append(width)
        level = [item for row in level for item in row]  # type: ignore[attr-defined]
    if any(isinstance(item, list) for item in level):
        return [], ()
    return level, tuple(shape)
