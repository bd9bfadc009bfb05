"""Moving the original's weights into the rebuilt model, and comparing every bit."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from kerascodegen.old_weights.load import finalize
from kerascodegen.verify.report import Check, Row, Status
from kerascodegen.verify.source import explain
from kerascodegen.verify.view import View
from kerascodegen.verify.walk import leaves

State: TypeAlias = "list[tuple[Any, Any]]"  # variables with the values they had


@dataclass(frozen=True, slots=True)
class Pair:
    """A variable of the original and the one that has its place in the rebuilt model.

    Attributes:
        path: Path of the layer and of the variable in it.
        original: The variable, or `None` where only the rebuilt model has one.
        rebuilt: The variable, or `None` where only the original has one.
        is_seed: State of a seed generator, which Keras never writes to a file.
    """

    path: str
    original: Any
    rebuilt: Any
    is_seed: bool


def pair_variables(
    original: Any, rebuilt: Any, names: Mapping[str, str] | None = None
) -> list[Pair]:
    """Pair the variables of two models by layer name and by order within a layer.

    Args:
        original: The original model.
        rebuilt: What the source built.
        names: Where layers stand elsewhere in the rebuilt model: the path there by the
            path in the original.

    Returns:
        Each variable once, also when its layer is shared.
    """
    others = dict(leaves(rebuilt))
    pairs: list[Pair] = []
    seen: set[int] = set()
    for place, layer in leaves(original):
        path = names.get(place, place) if names else place
        if names is not None and path not in others:
            # Nothing that the model computes comes from it: see `check_flat_structure`.
            continue
        old = _own_variables(layer)
        new = _own_variables(others.pop(path)) if path in others else []
        new = _in_order_of(old, new)
        pairs.extend(_pair_layer(path, old, new, seen))
    for path, layer in others.items():
        pairs.extend(_pair_layer(path, [], _own_variables(layer), seen))
    return pairs


def snapshot(model: Any) -> State:
    """Remember the value of every variable of a model.

    Args:
        model: A Keras model.

    Returns:
        What `restore` takes.
    """
    return [(variable, to_numpy(variable)) for variable in model.variables]


def restore(state: State) -> None:
    """Put remembered values back.

    Args:
        state: What `snapshot` gave.
    """
    for variable, value in state:
        variable.assign(value)


@contextlib.contextmanager
def preserved(*models: Any) -> Iterator[None]:
    """Keep the state of models through whatever is done to them.

    Args:
        *models: Keras models.
    """
    states = [snapshot(model) for model in models]
    try:
        yield
    finally:
        for model, state in zip(models, states, strict=True):
            restore(state)
            finalize(model)


def draw_values(model: Any, seed: int) -> None:
    """Give every variable values that no other variable has.

    Fresh models are full of equal zeros and ones, which would hide that two layers of
    one shape were swapped. Magnitudes stay near what initializers chose, so that
    outputs stay finite.

    Args:
        model: A model whose values may be overwritten.
        seed: Where the random values start.
    """
    import numpy as np

    generator = np.random.default_rng(seed)
    for variable in model.variables:
        value = to_numpy(variable)
        noise = generator.uniform(-0.1, 0.1, value.shape)
        kind = str(variable.dtype)
        if "float" in kind:
            exact = value.astype("float64")
            constant = exact.size < 2 or bool((exact == exact.flat[0]).all())
            drawn = exact + noise if constant else exact * (1.0 + noise)
        elif _is_seed(variable):
            drawn = generator.integers(0, 2**31, value.shape)
        elif kind == "int8":
            drawn = generator.integers(-7, 8, value.shape)
        else:
            continue
        variable.assign(drawn.astype(value.dtype))
    finalize(model)


def transfer(view: View, rebuilt: Any, seed: int) -> tuple[Check, Check]:
    """Load the original's weights into the rebuilt model.

    The way that users go is tried first: `load_weights` of the `.keras` file, or of a
    weights file saved from the original. It is tried once more with values that are
    all different. Where it fails, weights go over layer by layer.

    Args:
        view: The original as the source writes it.
        rebuilt: What the source built; it has the original's values afterwards.
        seed: Seed of the distinct values.

    Returns:
        The check of the plain way, and the check of every variable, bit for bit.
    """
    pairs = pair_variables(view.original.model, rebuilt, view.names)
    plain = _check_plain_way(view, rebuilt, pairs, seed)
    by_hand = plain.status is not Status.OK
    if by_hand:
        _transfer_by_name(pairs)
        finalize(rebuilt)
    return plain, _check_equal(pairs, by_hand)


def _check_equal(pairs: Sequence[Pair], by_hand: bool) -> Check:
    rows = tuple(differing(pairs, seeds=True))
    count = f"{len(pairs):,} variables"
    if rows:
        detail = f"{len(rows)} of {count} differ, the first {rows[0].where}"
        return Check("weights", Status.MISMATCH, detail, rows)
    how = ", moved layer by layer" if by_hand else ""
    return Check("weights", Status.OK, f"{count} equal bit for bit{how}")


def to_numpy(value: Any) -> Any:
    """Copy a tensor or variable into a NumPy array.

    Args:
        value: A backend tensor or `keras.Variable`.

    Returns:
        An array of its own memory.
    """
    import keras
    import numpy as np

    return np.array(keras.ops.convert_to_numpy(value))


def _check_plain_way(
    view: View, rebuilt: Any, pairs: Sequence[Pair], seed: int
) -> Check:
    check = _load_whole(view, rebuilt, pairs, seed)
    if view.moved and check.status is Status.MISMATCH:
        detail = f"not as it is, since {view.moved}; --weights saves what loads"
        return Check(check.name, Status.NOTE, detail)
    return check


def _load_whole(view: View, rebuilt: Any, pairs: Sequence[Pair], seed: int) -> Check:
    name, original = "load_weights", view.whole
    with tempfile.TemporaryDirectory(prefix="kerascodegen-") as folder:
        probe = Path(folder) / "probe.weights.h5"
        try:
            with preserved(original.model):
                draw_values(original.model, seed)
                rows = _after_file(original.model, rebuilt, probe, pairs)
            if original.archive is not None:
                rebuilt.load_weights(original.archive)
                rows = rows or list(differing(pairs, seeds=False))
            else:
                with preserved(original.model):
                    again = _after_file(original.model, rebuilt, probe, pairs)
                rows = rows or again
        except Exception as error:
            detail = f"load_weights does not take the original's file: {explain(error)}"
            return Check(name, Status.MISMATCH, detail)
    if rows:
        detail = f"load_weights puts other values into {rows[0].where}"
        return Check(name, Status.MISMATCH, detail, tuple(rows))
    # No file has seeds, and none has LoRA updates as a live model does.
    by_file = original.archive is not None
    _transfer_by_name([pair for pair in pairs if pair.is_seed or not by_file])
    finalize(rebuilt)
    file = "the .keras file" if original.archive else "a weights file of the original"
    return Check(name, Status.OK, f"takes {file} as it is")


def _after_file(
    original: Any, rebuilt: Any, probe: Path, pairs: Sequence[Pair]
) -> list[Row]:
    """Load a weights file of the original into both models and compare.

    Into the original too: saving merges LoRA updates into the kernels.
    """
    probe.unlink(missing_ok=True)
    original.save_weights(probe)
    rebuilt.load_weights(probe)
    original.load_weights(probe)
    return list(differing(pairs, seeds=False))


def _pair_layer(
    path: str, old: Sequence[Any], new: Sequence[Any], seen: set[int]
) -> Iterator[Pair]:
    for index in range(max(len(old), len(new))):
        left = old[index] if index < len(old) else None
        right = new[index] if index < len(new) else None
        first: Any = left if left is not None else right
        if id(first) in seen:
            continue
        seen.add(id(first))
        inner = _inner_path(first)
        yield Pair(f"{path}/{inner}" if path else inner, left, right, _is_seed(first))


def _in_order_of(old: list[Any], new: list[Any]) -> list[Any]:
    """Sort a layer's variables as the original has them, where names tell them apart.

    Quantising a built layer adds its variables in another order than building one.
    """
    by_name = {_inner_path(variable): variable for variable in new}
    names = [_inner_path(variable) for variable in old]
    if len(by_name) != len(new) or sorted(by_name) != sorted(names):
        return new
    return [by_name[name] for name in names]


def _inner_path(variable: Any) -> str:
    # Without the first part, which is the layer's own name again.
    return str(variable.path).partition("/")[2] or str(variable.path)


def _own_variables(layer: Any) -> list[Any]:
    # Seed states last, or a layer without one would shift all that follow.
    variables = list(layer.variables)
    return sorted(variables, key=_is_seed)


def _is_seed(variable: Any) -> bool:
    return str(variable.path).endswith("seed_generator_state")


def differing(pairs: Sequence[Pair], *, seeds: bool) -> Iterator[Row]:
    """List the variables that are not equal bit for bit.

    Args:
        pairs: What `pair_variables` gave.
        seeds: Whether to look at seed states too; no file holds them.

    Yields:
        A row for each variable that is missing, of another shape, or not equal.
    """
    for pair in pairs:
        if pair.is_seed and not seeds:
            continue
        if pair.original is None or pair.rebuilt is None:
            left, right = _kind(pair.original), _kind(pair.rebuilt)
            yield Row(pair.path, "variable", left, right)
        elif _kind(pair.original) != _kind(pair.rebuilt):
            left, right = _kind(pair.original), _kind(pair.rebuilt)
            yield Row(pair.path, "shape and dtype", left, right)
        else:
            old, new = to_numpy(pair.original), to_numpy(pair.rebuilt)
            if old.tobytes() != new.tobytes():
                yield Row(pair.path, "values", _digest(old), _digest(new))


def _kind(variable: Any) -> str:
    if variable is None:
        return "missing"
    return f"{tuple(variable.shape)} {variable.dtype}"


def _digest(value: Any) -> str:
    first = value.flat[0] if value.size else ""
    return f"{hashlib.sha256(value.tobytes()).hexdigest()[:12]} (starts {first})"


def _transfer_by_name(pairs: Sequence[Pair]) -> None:
    for pair in pairs:
        if pair.original is None or pair.rebuilt is None:
            continue
        if tuple(pair.original.shape) == tuple(pair.rebuilt.shape):
            pair.rebuilt.assign(to_numpy(pair.original))


def copy_seeds(pairs: Sequence[Pair]) -> None:
    """Give the rebuilt model's seed generators the original's states.

    Args:
        pairs: What `pair_variables` gave.
    """
    _transfer_by_name([pair for pair in pairs if pair.is_seed])
