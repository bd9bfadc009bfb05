"""The intermediate representation: a Keras model as plain, comparable data.

Nothing here knows keras. Names follow Keras' own (`keras/src/ops/node.py`): an
`Operation` is a layer, an op or a nested model; a `Node` is one call of it. A shared
layer therefore needs no special type: it is one `Operation` with several `Node`s.
Tensors are referred to by name (`TensorRef`), so a graph compares, diffs and dumps.

Readers write facts; passes write decisions into fields of their own (`Decisions`).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from kerascodegen.errors import Diagnostic
from kerascodegen.graph.custom import CustomCode
from kerascodegen.graph.rescue import Rescue


@dataclass(frozen=True, slots=True, order=True)
class TensorRef:
    """A tensor, by what made it: `keras_history` with the operation's name.

    Attributes:
        operation: Name of the operation, unique within its graph.
        node_index: Which call of that operation, counted from 0 within the graph.
        tensor_index: Position among that call's outputs, flattened as `keras.tree`
            flattens them (dict keys sorted).
    """

    operation: str
    node_index: int = 0
    tensor_index: int = 0


@dataclass(frozen=True, slots=True)
class ClassRef:
    """The class of an operation or object as its config names it; nothing is imported.

    Attributes:
        module: `"keras.layers"`, `"keras.src.ops.numpy"`, a custom module, or `None`.
        name: The bare class name.
        registered: `"package>Name"` of a registered custom class, else `None`.
        code: Where its code comes from, as far as is known. A file does not tell, so
            it has no part in equality.
    """

    module: str | None
    name: str
    registered: str | None = None
    code: CustomCode | None = field(default=None, compare=False, repr=False)

    @property
    def path(self) -> str:
        """Dotted path, the key under which the catalog knows a class."""
        return f"{self.module}.{self.name}" if self.module else self.name


@dataclass(frozen=True, slots=True)
class Argument:
    """One constructor argument that will be written. A decision, made by a pass.

    Attributes:
        name: The parameter's name.
        value: What is written for it.
        positional: Whether the name is left out.
    """

    name: str
    value: Value
    positional: bool = False


@dataclass(frozen=True, slots=True)
class ObjectSpec:
    """An object inside a config: an initializer, a regularizer, an inner layer.

    Attributes:
        cls: Its class as the config names it.
        config: Decoded constructor arguments; an inner layer's include its `name`.
        graph: The nested model's own graph, where the object is a model.
        shared_id: As for an `Operation`.
        arguments: Decision: what is written; `None` until the arguments pass ran.
    """

    cls: ClassRef
    config: Mapping[str, Value]
    graph: Graph | None = None
    shared_id: int | None = None
    arguments: tuple[Argument, ...] | None = None


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """A function inside a config, by name.

    Attributes:
        module: As the config has it; `"builtins"` for most.
        name: The function's name; `"package>name"` of a registered one.
        registered: Another registered name, else `None`.
        code: Where its code comes from, as in `ClassRef`.
    """

    module: str | None
    name: str
    registered: str | None = None
    code: CustomCode | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LambdaSpec:
    """Python bytecode inside a config. It is never unmarshalled, only hashed.

    Attributes:
        sha256: Hash of the bytecode.
        layer: Decision: the layer whose function it is, which names the stand-in.
        code: Its source, where the model is live, as in `ClassRef`.
    """

    sha256: str
    layer: str = ""
    code: CustomCode | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SliceSpec:
    """A `slice` in the arguments of a call."""

    start: Value
    stop: Value
    step: Value


@dataclass(frozen=True, slots=True)
class BytesSpec:
    """A `bytes` value, kept as the text that Keras stores."""

    text: str


@dataclass(frozen=True, slots=True)
class ArraySpec:
    """A constant array.

    Attributes:
        values: Nested lists of numbers, or one number.
        dtype: As Keras names it.
        is_tensor: Whether it was a backend's tensor rather than a `numpy.ndarray`.
    """

    values: Value
    dtype: str
    is_tensor: bool


class FileKind(enum.Enum):
    """How source takes a value out of a file beside it."""

    ARRAY = "array"
    LIST = "list"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class FileSpec:
    """A value that stands in a file beside the source. A decision, made by a pass.

    Attributes:
        kind: An array, an array made a list of, or a vocabulary.
        key: The array's name in the `.npz`, or the name of the vocabulary's file.
        dtype: What an array is cast to, or `""` where it is stored as that.
        is_tensor: Whether it is made a tensor of the backend.
    """

    kind: FileKind
    key: str
    dtype: str = ""
    is_tensor: bool = False


class Singleton(enum.Enum):
    """Values that have no JSON form of their own."""

    ELLIPSIS = "..."


Leaf: TypeAlias = (
    "bool | int | float | str | TensorRef | ObjectSpec | FunctionSpec | "
    "LambdaSpec | SliceSpec | BytesSpec | ArraySpec | FileSpec | Singleton | None"
)
Value: TypeAlias = "Leaf | list[Value] | dict[str, Value]"
Config: TypeAlias = "Mapping[str, Value]"


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Shape and dtype of a tensor. `shape` has `None` for unknown dimensions."""

    shape: tuple[int | None, ...]
    dtype: str


