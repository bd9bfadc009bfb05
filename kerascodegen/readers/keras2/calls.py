"""How layers are called in an old config, and what Keras 3 writes for that.

Keras 2 wrote a call as a list of what its first argument is made of, each tensor as
`[layer, call, output, keywords]`, the keywords once with each (`Node.serialize` in
engine/node.py); Keras before 2.0 left them out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kerascodegen.errors import ReadError, printable
from kerascodegen.readers.keras2.context import Json, JsonObject
from kerascodegen.readers.keras2.entries import CONSTANT, is_entry, keras_tensor

# Layers that were called with [inputs, state, ...] where states were given.
_RECURRENT = frozenset(
    {
        "Bidirectional",
        "ConvLSTM1D",
        "ConvLSTM2D",
        "ConvLSTM3D",
        "CuDNNGRU",
        "CuDNNLSTM",
        "GRU",
        "LSTM",
        "RNN",
        "SimpleRNN",
    }
)
# These always take a list, also one of a single tensor.
MERGES = frozenset(
    {
        "Add",
        "Average",
        "Concatenate",
        "Dot",
        "Maximum",
        "Minimum",
        "Multiply",
        "Subtract",
    }
)
_MAX_DEPTH = 100


class Calls:
    """The calls inside one old Functional model.

    Attributes:
        results: What stands in the place of a call's outputs where that is not the
            layer's own: JSON values by the old layer's name and the call's number;
            `None` for a constant.
        constant: Gives the value for a constant.
        with_states: Recurrent layers that are given states, by their old names.
    """

    def __init__(
        self, layers: list[dict[str, Json]], names: dict[str, str], config: JsonObject
    ) -> None:
        self._names = names
        self._config = config
        self._layers = dict(zip(names, layers, strict=True))
        self._offsets = _first_numbers(self._layers, config)
        self.results: dict[tuple[str, int], list[Json]] = {}
        self.constant: Callable[[str, int, int], Json] | None = None
        self.with_states: dict[str, None] = {}

    def offset(self, name: str) -> int:
        """The number of a layer's first call."""
        return self._offsets[name]

    def calls_of(self, name: str, new_class: str, extra: JsonObject) -> list[Json]:
        """Write the calls of a layer as Keras 3 does.

        Args:
            name: The layer's old name.
            new_class: The class that it has become.
            extra: Keyword arguments to add to each call.

        Returns:
            What `inbound_nodes` are in Keras 3.

        Raises:
            ReadError: They are damaged.
        """
        nodes = []
        for call in self.old_calls(name):
            inputs, keywords = self.parse(name, call)
            kwargs = {key: self._keyword(value, 0) for key, value in keywords.items()}
            kwargs.update(extra)
            old_class = self._class(name)
            if kwargs.get("constants", True) is None:
                del kwargs["constants"]
            if old_class in _RECURRENT and isinstance(inputs, list):
                inputs = self._with_states(inputs, kwargs)
                if "initial_state" in kwargs:
                    self.with_states[name] = None
            if (
                isinstance(inputs, list)
                and len(inputs) == 1
                and new_class not in MERGES
            ):
                inputs = inputs[0]
            nodes.append({"args": [inputs], "kwargs": kwargs})
        return nodes

    def old_calls(self, name: str) -> list[Json]:
        """Give the calls of a layer as the file has them."""
        calls = self._layers[name].get("inbound_nodes", [])
        if not isinstance(calls, list):
            raise _damaged(name)
        return calls

    def parse(self, name: str, call: Json) -> tuple[Json, dict[str, Json]]:
        """Take a call apart.

        Args:
            name: The layer's old name.
            call: One entry of its `inbound_nodes`.

        Returns:
            The first argument, tensors in the form of Keras 3, and the keywords as
            they were.
        """
        if not isinstance(call, list | dict):
            raise _damaged(name)
        keywords: dict[str, Json] = {}

        def walk(value: Json, depth: int) -> Json:
            if depth > _MAX_DEPTH:
                raise _damaged(name)
            if is_entry(value):
                if len(value) == 4:
                    if not isinstance(value[3], dict):
                        raise _damaged(name)
                    keywords.update(value[3])
                if value[0] == CONSTANT:
                    return self._keyword(value[2], 0)
                return self.tensor(value, name)
            if isinstance(value, list):
                return [walk(item, depth + 1) for item in value]
            if isinstance(value, dict):
                return {key: walk(item, depth + 1) for key, item in value.items()}
            raise _damaged(name)

        return walk(call, 0), keywords

    def _keyword(self, value: Json, depth: int) -> Json:
        """Write a keyword's value; tensors stand in it as bare lists."""
        if depth > _MAX_DEPTH:
            raise ReadError("A call in the config is nested too deeply.")
        if isinstance(value, list):
            if self.is_tensor(value):
                return self.tensor(value, value[0])
            if len(value) == 3 and value[0] == CONSTANT:
                return self._keyword(value[2], depth + 1)
            return [self._keyword(item, depth + 1) for item in value]
        if isinstance(value, dict):
            return {key: self._keyword(v, depth + 1) for key, v in value.items()}
        return value

    def is_tensor(self, value: Json) -> bool:
        """Tell whether a list among keywords stands for a tensor."""
        return (
            isinstance(value, list)
            and len(value) == 3
            and isinstance(value[0], str)
            and value[0] in self._layers
            and type(value[1]) is int
            and type(value[2]) is int
        )

    def position(self, entry: Json, taker: str) -> tuple[str, int, int]:
        """Read which tensor an entry names.

        Args:
            entry: `[layer, call, output]`.
            taker: The layer that takes it, for messages.

        Returns:
            The layer's old name, the call counted from 0, and the output.

        Raises:
            ReadError: There is no such layer.
        """
        name, node, output = entry[:3]
        if name not in self._layers:
            raise ReadError(
                f'"{printable(taker, 60)}" takes a tensor of the layer '
                f'"{printable(name, 60)}", which the model does not have.'
            )
        if type(node) is not int or type(output) is not int or output < 0:
            raise _damaged(taker)
        node -= self._offsets[name]
        if node < 0:
            raise _damaged(taker)
        return name, node, output

    def tensor(self, entry: Json, taker: str) -> Json:
        """Write a tensor as Keras 3 does.

        Args:
            entry: `[layer, call, output]` and perhaps more.
            taker: The layer that takes it, for messages.

        Returns:
            The tensor, or the value that stands in its place.
        """
        name, node, output = self.position(entry, taker)
        results = self.results.get((name, node))
        if results is None:
            return keras_tensor(self._names[name], node, output)
        if output >= len(results):
            raise _damaged(taker)
        if results[output] is None and self.constant is not None:
            results[output] = self.constant(name, node, output)
        return results[output]

    def ends(self, key: str) -> Json:
        """Write `input_layers` or `output_layers` as Keras 3 does.

        Keras 2 wrote a list also where there is only one tensor.

        Args:
            key: Which of the two.

        Returns:
            The structure.
        """
        value = self._config.get(key)
        if isinstance(value, list) and len(value) == 1 and is_entry(value[0]):
            value = value[0]
        return self._end(value, key, 0)

    def _end(self, value: Json, key: str, depth: int) -> Json:
        if depth > _MAX_DEPTH:
            raise ReadError(f'"{key}" in the config is nested too deeply.')
        if is_entry(value):
            name, node, _ = self.position(value, key)
            tensor = self.tensor(value, key)
            history = _history(tensor)
            if history is None:
                raise ReadError(
                    f'"{key}" in the config names "{printable(name, 60)}", which gives '
                    "no tensor but a number."
                )
            # Keras 3 counts the calls of a Functional from 1 here, and only here.
            layer = self._layers[name]
            if (name, node) not in self.results and _is_functional(layer):
                history[1] += 1
            return history
        if isinstance(value, list):
            return [self._end(item, key, depth + 1) for item in value]
        if isinstance(value, dict):
            return {name: self._end(v, key, depth + 1) for name, v in value.items()}
        raise ReadError(f'"{key}" in the config does not name the model\'s tensors.')

    def _with_states(self, inputs: list[Json], kwargs: dict[str, Json]) -> Json:
        """Tell the states of a recurrent layer from its input.

        `RNN.__call__` puts them into one list (layers/rnn/base_rnn.py).
        """
        if len(inputs) > 1 and not any(isinstance(item, list) for item in inputs):
            first, *states = inputs
            kwargs["initial_state"] = states[0] if len(states) == 1 else states
            return first
        if len(inputs) > 1 and all(
            isinstance(item, list) and len(item) == 1 for item in inputs
        ):
            return self._with_states([item[0] for item in inputs], kwargs)
        return inputs

    def _class(self, name: str) -> str:
        return str(self._layers[name].get("class_name"))


