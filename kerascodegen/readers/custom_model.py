"""Models of classes of somebody's own, whose config has arguments and no layers."""

from __future__ import annotations

from dataclasses import replace

from kerascodegen.catalog.lookup import find_class
from kerascodegen.errors import NoGraphError, printable
from kerascodegen.graph.custom import ImportedCode, InlinedCode
from kerascodegen.graph.model import (
    Graph,
    GraphKind,
    Node,
    Operation,
    TensorRef,
    Value,
    tensor_refs,
)
from kerascodegen.literals import is_dotted_name
from kerascodegen.options import Options, parse_custom_object
from kerascodegen.readers.decode import MODEL_CLASSES, JsonObject, class_ref


def is_custom_model(data: JsonObject) -> bool:
    """Tell whether a config is of a custom class and has no layers inside.

    Args:
        data: A serialised model.

    Returns:
        Whether constructing its class is all that could be written.
    """
    config = data.get("config")
    return (
        isinstance(config, dict)
        and "layers" not in config
        and data["class_name"] not in MODEL_CLASSES
        and find_class(class_ref(data).path) is None
    )


def refuse_custom_model(graph: Graph, options: Options) -> None:
    """Refuse a model of a class that nobody said may be imported.

    Args:
        graph: A graph as it was read.
        options: What the user asked for.

    Raises:
        UnsupportedModelError: The model's config has arguments of its class, and the
            class is none that may be imported.
    """
    if graph.kind is not GraphKind.CUSTOM:
        return
    cls = graph.operations[0].cls
    if isinstance(cls.code, ImportedCode | InlinedCode):
        return
    names = {parse_custom_object(entry)[0] for entry in options.custom_objects}
    module = cls.module or ""
    if {cls.name, cls.registered} & names or any(
        f"{module}.".startswith(f"{package}.") for package in options.allow_import
    ):
        return
    package = module.partition(".")[0]
    advice = "."
    if is_dotted_name(package):
        advice = (
            ". Or, if you trust its code and have it installed, "
            f"--allow-import {package} writes its construction."
        )
    raise NoGraphError(
        f'"{printable(cls.name, 60)}" is a subclassed model: its file holds arguments '
        "but no graph of layers, since the forward pass is Python code. "
        "Give the live model instead, package.module:attr or file.py:attr"
        f"{advice}"
    )


def with_custom_calls(
    outputs: Value, operations: list[Operation], nodes: list[Node]
) -> Value:
    """Count the calls of custom models in the model's outputs from 0.

    A custom class may be a Functional, whose calls are counted from 1 there (see
    `_end_tensors`). That shows where the last call is one more than there are.

    Args:
        outputs: The model's outputs, as its config counts.
        operations: The model's operations.
        nodes: Their calls.

    Returns:
        The outputs.
    """
    custom = {
        operation.name
        for operation in operations
        if operation.graph is None and find_class(operation.cls.path) is None
    }
    calls: dict[str, int] = {}
    for node in nodes:
        calls[node.operation] = node.index + 1
    shifted = {
        ref.operation
        for ref in tensor_refs(outputs)
        if ref.operation in custom and ref.node_index == calls.get(ref.operation)
    }

    def shift(value: Value) -> Value:
        if isinstance(value, TensorRef) and value.operation in shifted:
            return replace(value, node_index=max(value.node_index - 1, 0))
        if isinstance(value, list):
            return [shift(item) for item in value]
        if isinstance(value, dict):
            return {key: shift(item) for key, item in value.items()}
        return value

    return shift(outputs) if shifted else outputs
