"""Verification of several models over shared layers: each against its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kerascodegen.errors import ReadError, printable
from kerascodegen.options import Options
from kerascodegen.readers.importing import is_live_spec, load_several
from kerascodegen.verify.errors import VerifyError
from kerascodegen.verify.original import Original, require_model
from kerascodegen.verify.report import Check, VerifyReport
from kerascodegen.verify.session import environment, require_built, run_checks
from kerascodegen.verify.source import Rebuilt, rebuild_several
from kerascodegen.verify.traced import traced
from kerascodegen.verify.view import view_of
from kerascodegen.verify.weights import preserved


def verify_several(
    models: Any, source: str | Path, seed: int, options: Options
) -> VerifyReport:
    """Run a source with `build_models()` and compare each model with its original.

    Args:
        models: Live models or live specs, in a list, tuple or dict, or one live spec
            whose factory returns such. Weights and seed states of live models are put
            back as they were.
        source: Path of the module, or its text.
        seed: The seed.
        options: What the source was generated with.

    Returns:
        One report; each check is named after its model.

    Raises:
        ReadError: The originals cannot be loaded.
        VerifyError: The source fails, or builds another number of models.
        UnsupportedModelError: An original is no Keras model.
    """
    rebuilt, keys = rebuild_several(source)
    originals = _load(models)
    if len(originals) != len(rebuilt):
        raise VerifyError(
            f"build_models() returned {len(rebuilt)} models, and {len(originals)} were "
            "given to compare with."
        )
    labels = list(originals) if isinstance(originals, dict) else None
    if labels is not None and keys is not None:
        if sorted(map(str, labels)) != sorted(keys):
            raise VerifyError(
                "build_models() returned a dict with the keys "
                f"{printable(', '.join(keys), 200)}; given were "
                f"{printable(', '.join(map(str, labels)), 200)}."
            )
        rebuilt = [rebuilt[keys.index(str(label))] for label in labels]
    values = list(originals.values() if isinstance(originals, dict) else originals)
    name = rebuilt[0].module.__file__ or "the source"
    shown = _distinct([m.name for m in values] if labels is None else labels)
    checks: list[Check] = []
    for position, (model, built) in enumerate(zip(values, rebuilt, strict=True)):
        require_model(model, "What is to be verified")
        require_built(built, name)
        label = shown[position]
        for check in _checks(model, built, seed, options):
            checks.append(replace(check, name=f"{label}: {check.name}"))
    original = models if isinstance(models, str) else ", ".join(shown)
    return VerifyReport(original, name, environment(), tuple(checks))


def _load(models: Any) -> Any:
    if isinstance(models, str | Path):
        if not is_live_spec(str(models)):
            raise ReadError(
                f"{printable(models)} is one model, and the source builds several: "
                "compare with the live models, package.module:attr or file.py:attr."
            )
        loaded = load_several([str(models)])[0]
        return loaded if isinstance(loaded, list | tuple | dict) else [loaded]
    return load_several(models)


def _checks(
    model: Any, built: Rebuilt, seed: int, options: Options
) -> tuple[Check, ...]:
    # Of several models some may be compiled and others not.
    built = replace(built, compiles=built.compiles and _compiled(model, built))
    with traced(model, options) as seen, preserved(model):
        view = view_of(Original(model), options, built.model, seen.model)
        return run_checks(view, built, seed, options, seen)


def _compiled(model: Any, built: Rebuilt) -> bool:
    return bool(model.compiled or built.model.compiled)


def _distinct(names: Sequence[object]) -> list[str]:
    """What to call each model in the report: its name, numbered where that is taken."""
    distinct: list[str] = []
    for name in names:
        shown, number = printable(name, 40), 2
        while shown in distinct:
            shown, number = f"{printable(name, 40)} ({number})", number + 1
        distinct.append(shown)
    return distinct
