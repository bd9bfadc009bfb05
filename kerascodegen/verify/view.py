"""The original in the form in which the source writes it.

Most sources write the model as it is. With `--flatten` the layers of nested models
stand in the model itself, with `--submodel` the model ends early, with the sequential
style nested models change their class. What a rebuilt model is compared with then
follows from the original here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kerascodegen.errors import OptionError, printable
from kerascodegen.graph.flat_names import canonical_path, flat_names
from kerascodegen.options import Options
from kerascodegen.verify.flat import nested_paths
from kerascodegen.verify.original import Original
from kerascodegen.verify.walk import (
    functional_of,
    graph_of,
    is_sequential,
    leaves,
)


@dataclass(frozen=True, slots=True)
class View:
    """What a rebuilt model is compared with.

    Attributes:
        whole: The original as it was loaded.
        original: What the source should compute the same as; its model has the
            variables of the original's, not copies of them.
        names: Where nested models are flat: the path in the rebuilt model by the path
            in the original. `None` where paths are the same.
        moved: Why the original's file need not load into the rebuilt model, or `""`
            where it has to.
        cut: Whether it is a part of the original only.
        dissolved: What the source builds without the blocks that it has as layers, its
            layers called as in the original; `None` where there are none.
        flat_names: `names` as they are in that model.
    """

    whole: Original
    original: Original
    names: Mapping[str, str] | None = None
    moved: str = ""
    cut: bool = False
    dissolved: Any = None
    flat_names: Mapping[str, str] | None = None


def view_of(
    original: Original, options: Options, rebuilt: Any, graph: Any = None
) -> View:
    """See an original as a source with these options writes it.

    Args:
        original: The original, built.
        options: What the source was generated with.
        rebuilt: What the source built; it tells which nested models stayed.
        graph: The original as a graph, where its forward pass is code.

    Returns:
        The view.

    Raises:
        OptionError: `submodel` names a layer that the original does not have.
    """
    view = View(original, original)
    if graph is not None and graph is not original.model:
        moved = "the original's own file holds weights by attribute, not by layer"
        shown = replace(original, model=graph)
        view = View(original, shown, moved=moved)
    original = view.original
    if graph_of(original.model) is None or graph_of(rebuilt) is None:
        return view
    if options.flatten:
        names = _flat_paths(original.model, rebuilt)
        view = replace(view, names=names, moved="nested models are flat")
    if options.submodel is not None:
        path = _path(options.submodel, original.model, view)
        model, parts = _cut(original.model, path)
        # The settings of `compile` are the whole model's.
        cut = Original(model, None, original.drawn_weights)
        moved = "the model ends early"
        view = replace(view, original=cut, moved=moved, cut=True)
        view = replace(view, names=_renamed(view.names, path, parts))
    elif not view.moved and _has_straightened(original.model, rebuilt):
        view = replace(view, moved="nested models became Sequential")
    return view


def _flat_paths(original: Any, rebuilt: Any) -> dict[str, str]:
    """Name the layers of nested models as the flat source does."""
    kept = {op.key for op in _ops(rebuilt) if functional_of(op.operation) is not None}

    def stays(path: tuple[str, ...]) -> bool:
        return any("_".join(path[start:]) in kept for start in range(len(path)))

    # A layer that stands in several models is one layer in the flat model.
    places: dict[int, list[tuple[str, ...]]] = {}
    for path in nested_paths(original, stays):
        places.setdefault(id(_at(original, path)), []).append(path)
    given = flat_names(canonical_path(paths) for paths in places.values())
    names = {}
    for path, name in (
        (path, given[canonical_path(paths)])
        for paths in places.values()
        for path in paths
    ):
        layer = _at(original, path)
        for inside, _ in leaves(layer, "/".join(path)):
            names[inside] = name + inside[len("/".join(path)) :]
    return names


def _ops(model: Any) -> list[Any]:
    graph = graph_of(model)
    return graph.ops if graph is not None else []


def _at(model: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        found = [op.operation for op in _ops(model) if op.operation.name == name]
        if not found:
            return None
        model = found[0]
    return model


def _path(name: str, model: Any, view: View) -> tuple[str, ...]:
    """Find a layer by its name in the flat model, or by its path in the nested one."""
    if any(op.operation.name == name for op in _ops(model)):
        return (name,)
    names = view.names or {}
    if name in names:
        return tuple(name.split("/"))
    paths = [tuple(path.split("/")) for path, flat in names.items() if flat == name]
    if paths:
        return canonical_path(paths)
    parts = tuple(name.split("/"))
    if _at(model, parts) is None:
        raise OptionError(
            f'The original has no layer "{printable(name, 60)}" to compare up to.'
        )
    return parts


def _renamed(
    names: Mapping[str, str] | None, path: tuple[str, ...], parts: tuple[str, ...]
) -> Mapping[str, str] | None:
    """Know the layers by the names of the parts too that the cut put them in."""
    if names is None:
        return None
    more = dict(names)
    for end in range(1, len(parts) + 1):
        old, new = "/".join(path[:end]) + "/", "/".join(parts[:end]) + "/"
        more |= {
            new + inside.removeprefix(old): name
            for inside, name in names.items()
            if inside.startswith(old)
        }
    return more


def _cut(model: Any, path: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
    """Make the model that ends with a layer, of the original's own layers.

    Returns:
        It, and what the parts of nested models on the way are called in it.
    """
    import keras

    outputs, parts = _tensors(model, path)
    functional: Any = functional_of(model)
    needed = _inputs_of(keras.tree.flatten(outputs))
    inputs = _keep(functional._inputs_struct, needed)
    # The flag does not reach the layers that way, which are the original's.
    cut = keras.Model(inputs, outputs, name=model.name, trainable=model.trainable)
    return cut, parts


def _tensors(model: Any, path: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
    """What the last call of a layer gives, in tensors of the model.

    Returns:
        It, and what the parts of nested models on the way are called.
    """
    import keras

    op = next(op for op in _ops(model) if op.operation.name == path[0])
    node = op.nodes[-1]
    nested: Any = functional_of(op.operation)
    if len(path) > 1:
        inner, parts = _tensors(op.operation, path[1:])
        # Under the nested model's name, so that paths stay what they are; but where it
        # is called twice, the whole of it may stand before its part.
        name = op.operation.name
        if len(op.nodes) > 1:
            name = _free_name(name, {one.operation.name for one in _ops(model)})
        part = keras.Model(nested._inputs_struct, inner, name=name)
        kwargs = {
            key: value
            for key, value in node.arguments.kwargs.items()
            if key != "mask" and value is not None
        }
        return part(*node.arguments.args, **kwargs), (name, *parts)
    if nested is not None:
        struct = nested._outputs_struct
        return keras.tree.pack_sequence_as(struct, node.outputs), ()
    return _as_called(op.operation, node), ()


def _free_name(name: str, taken: set[str]) -> str:
    number = 1
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _as_called(operation: Any, node: Any) -> Any:
    """What a call gave, in the structure that it gave it in, which no node tells."""
    import keras

    if type(operation).__module__.startswith("keras."):
        # Layers of Keras' own give a tensor or a list of them.
        return node.outputs[0] if len(node.outputs) == 1 else list(node.outputs)
    # As the call did, but without leaving another call behind on the layer.
    struct = operation.compute_output_spec(
        *node.arguments.args, **node.arguments.kwargs
    )
    return keras.tree.pack_sequence_as(struct, node.outputs)


def _inputs_of(tensors: list[Any]) -> set[int]:
    """Ids of the input tensors that some tensors are computed from."""
    found: set[int] = set()
    seen: set[int] = set()
    while tensors:
        tensor = tensors.pop()
        operation, node_index, _ = tensor._keras_history
        node = operation._inbound_nodes[node_index]
        if node.is_input:
            found.update(id(output) for output in node.outputs)
        elif id(node) not in seen:
            seen.add(id(node))
            tensors.extend(node.input_tensors)
    return found


def _keep(structure: Any, needed: set[int]) -> Any:
    """The inputs that are needed; a list of which one is left becomes that one."""
    if isinstance(structure, list | tuple):
        items = [_keep(item, needed) for item in structure]
        items = [item for item in items if item is not None]
        return items[0] if len(items) == 1 < len(structure) else items or None
    if isinstance(structure, dict):
        kept = {key: _keep(item, needed) for key, item in structure.items()}
        return {k: v for k, v in kept.items() if v is not None} or None
    return structure if id(structure) in needed else None


def _has_straightened(original: Any, rebuilt: Any) -> bool:
    """Tell whether a nested Functional is a Sequential in the rebuilt model."""
    others = {op.key: op.operation for op in _ops(rebuilt)}
    for op in _ops(original):
        partner = others.get(op.key)
        if functional_of(op.operation) is None or functional_of(partner) is None:
            continue
        if is_sequential(partner) and not is_sequential(op.operation):
            return True
        if _has_straightened(op.operation, partner):
            return True
    return False
