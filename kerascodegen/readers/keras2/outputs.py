"""Which loss, weight and metric belongs to which output of an old model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kerascodegen.readers.keras2.context import Json, JsonObject
from kerascodegen.readers.keras2.entries import entries, is_entry, is_op_layer
from kerascodegen.readers.keras2.names import clean_names


@dataclass(frozen=True, slots=True)
class Outputs:
    """The outputs of a model, in the order that Keras 2 flattens them in.

    Attributes:
        names: What Keras 2 calls them: the layers that give them.
        today: What Keras 3 calls them, or `None` where only their order tells.
        keys: The keys of a dict of outputs, or `None`.
    """

    names: tuple[str, ...]
    today: tuple[str, ...] | None = None
    keys: tuple[str, ...] | None = None

    def metrics(self, value: Json) -> Json:
        """Give each output its metrics, as Keras 3 takes them.

        `.h5` files have a list for each output, `[null]` where there is none. What
        is no list of lists belongs to every output (`MetricsContainer` of Keras 2);
        Keras 3 hands such a list out one by one, or refuses it.

        Args:
            value: What `metrics` or `weighted_metrics` is in the file.

        Returns:
            A list or a dict by output, or what was given.
        """
        count = len(self.names)
        if count < 2 or not value:
            return None if value in ([None], [[None]]) else self.keyed(value)
        if isinstance(value, dict) and "class_name" not in value:
            return self.keyed({name: _metrics(item) for name, item in value.items()})
        if not isinstance(value, list):
            value = [value]
        if not any(isinstance(item, list) for item in value):
            if None in value:
                return self._listed(value)
            return self._listed([list(value) for _ in self.names])
        return self._listed([_metrics(item) for item in value])

    def keyed(self, value: Json) -> Json:
        """Name the outputs in a dict as Keras 3 does.

        Args:
            value: A dict by output, or anything else.

        Returns:
            The dict, or a list where names would not tell; else what was given.
        """
        if not isinstance(value, dict) or "class_name" in value or self.keys:
            return value
        if not set(value) <= set(self.names):
            return value
        if self.today is None:
            found = [value.get(name) for name in self.names]
            return found if len(found) > 1 else found[0]
        known = dict(zip(self.names, self.today, strict=True))
        return {known[name]: item for name, item in value.items()}

    def losses(self, value: Json, weights: Json) -> Json:
        """Give each output its loss, where Keras 3 does not do so by itself.

        It wants one loss for each weight, and in a dict of losses every output.

        Args:
            value: What `loss` is in the file.
            weights: What `loss_weights` is there.

        Returns:
            A loss, a list or a dict.
        """
        if len(self.names) < 2 or value is None or isinstance(value, list):
            return value
        if isinstance(value, dict) and "class_name" not in value:
            missing = [name for name in self.keys or self.names if name not in value]
            if not set(value) <= set(self.keys or self.names):
                return value
            return self.keyed({**value, **dict.fromkeys(missing)})
        if isinstance(weights, dict):
            return self.keyed(dict.fromkeys(self.keys or self.names, value))
        return [value] * len(self.names) if isinstance(weights, list) else value

    def loss_weights(self, value: Json, losses: Json) -> Json:
        """Give each loss its weight, which Keras 2 took to be 1 where it had none.

        Args:
            value: What `loss_weights` is in the file.
            losses: What `losses` gave.

        Returns:
            The weights, in a list or dict as the losses are.
        """
        count = len(self.names)
        if isinstance(value, dict) and set(value) <= set(self.keys or self.names):
            value = [value.get(name, 1.0) for name in self.keys or self.names]
        if count < 2 or not isinstance(value, list) or len(value) != count:
            return value
        if not isinstance(losses, dict) or "class_name" in losses:
            return value
        found = dict(zip(self.keys or self.today or (), value, strict=False))
        return {name: found[name] for name in losses if name in found}

    def prefix(self, name: str) -> str:
        """Tell what stands before the names of an output's metrics.

        Args:
            name: The output, as Keras 3 calls it.

        Returns:
            What Keras 2 calls it.
        """
        known = zip(self.keys or self.today or (), self.names, strict=False)
        return dict(known).get(name, name)

    def _listed(self, value: list[Json]) -> Json:
        if len(value) != len(self.names):
            return value
        by = self.keys or (self.today if None in value else None)
        if by is None:
            return value
        pairs = zip(by, value, strict=True)
        return {key: item for key, item in pairs if item is not None} or None


ONE_OUTPUT = Outputs(("",), ("",))


def outputs_of(config: Any) -> Outputs:
    """Find the outputs of a model.

    Args:
        config: Its config.

    Returns:
        The outputs; one without a name for a model without a graph.
    """
    ends = config.get("output_layers") if isinstance(config, dict) else None
    keys = None
    if isinstance(ends, dict):
        # `tf.nest.flatten` sorts by key.
        ends = {key: ends[key] for key in sorted(ends)}
        keys = tuple(ends) if all(map(is_entry, ends.values())) else None
        ends = list(ends.values())
    layers = [str(entry[0]) for entry in entries(ends)] or [""]
    today = None if keys else _today(config, layers)
    return Outputs(tuple(_unique(layers)), today, keys)


def _today(config: Any, names: Sequence[str]) -> tuple[str, ...] | None:
    layers = config.get("layers") if isinstance(config, dict) else None
    if names == [""] or not isinstance(layers, list):
        return tuple(names)
    found = [one for one in layers if isinstance(one, dict)]
    operators = {_name(one) for one in found if is_op_layer(one)}
    known = clean_names(dict.fromkeys(map(_name, found)))
    if len(set(names)) < len(names) or operators & set(names):
        return None
    if not set(names) <= set(known):
        return None
    return tuple(known[name] for name in names)


def _name(layer: JsonObject) -> str:
    config = layer.get("config")
    inner = config.get("name") if isinstance(config, dict) else None
    return str(layer.get("name", inner))


def _unique(names: list[str]) -> list[str]:
    """Number what one layer gives several times, as Keras 2 does (functional.py)."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        found.append(f"{name}_{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return found


def _metrics(value: Json) -> Json:
    return None if value == [None] else value
