"""Does the rebuilt model survive being saved and loaded?"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kerascodegen.verify.numbers import difference
from kerascodegen.verify.parity import Feeds, call, match_values
from kerascodegen.verify.report import Check, Row, Status
from kerascodegen.verify.source import explain
from kerascodegen.verify.weights import (
    copy_seeds,
    differing,
    draw_values,
    pair_variables,
    preserved,
)

_NAME = "save and reload"


def check_reload(
    original: Any, rebuilt: Any, feeds: Feeds, custom: Mapping[str, Any], seed: int
) -> Check:
    """Save the rebuilt model as `.keras` and `.weights.h5`, load both, compare.

    Args:
        original: The original model; what it cannot do either is not held against
            the source.
        rebuilt: The rebuilt model.
        feeds: Inputs to predict on.
        custom: Classes and functions by name, for loading.
        seed: The seed.

    Returns:
        The check.
    """
    try:
        rows = _round_trip(rebuilt, feeds, custom, seed)
    except Exception as error:
        try:
            with preserved(original):
                _round_trip(original, feeds, custom, seed)
        except Exception:
            detail = "the original cannot be saved and reloaded either: "
            return Check(_NAME, Status.SKIPPED, detail + explain(error))
        detail = f"the rebuilt model cannot be saved and reloaded: {explain(error)}"
        return Check(_NAME, Status.MISMATCH, detail)
    if rows and _no_better(original, rows, feeds, custom, seed):
        detail = f"{rows[0].where or 'predictions'} of the original changes as well"
        return Check(_NAME, Status.SKIPPED, detail)
    if rows:
        detail = f"{rows[0].where or 'predictions'} not the same after reloading"
        return Check(_NAME, Status.MISMATCH, detail, tuple(rows))
    return Check(_NAME, Status.OK, ".keras and .weights.h5")


def _no_better(
    original: Any, rows: list[Row], feeds: Feeds, custom: Mapping[str, Any], seed: int
) -> bool:
    """Tell whether the original comes back changed in the same places.

    So do layers with LoRA: saving merges the updates into the kernels.
    """
    try:
        with preserved(original):
            others = _round_trip(original, feeds, custom, seed)
    except Exception:
        return False
    places = {(row.where, row.what) for row in others}
    return all((row.where, row.what) in places for row in rows)


def _round_trip(
    model: Any, feeds: Feeds, custom: Mapping[str, Any], seed: int
) -> list[Row]:
    import keras

    with tempfile.TemporaryDirectory(prefix="kerascodegen-") as folder:
        archive = Path(folder) / "rebuilt.keras"
        weights = Path(folder) / "rebuilt.weights.h5"
        model.save(archive)
        # Safe mode guards against files of others; this one was written just now.
        loaded = keras.models.load_model(
            archive, custom_objects=dict(custom), compile=False, safe_mode=False
        )
        pairs = pair_variables(model, loaded)
        rows = list(differing(pairs, seeds=False))
        for values in feeds.values:
            fed = match_values(feeds, model, values)
            copy_seeds(pairs)  # no file holds them, and a layer may draw in inference
            expected = call(model, model, fed, False, seed)
            found = call(loaded, model, fed, False, seed)
            for index, pair in enumerate(zip(expected, found, strict=True)):
                gap = difference(*pair)
                if not gap <= 1e-6:
                    what = f"output {index} after reloading"
                    rows.append(Row("", what, "the same", f"off by {gap:.3g}"))
        model.save_weights(weights)
        draw_values(loaded, seed)
        loaded.load_weights(weights)
        rows.extend(differing(pairs, seeds=False))
    return list(dict.fromkeys(rows))
