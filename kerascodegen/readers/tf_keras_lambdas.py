"""Put what live Lambdas do in their place: op layers in the config of a tf_keras model.

A file has a Lambda as bytecode. A live layer has its function, which is recorded
(`tf_keras_recording.py`); what was recorded stands in the config as if the TensorFlow
functions had been called there without a Lambda, and is read as such calls are. A
Sequential with Lambdas becomes a Functional. What cannot be written stays a Lambda.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kerascodegen.errors import CodegenError, printable
from kerascodegen.graph.custom import CODE_KEY, MissingCode
from kerascodegen.graph.model import Graph, LambdaSpec, ObjectSpec, Operation, Value
from kerascodegen.graph.rescue import Change
from kerascodegen.readers.keras2.entries import entries, is_entry
from kerascodegen.readers.keras2.models import is_old_model
from kerascodegen.readers.keras2.names import unique_name
from kerascodegen.readers.keras2.read import keras_3_config
from kerascodegen.readers.keras2.sequential import sequential_layers
from kerascodegen.readers.tf_keras_recording import (
    NotRecordedError,
    Recording,
    record,
)

Json = Any

# Names that tf_keras gave, which say nothing that the ops do not.
_AUTOMATIC = re.compile(r"lambda(_\d+)?")
_CANNOT = "cannot be written as ops of Keras 3: it "


@dataclass(slots=True)
class LiveLambdas:
    """What became of the Lambdas of a live model.

    Layers are named by the names of the models that they stand in and their own, with
    slashes between, as `Change.where` is.

    Attributes:
        data: The config, op layers in the place of Lambdas.
        ops: For each op layer, the Lambda that it comes from.
        written: Lambdas that became ops.
        kept: Why others did not.
    """

    data: dict[str, Json]
    ops: dict[str, str] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)


def with_live_lambdas(data: dict[str, Json], model: Any) -> LiveLambdas:
    """Write the Lambdas of a live model as ops, as far as Keras 3 has equal ones.

    Args:
        data: The config of the model, as `to_json` writes it.
        model: The model of tf_keras.

    Returns:
        The config, and what was done.
    """
    kept: dict[str, str] = {}
    cache: dict[str, list[Recording]] = {}
    while True:
        found = _Splicer(kept, cache).run(data, model)
        if not found.written:
            return found
        missing = dict(_without_equal(found))
        if not missing:
            return found
        kept = {**found.kept, **missing}


def _without_equal(found: LiveLambdas) -> Iterator[tuple[str, str]]:
    """Find Lambdas with an op that Keras 3 has no equal of, and say why."""
    try:
        config, report = keras_3_config(found.data)
    except CodegenError as error:
        for where in found.written:
            yield where, f"{_CANNOT}{printable(str(error).rstrip('.'), 100)}"
        return
    reasons = dict(_stand_ins(config, 0))
    for change in report.changes:
        lambda_ = found.ops.get(change.where)
        if change.rule == "raw_op" and change.what.endswith("a stand-in") and lambda_:
            name = change.where.rpartition("/")[2]
            yield lambda_, f"{_CANNOT}{reasons.get(name, 'calls ' + change.what)}"


def _stand_ins(value: Json, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        code = value.get(CODE_KEY)
        if isinstance(code, MissingCode):
            reason = code.reason.replace("stands for", "calls", 1)
            yield printable(value.get("name"), 60), reason
        value = list(value.values())
    if isinstance(value, list) and depth < 200:
        for item in value:
            yield from _stand_ins(item, depth + 1)


class _Splicer:
    def __init__(
        self, kept: Mapping[str, str], cache: dict[str, list[Recording]]
    ) -> None:
        self._known = kept
        self._cache = cache
        self.named_outputs: set[str] = set()

    def run(self, data: dict[str, Json], model: Any) -> LiveLambdas:
        self.found = LiveLambdas(data)
        self.named_outputs = _named_outputs(data.get("compile_config"))
        self.found.data = self._model(data, model, "")
        return self.found

    def _model(self, data: dict[str, Json], live: Any, prefix: str) -> dict[str, Json]:
        """Write the Lambdas of a model as ops.

        Args:
            data: `class_name` and `config` of the model.
            live: The model.
            prefix: What stands before names of its layers.

        Returns:
            The same of the changed model.
        """
        config = data.get("config")
        if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
            return data
        layers = {layer.name: layer for layer in getattr(live, "layers", ())}
        inner = [
            self._inside(item, layers.get(_name(item)), f"{prefix}{_name(item)}", live)
            for item in config["layers"]
        ]
        config = {**config, "layers": inner}
        plain = {**data, "config": config}
        is_chain = "input_layers" not in config
        if is_chain:
            if data.get("class_name") != "Sequential":
                return plain
            chained = _chained(config)
            if chained is None:
                for item in inner:
                    self._keep_unshaped(item, prefix)
                return plain
            config = chained
        before = len(self.found.written)
        changed = _Functional(self, config, layers, live, prefix).run()
        if is_chain and len(self.found.written) == before:
            return plain
        name = "Functional" if is_chain else data["class_name"]
        return {**data, "class_name": name, "config": changed}

    def _keep_unshaped(self, item: dict[str, Json], prefix: str) -> None:
        if item.get("class_name") == "Lambda":
            where = f"{prefix}{printable(_name(item), 60)}"
            self.found.kept[where] = (
                "cannot be written as ops: the model was not called yet, so it is not "
                "known what it takes"
            )

    def _inside(
        self, item: dict[str, Json], layer: Any, where: str, live: Any
    ) -> dict[str, Json]:
        """Write Lambdas inside a nested model or a wrapper as ops."""
        if is_old_model(item):
            return self._model(item, layer, f"{where}/")
        config = item.get("config")
        inner = getattr(layer, "layer", None)
        if not isinstance(config, dict) or inner is None:
            return item
        wrapped = config.get("layer")
        if not isinstance(wrapped, dict):
            return item
        if is_old_model(wrapped):
            new = self._model(wrapped, inner, f"{where}/layer/")
        elif wrapped.get("class_name") == "Lambda":
            new = self._wrapped(item, wrapped, layer, where, live)
        else:
            return item
        return {**item, "config": {**config, "layer": new}}

    def _wrapped(
        self,
        item: dict[str, Json],
        wrapped: dict[str, Json],
        layer: Any,
        where: str,
        live: Any,
    ) -> dict[str, Json]:
        """Make a small model of a Lambda that a TimeDistributed applies."""
        if item.get("class_name") != "TimeDistributed":
            return wrapped
        calls = kept_calls(layer, live)
        recordings = self.recordings(where, layer.layer, calls, in_time=True)
        if recordings is None:
            return wrapped
        # All its calls do the same, or they were not recorded.
        one = recordings[0]
        kind = _step(calls[0].call_args[0])
        name = _name(wrapped)
        entry = {
            "class_name": "InputLayer",
            "name": f"{name}_input",
            "config": {
                "batch_input_shape": kind.shape.as_list(),
                "dtype": kind.dtype.name,
                "name": f"{name}_input",
            },
            "inbound_nodes": [],
        }
        names: dict[str, Json] = {one.inputs[0]: [f"{name}_input", 0, 0]}
        ops = [_renamed(op, names) for op in one.layers]
        self.wrote(where, [f"{where}/layer/{_name(op)}" for op in ops])
        config = {
            "name": name,
            "trainable": True,
            "layers": [entry, *ops],
            "input_layers": [[f"{name}_input", 0, 0]],
            "output_layers": [_resolved(end, names) for end in one.outputs],
        }
        return {"class_name": "Functional", "name": name, "config": config}

    def recordings(
        self, where: str, layer: Any, calls: list[Any], *, in_time: bool = False
    ) -> list[Recording] | None:
        """Record all calls of a Lambda.

        Args:
            where: The layer.
            layer: The same, live.
            calls: Its calls, or those of its wrapper.
            in_time: Whether it is called on one step of what the wrapper takes.

        Returns:
            What each does; `None` where it stays a Lambda, which is noted.
        """
        if where in self._known:
            self.found.kept[where] = self._known[where]
            return None
        if where in self._cache:
            return self._cache[where]
        try:
            made = [_recording(layer, call, in_time) for call in calls]
            if not made:
                raise NotRecordedError("is never called")
            if in_time and (
                len(made[0].outputs) > 1 or made.count(made[0]) < len(made)
            ):
                raise NotRecordedError("gives something else on each call")
        except NotRecordedError as error:
            self.found.kept[where] = f"cannot be written as ops: it {error}"
            return None
        self._cache[where] = made
        return made

    def wrote(self, where: str, ops: Collection[str]) -> None:
        """Note that a Lambda became ops."""
        self.found.written.append(where)
        self.found.ops.update(dict.fromkeys(ops, where))


class _Functional:
    """Puts op layers in the place of the Lambdas of one Functional config."""

    def __init__(
        self,
        splicer: _Splicer,
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
        self._taken = {_name(item) for item in config["layers"]}
        # What is taken in the place of what Lambdas gave, and whether that is a tensor
        # of the model as it was.
        self._results: dict[tuple[str, int, int], tuple[list[Json], bool]] = {}

    def run(self) -> dict[str, Json]:
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
        name = _name(item)
        layer = self._live_layers.get(name)
        if item.get("class_name") != "Lambda" or layer is None:
            return [item]
        where = f"{self._prefix}{printable(name, 60)}"
        calls = kept_calls(layer, self._live)
        recordings = self._splicer.recordings(where, layer, calls)
        if recordings is None:
            return [item]
        taken = [_tensors(call) for call in item["inbound_nodes"]]
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
            self._results[name, 0, 0] = _first(last), False
        wheres = [f"{self._prefix}{printable(_name(op), 60)}" for op in made]
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
            self._results[name, number, output] = _resolved(end, names)[:3], is_old
        return [_renamed(op, names) for op in recording.layers]

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


def _recording(layer: Any, call: Any, in_time: bool) -> Recording:
    given = call.call_args
    if len(given) != 1:
        raise NotRecordedError("is called with more than one argument")
    taken = _step(given[0]) if in_time else given[0]
    recording = record(layer, taken, call.call_kwargs)
    if not in_time:
        _check_outputs(recording, call)
    return recording


def _check_outputs(recording: Recording, call: Any) -> None:
    import tensorflow as tf

    if len(recording.outputs) != len(tf.nest.flatten(call.outputs)):
        raise NotRecordedError("gave another number of tensors when it was called")


def _step(tensor: Any) -> Any:
    """One step of what a TimeDistributed takes."""
    import tensorflow as tf

    kind = getattr(tensor, "type_spec", None)
    if not isinstance(kind, tf.TensorSpec) or not kind.shape.rank:
        raise NotRecordedError("takes something else than one tensor")
    return tf.TensorSpec([None, *kind.shape[2:]], kind.dtype)


def _chained(config: dict[str, Json]) -> dict[str, Json] | None:
    """Write a Sequential as the Functional that it is; `None` without an input."""
    layers = sequential_layers(config["layers"], config, lambda _: None)
    if not layers or layers[0].get("class_name") != "InputLayer":
        return None
    chain: list[dict[str, Json]] = []
    for item in layers:
        calls = [[[*_first(chain[-1]), {}]]] if chain else []
        chain.append({**item, "name": _name(item), "inbound_nodes": calls})
    return {
        "name": config.get("name"),
        "trainable": config.get("trainable", True),
        "layers": chain,
        "input_layers": [_first(chain[0])],
        "output_layers": [_first(chain[-1])],
    }


def _named_outputs(settings: Json) -> set[str]:
    """Names of outputs that losses and metrics are given by."""
    keys = ("loss", "loss_weights", "metrics", "weighted_metrics")
    found = [settings.get(key) for key in keys] if isinstance(settings, dict) else []
    return {name for value in found if isinstance(value, dict) for name in value}


def _first(item: Mapping[str, Json]) -> list[Json]:
    return [item["name"], 0, 0]


def _name(item: Any) -> str:
    config = item.get("config")
    inner = config.get("name") if isinstance(config, dict) else None
    return str(item.get("name", inner))


def _tensors(call: Json) -> list[list[Json]]:
    """The tensors of a call in flat order, keys of dicts sorted as tf.nest does."""
    if isinstance(call, dict):
        return [ref for key in sorted(call) for ref in _tensors(call[key])]
    if is_entry(call):
        return [] if type(call[2]) is not int or call[1] < 0 else [call[:3]]
    return [ref for item in call for ref in _tensors(item)]


def _renamed(op: dict[str, Json], names: Mapping[str, Json]) -> dict[str, Json]:
    """Give an op layer its name in the model, and what it takes."""
    name = names.get(op["name"], op["name"])
    return {
        **op,
        "name": name,
        "config": {**op["config"], "name": name},
        "inbound_nodes": _resolved(op["inbound_nodes"], names),
    }


def _resolved(value: Json, names: Mapping[str, Json]) -> Json:
    if isinstance(value, dict):
        return {key: _resolved(item, names) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    if is_entry(value) and value[0] in names:
        known, rest = names[value[0]], value[3:]
        first = known if isinstance(known, list) else [known, *value[1:3]]
        return [*first, *(_resolved(item, names) for item in rest)]
    return [_resolved(item, names) for item in value]


def changes_of_lambdas(
    changes: Collection[Change], found: LiveLambdas
) -> tuple[Change, ...]:
    """Say of Lambdas what is said of the ops in their place.

    Args:
        changes: What rules changed, in the order of the model.
        found: What became of the Lambdas.

    Returns:
        The changes, one for each Lambda that became ops.
    """
    became: dict[str, list[str]] = {where: [] for where in found.written}
    result = []
    for change in changes:
        where = found.ops.get(change.where)
        if change.rule == "model_in_layer" and change.where in became:
            continue
        if change.rule != "raw_op" or where is None:
            result.append(change)
            continue
        what = change.what.partition(" becomes ")[2]
        became[where] += [] if what.startswith("part of") else what.split(" and ")
    for where, ops in became.items():
        what = " and ".join(dict.fromkeys(ops)) or "what its inputs are"
        says = f"what the function of the live model does becomes {what}"
        result.append(Change("live_lambda", where, says))
    return tuple(result)


def with_reasons(graph: Graph, kept: Mapping[str, str], prefix: str = "") -> Graph:
    """Note on Lambdas why they could not be written as ops.

    Args:
        graph: The graph.
        kept: The reasons, as in `LiveLambdas`.
        prefix: What stands before names of its layers.

    Returns:
        The graph.
    """
    if not kept:
        return graph
    operations = []
    for operation in graph.operations:
        where = f"{prefix}{printable(operation.name, 60)}"
        operations.append(_with_reason(operation, where, kept))
    return replace(graph, operations=tuple(operations))


def _with_reason(
    operation: Operation, where: str, kept: Mapping[str, str]
) -> Operation:
    if operation.graph is not None:
        inner = with_reasons(operation.graph, kept, f"{where}/")
        return replace(operation, graph=inner)
    config = {
        key: _noted(value, where, kept) for key, value in operation.config.items()
    }
    return replace(operation, config=config)


def _noted(value: Value, where: str, kept: Mapping[str, str]) -> Value:
    if isinstance(value, LambdaSpec) and where in kept:
        return replace(value, code=MissingCode(kept[where]))
    if isinstance(value, ObjectSpec) and value.graph is not None:
        return replace(value, graph=with_reasons(value.graph, kept, f"{where}/layer/"))
    if isinstance(value, ObjectSpec):
        inner = {key: _noted(item, where, kept) for key, item in value.config.items()}
        return replace(value, config=inner)
    return value
