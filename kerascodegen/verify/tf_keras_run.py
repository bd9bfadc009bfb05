"""Do predictions agree with those of the Keras that wrote an old file?

tf_keras, where it is installed, loads the old file in a process of its own and predicts
on the inputs that the new model is given here.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kerascodegen.errors import ReadError, printable
from kerascodegen.graph.model import Graph
from kerascodegen.isolated import run_isolated
from kerascodegen.verify.numbers import has_finite, tolerance_of
from kerascodegen.verify.parity import Feeds, call, find_feeds
from kerascodegen.verify.report import Check, Row, Status
from kerascodegen.verify.tf_keras_child import apart, plain
from kerascodegen.verify.tf_keras_copy import check_weights, copy_model
from kerascodegen.verify.tf_keras_trust import application_layers, reason_to_refuse
from kerascodegen.verify.weights import preserved

NAME = "tf_keras"
# It imports TensorFlow and runs the model a few times.
TIMEOUT = 300.0
_CHILD = "kerascodegen.verify.tf_keras_child"
_NOT_COMPARED = "structure and weights were compared, predictions were not: "


@dataclass(frozen=True, slots=True)
class _Allowance:
    """How far two programs may be apart.

    Attributes:
        plain: What any model is allowed.
        most: What a model is allowed at most, however it magnifies rounding errors.
        jitter: One unit in the last place of what it computes in.
    """

    plain: float
    most: float
    jitter: float


# By the tolerance of the coarsest type that the model computes in.
_ALLOWANCES = (
    _Allowance(1e-5, 1e-3, 2.0**-23),
    _Allowance(1e-2, 5e-2, 2.0**-10),
    _Allowance(5e-2, 2e-1, 2.0**-7),
)
# Two programs sum in different orders, so that they are off by some units, layer after
# layer.
_FACTOR = 4.0


class _NotComparedError(Exception):
    """Why there is nothing to compare; the rest of a sentence."""


def check_old_predictions(path: Path, model: Any, graph: Graph, seed: int) -> Check:
    """Compare the predictions of a rescued model with those of tf_keras.

    Args:
        path: The old file.
        model: The model of Keras 3, with the weights of the file. Its state is the
            same afterwards.
        graph: The graph that was read from the file.
        seed: Seed of the random inputs.

    Returns:
        The check. It is skipped, with the reason, where tf_keras is not installed or
        cannot load the file, and where the file could run code.
    """
    try:
        if graph.rescue is None:
            raise _NotComparedError(
                "Keras 3 wrote the file, so tf_keras cannot load it"
            )
        with preserved(model):
            return _compare(path, model, graph, seed)
    except _NotComparedError as error:
        return not_compared(str(error))


def not_compared(reason: str) -> Check:
    """Say that there is nothing to compare predictions with.

    Args:
        reason: Why; the rest of a sentence.

    Returns:
        The check.
    """
    return Check(NAME, Status.SKIPPED, f"{_NOT_COMPARED}{reason}")


def _compare(path: Path, model: Any, graph: Graph, seed: int) -> Check:
    with tempfile.TemporaryDirectory(prefix="kerascodegen-") as name:
        folder = Path(name)
        try:
            copy, config = copy_model(path, folder)
            reason = reason_to_refuse(config)
            if reason:
                raise _NotComparedError(f"{reason}, so tf_keras was not given it")
            check_weights(copy)
        except ReadError as error:
            raise _NotComparedError(str(error)) from None
        feeds = find_feeds(model, model, seed)
        if feeds.failure:
            raise _NotComparedError(
                f"the model cannot predict on random inputs: {feeds.failure}"
            )
        allowance = _allowance(model)
        request = {
            "model": str(copy),
            "applications": application_layers(config),
            "names": [_old_name(graph, name) for name in feeds.names],
            "sizes": list(feeds.sizes),
            "jitter": allowance.jitter,
        }
        reply, expected = _ask(request, feeds, folder)
        return _judge(model, feeds, seed, reply, expected, allowance)


def _old_name(graph: Graph, name: str) -> str:
    return graph.rescue.old_path((name,))[-1] if graph.rescue else name


def _allowance(model: Any) -> _Allowance:
    tolerance = tolerance_of(model)
    return next(one for one in _ALLOWANCES if tolerance <= one.plain)


def _judge(
    model: Any,
    feeds: Feeds,
    seed: int,
    reply: dict[str, Any],
    expected: dict[int, list[Any]],
    allowance: _Allowance,
) -> Check:
    rows: list[Row] = []
    largest, allowed, change, any_finite = 0.0, 0.0, 0.0, False
    for size, values in zip(feeds.sizes, feeds.values, strict=True):
        if size not in expected:
            continue
        reset_states(model)
        found = [plain(value) for value in call(model, model, values, False, seed)]
        if len(found) != len(expected[size]):
            detail = f"{len(expected[size])} outputs in tf_keras, {len(found)} here"
            return Check(NAME, Status.MISMATCH, detail)
        own_change = reply["changes"][str(size)]
        change = max(change, own_change)
        limit = min(max(allowance.plain, _FACTOR * own_change), allowance.most)
        pairs = zip(reply["names"], expected[size], found, strict=True)
        for name, old, new in pairs:
            gap = apart(old, new)
            any_finite |= has_finite(old)
            largest, allowed = max(largest, gap), max(allowed, limit)
            if not gap <= limit:
                rows.append(_row(name, size, old, new, gap))
    version = printable(reply["version"], 40)
    if rows:
        row = rows[0]
        where = printable(row.where)
        detail = f"{where}, {row.what}: {row.rebuilt}; {allowed:.3g} is allowed"
        return Check(NAME, Status.MISMATCH, detail, tuple(rows))
    sizes = " and ".join(map(str, expected))
    detail = f"predictions of tf_keras {version} on a batch of {sizes}, "
    detail += f"largest difference {largest:.3g} of {allowed:.3g}"
    if allowed > allowance.plain:
        detail += f", since rounding errors alone change them by {change:.2g}"
    if not any_finite:
        detail += ", but all outputs are NaN or infinite"
    return Check(NAME, Status.OK, detail)


def _row(name: str, size: int, old: Any, new: Any, gap: float) -> Row:
    what = f"prediction for a batch of {size}"
    if old.shape != new.shape:
        return Row(name, what, f"of shape {old.shape}", f"of shape {new.shape}")
    if old.dtype != new.dtype:
        return Row(name, what, f"of {old.dtype}", f"of {new.dtype}")
    shown = "not equal" if gap == float("inf") else f"off by {gap:.3g}"
    return Row(name, what, f"{old.dtype} {old.shape}", shown)


def reset_states(model: Any) -> None:
    """Let stateful layers begin anew.

    Args:
        model: A Keras model.
    """
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
            layer.reset_state()


def _ask(
    request: dict[str, Any], feeds: Feeds, folder: Path
) -> tuple[dict[str, Any], dict[int, list[Any]]]:
    """Have the child predict; give its reply and its outputs by batch size."""
    import numpy as np

    question, answer = folder / "request.json", folder / "answer.json"
    inputs, outputs = folder / "inputs.npz", folder / "outputs.npz"
    arrays = {
        f"{size}_{index}": _storable(value)
        for size, values in zip(feeds.sizes, feeds.values, strict=True)
        for index, value in enumerate(values)
    }
    np.savez(inputs, **arrays)
    request = {**request, "inputs": str(inputs), "outputs": str(outputs)}
    question.write_text(json.dumps(request), encoding="utf-8")
    code = _run([str(question), str(answer)])
    if not answer.is_file():
        raise _NotComparedError(f"the process that ran tf_keras {_how(code)}")
    reply = json.loads(answer.read_text(encoding="utf-8"))
    if "absent" in reply:
        raise _NotComparedError(
            f"{reply['absent']} is not installed (pip install 'kerascodegen[keras2]')"
        )
    if "failed" in reply:
        raise _NotComparedError(printable(reply["failed"], 400))
    with np.load(outputs, allow_pickle=False) as archive:
        count = len(reply["names"])
        found = {
            int(size): [archive[f"{size}_{index}"] for index in range(count)]
            for size in reply["changes"]
        }
    return reply, found


def _storable(value: Any) -> Any:
    """An array that can be stored without pickle."""
    import numpy as np

    if value is None:
        raise _NotComparedError("an input is optional, which tf_keras does not know")
    return value.astype(np.str_) if value.dtype.kind == "O" else value


def _run(arguments: Sequence[str]) -> int:
    level = os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3")
    variables = {"TF_CPP_MIN_LOG_LEVEL": level, "TF_USE_LEGACY_KERAS": "1"}
    try:
        return run_isolated(_CHILD, arguments, TIMEOUT, **variables).returncode
    except subprocess.TimeoutExpired:
        raise _NotComparedError(
            f"tf_keras took longer than {TIMEOUT:.0f} seconds"
        ) from None


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
