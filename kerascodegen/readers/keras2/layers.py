"""Turn the config of one old layer, and of what is inside it, into Keras 3's form."""

from __future__ import annotations

from typing import Any

from kerascodegen.catalog.lookup import find_by_name, find_class
from kerascodegen.errors import ReadError, UnsupportedModelError, printable
from kerascodegen.graph.custom import CODE_KEY
from kerascodegen.graph.rescue import Change, MovedLayer
from kerascodegen.readers.decode import is_bare_lambda
from kerascodegen.readers.keras2 import rules  # noqa: F401
from kerascodegen.readers.keras2.applications import (
    application_layer,
    is_application_layer,
)
from kerascodegen.readers.keras2.context import (
    Item,
    Json,
    JsonObject,
    Report,
    as_object,
)
from kerascodegen.readers.keras2.entries import bare_class
from kerascodegen.readers.keras2.registry import (
    LAYER_RULES,
    OBJECT_RULES,
    apply_rules,
)
from kerascodegen.readers.keras2.values import (
    POLICIES,
    activation,
    by_string,
    kind_of,
    plain,
    policy_name,
)

_LAYER_KINDS = ("layer", "cell")
_VALUE_KINDS = (
    "initializer",
    "regularizer",
    "constraint",
    "schedule",
    "optimizer",
    "loss",
    "metric",
)
_MAX_DEPTH = 100

Path = tuple[tuple[str, ...], tuple[str, ...]]