def takes_constants(new_class: str, nodes: list[Json]) -> bool:
    """Tell whether a merging layer is called on something else than tensors.

    Args:
        new_class: The layer's class.
        nodes: Its calls, as `calls_of` gives them.

    Returns:
        True where a call has a constant, which Keras 3 refuses when the model is made.
    """
    if new_class not in MERGES:
        return False
    taken = [item for node in nodes for item in _listed(node["args"][0])]
    return any(_history(item) is None for item in taken)


def _listed(inputs: Json) -> list[Json]:
    return inputs if isinstance(inputs, list) else [inputs]


def _history(tensor: Json) -> list[Json] | None:
    if isinstance(tensor, dict) and tensor.get("class_name") == "__keras_tensor__":
        return list(tensor["config"]["keras_history"])
    return None


def _is_functional(layer: JsonObject) -> bool:
    config = layer.get("config")
    return isinstance(config, dict) and "input_layers" in config


def _has_input(layer: JsonObject) -> bool:
    """Tell whether a nested model had an input before its first call."""
    config = layer.get("config")
    if _is_functional(layer):
        return True
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list) or not layers or not isinstance(layers[0], dict):
        return False
    inner = layers[0].get("config")
    return layers[0].get("class_name") == "InputLayer" or (
        isinstance(inner, dict) and "batch_input_shape" in inner
    )


