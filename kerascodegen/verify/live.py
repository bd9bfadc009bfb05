"""Verification of a model object, in the caller's own process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from kerascodegen.options import Options
from kerascodegen.readers.live_tf_keras import is_tf_keras_model
from kerascodegen.verify.alike import build_alike
from kerascodegen.verify.blocks import viewed
from kerascodegen.verify.original import (
    Original,
    built,
    old_original,
    require_model,
)
from kerascodegen.verify.report import VerifyReport
from kerascodegen.verify.session import (
    environment,
    quiet_and_restored,
    require_built,
    run_checks,
)
from kerascodegen.verify.source import fresh_names, rebuild
from kerascodegen.verify.traced import traced
from kerascodegen.verify.weights import preserved


def verify_object(model: object, source: str | Path, options: Options) -> VerifyReport:
    """Compare a live model with what a source builds.

    Args:
        model: A `keras.Model`, or several in a list, tuple or dict; weights and seed
            states are put back as they were.
        source: Path of the module, or its text.
        options: What the source was generated with.

    Returns:
        The report.

    Raises:
        UnsupportedModelError: The object is no Keras model, or cannot be built.
        VerifyError: The source fails.
    """
    if isinstance(model, list | tuple | dict):
        from kerascodegen.verify.several import verify_several

        with quiet_and_restored():
            return verify_several(model, source, 0, options)
    is_old = is_tf_keras_model(model)
    if not is_old:
        require_model(model, "The object to verify")
    live: Any = model
    with quiet_and_restored():
        rebuilt = rebuild(source)
        name = rebuilt.module.__file__ or "the source"
        first = Original(live)
        if is_old:
            with fresh_names():
                first = old_original(live, options, rebuilt.module)
        alike = build_alike(first.model, rebuilt.model)
        require_built(rebuilt, name)
        original = built(first, options.input_shape, rebuilt.model)
        with (
            traced(original.model, options, alike=alike) as seen,
            preserved(original.model),
        ):
            # Values of the caller's own stay; only a copy that was built here is ours.
            original = replace(original, drawn_weights=False)
            with viewed(original, options, rebuilt, seen.model) as view:
                checks = run_checks(view, rebuilt, 0, options, seen)
        return VerifyReport(live.name, name, environment(), checks)
