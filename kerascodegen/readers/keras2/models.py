"""Turn the config of an old model into that of the same model in Keras 3."""

from __future__ import annotations

from typing import Any

from kerascodegen.errors import Level, ReadError, UnsupportedModelError, printable
from kerascodegen.graph.rescue import Change, MovedLayer
from kerascodegen.readers.keras2.around import (
    follower_layer,
    op_node,
    put_before,
    put_behind,
)
from kerascodegen.readers.keras2.calls import Calls, takes_constants
from kerascodegen.readers.keras2.context import (
    Item,
    Json,
    JsonObject,
    Report,
    as_list,
    as_object,
)
from kerascodegen.readers.keras2.deepmasks import (
    class_of,
    config_of,
    has_deep_masks,
    makes_mask,
)
from kerascodegen.readers.keras2.entries import bare_class, is_op_layer
from kerascodegen.readers.keras2.last_axis import write_last_axes
from kerascodegen.readers.keras2.layers import LayerNormaliser
from kerascodegen.readers.keras2.masks import MaskNeeds, MaskSource, mask_needs
from kerascodegen.readers.keras2.names import clean_names, is_clean, unique_name
from kerascodegen.readers.keras2.nesting import (
    input_rule,
    nested_in_functional,
    nested_in_sequential,
)
from kerascodegen.readers.keras2.sequential import sequential_layers
from kerascodegen.readers.keras2.unneeded import without_unneeded

# What a model with a graph of layers was called: `Container` until Keras 2.2.
_MODELS = frozenset({"Model", "Functional", "Container", "Network", "Sequential"})
_MAX_NESTING = 24


def normalise_model(
    data: JsonObject, report: Report, path: tuple[tuple[str, ...], tuple[str, ...]]
) -> dict[str, Json]:
    """Turn the config of an old model into that of the same model in Keras 3.

    Args:
        data: `class_name` and `config` of the model.
        report: Takes what rules change and say.
        path: Names of the models that it stands in and its own, today's and the old.

    Returns:
        A config as Keras 3 writes it.

    Raises:
        ReadError: The config is damaged.
        UnsupportedModelError: Something in it cannot be kept.
    """
    return _Model(data, report, path).normalise()


def is_old_model(data: Any) -> bool:
    """Tell whether something serialised is a model with layers inside."""
    if not isinstance(data, dict) or not isinstance(data.get("class_name"), str):
        return False
    config = data.get("config")
    if isinstance(config, list):
        return bare_class(data)[0] == "Sequential"
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        return False
    return bare_class(data)[0] in _MODELS or "input_layers" in config


