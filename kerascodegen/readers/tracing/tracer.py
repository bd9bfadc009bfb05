"""Run `call` on symbolic tensors, going into blocks or keeping them as layers.

While a tracer is active, it stands in for `Layer.__call__`. What Keras' own method does
for a layer that stays one is left to it; for a block that is gone into, its `call` runs
with the arguments, masks and training mode that Keras would have given it, and each
layer inside makes a node of its own.
"""

from __future__ import annotations

import contextlib
import inspect
import threading
from collections.abc import Callable, Iterator
from typing import Any

from kerascodegen.errors import Diagnostic, Level, printable
from kerascodegen.readers.tracing.blocks import (
    Serialisable,
    free_batch,
    graph_of,
    is_own_code,
    is_plain_model,
    own_blocks,
)
from kerascodegen.readers.tracing.calling import (
    build,
    cares_for_training,
    converted,
    first,
    free_size,
    has_symbolic,
    pass_masks,
    without_flags,
)
from kerascodegen.readers.tracing.inputs import Signature
from kerascodegen.readers.tracing.refusals import (
    ConstantCallError,
    HeldFunctionError,
    RawVariableError,
    RefusalError,
    refuse,
)
from kerascodegen.readers.tracing.replay import run_again
from kerascodegen.readers.tracing.state import Kept
from kerascodegen.readers.tracing.training import TrainingFlag
from kerascodegen.readers.tracing.unique import label

# What a tracer collects on its way.
_FOUND = (
    *("paths", "called", "entered", "structures", "lost", "pinned"),
    *("_notes", "_flags", "_decided"),
)
_TIED = (
    "is called on constants, which zeros of an input are added to: a Functional model "
    "holds only what depends on its inputs."
)
# Replaces a nested model by one whose blocks are gone into.
Replace = Callable[[Any], Any]


