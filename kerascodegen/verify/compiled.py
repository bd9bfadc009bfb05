"""Does the source compile its model as the original was compiled?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kerascodegen.verify import normal
from kerascodegen.verify.original import Original
from kerascodegen.verify.report import Check, Row, Status
from kerascodegen.verify.source import Rebuilt, explain

_NAME = "compile"


def check_compile(
    original: Original, rebuilt: Rebuilt, *, renamed: bool = False
) -> Check:
    """Compare compile settings as Keras serialises them.

    Args:
        original: The original.
        rebuilt: What the source built and, where it can, compiled.
        renamed: Whether outputs have other names there, by which losses are keyed.

    Returns:
        The check; a source without `compile_model` is noted, not held against it.
    """
    if original.compile_failure:
        detail = f"the original's settings do not load: {original.compile_failure}"
        return Check(_NAME, Status.SKIPPED, detail)
    if not original.model.compiled:
        extra = "; the source's compile_model is not compared"
        detail = f"the original is not compiled{extra if rebuilt.compiles else ''}"
        return Check(_NAME, Status.NOTE if rebuilt.compiles else Status.OK, detail)
    if not rebuilt.compiles:
        return Check(_NAME, Status.NOTE, "skipped (the source has no compile_model)")
    if rebuilt.compile_failure:
        return Check(_NAME, Status.MISMATCH, rebuilt.compile_failure)
    if not rebuilt.model.compiled:
        return Check(_NAME, Status.MISMATCH, "compile_model leaves it uncompiled")
    try:
        expected = _comparable(original.model, rebuilt.names_jit_compile)
        found = _comparable(rebuilt.model, rebuilt.names_jit_compile)
        if renamed:
            expected = _by_output(expected, original.model, rebuilt.model)
    except Exception as error:
        detail = f"settings cannot be serialised: {explain(error)}"
        return Check(_NAME, Status.SKIPPED, detail)
    rows = tuple(
        Row("", path, left, right)
        for path, left, right in normal.differences(expected, found)
    )
    if rows:
        what = ", ".join(dict.fromkeys(re.split(r"[.\[]", row.what)[0] for row in rows))
        return Check(_NAME, Status.MISMATCH, f"differs in {what}", rows)
    return Check(_NAME, Status.OK, ", ".join(expected) + " equal")


def _comparable(model: Any, with_jit_compile: bool) -> dict[str, Any]:
    config = dict(model.get_compile_config())
    if not with_jit_compile:
        # Keras stores what "auto" came to on the machine that compiled the model.
        config.pop("jit_compile", None)
    config["loss"] = _canonical_losses(config.get("loss"))
    tidy = _tidy(normal.normalize(config))
    return {key: value for key, value in tidy.items() if value not in (None, [], {})}


def _by_output(config: dict[str, Any], old: Any, new: Any) -> dict[str, Any]:
    """Write settings that are keyed by outputs under the rebuilt model's names."""
    names = dict(zip(old.output_names, new.output_names, strict=False))

    def rename(value: Any) -> Any:
        if not isinstance(value, dict) or "class_name" in value:
            return value
        return {names.get(key, key): item for key, item in value.items()}

    keyed = ("loss", "loss_weights", "metrics", "weighted_metrics")
    return {
        key: rename(value) if key in keyed else value for key, value in config.items()
    }


def _canonical_losses(loss: Any) -> Any:
    """Write `"mse"` and the function `mean_squared_error` in one way."""
    import keras

    if isinstance(loss, str):
        try:
            found = keras.losses.get(loss)
        except Exception:
            return loss  # a custom name: compared as it stands
        return getattr(found, "__name__", None) or type(found).__name__
    if isinstance(loss, Mapping):
        if loss.get("class_name") == "function":
            return loss.get("config")
        if "class_name" in loss:
            return loss
        return {key: _canonical_losses(item) for key, item in loss.items()}
    if isinstance(loss, list | tuple):
        return [_canonical_losses(item) for item in loss]
    return loss


def _tidy(value: Any) -> Any:
    """Round floats as optimizers do, and drop what only old formats carry."""
    import numpy as np

    if isinstance(value, float):
        return float(np.float32(value))
    if isinstance(value, dict):
        return {
            key: _tidy(item)
            for key, item in value.items()
            if key != "is_legacy_optimizer"
        }
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    return value
