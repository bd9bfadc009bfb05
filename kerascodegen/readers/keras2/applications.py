"""Layers of `keras.applications`, which old files name as if they were custom."""

from __future__ import annotations

from kerascodegen.errors import Level
from kerascodegen.readers.keras2.context import Item, JsonObject

_BASE = frozenset({"name", "trainable", "dtype", "dynamic", "batch_input_shape"})
# The arguments of each, and where Keras 3 has it (applications/convnext.py and others).
APPLICATION_LAYERS: dict[str, tuple[str, frozenset[str]]] = {
    "LayerScale": (
        "keras.src.applications.convnext",
        frozenset({"init_values", "projection_dim"}),
    ),
    "StochasticDepth": (
        "keras.src.applications.convnext",
        frozenset({"drop_path_rate"}),
    ),
    "CustomScaleLayer": (
        "keras.src.applications.inception_resnet_v2",
        frozenset({"scale"}),
    ),
}


def is_application_layer(
    cls: str, registered: str | None, module: str | None, config: JsonObject
) -> bool:
    """Tell whether a layer is one of `keras.applications`.

    Files of before 2.12 give no module; then its arguments tell.

    Args:
        cls: The bare class name.
        registered: The registered name, where the class seems to be custom.
        module: Its module, where it seems to be custom.
        config: The layer's config.

    Returns:
        Whether it has that name, just those arguments, and no package of its own.
    """
    if cls not in APPLICATION_LAYERS or registered not in (None, cls, f"Custom>{cls}"):
        return False
    if module is not None and module.partition(".")[0] not in {"keras", "tf_keras"}:
        return False
    return set(config) - _BASE == APPLICATION_LAYERS[cls][1]


def application_layer(item: Item) -> None:
    """Layers that `keras.applications` defines for itself, in the same place today."""
    item.rule = "application_layer"
    item.module, item.registered = APPLICATION_LAYERS[item.cls][0], None
    for key in ("batch_input_shape", "dynamic"):
        item.config.pop(key, None)
    message = f"{item.cls} is taken for the layer of that name in keras.applications."
    item.report.tell(Level.NOTE, "", message)
    item.changed(f"{item.cls} is that of {item.module}")