class LayerNormaliser:
    """Works on one layer; what is inside it, it gives to others of its kind."""

    def __init__(
        self,
        report: Report,
        where: str,
        path: Path,
        *,
        own_mask: bool = False,
        deep_masks: bool = False,
    ) -> None:
        self._own_mask, self._deep_masks = own_mask, deep_masks
        self._report = report
        self._where = where
        self._path = path

    def layer(self, data: JsonObject) -> tuple[dict[str, Json], Item]:
        """Turn a layer into Keras 3's form.

        Args:
            data: The layer as the file has it.

        Returns:
            The layer without its calls, and what the rules made of it.

        Raises:
            ReadError: It is damaged.
            UnsupportedModelError: It cannot be kept.
        """
        cls, registered, module = bare_class(data)
        shown = printable(cls, 60)
        config = as_object(data.get("config"), f'The config of a "{shown}"')
        item = Item(cls, {}, self._where, self._report, registered=registered)
        item.rule = "array_argument"
        for key, value in config.items():
            if isinstance(value, dict) and value.get("type") == "ndarray":
                item.changed(f"{printable(key, 40)} is given as numbers")
        item.config = config = {k: _plain_argument(v) for k, v in config.items()}
        item.own_mask, item.deep_masks = self._own_mask, self._deep_masks
        if is_application_layer(cls, registered, module, config):
            application_layer(item)
            item.config = self._values(item.config)
            return self._written(item, data), item
        if registered is not None or module is not None:
            item.module = module
            item.config = self._values(config)
            return self._written(item, data), item
        apply_rules(LAYER_RULES, item)
        if item.module == "keras.layers" and not _is_layer(item.cls):
            # Nobody else's class has that name, so it is somebody's own.
            item.module, item.registered = None, item.cls
        item.config = self._values(_without_empty(item))
        return self._written(item, data), item

    def refused(self, data: JsonObject) -> tuple[dict[str, Json], Item]:
        """Put a layer without arguments in the place of one that cannot be kept.

        Args:
            data: The layer as the file has it.

        Returns:
            As `layer` does.
        """
        cls, _, _ = bare_class(data)
        item = Item(cls, {}, self._where, self._report, module=None, registered=cls)
        return self._written(item, data), item

    def _written(self, item: Item, data: JsonObject) -> dict[str, Json]:
        layer: dict[str, Json] = {
            "module": item.module,
            "class_name": item.cls,
            "config": item.config,
            "registered_name": item.registered,
        }
        if item.code is not None:
            layer[CODE_KEY] = item.code
        if isinstance(data.get("build_config"), dict):
            layer["build_config"] = data["build_config"]
        return layer

    def _values(self, config: JsonObject) -> dict[str, Json]:
        return {key: self.value(value, key, 0) for key, value in config.items()}

    def value(self, value: Json, key: str, depth: int) -> Json:
        """Turn a value inside a config into Keras 3's form.

        Args:
            value: As the file has it.
            key: The argument that it is.
            depth: How deep it stands.

        Returns:
            The value.

        Raises:
            ReadError: It is damaged or nested too deeply.
        """
        if depth > _MAX_DEPTH:
            raise ReadError("The config is nested too deeply to be a model's.")
        if isinstance(value, list):
            return [self.value(item, key, depth + 1) for item in value]
        if isinstance(value, str):
            if key.endswith("activation"):
                return activation(value, self._report, self._where)
            return by_string(value, key)
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("class_name"), str):
            return self._object(value, key, depth)
        if is_bare_lambda(value):
            return value
        return {name: self.value(v, name, depth + 1) for name, v in value.items()}

    def _object(self, value: JsonObject, key: str, depth: int) -> Json:
        name = str(value["class_name"])
        if name.startswith("__"):
            return dict(value)
        if name in POLICIES:
            return policy_name(value)
        config = value.get("config")
        if name == "function" and isinstance(config, str):
            return activation(config, self._report, self._where, value)
        from kerascodegen.readers.keras2.models import is_old_model, normalise_model

        if is_old_model(value):
            path = ((*self._path[0], key), (*self._path[1], key))
            what = f"it is the {printable(key, 40)} as before"
            self._report.changes.append(Change("model_in_layer", self._where, what))
            return normalise_model(value, self._report, path)
        if config is None or isinstance(config, str):
            return dict(value)
        if not isinstance(config, dict):
            raise ReadError(f'The config of "{printable(name, 60)}" is not an object.')
        cls, registered, module = bare_class(value)
        expected = kind_of(key)
        own = registered is None and module is None
        if own and expected is None and (_is_layer(cls) or cls in LAYER_RULES):
            return self._inner_layer(value, key)
        return self._plain(value, cls, registered, module, expected, depth)

    def _inner_layer(self, value: JsonObject, key: str) -> Json:
        """Turn a layer inside another one, such as a wrapper, into Keras 3's form."""
        path = ((*self._path[0], key), (*self._path[1], key))
        inner = LayerNormaliser(self._report, self._where, path)
        layer, item = inner.layer(value)
        if item.time_major or item.follower:
            raise UnsupportedModelError(
                f'"{self._where}": the {printable(item.cls, 60)} inside it is one that '
                "Keras 3 has only with other nodes around it. Write the model with the "
                "layer by itself."
            )
        if item.calls:
            raise UnsupportedModelError(
                f'"{self._where}": what the {printable(item.cls, 60)} inside it is '
                "given on calls cannot be written there."
            )
        if item.layout:
            self._report.moved.append(
                MovedLayer(
                    path[0][1:],
                    path[1][1:],
                    item.layout,
                    tuple(sorted(item.layout_config.items())),
                )
            )
        return layer

    def _plain(
        self,
        value: JsonObject,
        cls: str,
        registered: str | None,
        module: str | None,
        expected: str | None,
        depth: int,
    ) -> Json:
        """Turn an initializer, regularizer or constraint into Keras 3's form."""
        config = {
            key: self.value(_plain_argument(v), key, depth + 1)
            for key, v in value["config"].items()
            if key != "__passive_serialization__"
        }
        item = Item(cls, config, self._where, self._report, registered=registered)
        item.module = module
        if registered is None and module is None:
            apply_rules(OBJECT_RULES, item)
            entry = None
            for kind in (expected,) if expected else _VALUE_KINDS:
                entry = entry or find_by_name(item.cls, str(kind))
            entry = entry or _by_function_name(item.cls, expected)
            if entry is not None:
                item.module, item.cls = entry.key.rpartition(".")[0], entry.name
                # Arguments that came later have their defaults.
                item.config = {**entry.defaults, **item.config}
            else:
                item.registered = item.registered or item.cls
        return {
            "module": item.module,
            "class_name": item.cls,
            "config": item.config,
            "registered_name": item.registered,
        }


def _plain_argument(value: Json) -> Json:
    """Undo encodings, but not in what has a config of its own, which comes later."""
    is_object = isinstance(value, dict) and isinstance(value.get("config"), dict)
    return value if is_object else plain(value)


def _without_empty(item: Item) -> dict[str, Json]:
    """Leave out what is `None` in configs of Keras 2 and left out in those of 3."""
    entry = find_by_name(item.cls, "layer") or find_by_name(item.cls, "cell")
    if entry is None or item.module is None or entry.unsafe:
        return item.config
    return {
        key: value
        for key, value in item.config.items()
        if value is not None or key in entry.defaults
    }


def _by_function_name(name: str, kind: str | None) -> Any:
    """Find a class by the function that makes it, such as `"glorot_uniform"`."""
    if kind is None:
        return None
    entry = find_class(f"keras.{kind}s.{name}")
    return entry if entry is not None and entry.kind == kind else None


def _is_layer(name: str) -> bool:
    return any(find_by_name(name, kind) is not None for kind in _LAYER_KINDS)