def _first_numbers(
    layers: dict[str, dict[str, Json]], config: JsonObject
) -> dict[str, int]:
    """Find the number of each layer's first call.

    A nested model that had an input counts from 1: it had been called on that
    (`_should_skip_first_node` in engine/functional.py). Where the numbers in use tell
    otherwise, they are right.
    """
    used: dict[str, set[int]] = {}
    for entry in _entries(layer.get("inbound_nodes") for layer in layers.values()):
        used.setdefault(entry[0], set()).add(entry[1])
    for entry in _entries([config.get("input_layers"), config.get("output_layers")]):
        used.setdefault(entry[0], set()).add(entry[1])
    offsets = {}
    for name, layer in layers.items():
        calls = layer.get("inbound_nodes")
        count = len(calls) if isinstance(calls, list) else 0
        inner = layer.get("config")
        is_model = isinstance(inner, list) or (
            isinstance(inner, dict) and isinstance(inner.get("layers"), list)
        )
        offset = 1 if is_model and _has_input(layer) else 0
        numbers = used.get(name, set())
        if is_model and 0 in numbers:
            offset = 0
        elif is_model and count and count in numbers:
            offset = 1
        offsets[name] = offset
    return offsets


def _entries(values: Any, depth: int = 0) -> Iterator[list[Json]]:
    if is_entry(values):
        yield values
        if len(values) == 4 and values[3]:
            yield from _entries(list(values[3].values()), depth + 1)
        return
    if depth > _MAX_DEPTH:
        return
    if isinstance(values, dict):
        values = values.values()
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        return
    for value in values:
        yield from _entries(value, depth + 1)


def _damaged(name: Any) -> ReadError:
    return ReadError(
        f'How the layer "{printable(name, 60)}" is called is damaged in the config.'
    )
