"""Put what live Lambdas do in their place: op layers in the config of a tf_keras model.

A file has a Lambda as bytecode. A live layer has its function, which is recorded
(`tf_keras_recording.py`); what was recorded stands in the config as if the TensorFlow
functions had been called there without a Lambda, and is read as such calls are. A
Sequential with Lambdas becomes a Functional. What cannot be written stays a Lambda.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kerascodegen.errors import CodegenError, printable
from kerascodegen.graph.custom import CODE_KEY, MissingCode
from kerascodegen.readers.keras2.models import is_old_model
from kerascodegen.readers.keras2.read import keras_3_config
from kerascodegen.readers.keras2.sequential import sequential_layers
from kerascodegen.readers.tf_keras_recording import (
    NotRecordedError,
    Recording,
    record,
)
from kerascodegen.readers.tf_keras_splice import (
    FunctionalSplice,
    first_output,
    kept_calls,
    name_of,
    renamed,
    resolved,
)

Json = Any

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
        found = Splicer(kept, cache).run(data, model)
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


class Splicer:
    """Goes through a model with all that is inside it.

    Args:
        kept: Lambdas that are known to stay such, with the reasons.
        cache: Recordings that were made before.
    """

    def __init__(
        self, kept: Mapping[str, str], cache: dict[str, list[Recording]]
    ) -> None:
        self._known = kept
        self._cache = cache
        self.named_outputs: set[str] = set()

    def run(self, data: dict[str, Json], model: Any) -> LiveLambdas:
        """Write what can be written, as `with_live_lambdas` does but for its check."""
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
            self._inside(
                item, layers.get(name_of(item)), f"{prefix}{name_of(item)}", live
            )
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
        changed = FunctionalSplice(self, config, layers, live, prefix).run()
        if is_chain and len(self.found.written) == before:
            return plain
        name = "Functional" if is_chain else data["class_name"]
        return {**data, "class_name": name, "config": changed}

    def _keep_unshaped(self, item: dict[str, Json], prefix: str) -> None:
        if item.get("class_name") == "Lambda":
            where = f"{prefix}{printable(name_of(item), 60)}"
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
        name = name_of(wrapped)
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
        ops = [renamed(op, names) for op in one.layers]
        self.wrote(where, [f"{where}/layer/{name_of(op)}" for op in ops])
        config = {
            "name": name,
            "trainable": True,
            "layers": [entry, *ops],
            "input_layers": [[f"{name}_input", 0, 0]],
            "output_layers": [resolved(end, names) for end in one.outputs],
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
        calls = [[[*first_output(chain[-1]), {}]]] if chain else []
        chain.append({**item, "name": name_of(item), "inbound_nodes": calls})
    return {
        "name": config.get("name"),
        "trainable": config.get("trainable", True),
        "layers": chain,
        "input_layers": [first_output(chain[0])],
        "output_layers": [first_output(chain[-1])],
    }


def _named_outputs(settings: Json) -> set[str]:
    """Names of outputs that losses and metrics are given by."""
    keys = ("loss", "loss_weights", "metrics", "weighted_metrics")
    found = [settings.get(key) for key in keys] if isinstance(settings, dict) else []
    return {name for value in found if isinstance(value, dict) for name in value}
