"""What Keras forgets of LoRA when it loads a model."""

from __future__ import annotations

from typing import Any


def restore_scales(layer: Any, data: Any) -> None:
    """Set `lora_alpha` as the config has it, on a layer and on those inside it.

    `Dense` and `Embedding` of Keras 3.15 set it to the rank when they are built.

    Args:
        layer: A model or layer as Keras loaded it.
        data: What it was loaded from: a serialised object with a config.
    """
    config = data.get("config") if isinstance(data, dict) else None
    if not isinstance(config, dict):
        return
    alpha = config.get("lora_alpha")
    if alpha is not None and getattr(layer, "lora_enabled", False):
        layer.lora_alpha = alpha
    inner = getattr(layer, "layer", None)
    if inner is not None:
        restore_scales(inner, config.get("layer"))
    if isinstance(config.get("layers"), list):
        by_name = {one.name: one for one in getattr(layer, "layers", [])}
        for one in config["layers"]:
            name = one.get("config", {}).get("name")
            if name in by_name:
                restore_scales(by_name[name], one)
