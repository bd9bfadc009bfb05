"""Put op layers in the place of Lambdas, in the config of one Functional model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kerascodegen.errors import printable
from kerascodegen.readers.keras2.entries import entries, is_entry
from kerascodegen.readers.keras2.names import unique_name
from kerascodegen.readers.tf_keras_recording import Recording

if TYPE_CHECKING:
    from kerascodegen.readers.tf_keras_lambdas import Splicer

Json = Any

# Names that tf_keras gave, which say nothing that the ops do not.
_AUTOMATIC = re.compile(r"lambda(_\d+)?")


class FunctionalSplice:
    """Puts op layers in the place of the Lambdas of one Functional config.

    Args:
        splicer: What records functions, and notes what was done.
        config: The config; nested models in it are done.
        live_layers: The layers of the live model by name.
        live: The live model.
        prefix: What stands before names of its layers in notes.
    """

    def __init__(
        self,
        splicer: Splicer,
        config: dict[str, Json],
        live_layers: Mapping[str, Any],
        live: Any,
        prefix: str,
    ) -> None:
        self._splicer = splicer
        self._config = config
        self._live_layers = live_layers
        self._live = live
        self._prefix = prefix
        self._taken = {name_of(item) for item in config["layers"]}
        # What is taken in the place of what Lambdas gave, and whether that is a tensor
        # of the model as it was.
        self._results: dict[tuple[str, int, int], tuple[list[Json], bool]] = {}

    def run(self) -> dict[str, Json]:
        """Give the config without those Lambdas that could be recorded."""
        layers: list[dict[str, Json]] = []
        for item in self._config["layers"]:
            layers += self._in_place(item)
        if not self._results:
            return self._config
        changed = {**self._config, "layers": layers}
        for key in ("input_layers", "output_layers"):
            changed[key] = self._redirected(changed[key])
        changed["layers"] = [
            {**item, "inbound_nodes": self._redirected(item.get("inbound_nodes", []))}
            for item in layers
        ]
        return changed

    def _in_place(self, item: dict[str, Json]) -> list[dict[str, Json]]:
        name = name_of(item)
        layer = self._live_layers.get(name)
        if item.get("class_name") != "Lambda" or layer is None:
            return [item]
        where = f"{self._prefix}{printable(name, 60)}"
        calls = kept_calls(layer, self._live)
        recordings = self._splicer.recordings(where, layer, calls)
        if recordings is None:
            return [item]
        taken = [tensors_of(call) for call in item["inbound_nodes"]]
        sizes = [len(recording.inputs) for recording in recordings]
        if [len(refs) for refs in taken] != sizes:
            self._splicer.found.kept[where] = (
                "cannot be written as ops: it takes constants"
            )
            return [item]
        self._taken.discard(name)
        last = self._last(name, recordings)
        own = "" if last or _AUTOMATIC.fullmatch(name) else name
        made = []
        for number, recording in enumerate(recordings):
            made += self._call(name, number, recording, taken[number], own)
        if last:
            first, _ = self._results[name, 0, 0]
            last["inbound_nodes"] = [[[*first, {}]]]
            made.append(last)
            self._taken.add(name)
            self._results[name, 0, 0] = first_output(last), False
        wheres = [f"{self._prefix}{printable(name_of(op), 60)}" for op in made]
        self._splicer.wrote(where, wheres)
        return made

    def _last(self, name: str, recordings: list[Recording]) -> dict[str, Json]:
        """Make a layer for an output that losses name: ops have no names in source."""
        ends = entries(self._config["output_layers"])
        is_output = any(entry[0] == name for entry in ends)
        named = not self._prefix and name in self._splicer.named_outputs
        if not (is_output and named and len(recordings) == 1):
            return {}
        if len(recordings[0].outputs) > 1:
            return {}
        return {"class_name": "Identity", "name": name, "config": {"name": name}}

    def _call(
        self,
        name: str,
        number: int,
        recording: Recording,
        taken: list[list[Json]],
        own: str,
    ) -> list[dict[str, Json]]:
        names: dict[str, Json] = dict(zip(recording.inputs, taken, strict=True))
        last = list(dict.fromkeys(end[0] for end in recording.outputs))
        last = [end for end in last if end not in names]
        for index, end in enumerate(last if own else ()):
            wanted = own if len(last) == 1 else f"{own}_{index}"
            names[end] = unique_name(wanted, self._taken)
        for op in recording.layers:
            if op["name"] not in names:
                names[op["name"]] = unique_name(op["name"], self._taken)
        for output, end in enumerate(recording.outputs):
            is_old = end[0] in recording.inputs
            self._results[name, number, output] = resolved(end, names)[:3], is_old
        return [renamed(op, names) for op in recording.layers]

    def _redirected(self, value: Json) -> Json:
        """Take from ops what was taken from Lambdas."""
        if isinstance(value, dict):
            return {key: self._redirected(item) for key, item in value.items()}
        if not isinstance(value, list):
            return value
        if is_entry(value):
            first, rest = value[:3], value[3:]
            is_old = True
            # A Lambda may pass on what another gave. Ops have names that Lambdas had.
            while is_old and tuple(first) in self._results:
                first, is_old = self._results[first[0], first[1], first[2]]
            return [*first, *(self._redirected(item) for item in rest)]
        return [self._redirected(item) for item in value]


def kept_calls(layer: Any, model: Any) -> list[Any]:
    """Find the calls of a live layer that belong to a model.

    Args:
        layer: The layer of tf_keras.
        model: The model.

    Returns:
        Its nodes, in the order that `get_network_config` writes them in.
    """
    known = getattr(model, "_network_nodes", ())
    return [
        node
        for number, node in enumerate(layer._inbound_nodes)
        if f"{layer.name}_ib-{number}" in known and not node.is_input
    ]


def first_output(item: Mapping[str, Json]) -> list[Json]:
    """Name the first output of a layer's first call, as configs do."""
    return [item["name"], 0, 0]


def name_of(item: Any) -> str:
    """Give the name of a layer in a config."""
    config = item.get("config")
    inner = config.get("name") if isinstance(config, dict) else None
    return str(item.get("name", inner))


def tensors_of(call: Json) -> list[list[Json]]:
    """The tensors of a call in flat order, keys of dicts sorted as tf.nest does."""
    if isinstance(call, dict):
        return [ref for key in sorted(call) for ref in tensors_of(call[key])]
    if is_entry(call):
        return [] if type(call[2]) is not int or call[1] < 0 else [call[:3]]
    return [ref for item in call for ref in tensors_of(item)]


def renamed(op: dict[str, Json], names: Mapping[str, Json]) -> dict[str, Json]:
    """Give an op layer its name in the model, and what it takes."""
    name = names.get(op["name"], op["name"])
    return {
        **op,
        "name": name,
        "config": {**op["config"], "name": name},
        "inbound_nodes": resolved(op["inbound_nodes"], names),
    }


def resolved(value: Json, names: Mapping[str, Json]) -> Json:
    """Exchange names of recorded layers for those in the model.

    Args:
        value: A call or a tensor, as configs have them.
        names: New names of layers; of inputs, the tensors.

    Returns:
        The same with other names.
    """
    if isinstance(value, dict):
        return {key: resolved(item, names) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    if is_entry(value) and value[0] in names:
        known, rest = names[value[0]], value[3:]
        first = known if isinstance(known, list) else [known, *value[1:3]]
        return [*first, *(resolved(item, names) for item in rest)]
    return [resolved(item, names) for item in value]