class OperationKind(enum.Enum):
    """What an operation is, which decides how it is written."""

    INPUT = "input"
    LAYER = "layer"
    OP = "op"
    MODEL = "model"


class GraphKind(enum.Enum):
    """The class of model a graph was."""

    FUNCTIONAL = "functional"
    SEQUENTIAL = "sequential"
    # A class of somebody's own, whose config has arguments and no layers: the only
    # operation is the model itself, which nothing calls.
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Operation:
    """A layer, op, input or nested model.

    Attributes:
        name: Unique within the graph.
        kind: Input, layer, op or nested model.
        cls: Its class as the config names it.
        config: Decoded constructor arguments, without `name`.
        graph: The nested model's own graph, for `OperationKind.MODEL`.
        build_shape: The input shape that the layer was built with, where known.
        holds_models: Whether a model stands somewhere inside the config.
        vocabulary: What a lookup layer has learnt by `adapt`, where the reader could
            tell: its config only has the size. JSON does not tell, so it has no part in
            equality.
        inner_modes: How layers inside it are quantised, or `"lora"`, where the config
            has no room for that. Only a live model tells.
        shared_id: Number of the object, where it is one that stands in several models
            or wrappers: all places with one number are one object. Numbered through
            all nested graphs, in the order of first places.
        own_name: The layer's name, where another layer of the graph has the same and
            `name` had to differ; that happens only to several models in one graph.
        arguments: Decision: what is written; `None` until the arguments pass ran.
        learnt: Decision: what is written for the vocabulary.
    """

    name: str
    kind: OperationKind
    cls: ClassRef
    config: Config
    graph: Graph | None = None
    build_shape: Value = None
    holds_models: bool = False
    vocabulary: tuple[str | int, ...] | None = field(default=None, compare=False)
    inner_modes: tuple[str, ...] = field(default=(), compare=False)
    shared_id: int | None = None
    own_name: str = ""
    arguments: tuple[Argument, ...] | None = None
    learnt: Value = field(default=None, compare=False)

    @property
    def label(self) -> str:
        """The name that Keras knows it by."""
        return self.own_name or self.name


@dataclass(frozen=True, slots=True)
class Node:
    """One call of an operation.

    Attributes:
        operation: The operation's name.
        index: Which call of it, counted from 0.
        args: Positional arguments, with `TensorRef` leaves.
        kwargs: Keyword arguments, with `TensorRef` leaves.
        outputs: How the result is arranged: a tensor index, or lists and dicts of
            them; `None` where nothing tells (custom code).
    """

    operation: str
    index: int
    args: tuple[Value, ...]
    kwargs: Mapping[str, Value]
    outputs: Value = 0

    @property
    def key(self) -> NodeKey:
        """The call's identity within its graph."""
        return (self.operation, self.index)

    def with_outputs(self, outputs: Value) -> Node:
        """Copy the call with its outputs arranged as given."""
        return replace(self, outputs=outputs)

    def result(self) -> Value:
        """The value that the call gives: its tensors, arranged as `outputs` says."""

        def tensors(structure: Value) -> Value:
            if isinstance(structure, list):
                return [tensors(item) for item in structure]
            if isinstance(structure, dict):
                return {key: tensors(item) for key, item in structure.items()}
            index = structure if isinstance(structure, int) else 0
            return TensorRef(self.operation, self.index, index)

        return tensors(self.outputs)


NodeKey: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Freeze:
    """Sets `trainable` of a run of `model.layers` after the model is built.

    Attributes:
        start: First position in `model.layers`, or `None` for the beginning.
        stop: Position behind the last, or `None` for the end.
        trainable: The value set. With neither start nor stop, it is set on the model
            itself, which Keras carries down to every layer.
    """

    start: int | None
    stop: int | None
    trainable: bool