class _Model:
    def __init__(
        self,
        data: JsonObject,
        report: Report,
        path: tuple[tuple[str, ...], tuple[str, ...]],
    ) -> None:
        if len(path[0]) > _MAX_NESTING:
            raise ReadError(
                f"Models are nested more than {_MAX_NESTING} deep in the config."
            )
        self._data = data
        self._report = report
        self._path, self._old_path = path
        cls, registered, module = bare_class(data)
        self._class = cls
        self._custom = cls not in _MODELS
        self._registered, self._module = registered, module
        config = data["config"]
        if isinstance(config, list):
            # Until Keras 2.2 a Sequential's config was the list of its layers.
            config = {"layers": config, "name": data.get("name", "sequential")}
        self._config = as_object(config, "The model")
        self._layers = [
            as_object(layer, "A layer")
            for layer in as_list(self._config.get("layers"), "The list of layers")
        ]
        self._is_functional = "input_layers" in self._config
        self._deep_masks = has_deep_masks(self._layers)
        self._masks = MaskNeeds()

    def normalise(self) -> dict[str, Json]:
        name = self._config.get("name", "model")
        if not isinstance(name, str):
            raise ReadError("The model's name in the config is no text.")
        if self._is_functional:
            config = self._functional()
        else:
            config = self._sequential()
        new_name = name if is_clean(name) else name.replace("/", "_")
        model: dict[str, Json] = {
            "module": self._module if self._custom else "keras",
            "class_name": self._class if self._custom else self._kind(),
            "config": {
                "name": new_name,
                "trainable": self._config.get("trainable") is not False,
                **config,
            },
            "registered_name": self._registered if self._custom else None,
        }
        return model

    def _kind(self) -> str:
        return "Functional" if self._is_functional else "Sequential"

    def _where(self, name: str) -> str:
        return "/".join([*self._path[1:], printable(name, 60)])

    def _functional(self) -> dict[str, Json]:
        old_names = [_name_of(layer) for layer in self._layers]
        if len(set(old_names)) != len(old_names):
            twice = next(n for n in old_names if old_names.count(n) > 1)
            raise ReadError(
                f'Two layers of the model are called "{printable(twice, 60)}", so what '
                "refers to that name is ambiguous."
            )
        names = clean_names(old_names)
        self._note_names(names)
        taken = set(names.values())
        calls = Calls(self._layers, names, self._config)
        self._masks = self._mask_needs(names, calls)
        written: list[tuple[str, dict[str, Json], Item | None]] = []
        added: list[dict[str, Json]] = []
        for layer, old_name in zip(self._layers, old_names, strict=True):
            if is_op_layer(layer):
                continue
            new, item = self._layer(layer, old_name, names[old_name])
            written.append((old_name, new, item))
            if item is not None:
                added += put_behind(item, old_name, names[old_name], calls, taken)
        ops = self._raw_ops(calls, names, taken)
        by_name = dict(zip(old_names, self._layers, strict=True))
        for old_name, layer in by_name.items():
            if is_old_model(layer):
                where = self._where(names[old_name])
                self._note(nested_in_functional(by_name, old_name, where))
        for old_name, new, item in written:
            extra = {} if item is None else item.calls
            nodes = calls.calls_of(old_name, str(new["class_name"]), extra)
            if item is not None:
                if takes_constants(str(new["class_name"]), nodes):
                    error = item.refuse(
                        "it takes a constant beside tensors, which Keras 3 has no call "
                        "for. Where the model's code is, make an operator of it, like "
                        "x * constant, and save the model again."
                    )
                    if self._report.refusals is None:
                        raise error
                    self._report.refused(item.where, error)
                added += put_before(item, nodes, taken)
            added += self._masks_beside_states(old_name, nodes, calls, taken)
            new["inbound_nodes"] = nodes
        for old_name in calls.with_states:
            what = "states are the argument initial_state"
            where = self._where(names[old_name])
            self._note(Change("states_in_list", where, what))
        layers = [new for _, new, _ in written] + added
        write_last_axes(layers, chained=False)
        ends = {key: calls.ends(key) for key in ("input_layers", "output_layers")}
        # Constants become part of the graph where they are asked for, so now.
        raw = [op for made in ops.values() for op in made]
        unneeded = {op["name"] for op in raw}
        unneeded |= {new["name"] for _, new, item in written if item and item.aside}
        return {"layers": without_unneeded([*layers, *raw], ends, unneeded)} | ends

    def _masks_beside_states(
        self, name: str, nodes: list[Json], calls: Calls, taken: set[str]
    ) -> list[dict[str, Json]]:
        """Give masks to the calls of a recurrent layer that are given states."""
        made: list[dict[str, Json]] = []
        for index, node in enumerate(nodes):
            kwargs = node["kwargs"]
            if "initial_state" not in kwargs or "mask" in kwargs:
                continue
            if (name, index) in self._masks.unknown:
                self._report.tell(
                    Level.WARNING,
                    self._where(name),
                    "is called with states on a tensor with a mask, which Keras 3 does "
                    "not give it then; pass it as mask= where the source calls it.",
                )
            sources = self._masks.recurrent.get((name, index), ())
            if sources:
                kwargs["mask"] = self._written_mask(sources, calls, taken, made)
                what = "the mask is passed, which Keras 3 does not do beside states"
                self._report.changes.append(
                    Change("mask_beside_states", self._where(name), what)
                )
        return made

    def _written_mask(
        self,
        sources: tuple[MaskSource, ...],
        calls: Calls,
        taken: set[str],
        made: list[dict[str, Json]],
    ) -> Json:
        layers = {_name_of(layer): layer for layer in self._layers}
        masks = []
        for source in sources:
            layer = layers[source.layer]
            tensor = calls.tensor(source.entry, source.layer)
            config = config_of(layer)
            if class_of(layer) == "Masking":
                value = config.get("mask_value", 0.0)
                differs = op_node("NotEqual", [tensor, value], taken, made)
                masks.append(op_node("Any", [differs], taken, made, axis=-1))
            else:
                masks.append(op_node("NotEqual", [tensor, 0], taken, made))
        mask = masks[0]
        for other in masks[1:]:
            mask = op_node("LogicalAnd", [mask, other], taken, made)
        return mask

    def _mask_needs(self, names: dict[str, str], calls: Calls) -> MaskNeeds:
        """Find where masks have to be helped; most models have none."""
        from kerascodegen.readers.keras2.shapes import ShapeWalk

        if not any(map(makes_mask, self._layers)):
            return MaskNeeds()
        layers = dict(zip(names, self._layers, strict=True))
        return mask_needs(layers, ShapeWalk(layers, calls).order())

    def _raw_ops(
        self, calls: Calls, names: dict[str, str], taken: set[str]
    ) -> dict[str, list[dict[str, Json]]]:
        """Write the raw TensorFlow ops of the model; most have none."""
        if not any(is_op_layer(layer) for layer in self._layers):
            return {}
        from kerascodegen.readers.keras2.lowering import Lowering

        # An op's own name is free for the node that takes its place.
        for layer, name in zip(self._layers, names.values(), strict=True):
            if is_op_layer(layer):
                taken.discard(name)
        where = self._where("")
        lowering = Lowering(self._layers, calls, names, self._report, where, taken)
        lowering.run()
        return lowering.written

    def _sequential(self) -> dict[str, Json]:
        def changed(what: str) -> None:
            where = self._where("") or printable(self._config.get("name"), 60)
            rule = input_rule(self._layers[0])
            self._report.changes.append(Change(rule, where, what))

        listed = sequential_layers(self._layers, self._config, changed)
        taken: set[str] = set()
        for layer in listed:
            config = layer.get("config")
            name = config.get("name") if isinstance(config, dict) else None
            if isinstance(name, str):
                taken.add(name)
        old_names = [_name_of(layer, taken) for layer in listed]
        names = clean_names(dict.fromkeys(old_names))
        self._note_names(names)
        used = set(names.values())
        layers = []
        for layer, old_name in zip(listed, old_names, strict=True):
            new, item = self._layer(layer, old_name, names[old_name])
            layers.append(new)
            if item is None:
                last = layer is listed[-1]
                where = self._where(names[old_name])
                self._note(nested_in_sequential(layer, where, last=last))
                continue
            if item.calls or item.time_major:
                what = ", ".join(item.calls) or "its first axes exchanged"
                error = item.refuse(
                    f"a Sequential of Keras 3 cannot call it with {what}. Write the "
                    "model with the Functional API."
                )
                if self._report.refusals is None:
                    raise error
                self._report.refused(item.where, error)
            if item.follower is not None:
                layers.append(follower_layer(item, names[old_name], used))
        write_last_axes(layers, chained=True)
        return {"layers": layers}

    def _note(self, change: Change | None) -> None:
        if change is not None:
            self._report.changes.append(change)

    def _note_names(self, names: dict[str, str]) -> None:
        for old, new in names.items():
            if old != new:
                self._report.changes.append(
                    Change(
                        "slash_in_name",
                        self._where(new),
                        f'the name "{printable(old, 60)}" becomes '
                        f'"{printable(new, 60)}"',
                    )
                )

    def _layer(
        self, data: JsonObject, old_name: str, name: str
    ) -> tuple[dict[str, Json], Item | None]:
        """Turn a layer into Keras 3's form; a model has no item."""
        path = (*self._path, name)
        old_path = (*self._old_path, old_name)
        if is_old_model(data):
            if path != old_path:
                self._report.moved.append(MovedLayer(path[1:], old_path[1:]))
            model = normalise_model(data, self._report, (path, old_path))
            model["config"]["name"] = name
            return {**model, "name": name}, None
        normaliser = LayerNormaliser(
            self._report,
            self._where(name),
            (path, old_path),
            own_mask=old_name in self._masks.merges,
            deep_masks=self._deep_masks,
        )
        try:
            layer, item = normaliser.layer(data)
        except UnsupportedModelError as error:
            if self._report.refusals is None:
                raise
            self._report.refused(self._where(name), error)
            layer, item = normaliser.refused(data)
        if path != old_path or item.layout:
            self._report.moved.append(
                MovedLayer(
                    path[1:],
                    old_path[1:],
                    item.layout,
                    tuple(sorted(item.layout_config.items())),
                )
            )
        layer["config"]["name"] = name
        return {**layer, "name": name}, item


def _name_of(layer: JsonObject, taken: set[str] | None = None) -> str:
    """The name of a layer; a Sequential of Keras 1 may hold models without one."""
    config = layer.get("config")
    inner = config.get("name") if isinstance(config, dict) else None
    name = layer.get("name", inner)
    if name is None and taken is not None and isinstance(layer.get("class_name"), str):
        return unique_name(str(layer["class_name"]).lower(), taken)
    if not isinstance(name, str) or not name:
        raise ReadError(
            f'A "{printable(layer.get("class_name"), 60)}" layer in the config has no '
            "name."
        )
    return name
