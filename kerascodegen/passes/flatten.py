"""Write the layers of nested models into the model itself (`--flatten`).

People need it to get at an inner layer's output, for Grad-CAM say, or to take a model
apart. The flat model computes the same from the same inputs. What it cannot do is load
the original's file, in which nested models have folders of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from kerascodegen.catalog.lookup import find_class
from kerascodegen.errors import printable
from kerascodegen.graph.flat_names import Path, canonical_path, flat_names
from kerascodegen.graph.layer_order import flat
from kerascodegen.graph.model import (
    ClassRef,
    Config,
    Graph,
    Node,
    NodeKey,
    ObjectSpec,
    Operation,
    OperationKind,
    TensorRef,
    TensorSpec,
    Value,
)
from kerascodegen.graph.prune import (
    map_node,
    map_tensors,
    prune,
    rename,
)
from kerascodegen.graph.traverse import call_order, nodes_by_key, operations_by_name
from kerascodegen.passes.base import PassContext
from kerascodegen.passes.inlining import Call, bind_inputs, why_it_stays
from kerascodegen.passes.mask_crossing import WHY, kept_by_masks

_CAST = ClassRef("keras.src.ops.core", "Cast")
# Take `training` only for the sake of quantisation while training.
_INDIFFERENT = frozenset({"Dense", "EinsumDense"})
# Settings of `compile` that a name of an output may be the key of.
_BY_OUTPUT = ("loss", "loss_weights", "metrics", "weighted_metrics")


@dataclass(frozen=True, slots=True)
class Flattened:
    """A graph without nested models, and what became of the layers.

    Attributes:
        graph: The graph.
        results: By path in the nested model, `encoder/dense`: what the layer's last
            call gives. Nested models themselves are among them.
    """

    graph: Graph
    results: Mapping[str, Value]


def flatten_models(graph: Graph, context: PassContext) -> Flattened:
    """Inline all nested models, however deep.

    Args:
        graph: The outermost graph, Functional, behind the passes that drop what Keras
            recorded by itself on calls, in nested graphs too.
        context: Takes notes on what stays nested.

    Returns:
        The flat graph with the way to its layers.
    """
    if not any(operation.graph is not None for operation in graph.operations):
        context.note("", "The model has no nested models; --flatten changes nothing.")
        return Flattened(graph, {})
    masked = kept_by_masks(graph)
    inliner = _Inliner(context, *_one_place_each(graph, masked), masked)
    inliner.operations.update(
        {
            (operation.name,): operation
            for operation in graph.operations
            if operation.kind is OperationKind.INPUT
        }
    )
    outputs = inliner.walk(graph, (), None, None)
    names = _names(inliner.operations)
    by_key = {_key(path): name for path, name in names.items()}
    made = replace(
        graph,
        outputs=outputs,
        inputs=map_tensors(graph.inputs, lambda ref: _moved_input(ref)),
        operations=tuple(
            replace(operation, name=_key(path))
            for path, operation in inliner.operations.items()
        ),
        nodes=tuple(inliner.nodes),
        specs=inliner.specs,
    )
    _warn_of_lost_layers(made, prune(made), names, context)
    made = rename(prune(made), by_key)
    made = replace(made, compile_config=_compile_config(graph, made))
    if not inliner.changed:
        return Flattened(graph, {})

    def renamed(ref: TensorRef) -> Value:
        return replace(ref, operation=by_key[ref.operation])

    results = {
        "/".join(path): map_tensors(value, renamed)
        for path, value in inliner.results.items()
    }
    for path in inliner.places.values():
        if path in names and "/".join(path) in results:
            # Under its name too, which stands for this place of all that it is in.
            results.setdefault(names[path], results["/".join(path)])
    return Flattened(made.decide(transfer=("--flatten",)), results)


def _key(path: Path) -> str:
    """A path as one text, from which the path could be told again."""
    return "/".join(part.replace("~", "~0").replace("/", "~1") for part in path)


def _moved_input(ref: TensorRef) -> TensorRef:
    return TensorRef(_key((ref.operation,)))


def _names(operations: Mapping[Path, Operation]) -> dict[Path, str]:
    """Name layers first: only they have names that anybody chose."""
    ops = [p for p, o in operations.items() if o.kind is OperationKind.OP]
    layers = [p for p, o in operations.items() if o.kind is not OperationKind.OP]
    names = flat_names(layers)
    return names | flat_names(ops, set(names.values()))


def _one_place_each(
    graph: Graph, masked: Collection[Path]
) -> tuple[dict[Path, Path], set[Path]]:
    """Find the layers that stand in several models, which are one in a flat model.

    Args:
        graph: The outermost graph.
        masked: Paths of nested models that stay for the sake of masks.

    Returns:
        For each path in the nested model the one that the flat layer is named by; and
        the paths of nested models that stay, since they cannot be inlined somewhere.
    """
    # By path: which object it is, a number or a name within another object.
    objects: dict[Path, object] = {}
    staying: set[object] = set()

    def visit(graph: Graph, prefix: Path, owner: object) -> None:
        for operation in graph.operations:
            path, number = (*prefix, operation.name), operation.shared_id
            known: object = (owner, operation.name) if number is None else number
            objects[path] = known
            # A wrapper keeps the model that it holds.
            staying.update(_held_models(operation.config))
            if operation.graph is not None:
                if why_it_stays(operation, graph) or path in masked:
                    staying.add(known)
                visit(operation.graph, path, known)

    visit(graph, (), None)
    groups: dict[object, list[Path]] = {}
    for path, known in objects.items():
        groups.setdefault(known, []).append(path)
    places = {
        path: canonical_path(group) for group in groups.values() for path in group
    }
    return places, {path for path, known in objects.items() if known in staying}


def _held_models(value: Config | Value) -> Iterator[int]:
    """Yield the numbers of shared models inside arguments."""
    if isinstance(value, ObjectSpec):
        if value.graph is not None and value.shared_id is not None:
            yield value.shared_id
        yield from _held_models(value.config)
    elif isinstance(value, list):
        for item in value:
            yield from _held_models(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _held_models(item)


@dataclass(slots=True)
class _Inliner:
    """Replays the calls of a model and of the models inside it.

    Attributes:
        context: Takes notes.
        places: For each path the one of the same layer that its name comes from.
        stays: Paths of nested models that stay.
        masked: Those of them that stay for the sake of masks.
        operations: What stands in the flat model, by its path.
        nodes: Its calls, on operations named by `_key`.
        specs: Shapes and dtypes of its tensors.
        results: What the last call of each operation gave, models among them.
        changed: Whether any model was inlined.
    """

    context: PassContext
    places: Mapping[Path, Path]
    stays: Collection[Path]
    masked: Collection[Path]
    operations: dict[Path, Operation] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    specs: dict[TensorRef, TensorSpec] = field(default_factory=dict)
    results: dict[Path, Value] = field(default_factory=dict)
    changed: bool = False
    _counts: dict[Path, int] = field(default_factory=dict)

    def walk(
        self,
        graph: Graph,
        prefix: Path,
        given: Mapping[TensorRef, Value] | None,
        training: Value,
    ) -> Value:
        """Replay a model.

        Args:
            graph: The model.
            prefix: Where it stands.
            given: What it is called with, by its inputs; `None` for the outermost.
            training: The `training` that it is called with, or `None`.

        Returns:
            What it returns, in tensors of the flat model.
        """
        nodes, operations = nodes_by_key(graph), operations_by_name(graph)
        stays = self._staying(graph, prefix)
        # By call: the call in the flat model, or what an inlined model returned.
        moved: dict[NodeKey, NodeKey | list[Value]] = {}

        def resolve(ref: TensorRef) -> Value:
            if given is not None and ref in given:
                return given[ref]
            target = moved.get((ref.operation, ref.node_index))
            if isinstance(target, list):
                return target[ref.tensor_index]
            if target is None:
                return _moved_input(ref)
            return TensorRef(target[0], target[1], ref.tensor_index)

        for key in call_order(graph):
            operation, path = operations[key[0]], (*prefix, key[0])
            node = self._called(operation, nodes[key], training, path)
            if operation.graph is not None and key[0] not in stays:
                inner = self._inputs(operation.graph, path, node, resolve, graph)
                mode = node.kwargs.get("training")
                result = self.walk(operation.graph, path, inner, mode)
                self.results[path] = result
                moved[key] = list(flat(result))
                self.changed = True
                continue
            if None in node.args and given is not None and not graph.inputs:
                # The first layer of a Sequential that has no input of its own.
                node = replace(node, args=(next(iter(given.values())),))
                moved[key] = self._emit(path, operation, node)
            else:
                moved[key] = self._emit(path, operation, map_node(node, resolve))
        for ref, spec in graph.specs.items():
            known = (ref.operation, ref.node_index) in moved or ref in (given or ())
            new = resolve(ref) if known or given is None else None
            if isinstance(new, TensorRef):
                self.specs[new] = spec
        return map_tensors(graph.outputs, resolve)

    def _staying(self, graph: Graph, prefix: Path) -> set[str]:
        """Find nested models that cannot be inlined, and say why."""
        stays = set()
        for operation in graph.operations:
            path = (*prefix, operation.name)
            reason = why_it_stays(operation, graph)
            if not reason and path in self.masked:
                reason = WHY
            if not reason and path in self.stays:
                reason = "stays a nested model, as it has to where else it is called."
            if reason:
                where = "/".join(path)
                self.context.note(printable(where, 80), reason)
                stays.add(operation.name)
        return stays

    def _emit(self, path: Path, operation: Operation, node: Node) -> NodeKey:
        place = self.places.get(path, path)
        self.operations.setdefault(place, operation)
        index = self._counts.get(place, 0)
        self._counts[place] = index + 1
        node = replace(node, operation=_key(place), index=index)
        self.nodes.append(node)
        self.results[path] = node.result()
        return node.key

    def _called(
        self, operation: Operation, node: Node, training: Value, path: Path
    ) -> Node:
        """Hand a nested model's `training` on to its layers, as the model does."""
        if training is None or operation.kind is OperationKind.OP:
            return node
        if operation.graph is None:
            entry = find_class(operation.cls.path)
            if entry is None:
                self.context.note(
                    printable("/".join(path), 80),
                    f"stands in a model that is called with training={training}; "
                    "whether this custom layer takes that is not known, so it is not "
                    "handed on.",
                )
                return node
            takes = any(parameter.name == "training" for parameter in entry.call)
            if not takes or entry.name in _INDIFFERENT:
                return node
        return replace(node, kwargs={**node.kwargs, "training": training})

    def _inputs(
        self,
        graph: Graph,
        path: Path,
        node: Node,
        resolve: Call,
        outer: Graph,
    ) -> dict[TensorRef, Value]:
        """Pair a nested model's inputs with what it is called with."""
        inputs: dict[TensorRef, Value] = {}
        for bound in bind_inputs(graph, node, outer.specs):
            value = map_tensors(bound.value, resolve)
            if bound.cast:
                cast_path = (*path, f"cast_{bound.target.operation}")
                config: Config = {"dtype": bound.cast}
                cast = Operation(cast_path[-1], OperationKind.OP, _CAST, config)
                value = TensorRef(
                    *self._emit(cast_path, cast, Node("", 0, (value,), {}))
                )
            inputs[bound.target] = value
        return inputs


def _warn_of_lost_layers(
    whole: Graph, pruned: Graph, names: Mapping[Path, str], context: PassContext
) -> None:
    """Say which layers only led into an input that a nested model does not use."""
    kept = {operation.name for operation in pruned.operations}
    for path in names:
        operation = whole.operation(_key(path))
        if operation.name not in kept and operation.kind is not OperationKind.OP:
            context.warn(
                printable("/".join(path), 80),
                "leads to no output once nested models are flat: one of them takes or "
                "gives a tensor that nothing uses. It is left out.",
            )


def _compile_config(before: Graph, after: Graph) -> Config | None:
    """Rename the outputs that losses and metrics are keyed by."""
    config = before.compile_config
    if config is None or isinstance(before.outputs, dict):
        return config
    pairs = zip(flat(before.outputs), flat(after.outputs), strict=True)
    names = {
        old.operation: new.operation
        for old, new in pairs
        if isinstance(old, TensorRef) and isinstance(new, TensorRef)
    }
    changed = dict(config)
    for key in _BY_OUTPUT:
        value = config.get(key)
        if isinstance(value, dict):
            changed[key] = {names.get(k, k): item for k, item in value.items()}
    return changed
