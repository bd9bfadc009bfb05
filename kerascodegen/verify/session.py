"""One verification from start to end, in the process that runs the models."""

from __future__ import annotations

import contextlib
import random
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kerascodegen.errors import printable
from kerascodegen.options import Options
from kerascodegen.verify.compiled import check_compile
from kerascodegen.verify.errors import VerifyError
from kerascodegen.verify.original import Original, built, load_original
from kerascodegen.verify.parity import check_predictions, find_feeds
from kerascodegen.verify.reload import check_reload
from kerascodegen.verify.report import Check, VerifyReport
from kerascodegen.verify.source import (
    Rebuilt,
    custom_objects,
    explain,
    fresh_names,
    rebuild,
)
from kerascodegen.verify.structure import check_parameters, check_structure
from kerascodegen.verify.weights import draw_values, transfer


@dataclass(frozen=True, slots=True)
class Request:
    """What to verify.

    Attributes:
        model: The original as the user named it.
        source: The generated module.
        seed: Seed of the random inputs.
        options: What the source was generated with.
        weights: Where to save the transferred weights, or `None`.
    """

    model: str
    source: Path
    seed: int = 0
    options: Options = field(default_factory=Options)
    weights: Path | None = None


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
        # The source first: it may register classes that the original needs, and its
        # automatic names must count from the start.
        rebuilt = rebuild(request.source)
        require_built(rebuilt, str(request.source))
        custom = custom_objects(rebuilt.module, request.options)
        original = load_original(request.model, custom)
        original = built(original, request.options.input_shape, rebuilt.model)
        if original.drawn_weights:
            draw_values(original.model, request.seed)
        checks = run_checks(original, rebuilt, request.seed, request.options)
        if request.weights is not None:
            rebuilt.model.save_weights(request.weights)
        return VerifyReport(request.model, str(request.source), environment(), checks)


def run_checks(
    original: Original, rebuilt: Rebuilt, seed: int, options: Options
) -> tuple[Check, ...]:
    """Make every check on two models.

    Args:
        original: The original. Its state is the same afterwards.
        rebuilt: What the source built; it has the original's weights afterwards.
        seed: The seed.
        options: What the source was generated with.

    Returns:
        The checks, in the order of the report.
    """
    left, right = original.model, rebuilt.model
    custom = custom_objects(rebuilt.module, options)
    checks = [check_structure(left, right), check_parameters(left, right)]
    # Before any weights are loaded: a file of a compiled model brings its optimizer's
    # variables along, the learning rate among them.
    compile_check = check_compile(original, rebuilt)
    feeds = find_feeds(left, right, seed)
    checks.extend(transfer(original, right, seed))
    checks.extend(
        check_predictions(left, right, feeds, training=training, seed=seed)
        for training in (False, True)
    )
    checks.append(compile_check)
    with fresh_names():
        checks.append(check_reload(left, right, feeds, custom, seed))
    return tuple(checks)


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
