"""Are the two models built of the same layers, wired the same way?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kerascodegen.verify import normal
from kerascodegen.verify.report import Check, Row, Status
from kerascodegen.verify.walk import Graph, Op, graph_of, is_layer, is_sequential


def check_structure(original: Any, rebuilt: Any) -> Check:
    """Compare layer by layer: class, name, config, calls, shapes, parameters.

    Args:
        original: The original model.
        rebuilt: What the source built. Either may be a Sequential at the top.

    Returns:
        The check, with a row for each layer that agrees and for each difference.
    """
    if graph_of(rebuilt) is None or graph_of(original) is None:
        detail = (
            "one of the models is subclassed, so its layers have no graph to compare"
        )
        return Check("structure", Status.SKIPPED, detail)
    rows = [*_model_rows(original, rebuilt), *_compare(original, rebuilt, "")]
    bad = [row for row in rows if row.status is Status.MISMATCH]
    layers = sum(row.status is Status.OK for row in rows)
    if not bad:
        detail = f"{layers} layers and ops equal"
        unknown = [row.where for row in rows if row.status is Status.SKIPPED]
        if unknown:
            detail += (
                f"; the config of {', '.join(unknown[:3])}"
                f"{' ...' if len(unknown) > 3 else ''} cannot be compared, since "
                "get_config fails"
            )
        return Check("structure", Status.OK, detail, tuple(rows))
    places = list(dict.fromkeys(row.where or "the model" for row in bad))
    one = len(places) == 1
    detail = f"differs at {len(places)} place{'' if one else 's'}, first at {places[0]}"
    return Check("structure", Status.MISMATCH, detail, tuple(rows))


def check_parameters(original: Any, rebuilt: Any) -> Check:
    """Compare the numbers of parameters: total, trainable, non-trainable.

    Args:
        original: The original model.
        rebuilt: What the source built.

    Returns:
        The check.
    """
    left, right = _counts(original), _counts(rebuilt)
    rows = tuple(
        Row("", f"{what} parameters", f"{left[what]:,}", f"{right[what]:,}")
        for what in left
        if left[what] != right[what]
    )
    detail = (
        f"{left['total']:,} in total, {left['trainable']:,} trainable, "
        f"{left['non-trainable']:,} not"
    )
    return Check("parameters", Status.MISMATCH if rows else Status.OK, detail, rows)


def pair_ops(original: Any, rebuilt: Any) -> dict[str, str]:
    """Pair operations by name; what is left over where all but the name is equal.

    Args:
        original: A Functional or built Sequential.
        rebuilt: Another.

    Returns:
        Key in the rebuilt graph by key in the original one.
    """
    left, right = graph_of(original), graph_of(rebuilt)
    if left is None or right is None:
        return {}
    known = right.by_key
    pairs = {op.key: op.key for op in left.ops if op.key in known}
    if is_sequential(original) or is_sequential(rebuilt):
        _pair_hidden_inputs(left, right, pairs)
    taken = set(pairs.values())
    spare = [(op.key, _likeness(op)) for op in right.ops if op.key not in taken]
    for op in left.ops:
        if not spare or op.key in pairs or not is_layer(op.operation):
            continue
        wanted = _likeness(op)
        found = next((item for item in spare if item[1] == wanted), None)
        if found is not None:
            pairs[op.key] = found[0]
            spare.remove(found)
    return pairs


def _likeness(op: Op) -> Any:
    """What a layer that was only renamed still has."""
    shapes = [_outputs(node) for node in op.nodes]
    nested = graph_of(op.operation)
    if nested is not None:
        return normal.class_path(op.operation), len(nested.ops), shapes
    config = normal.object_config(op.operation)
    return normal.class_path(op.operation), config, shapes


def _counts(model: Any) -> dict[str, int]:
    trainable = _size(model.trainable_weights)
    fixed = _size(model.non_trainable_weights)
    return {
        "total": trainable + fixed,
        "trainable": trainable,
        "non-trainable": fixed,
    }


def _size(variables: Any) -> int:
    import math

    return sum(math.prod(variable.shape) for variable in variables)


def _model_rows(original: Any, rebuilt: Any) -> Iterator[Row]:
    stems = ("Sequential", "Functional", "Model")
    automatic = [
        any(normal.is_automatic(name, stem) for stem in stems)
        for name in (original.name, rebuilt.name)
    ]
    if original.name != rebuilt.name and not all(automatic):
        yield Row("", "name", repr(original.name), repr(rebuilt.name))
    for path, old, new in _trainable_differences(original, rebuilt):
        yield Row("", path, old, new)


def _compare(original: Any, rebuilt: Any, prefix: str) -> Iterator[Row]:
    left, right = graph_of(original), graph_of(rebuilt)
    assert left is not None
    assert right is not None
    renamed = pair_ops(original, rebuilt)
    back = {new: old for old, new in renamed.items()}
    partners = right.by_key
    for op in left.ops:
        where = f"{prefix}/{op.key}" if prefix else op.key
        if op.key not in renamed:
            yield Row(where, "layer", _summary(op), "missing")
            continue
        partner = partners[renamed[op.key]]
        found = list(_op_rows(op, partner, (left, right), back, where))
        yield from found
        nested = graph_of(op.operation) is not None
        if nested and graph_of(partner.operation) is not None:
            yield from _compare(op.operation, partner.operation, where)
        if all(row.status is Status.SKIPPED for row in found):
            yield Row(where, "layer", _summary(op), _summary(partner), Status.OK)
    for key, op in partners.items():
        if key not in back:
            where = f"{prefix}/{key}" if prefix else key
            yield Row(where, "layer", "missing", _summary(op))
    loose = is_sequential(original) or is_sequential(rebuilt)
    yield from _end_rows(left, right, back, prefix, loose)


def _pair_hidden_inputs(left: Graph, right: Graph, pairs: dict[str, str]) -> None:
    # A Sequential makes its input layer by itself; by chance another layer of the
    # other model may bear the same automatic name.
    if len(left.functional.inputs) == len(right.functional.inputs) == 1:
        old = left.place(left.functional.inputs[0])[0]
        pairs[old] = right.place(right.functional.inputs[0])[0]


def _summary(op: Op) -> str:
    shapes = [str(tuple(tensor.shape)) for node in op.nodes for tensor in node.outputs]
    name = type(op.operation).__name__
    text = f"{name} {', '.join(dict.fromkeys(shapes))}"
    if not is_layer(op.operation):
        return text
    return f"{text} · {_size(op.operation.weights):,} params"


def _op_rows(
    op: Op,
    partner: Op,
    graphs: tuple[Graph, Graph],
    back: Mapping[str, str],
    where: str,
) -> Iterator[Row]:
    left, right = op.operation, partner.operation
    classes = normal.class_path(left), normal.class_path(right)
    if classes[0] != classes[1] and not _straightened(left, right):
        yield Row(where, "class", type(left).__name__, type(right).__name__)
    if op.key != partner.key and not _both_hidden(op, partner):
        yield Row(where, "name", repr(op.key), repr(partner.key))
    if graph_of(left) is not None and graph_of(right) is not None:
        found = _trainable_differences(left, right)  # their layers come one by one
    elif classes[0] == classes[1]:
        configs = normal.object_config(left), normal.object_config(right)
        # Of two objects of one class one may have a config and the other none, where
        # it was given something that its class cannot save.
        failed = any(map(normal.has_failed, configs))
        found = [] if failed else normal.differences(*configs)
        if failed:
            old, new = (_config_shown(config) for config in configs)
            yield Row(where, "config", old, new, Status.SKIPPED)
    else:
        found = []
    for path, old, new in found:
        yield Row(where, f"config.{path}", old, new)
    yield from _call_rows(op, partner, graphs, back, where)
    if is_layer(left) and is_layer(right):
        for what in ("trainable_weights", "non_trainable_weights"):
            counts = _size(getattr(left, what)), _size(getattr(right, what))
            if counts[0] != counts[1]:
                kind = what.removesuffix("_weights").replace("_", "-")
                shown = [f"{count:,}" for count in counts]
                yield Row(where, f"{kind} parameters", shown[0], shown[1])


def _config_shown(config: dict[str, Any]) -> str:
    return "get_config fails" if normal.has_failed(config) else "a config"


def _straightened(left: Any, right: Any) -> bool:
    """Whether a nested Functional became a Sequential; its layers are compared too."""
    return (
        graph_of(left) is not None
        and graph_of(right) is not None
        and is_sequential(right)
    )


def _unwrapped(end: Any) -> Any:
    return end[0] if isinstance(end, list) and len(end) == 1 else end


def _both_hidden(op: Op, partner: Op) -> bool:
    return all(normal.is_automatic(one.key, "InputLayer") for one in (op, partner))


def _trainable_differences(left: Any, right: Any) -> list[tuple[str, str, str]]:
    # A Sequential does not save its own flag, only those of its layers.
    if is_sequential(left) or is_sequential(right):
        return []
    return normal.differences(left.trainable, right.trainable, "trainable")


def _call_rows(
    op: Op,
    partner: Op,
    graphs: tuple[Graph, Graph],
    back: Mapping[str, str],
    where: str,
) -> Iterator[Row]:
    if len(op.nodes) != len(partner.nodes):
        yield Row(where, "calls", str(len(op.nodes)), str(len(partner.nodes)))
        return
    for index, (old, new) in enumerate(zip(op.nodes, partner.nodes, strict=True)):
        call = f" of call {index + 1}" if len(op.nodes) > 1 else ""
        found = normal.differences(
            _arguments(op, old, graphs[0], {}),
            _arguments(partner, new, graphs[1], back),
            "argument",
        )
        found += normal.differences(_outputs(old), _outputs(new), "output")
        for path, left, right in found:
            yield Row(where, f"{path.replace('.', ' ', 1)}{call}", left, right)


def _arguments(op: Op, node: Any, graph: Graph, names: Mapping[str, str]) -> Any:
    bound = normal.bound_arguments(op.operation, node)
    return {
        name: normal.argument(value, lambda tensor: _tensor(tensor, graph, names))
        for name, value in bound.items()
    }


def _outputs(node: Any) -> list[str]:
    return [f"{tuple(tensor.shape)} {tensor.dtype}" for tensor in node.outputs]


def _tensor(tensor: Any, graph: Graph, names: Mapping[str, str]) -> str:
    key, call, index = graph.place(tensor)
    suffix = f":{call}:{index}" if call or index else ""
    return f"{names.get(key, key)}{suffix}"


def _end_rows(
    left: Graph, right: Graph, back: Mapping[str, str], prefix: str, loose: bool
) -> Iterator[Row]:
    for what in ("inputs", "outputs"):
        old, new = _ends(left, what, {}), _ends(right, what, back)
        if loose:
            # A Sequential has one tensor at each end, never a list of one.
            old, new = _unwrapped(old), _unwrapped(new)
        if old != new:
            yield Row(prefix, what, normal.show(old), normal.show(new))


def _ends(graph: Graph, what: str, names: Mapping[str, str]) -> Any:
    structure = getattr(graph.functional, f"_{what}_struct")
    return normal.argument(structure, lambda tensor: _tensor(tensor, graph, names))
