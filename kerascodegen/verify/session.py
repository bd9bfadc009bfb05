"""One verification from start to end, in the process that runs the models."""

from __future__ import annotations

import contextlib
import random
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kerascodegen.errors import printable
from kerascodegen.options import Options
from kerascodegen.verify.alike import build_alike
from kerascodegen.verify.blocks import viewed
from kerascodegen.verify.compiled import check_compile
from kerascodegen.verify.errors import VerifyError
from kerascodegen.verify.flat_structure import check_flat_structure
from kerascodegen.verify.old import check_loaded, check_old
from kerascodegen.verify.original import built, load_original
from kerascodegen.verify.parity import check_predictions, find_feeds
from kerascodegen.verify.reload import check_reload
from kerascodegen.verify.report import Check, Status, VerifyReport
from kerascodegen.verify.source import (
    Rebuilt,
    builds_several,
    custom_objects,
    explain,
    fresh_names,
    rebuild,
)
from kerascodegen.verify.structure import check_parameters, check_structure
from kerascodegen.verify.traced import Traced, check_own_call, traced
from kerascodegen.verify.unshared import unshared_checks
from kerascodegen.verify.view import View
from kerascodegen.verify.weights import draw_values, transfer


@dataclass(frozen=True, slots=True)
class Request:
    """What to verify.

    Attributes:
        model: The original as the user named it; several where there are several.
        source: The generated module.
        seed: Seed of the random inputs.
        options: What the source was generated with.
        weights: Where to save the transferred weights, or `None`.
        archive: Where to save the whole model with them (`.keras`), or `None`.
        weights_from: Another file that has an old model's weights, or `None`.
    """

    model: str | tuple[str, ...]
    source: Path
    seed: int = 0
    options: Options = field(default_factory=Options)
    weights: Path | None = None
    archive: Path | None = None
    weights_from: Path | None = None


def verify(request: Request) -> VerifyReport:
    """Run the source, load the original and compare the two.

    Args:
        request: What to verify.

    Returns:
        The report.

    Raises:
        ReadError: The original cannot be loaded.
        UnsupportedModelError: The original is of a kind that cannot be compared.
        VerifyError: The source fails.
    """
    _require_keras()
    with quiet_and_restored():
        if isinstance(request.model, tuple) or builds_several(request.source):
            from kerascodegen.verify.several import verify_several

            return verify_several(
                request.model, request.source, request.seed, request.options
            )
        # The source first: it may register classes that the original needs, and its
        # automatic names must count from the start.
        rebuilt = rebuild(request.source)
        custom = custom_objects(rebuilt.module, request.options)
        with fresh_names():
            original = load_original(
                request.model,
                custom,
                request.options,
                rebuilt.module,
                request.weights_from,
            )
        alike = build_alike(original.model, rebuilt.model)
        require_built(rebuilt, str(request.source))
        original = built(original, request.options.input_shape, rebuilt.model)
        if original.drawn_weights:
            draw_values(original.model, request.seed)
        with traced(original.model, request.options, alike=alike) as seen:
            options = request.options
            with viewed(original, options, rebuilt, seen.model) as view:
                checks = run_checks(view, rebuilt, request.seed, options, seen)
        if request.weights is not None:
            rebuilt.model.save_weights(request.weights)
        if request.archive is not None:
            rebuilt.model.save(request.archive)
        return VerifyReport(request.model, str(request.source), environment(), checks)


def run_checks(
    view: View,
    rebuilt: Rebuilt,
    seed: int,
    options: Options,
    seen: Traced | None = None,
) -> tuple[Check, ...]:
    """Make every check on two models.

    Args:
        view: The original as the source writes it. Its state is the same afterwards.
        rebuilt: What the source built; it has the original's weights afterwards.
        seed: The seed.
        options: What the source was generated with.
        seen: The original and its graph, where its forward pass may be code.

    Returns:
        The checks, in the order of the report.
    """
    original, names = view.original, view.names
    if original.unshared:
        return tuple(unshared_checks(original, rebuilt, seed))
    left, right = original.model, rebuilt.model
    custom = custom_objects(rebuilt.module, options)
    checks = list(_compare_layers(view, right))
    if original.old is not None:
        checks.append(check_loaded(original.old))
    # Before any weights are loaded: a file of a compiled model brings its optimizer's
    # variables along, the learning rate among them.
    compiled = original if view.cut else view.whole
    compile_check = check_compile(compiled, rebuilt, renamed=names is not None)
    feeds = find_feeds(left, right, seed)
    checks.extend(transfer(view, right, seed))
    checks.extend(
        check_predictions(left, right, feeds, training=training, seed=seed, names=names)
        for training in (False, True)
    )
    if original.old is not None:
        checks.append(check_old(original.old, seed))
    if seen is not None and not view.cut:
        checks.extend(check_own_call(seen, right, feeds, seed))
    checks.append(compile_check)
    with fresh_names():
        checks.append(check_reload(left, right, feeds, custom, seed))
    return tuple(checks)


def _compare_layers(view: View, rebuilt: Any) -> tuple[Check, Check]:
    original = view.original.model
    if view.dissolved is not None:
        checks = _compare_flat(original, view.dissolved, view.flat_names)
        # What no output comes from is no layer of the dissolved model, but of a block.
        counted = check_parameters(view.dissolved, rebuilt)
        return checks[0], checks[1] if checks[1].status is not Status.OK else counted
    return _compare_flat(original, rebuilt, view.names)


def _compare_flat(
    original: Any, rebuilt: Any, names: Mapping[str, str] | None
) -> tuple[Check, Check]:
    if names is not None:
        return check_flat_structure(original, rebuilt, names)
    return check_structure(original, rebuilt), check_parameters(original, rebuilt)


def require_built(rebuilt: Rebuilt, source: str) -> None:
    """Refuse a rebuilt model that has no weights yet.

    Args:
        rebuilt: What the source gave.
        source: What to call the source.

    Raises:
        VerifyError: The model is not built.
    """
    if not rebuilt.model.built:
        raise VerifyError(
            f"build_model() in {printable(source)} returned a model that is not "
            "built; it has to start from a keras.Input."
        )


def _require_keras() -> None:
    try:
        import keras  # noqa: F401
    except ImportError as error:
        raise VerifyError(f"Keras cannot be imported: {explain(error)}") from error


def environment() -> dict[str, str]:
    """Name what the comparison runs on.

    Returns:
        Version of Keras, and its backend.
    """
    import keras

    return {"keras": keras.__version__, "backend": keras.config.backend()}


@contextlib.contextmanager
def quiet_and_restored() -> Iterator[None]:
    """Keep warnings of Keras' to ourselves; random states and what is registered stay.

    A source may hold a copy of the model's own classes, which registers itself under
    their names; afterwards the names are the caller's classes' again.
    """
    import numpy as np
    from keras.src.backend.common import global_state
    from keras.src.saving import object_registration

    registries = (
        object_registration.GLOBAL_CUSTOM_OBJECTS,
        object_registration.GLOBAL_CUSTOM_NAMES,
    )
    registered = [dict(registry) for registry in registries]

    kept = ("global_random_seed", "global_seed_generator")
    attributes = {name: global_state.get_global_attribute(name) for name in kept}
    python_state, numpy_state = random.getstate(), np.random.get_state()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for registry, before in zip(registries, registered, strict=True):
            registry.clear()
            registry.update(before)
        random.setstate(python_state)
        np.random.set_state(numpy_state)
        for name, value in attributes.items():
            global_state.set_global_attribute(name, value)