@dataclass(frozen=True, slots=True)
class Decisions:
    """What passes decided about a graph; readers leave it empty.

    Attributes:
        order: Calls in the order that they are written.
        freezes: Bulk changes of `trainable` behind the model's construction.
        frozen: Operations whose own `trainable` those changes set.
        unnamed: Operations whose name is left out, since Keras gives it itself.
        reserved_uids: Auto-name prefixes, each with the highest number that a layer
            of this graph has taken, of which unnamed ops must keep clear.
        transfer: Options with which `verify` moves the weights over, where the file of
            the original does not load; empty where it does.
        own_masks: Calls whose mask the author gave, by what else Keras recorded.
        empty_masks: Calls whose `mask=None` was left out, which Keras records as well
            where there is no mask.
    """

    order: tuple[NodeKey, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    frozen: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()
    reserved_uids: tuple[tuple[str, int], ...] = ()
    transfer: tuple[str, ...] = ()
    own_masks: frozenset[NodeKey] = frozenset()
    empty_masks: frozenset[NodeKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Member:
    """One of several models that share layers and are read together.

    Attributes:
        name: The model's name.
        key: Its key, where the models were given as a dict.
        operation: The operation of the graph that it is, or `None` where the graph
            holds its layers.
        trainable: The model's own flag.
        inputs: As in `Graph`, where the graph holds its layers.
        outputs: The same.
        compile_config: As in `Graph`.
    """

    name: str
    key: str | None = None
    operation: str | None = None
    trainable: bool = True
    inputs: Value = None
    outputs: Value = None
    compile_config: Config | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """A model: operations, their calls, and how its inputs and outputs are arranged.

    Attributes:
        kind: Functional or Sequential.
        name: The model's name.
        trainable: The model's own flag; layers carry theirs in their config.
        inputs: Structure (a `TensorRef`, or lists and dicts of them) of the inputs;
            `None` for a Sequential without an input.
        outputs: The same for the outputs.
        operations: In the order of the config, which is that of `model.layers`.
        nodes: All calls, by operation in that order and then by index. Input layers
            have none.
        specs: Shape and dtype of the tensors for which the config tells them.
        compile_config: Decoded arguments of `compile`, or `None`.
        complete: Whether the configs also have what `get_config` leaves out, which
            only a live model tells.
        lost_sharing: Names of layers that are one object in several models, though
            with which of them the file does not tell.
        members: The models that one graph holds together, where it is that of several.
        remarks: What the reader has to say where the model is of a class of somebody's
            own. Only a live model tells, and so for the next.
        traced: Whether layers were found in code, as in a subclassed model, so that
            the original keeps their weights elsewhere.
        rescue: What became of the config, where an older Keras wrote it.
        decisions: What passes decided.
    """

    kind: GraphKind
    name: str
    trainable: bool
    inputs: Value
    outputs: Value
    operations: tuple[Operation, ...]
    nodes: tuple[Node, ...]
    specs: Mapping[TensorRef, TensorSpec] = field(default_factory=dict)
    compile_config: Config | None = None
    complete: bool = field(default=False, compare=False)
    lost_sharing: tuple[str, ...] = field(default=(), compare=False)
    members: tuple[Member, ...] = ()
    remarks: tuple[Diagnostic, ...] = field(default=(), compare=False)
    traced: bool = field(default=False, compare=False)
    rescue: Rescue | None = field(default=None, compare=False)
    decisions: Decisions = field(default_factory=Decisions)

    def decide(self, **decisions: Any) -> Graph:
        """Copy the graph with some of its decisions set."""
        return replace(self, decisions=replace(self.decisions, **decisions))

    def operation(self, name: str) -> Operation:
        """The operation of a name; the graph's names are unique.

        Raises:
            KeyError: There is none.
        """
        for operation in self.operations:
            if operation.name == name:
                return operation
        raise KeyError(name)


def tensor_refs(value: Value) -> Iterator[TensorRef]:
    """Yield the tensors inside a value, in the order that they are written."""
    if isinstance(value, TensorRef):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from tensor_refs(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from tensor_refs(item)
    elif isinstance(value, SliceSpec):
        for item in (value.start, value.stop, value.step):
            yield from tensor_refs(item)


def node_refs(node: Node) -> Iterator[TensorRef]:
    """Yield the tensors that a call consumes, arguments first, then keywords."""
    for arg in node.args:
        yield from tensor_refs(arg)
    for value in node.kwargs.values():
        yield from tensor_refs(value)