class Tracer:
    """Decides for each call of a layer what becomes of it.

    Attributes:
        paths: Names of the blocks that each layer was met in, by the layer's id.
        called: Every layer that became one of the graph's, by id.
        entered: Every block that was gone into, by id.
        structures: How the result of each call of a block that is kept is arranged,
            with the node, by the node's id.
        lost: Classes whose `call` adds a loss, in order.
        pinned: Layers that are told to train or not, with what they are told, by id.
    """

    def __init__(
        self, signature: Signature | None, inline: bool, kept: Kept, replace: Replace
    ) -> None:
        self.paths: dict[int, tuple[str, ...]] = {}
        self.called: dict[int, Any] = {}
        self.entered: dict[int, Any] = {}
        self.structures: dict[int, tuple[Any, Any]] = {}
        self.lost: dict[str, None] = {}
        self.pinned: dict[int, tuple[Any, bool]] = {}
        self.serialisable = Serialisable()
        self._signature = signature
        self._inline = inline
        self._kept = kept
        self._replace = replace
        self._notes: dict[Diagnostic, None] = {}
        self._flags: dict[int, tuple[Any, TrainingFlag]] = {}
        self._stack: list[Any] = []
        self._path: tuple[str, ...] = ()
        self._training: list[Any] = []
        self._decided: dict[int, bool] = {}
        self._inside = 0
        self._thread = threading.get_ident()
        self._call: Any = None

    @property
    def notes(self) -> list[Diagnostic]:
        """What there is to say of blocks."""
        return list(self._notes)

    @property
    def branches(self) -> list[tuple[Any, list[str]]]:
        """Blocks whose `call` branched on `training`, with the places."""
        return [(owner, list(f.asked)) for owner, f in self._flags.values() if f.asked]

    def trace(self, model: Any, args: list[Any]) -> Any:
        """Run the `call` of a model.

        Args:
            model: The model whose forward pass is wanted.
            args: Symbolic inputs.

        Returns:
            What it returns.

        Raises:
            RefusalError: It cannot run on symbolic tensors.
            Learnt: Something about the inputs was learnt; start over.
        """
        cast = self._signature is not None and self._signature.cast
        try:
            return self._enter(model, tuple(args), {}, (), convert=cast)
        except Exception as error:
            raise refuse(error, model) from error

    def replay(self, functional: Any) -> Any:
        """Call the operations of a Functional once more.

        Args:
            functional: The Functional; its own input tensors are used.

        Returns:
            Its outputs, of new nodes.
        """
        outer, self._path = self._path, ()
        self._stack.append(functional)
        try:
            return run_again(functional)
        except Exception as error:
            raise refuse(error, functional) from error
        finally:
            self._path = outer
            self._stack.pop()

    def goes_into(self, block: Any) -> bool:
        """Tell whether a block is to be gone into, if that is possible."""
        return self._inline or bool(self.serialisable.problem(block))

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        """Stand in for Keras' own `Layer.__call__` and the like."""
        import keras

        layer_class, op_class = keras.layers.Layer, keras.Operation
        originals = (
            (layer_class, "__call__", layer_class.__call__, self.call),
            (layer_class, "add_loss", layer_class.add_loss, self._add_loss),
            (op_class, "symbolic_call", op_class.symbolic_call, self._op_call),
        )
        self._call = layer_class.__call__
        for cls, name, original, mine in originals:
            setattr(cls, name, _stand_in(original, mine, self._thread))
        try:
            yield
        finally:
            for cls, name, original, _ in originals:
                setattr(cls, name, original)

    @contextlib.contextmanager
    def _within_layer(self) -> Iterator[None]:
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    @property
    def watching(self) -> bool:
        """Whether what runs is the user's `call`, not the inside of a kept layer."""
        return self._inside == 0

    def call(self, original: Any, layer: Any, *args: Any, **kwargs: Any) -> Any:
        """Do what `Layer.__call__` would do, or go into the layer."""
        if self._inside:
            return original(layer, *args, **kwargs)
        self._kept.keep(layer)
        if not has_symbolic((args, kwargs)):
            args, kwargs = without_flags(args, kwargs)
            with self._within_layer():
                result = original(layer, *args, **kwargs)
            if not layer.variables:
                return result
            tied = self._signature and self._signature.tied(args)
            if not tied or kwargs:
                raise ConstantCallError(layer)
            args = tied
            self._say(layer, _TIED)
        if self._signature is not None:
            self._signature.learn(layer, args, kwargs)
        if is_plain_model(layer):
            return self._nested(layer, args, kwargs)
        if is_own_code(layer):
            if self._replaying and kwargs.get("training") is False:
                # Recorded from the default of `call`; nobody asked for it.
                kwargs.pop("training")
            return self._block(layer, args, kwargs)
        return self._keep(layer, args, kwargs)

    @property
    def _replaying(self) -> bool:
        return bool(self._stack) and graph_of(self._stack[-1]) is not None

    def _keep(self, layer: Any, args: Any, kwargs: Any) -> Any:
        """Let the layer be called; it makes one node."""
        explicit = "training" in kwargs
        args, kwargs = without_flags(args, kwargs)
        outer = next((one for one in reversed(self._training) if one is not None), None)
        if outer is not None and not explicit and cares_for_training(layer):
            kwargs["training"] = outer
        pin = kwargs.get("training")
        if isinstance(pin, bool) and not self._replaying and cares_for_training(layer):
            self.pinned[id(layer)] = (layer, pin)
        self.paths.setdefault(id(layer), self._path)
        self.called[id(layer)] = layer
        with self._within_layer():
            result = self._call(layer, *args, **kwargs)
        if is_own_code(layer):
            self._note_structure(result)
        return result

    def _nested(self, model: Any, args: Any, kwargs: Any) -> Any:
        """Call a nested model, with its blocks gone into where that is wanted."""
        self._free_batch(model)
        if not any(self.goes_into(block) for block in own_blocks(model)):
            return self._keep(model, args, kwargs)
        if graph_of(model) is None:
            with self._within_layer():  # a Sequential gets its graph on building
                self._call(model, *without_flags(args, kwargs)[0])
        replaced = self._replace(model) if graph_of(model) is not None else model
        return self._keep(replaced, args, kwargs)

    def _free_batch(self, model: Any) -> None:
        """Build a Sequential anew that was built for the batch of its first data."""
        with self._within_layer():
            free_batch(model)

    def _block(self, block: Any, args: Any, kwargs: Any) -> Any:
        """Go into a block or keep it as a layer."""
        problem = self.serialisable.problem(block)
        enter = self._decided.get(id(block), self.goes_into(block))
        if not enter:
            self._probe(block, args, kwargs)
            self._decided[id(block)] = False
            return self._keep(block, args, kwargs)
        path = (*self._path, label(block, self._stack[-1] if self._stack else None))
        try:
            result = self._enter(block, args, kwargs, path)
        except Exception as error:
            refusal = refuse(error, block)
            if problem:
                raise RefusalError(
                    f"{refusal} Or keep it as a layer: {problem}, so add what Keras "
                    "needs to save it.",
                    refusal.reason,
                ) from error
            self._say(block, f"is kept as a layer: its forward pass {refusal.reason}.")
            self._decided[id(block)] = False
            return self._keep(block, args, kwargs)
        self._decided[id(block)] = True
        if problem and not self._inline:
            self._say(block, f"is written out layer by layer, since {problem}.")
        return result

    def _probe(self, block: Any, args: Any, kwargs: Any) -> None:
        """Go into a block that is kept only to learn what reads the inputs in it."""
        if self._signature is None or not self._signature.undecided(args, kwargs):
            return
        before = {name: dict(getattr(self, name)) for name in _FOUND}
        with contextlib.suppress(Exception):
            self._enter(block, args, kwargs, self._path)
        for name, value in before.items():
            setattr(self, name, value)

    def _enter(
        self,
        block: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        path: tuple[str, ...],
        *,
        convert: bool = True,
    ) -> Any:
        """Run the block's own `call`, as `Layer.__call__` would."""
        self._kept.keep(block)
        self.entered[id(block)] = block
        if convert:
            args, kwargs = converted(block, (args, kwargs))
        signature = inspect.signature(block.call)
        if "training" not in signature.parameters:
            kwargs = {k: v for k, v in kwargs.items() if k != "training"}
        bound = signature.bind(*args, **kwargs)
        with self._within_layer():
            build(block, bound.arguments)
        given = bound.arguments.get("training")
        explicit = None if isinstance(given, TrainingFlag) else given
        if "training" in signature.parameters and explicit is None:
            bound.arguments["training"] = self._flag(block, given)
        mask = pass_masks(signature, bound)
        outer, self._path = self._path, path
        self._stack.append(block)
        self._training.append(explicit)
        try:
            result = block.call(*bound.args, **bound.kwargs)
        finally:
            self._path = outer
            self._stack.pop()
            self._training.pop()
        if block.supports_masking:
            block._set_mask_metadata(first(bound), result, mask)
        return result

    def _flag(self, block: Any, given: Any) -> Any:
        outer = next((one for one in reversed(self._training) if one is not None), None)
        if outer is not None and given is None:
            return outer
        if id(block) not in self._flags:
            self._flags[id(block)] = (block, TrainingFlag())
        return self._flags[id(block)][1]

    def _note_structure(self, result: Any) -> None:
        import keras

        flat = keras.tree.flatten(result)
        if not flat or not hasattr(flat[0], "_keras_history"):
            return
        history = flat[0]._keras_history
        node = history.operation._inbound_nodes[history.node_index]
        counter = iter(range(len(flat)))
        numbered = keras.tree.map_structure(lambda _: next(counter), result)
        self.structures[id(node)] = (node, numbered)

    def _add_loss(self, original: Any, layer: Any, loss: Any) -> None:
        """Let a loss of symbolic tensors go: a Functional cannot hold it."""
        if self._inside or not has_symbolic(loss):
            original(layer, loss)
            return
        self.lost[printable(type(layer).__name__, 60)] = None

    def _op_call(self, original: Any, op: Any, *args: Any, **kwargs: Any) -> Any:
        """Refuse what the node of an op cannot hold."""
        import keras

        if self._inside:
            return original(op, *args, **kwargs)
        if _converts_nothing(op, args):
            return args[0]
        held = [
            *keras.tree.flatten((args, kwargs)),
            *(value for name, value in vars(op).items() if not name.startswith("_")),
        ]
        for one in held:
            if isinstance(one, keras.Variable):
                raise RawVariableError(one)
            if inspect.isroutine(one):
                raise HeldFunctionError(f"keras.ops.{_snake_case(type(op).__name__)}")
        if self._signature is not None:
            self._signature.require_known((args, kwargs))
        op = free_size(op)
        with self._within_layer():
            return original(op, *args, **kwargs)

    def _say(self, block: Any, message: str) -> None:
        name = printable(type(block).__name__, 60)
        self._notes[Diagnostic(Level.NOTE, "", f"{name} {message}")] = None


def watched(tracer: Tracer) -> Any:
    """Make a scope in which a variable that `call` itself reads is noticed.

    Args:
        tracer: Tells whether it is the user's `call` that runs.

    Returns:
        A context manager. What is assigned in it reaches no variable.
    """
    import keras

    class Watch(keras.StatelessScope):  # type: ignore[misc]
        def get_current_value(self, variable: Any) -> Any:
            if tracer.watching:
                raise RawVariableError(variable)
            return super().get_current_value(variable)

    return Watch()


def _converts_nothing(op: Any, args: Any) -> bool:
    """Whether a `convert_to_tensor` gives the symbolic tensor that it was given."""
    if type(op).__name__ != "ConvertToTensor" or not has_symbolic(args):
        return False
    return op.dtype in {None, args[0].dtype} and not op.sparse


def _stand_in(original: Any, mine: Any, thread: int) -> Any:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() != thread:
            return original(self, *args, **kwargs)
        return mine(original, self, *args, **kwargs)

    return method


def _snake_case(name: str) -> str:
    from keras.src.utils.naming import to_snake_case

    return str(to_snake_case(name))
