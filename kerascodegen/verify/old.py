"""Originals that Keras 3 does not load: rebuilt from their config, with their weights.

What a source is compared with is then the model of Keras 3 that the file's config
became, by the same rules that the source was written by. What is independent of those
rules are the weights, which go by layer and by shape, and the predictions of tf_keras.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from kerascodegen.errors import printable
from kerascodegen.graph.model import Graph
from kerascodegen.old_weights.load import Loaded, load_weights
from kerascodegen.options import Options
from kerascodegen.verify.errors import StandInError
from kerascodegen.verify.report import Check, Status
from kerascodegen.verify.source import explain, rebuild
from kerascodegen.verify.supply import has_weights


@dataclass(frozen=True, slots=True)
class OldModel:
    """A model that an older Keras wrote, or an `.h5` file of Keras 3.

    Attributes:
        source: Its file, or the live model of tf_keras.
        graph: What its config became.
        model: The model of Keras 3 that the graph makes.
        loaded: What became of its weights; `None` where it has none.
        compile_failure: Why its compile settings cannot be used, or `""`.
        weights_elsewhere: Whether its weights came from another file.
    """

    source: Any
    graph: Graph
    model: Any
    loaded: Loaded | None
    compile_failure: str
    weights_elsewhere: bool = False


def is_old_file(path: Path) -> bool:
    """Tell files that Keras 3 does not load as they are.

    Args:
        path: A file that is there.

    Returns:
        True for every `.h5`, and for `.keras` and JSON files of Keras 2.

    Raises:
        ReadError: It is damaged.
    """
    from kerascodegen.readers.archive import read_version

    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"\x89HDF\r\n\x1a\n"):
        return True
    if start.startswith(b"PK"):
        return read_version(path).startswith("2.")
    from kerascodegen.readers.keras2.detect import is_keras_2

    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(data, dict) and is_keras_2(data)


def load_old(
    source: Any,
    options: Options,
    filled: ModuleType | None = None,
    weights: Path | None = None,
) -> OldModel:
    """Make the model of Keras 3 that an old one became, and load its weights.

    Args:
        source: Path of the file, or a live model of tf_keras.
        options: Which model it is, as given to `generate`.
        filled: A module in which stand-ins have been replaced by the real code.
        weights: Another file that has the weights, or `None`.

    Returns:
        The model.

    Raises:
        CodegenError: It cannot be read, or its weights do not fit.
        VerifyError: There are stand-ins in it, and nothing to put in their place.
    """
    from kerascodegen.pipeline import generate_from_graph, load_graph

    plain = Options(
        input_shape=options.input_shape,
        allow_import=options.allow_import,
        custom_objects=options.custom_objects,
        lambdas=options.lambdas,
    )
    graph = load_graph(source, plain)
    text = generate_from_graph(graph, plain).source
    try:
        rebuilt = rebuild(text, filled=filled)
    except StandInError as error:
        what = str(error).partition("compared yet: ")[2].partition(":")[0]
        raise StandInError(
            f"The original has code that its file does not keep ({what}). Give "
            "--lambda or --custom-object as to generate, or put the code into the "
            "source under the stand-in's name."
        ) from error
    loaded = None
    if weights is not None:
        loaded = load_weights(rebuilt.model, weights, graph)
    elif not isinstance(source, str | Path) or has_weights(str(source)):
        loaded = load_weights(rebuilt.model, source, graph)
    failure, elsewhere = rebuilt.compile_failure, weights is not None
    return OldModel(source, graph, rebuilt.model, loaded, failure, elsewhere)


def check_loaded(old: OldModel) -> Check:
    """Say what became of the old weights.

    Args:
        old: The original.

    Returns:
        A check that is never a mismatch: weights that do not fit are an error.
    """
    name = "old weights"
    loaded = old.loaded
    if loaded is None:
        return Check(name, Status.NOTE, "the file has none; random ones are compared")
    detail = f"{loaded.variables:,} variables, by layer and by shape"
    if loaded.converted:
        shown = ", ".join(printable(path, 40) for path in loaded.converted[:3])
        rest = len(loaded.converted) - 3
        more = f" and {rest} more" if rest > 0 else ""
        detail += f"; converted: {shown}{more}"
    if loaded.optimizer:
        detail += "; the optimizer's state is left out"
    return Check(name, Status.OK, detail)


def check_old(old: OldModel, seed: int) -> Check:
    """Compare predictions with those of the Keras that the model comes from.

    Args:
        old: The original, with the weights of its file.
        seed: Seed of the random inputs.

    Returns:
        The check; skipped, with the reason, where that cannot be done.
    """
    from kerascodegen.verify.tf_keras_run import check_old_predictions, not_compared

    if old.loaded is None:
        return not_compared("there are no weights to predict with")
    if old.weights_elsewhere:
        return not_compared("the weights are from another file")
    if isinstance(old.source, Path):
        return check_old_predictions(old.source, old.model, old.graph, seed)
    with tempfile.TemporaryDirectory(prefix="kerascodegen-") as folder:
        # In the one format that holds the weights of every model.
        path = Path(folder) / "live.h5"
        try:
            old.source.save(path)
        except Exception as error:
            return not_compared(f"tf_keras cannot save the model ({explain(error)})")
        return check_old_predictions(path, old.model, old.graph, seed)
