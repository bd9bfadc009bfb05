"""The functional view of a model: a Functional of its own layers, of the same result.

The rule for what stands in it: the forward pass of the outermost model is traced. In it
a nested Functional or Sequential stays a nested model, and a layer or model of
somebody's own class stays a layer of that class, since that is what its author made of
it; with `inline` it is gone into, so that only Keras' own layers remain. Where the
wanted way is not open the other one is taken, and a note says so: a block that Keras
cannot save is gone into, and one that cannot be traced is kept.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kerascodegen.errors import (
    Diagnostic,
    NoGraphError,
    OptionError,
    printable,
)
from kerascodegen.options import Options
from kerascodegen.readers.tracing.blocks import (
    Serialisable,
    free_batch,
    graph_of,
    is_plain_model,
    own_blocks,
)
from kerascodegen.readers.tracing.inputs import Learnt, Signature, read_signature
from kerascodegen.readers.tracing.remarks import remarks
from kerascodegen.readers.tracing.state import Kept, globals_kept
from kerascodegen.readers.tracing.tracer import Tracer, watched
from kerascodegen.readers.tracing.unique import rename

# Each input may have a shape and a dtype to learn.
_MAX_ATTEMPTS = 64


@dataclass(frozen=True, slots=True)
class FunctionalView:
    """A Functional made of a model's own layers.

    Attributes:
        functional: The Functional. It and the model's names are as they are only as
            long as the context lasts.
        arguments: Names of the arguments of the model's `call` that its inputs go
            into; empty where it takes them as the Functional does.
        training: Why the model may do something else in one of the modes, where `call`
            itself decides by `training`; else empty.
        structures: How the results of calls of custom layers are arranged: by model,
            name of the layer and index of its call.
        diagnostics: What there is to say.
        moved: Whether layers stand elsewhere than in the model.
    """

    functional: Any
    arguments: tuple[str, ...]
    training: str
    structures: Mapping[tuple[str, int], Any]
    diagnostics: tuple[Diagnostic, ...]
    moved: bool


@contextlib.contextmanager
def functional_view(model: Any, options: Options) -> Iterator[FunctionalView | None]:
    """Make the functional view of a live model, and undo all traces of it at the end.

    Args:
        model: A `keras.Model`.
        options: `inline` and `input_shape` matter.

    Yields:
        The view, or `None` where the model is a graph as it is.

    Raises:
        NoGraphError: The forward pass cannot become a graph.
    """
    if not _needs_view(model, options):
        yield None
        return
    kept = Kept()
    with globals_kept():
        try:
            kept.keep(model)
            yield _Viewer(model, options, kept).view()
        finally:
            kept.restore()


def _needs_view(model: Any, options: Options) -> bool:
    if not is_plain_model(model):
        return True
    check = Serialisable()
    return any(options.inline or check.problem(one) for one in own_blocks(model))


class _Viewer:
    """Makes one view."""

    def __init__(self, model: Any, options: Options, kept: Kept) -> None:
        self._model = model
        self._options = options
        self._kept = kept
        self._replaced: dict[int, Any] = {}

    def view(self) -> FunctionalView:
        graph = self._graph()
        if graph is None:
            _require_call(self._model)
            signature = read_signature(self._model, self._options.input_shape)
        else:
            signature = Signature({})
        for _ in range(_MAX_ATTEMPTS):
            try:
                return self._attempt(graph, signature)
            except Learnt:
                self._kept.restore()
        raise NoGraphError(
            f"The inputs of {printable(type(self._model).__name__, 60)} cannot be told."
        )

    def _graph(self) -> Any | None:
        """The Functional that the model is; a Sequential is built for it."""
        import keras

        model, shape = self._model, self._options.input_shape
        if isinstance(model, keras.Sequential) and not model.built:
            if shape is None:
                raise NoGraphError(
                    "The Sequential has no Input, so its shapes are not known: give "
                    "the shape of one sample with --input-shape."
                )
            model.build((None, *shape))
        elif shape is not None and graph_of(model) is not None:
            raise OptionError(
                f'--input-shape does not fit: the model "{printable(model.name, 60)}" '
                "has inputs of its own."
            )
        free_batch(model)
        return graph_of(model)

    def _attempt(self, graph: Any | None, signature: Signature) -> FunctionalView:
        import keras

        self._replaced.clear()
        tracer = Tracer(
            signature if graph is None else None,
            self._options.inline,
            self._kept,
            lambda nested: self._replace(nested, tracer),
        )
        filtering = keras.config.is_traceback_filtering_enabled()
        keras.config.disable_traceback_filtering()
        with globals_kept(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                with tracer.active(), watched(tracer):
                    functional = self._trace(graph, signature, tracer)
            finally:
                if filtering:
                    keras.config.enable_traceback_filtering()
        return FunctionalView(
            functional,
            tuple(signature.arguments) if len(signature.arguments) > 1 else (),
            _training_decided(tracer),
            _structures(functional, tracer),
            tuple(remarks(self._model, functional, tracer, self._kept)),
            graph is None or _ids(functional) != _ids(graph),
        )

    def _trace(self, graph: Any | None, signature: Signature, tracer: Tracer) -> Any:
        if graph is not None:
            outputs = tracer.replay(graph)
            return self._functional(self._model, graph._inputs_struct, outputs, tracer)
        arguments = signature.inputs()
        outputs = tracer.trace(self._model, list(arguments.values()))
        _require_tensors(self._model, outputs)
        inputs = signature.structure(arguments)
        functional = self._functional(self._model, inputs, outputs, tracer)
        if not signature.cast and _needs_cast(self._model, functional):
            signature.cast = True
            raise Learnt
        return functional

    def _replace(self, nested: Any, tracer: Tracer) -> Any:
        """Make the view of a nested model, once."""
        if id(nested) not in self._replaced:
            graph = graph_of(nested)
            assert graph is not None
            outputs = tracer.replay(graph)
            view = self._functional(nested, graph._inputs_struct, outputs, tracer)
            self._replaced[id(nested)] = view
        return self._replaced[id(nested)]

    def _functional(self, model: Any, inputs: Any, outputs: Any, tracer: Tracer) -> Any:
        import keras

        rename(_operations(inputs, outputs), tracer.paths, self._kept.ids)
        functional = keras.Model(inputs, outputs, name=model.name)
        # The setter would set the flag of every layer.
        vars(functional)["_trainable"] = model.trainable
        return functional


def _ids(functional: Any) -> set[int]:
    return {id(operation) for operation in functional.operations}


def _operations(inputs: Any, outputs: Any) -> list[Any]:
    """List the operations that a graph needs, each behind what it depends on."""
    import keras

    found: dict[int, Any] = {}
    entered: set[int] = set()
    starts = [*keras.tree.flatten(inputs), *keras.tree.flatten(outputs)]
    stack = [(_node(tensor), False) for tensor in reversed(starts)]
    while stack:
        node, done = stack.pop()
        if done:
            found.setdefault(id(node.operation), node.operation)
        elif id(node) not in entered:
            entered.add(id(node))
            stack.append((node, True))
            stack.extend((_node(one), False) for one in reversed(node.input_tensors))
    return list(found.values())


def _node(tensor: Any) -> Any:
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def _require_call(model: Any) -> None:
    import keras

    if type(model).call is not keras.Model.call:
        return
    name = printable(type(model).__name__, 60)
    inner = [
        attribute
        for attribute, value in vars(model).items()
        if isinstance(value, keras.Model) and not attribute.startswith("_")
    ]
    parts = ", ".join(printable(one, 40) for one in inner)
    advice = (
        f"Generate from its parts instead ({parts}): MODEL may be "
        f"file.py:model.{printable(inner[0], 40)}."
        if inner
        else "Give it one."
    )
    raise NoGraphError(
        f"{name} has no call(), so it has no forward pass of its own. {advice}"
    )


def _require_tensors(model: Any, outputs: Any) -> None:
    import keras

    flat = keras.tree.flatten(outputs)
    for one in flat:
        if not isinstance(one, keras.KerasTensor):
            kind = type(one).__name__
            what = "nothing" if one is None else f"an object of type {kind}"
            raise NoGraphError(
                f"The call of {printable(type(model).__name__, 60)} returns "
                f"{printable(what, 60)} where a Functional model needs a tensor that "
                "is computed from its inputs."
            )
    if not flat:
        raise NoGraphError(
            f"The call of {printable(type(model).__name__, 60)} returns no tensor."
        )


def _needs_cast(model: Any, functional: Any) -> bool:
    """Whether something reads an input that the model would have cast to its dtype.

    Layers of that dtype cast for themselves, so the usual model needs no cast.
    """
    import keras

    if not model.autocast or not model._convert_input_args:
        return False
    wanted = model.input_dtype
    for tensor in functional.inputs:
        if "float" not in tensor.dtype or tensor.dtype == wanted:
            continue
        for layer in _readers(tensor, functional):
            if not isinstance(layer, keras.layers.Layer):
                return True
            if not layer.autocast or layer.input_dtype != wanted:
                return True
    return False


def _readers(tensor: Any, functional: Any) -> list[Any]:
    """The operations of a graph that a tensor goes into."""
    return [
        operation
        for operation, nodes in _calls(functional)
        if any(one is tensor for node in nodes for one in node.input_tensors)
    ]


def _calls(functional: Any) -> Iterator[tuple[Any, list[Any]]]:
    """Go through the operations of a graph with their calls in it."""
    from keras.src.ops.function import make_node_key

    for operation in functional.operations:
        yield operation, [
            node
            for index, node in enumerate(operation._inbound_nodes)
            if make_node_key(operation, index) in functional._nodes
        ]


def _training_decided(tracer: Tracer) -> str:
    if tracer.branches:
        return "its call branches on training"
    if tracer.pinned:
        layer, pin = next(iter(tracer.pinned.values()))
        return f'its call sets training={pin} for "{printable(layer.name, 60)}"'
    return ""


def _structures(functional: Any, tracer: Tracer) -> dict[tuple[str, int], Any]:
    """Name the calls whose results' arrangement the tracer saw."""
    return {
        (operation.name, index): tracer.structures[id(node)][1]
        for operation, nodes in _calls(functional)
        for index, node in enumerate(nodes)
        if id(node) in tracer.structures
    }
