"""Compare a nested original with a rebuilt model in which nested models are flat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kerascodegen.verify import normal
from kerascodegen.verify.flat import FlatLayer, FlatWalk
from kerascodegen.verify.report import Check, Row, Status
from kerascodegen.verify.structure import check_structure
from kerascodegen.verify.walk import functional_of, leaves


def check_flat_structure(
    original: Any, rebuilt: Any, names: Mapping[str, str]
) -> tuple[Check, Check]:
    """Compare layer by layer, each with its counterpart inside a nested model.

    Args:
        original: The original model, nested.
        rebuilt: What the source built, flat.
        names: The path in the rebuilt model by the path in the original.

    Returns:
        The checks of structure and of parameters. What a call takes is compared too,
        except masks, which Keras passes by itself.
    """
    left, right = walk_both(original, rebuilt, names)
    old = {_flat_name(path, names): one for path, one in left.layers.items()}
    new = {"/".join(path): one for path, one in right.layers.items()}
    rows = [row for name, one in old.items() for row in _rows(name, one, new.get(name))]
    rows += [Row(name, "layer", "missing", "there") for name in new if name not in old]
    if left.outputs != right.outputs:
        rows.append(Row("", "outputs", "of these layers", "of others, or in new order"))
    status = Status.MISMATCH if rows else Status.OK
    if rows:
        detail = f"differs at {rows[0].where or 'the model'}: {rows[0].what}"
    else:
        detail = f"{len(old)} layers equal, those of nested models among them"
    structure = Check("structure", status, detail, tuple(rows))
    return structure, _parameters(original, rebuilt, left, right)


def walk_both(
    original: Any, rebuilt: Any, names: Mapping[str, str]
) -> tuple[FlatWalk, FlatWalk]:
    """Walk through both models under the names of the flat one.

    Args:
        original: The original model, nested.
        rebuilt: What the source built, flat.
        names: The path in the rebuilt model by the path in the original.

    Returns:
        The original without nested models but for those that stayed, and the rebuilt.
    """
    left = FlatWalk(
        original,
        lambda path: _stayed(path, names, rebuilt),
        lambda path: _flat_name(path, names),
    )
    return left, FlatWalk(rebuilt, lambda path: True, "/".join)


def _stayed(path: tuple[str, ...], names: Mapping[str, str], rebuilt: Any) -> bool:
    name = _flat_name(path, names)
    functional: Any = functional_of(rebuilt)
    found = [op for op in functional.operations if op.name == name]
    return bool(found) and functional_of(found[0]) is not None


def _flat_name(path: tuple[str, ...], names: Mapping[str, str]) -> str:
    """A layer's name in the flat model; of a nested model, as if it had stayed."""
    text = "/".join(path)
    if text in names:
        return names[text]
    inside = next((key for key in names if key.startswith(f"{text}/")), None)
    if inside is None:
        return text
    rest = inside[len(text) :]
    return names[inside].removesuffix(rest)


def _rows(name: str, old: FlatLayer, partner: FlatLayer | None) -> Iterator[Row]:
    if partner is None:
        yield Row("/".join(old.path), "layer", type(old.layer).__name__, "missing")
        return
    left, right = old.layer, partner.layer
    classes = normal.class_path(left), normal.class_path(right)
    if classes[0] != classes[1]:
        yield Row(name, "class", type(left).__name__, type(right).__name__)
        return
    if functional_of(left) is not None:
        inside = check_structure(left, right).rows
        yield from (row for row in inside if row.status is Status.MISMATCH)
    else:
        configs = normal.object_config(left), normal.object_config(right)
        for path, was, now in normal.differences(*configs):
            yield Row(name, f"config.{path}", was, now)
    if len(old.calls) != len(partner.calls):
        yield Row(name, "calls", str(len(old.calls)), str(len(partner.calls)))
    elif old.calls != partner.calls:
        yield Row(name, "inputs", "those of the original", "of other layers")


def _parameters(original: Any, rebuilt: Any, left: FlatWalk, right: FlatWalk) -> Check:
    """Count the parameters of the layers that can stand in a flat model."""
    was, now = _count(original, left), _count(rebuilt, right)
    rows = tuple(
        Row("", f"{what} parameters", f"{was[what]:,}", f"{now[what]:,}")
        for what in was
        if was[what] != now[what]
    )
    detail = f"{was['total']:,} in total, {was['trainable']:,} trainable"
    beside = _size(original.weights) - was["total"]
    if beside:
        detail += f"; {beside:,} more lead to no output"
    return Check("parameters", Status.MISMATCH if rows else Status.OK, detail, rows)


def _count(model: Any, walk: FlatWalk) -> dict[str, int]:
    variables = {
        id(variable): variable
        for one in walk.layers.values()
        for _, layer in leaves(one.layer)
        for variable in layer.weights
    }
    trainable = [v for v in variables.values() if v.trainable and model.trainable]
    return {"total": _size(variables.values()), "trainable": _size(trainable)}


def _size(variables: Any) -> int:
    import math

    return sum(math.prod(variable.shape) for variable in variables)
