"""Say which weights of a quantised model will not load, and what to do about it.

Most need nothing: the quantised dtype policy and `quantization_config` of a layer are
in its config, and the rebuilt layer takes the quantised weights. Measured on Keras
3.15.1, these do not.
"""

from __future__ import annotations

from collections.abc import Iterator

from kerascodegen.errors import printable
from kerascodegen.graph.model import Graph, ObjectSpec, Operation, Value
from kerascodegen.passes.base import PassContext

# Their configs leave out the layers inside them, and so how those are quantised.
_ATTENTION = frozenset(
    {"keras.layers.GroupQueryAttention", "keras.layers.MultiHeadAttention"}
)
_ATTENTION_FILTER = "^(query|key|value|attention_output)$"
_LORA = "lora"
# Policies by what a mode is called in `model.quantize`.
_MODES = {
    "QuantizedDTypePolicy": "int8",
    "Int4DTypePolicy": "int4",
    "QuantizedFloat8DTypePolicy": "float8",
}
_CALIBRATED = {"GPTQDTypePolicy": "GPTQ", "AWQDTypePolicy": "AWQ"}


def warn_of_quantized(graph: Graph, context: PassContext) -> None:
    """Warn of layers whose quantised weights the source cannot take as they are.

    Args:
        graph: The outermost graph, as it was read.
        context: Takes the warnings.
    """
    modes = list(dict.fromkeys(_modes(graph)))
    for operation in _operations(graph):
        where = printable(operation.name, 60)
        hidden = [mode for mode in operation.inner_modes if mode != _LORA]
        if _LORA in operation.inner_modes:
            context.warn(
                where,
                "layers inside it have LoRA, which no config records: the source has "
                "them without. A saved file holds the updates merged into the kernels.",
            )
        if hidden:
            context.warn(where, _inner(operation, hidden[0], "are"))
        elif modes and operation.cls.path in _ATTENTION:
            context.warn(where, _inner(operation, modes[0], "may be"))
    for operation in _operations(graph):
        for name in _policies(list(operation.config.values())):
            if method := _CALIBRATED.get(name):
                context.warn(
                    printable(operation.name, 60),
                    f"is quantised by {method}: Keras 3.15 saves its weights without "
                    "zero points, and neither load_model nor load_weights takes such a "
                    "file. Load float weights and quantise again with a data set.",
                )
                return


def quantized_mode(operation: Operation) -> str:
    """Tell how a layer, or what is inside it, is quantised.

    Args:
        operation: A layer.

    Returns:
        `"int8"` and the like, or `""`.
    """
    known = {**_MODES, **_CALIBRATED}
    for name in _policies(list(operation.config.values())):
        if name in known:
            return known[name]
    return next((mode for mode in operation.inner_modes if mode != _LORA), "")


def _inner(operation: Operation, mode: str, how: str) -> str:
    what = f"layers inside it {how} quantised to {mode}, which no config records"
    if operation.cls.path not in _ATTENTION:
        return f"{what}: quantise them again before load_weights."
    then = "Call" if how == "are" else "If so, call"
    return (
        f'{what}. {then} model.quantize("{mode}", filters="{_ATTENTION_FILTER}") '
        "on what build_model() returns, before load_weights."
    )


def _operations(graph: Graph) -> Iterator[Operation]:
    for operation in graph.operations:
        yield operation
        if operation.graph is not None:
            yield from _operations(operation.graph)


def _modes(graph: Graph) -> Iterator[str]:
    for operation in _operations(graph):
        for name in _policies(list(operation.config.values())):
            if name in _MODES:
                yield _MODES[name]


def _policies(value: Value) -> Iterator[str]:
    """Yield the classes of all objects inside a value, dtype policies among them."""
    if isinstance(value, ObjectSpec):
        yield value.cls.name
        if value.graph is None:
            yield from _policies(list(value.config.values()))
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, list | ObjectSpec):
                yield from _policies(item)
