"""Shapes in an old model, which raw ops need: calls in order, each with its outputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerascodegen.errors import ReadError, printable
from kerascodegen.readers.keras2.calls import Calls
from kerascodegen.readers.keras2.context import Json, JsonObject
from kerascodegen.readers.keras2.entries import entries, is_op_layer
from kerascodegen.readers.keras2.sequential import sequential_layers
from kerascodegen.readers.keras2.tfops import Translator

_MAX_NESTING = 24

Spec = tuple[tuple[int | None, ...] | None, str | None]


class ShapeWalk:
    """Goes through the calls of one model, and tells a `Translator` of each tensor.

    Attributes:
        translator: What knows the tensors.
    """

    def __init__(
        self, layers: dict[str, dict[str, Json]], calls: Calls, nesting: int = 0
    ) -> None:
        self._layers = layers
        self._calls = calls
        self._nesting = nesting
        self.translator = Translator()

    def order(self) -> Iterator[tuple[str, int]]:
        """Yield all calls, each behind those that it takes from; inputs first.

        Yields:
            Layers with the number of the call, from 0.

        Raises:
            ReadError: They go round in a circle.
        """
        done: set[tuple[str, int]] = set()
        pending: set[tuple[str, int]] = set()
        for name, layer in self._layers.items():
            count = 1 if _is_input(layer) else len(self._calls.old_calls(name))
            for index in range(count):
                stack = [(name, index, False)]
                while stack:
                    here, call, ready = stack.pop()
                    key = (here, call)
                    if key in done:
                        continue
                    if ready:
                        pending.discard(key)
                        done.add(key)
                        yield key
                        continue
                    if key in pending:
                        raise ReadError(
                            f'The calls of "{printable(here, 60)}" take from one '
                            "another in a circle."
                        )
                    pending.add(key)
                    stack.append((here, call, True))
                    for source in self._sources(here, call):
                        if source not in done:
                            stack.append((*source, False))

    def _sources(self, name: str, index: int) -> Iterator[tuple[str, int]]:
        if _is_input(self._layers[name]):
            return
        calls = self._calls.old_calls(name)
        if index >= len(calls):
            raise ReadError(
                f'There is no call number {index} of "{printable(name, 60)}", though '
                "the model refers to its result."
            )
        for entry in entries(calls[index]):
            if entry[0] in self._layers:
                source, node, _ = self._calls.position(entry, name)
                yield source, node

    def visit(self, name: str, index: int) -> None:
        """Tell the translator of what a call of an ordinary layer gives.

        Args:
            name: The layer.
            index: Which call of it, from 0.
        """
        layer = self._layers[name]
        config = layer.get("config")
        config = config if isinstance(config, dict) else {}
        node = index + self._calls.offset(name)
        if _is_input(layer):
            shape = config.get("batch_input_shape", config.get("batch_shape"))
            dtype = config.get("dtype")
            self.translator.tensor(
                (name, 0, 0),
                _shape(shape),
                dtype if isinstance(dtype, str) else "float32",
            )
            return
        taken: list[tuple[str, int, int]] = [
            (entry[0], entry[1], entry[2])
            for entry in entries(self._calls.old_calls(name)[index])
            if entry[0] in self._layers
        ]
        like = taken[0] if taken else None
        if isinstance(layer.get("config"), list) or "layers" in config:
            specs = model_specs(layer, self._nesting + 1)
            for output, (shape, dtype) in enumerate(specs):
                self.translator.tensor((name, node, output), shape, dtype, like)
            return
        self.translator.layer(
            (name, node, 0), str(layer.get("class_name")), config, taken
        )


def model_specs(data: JsonObject, nesting: int) -> list[Spec]:
    """Find the shapes of what a nested model gives, as far as they are known.

    Args:
        data: The model, as the file has it.
        nesting: How deep it stands.

    Returns:
        Shape and dtype of each output, in the order of the config.
    """
    if nesting > _MAX_NESTING:
        return []
    config = data.get("config")
    layers = config if isinstance(config, list) else None
    if isinstance(config, dict):
        layers = config.get("layers")
    if not isinstance(layers, list) or not all(isinstance(x, dict) for x in layers):
        return []
    if not isinstance(config, dict) or "input_layers" not in config:
        layers, config = _as_functional(layers, config if config else {})
    names = {}
    for layer in layers:
        inner = layer.get("config")
        name = layer.get("name", inner.get("name") if isinstance(inner, dict) else None)
        if isinstance(name, str):
            names[name] = name
    if len(names) != len(layers):
        return []
    calls = Calls(layers, names, config)
    by_name = dict(zip(names, layers, strict=True))
    walk = ShapeWalk(by_name, calls, nesting)
    for name, index in walk.order():
        layer = by_name[name]
        if is_op_layer(layer):
            inner = layer.get("config")
            walk.translator.op_layer(
                name,
                index,
                str(layer["class_name"]),
                inner if isinstance(inner, dict) else {},
                calls.old_calls(name)[index],
                by_name.__contains__,
            )
        else:
            walk.visit(name, index)
    refs = [(e[0], e[1], e[2]) for e in entries(config.get("output_layers"))]
    return [(walk.translator.shape(ref), walk.translator.dtype(ref)) for ref in refs]


def _as_functional(
    layers: list[dict[str, Json]], config: Any
) -> tuple[list[dict[str, Json]], dict[str, Json]]:
    """Write a Sequential's chain of calls down as a Functional would have it."""
    config = config if isinstance(config, dict) else {}
    listed = sequential_layers(layers, config, lambda _: None)
    if not listed or not _is_input(listed[0]):
        return [], {}
    chain: list[dict[str, Json]] = []
    previous: list[Json] | None = None
    for number, layer in enumerate(listed):
        # Names only have to differ here.
        name = f"{number}"
        inbound: list[Json] = [] if previous is None else [[previous]]
        chain.append({**layer, "name": name, "inbound_nodes": inbound})
        inner = layer.get("config")
        is_model = isinstance(inner, list) or (
            isinstance(inner, dict) and "layers" in inner
        )
        previous = [name, 1 if is_model else 0, 0, {}]
    return chain, {"output_layers": [previous]}


def _is_input(layer: JsonObject) -> bool:
    return layer.get("class_name") == "InputLayer"


def _shape(value: Json) -> tuple[int | None, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(size if type(size) is int else None for size in value)
