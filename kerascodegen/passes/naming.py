"""Choose Python names: for tensors, shared layers and functions."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kerascodegen.graph.model import (
    Graph,
    Node,
    NodeKey,
    Operation,
    OperationKind,
    TensorRef,
    Value,
    node_refs,
    tensor_refs,
)
from kerascodegen.graph.traverse import consumers, nodes_by_key, operations_by_name
from kerascodegen.literals import string

MAX_NAME_LENGTH = 60
# Several outputs up to this many are unpacked into a name each.
MAX_UNPACKED = 5
MAX_TAG_LENGTH = 40

_NEVER = (
    frozenset(keyword.kwlist)
    | frozenset(dir(builtins))
    # Soft keywords, and the one letter that ruff takes for a digit.
    | {"match", "case", "type", "l"}
)
_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[^0-9a-zA-Z]+")


def identifier(text: str, prefix: str) -> str:
    """Make a Python identifier from a name in a model file.

    Args:
        text: Any text.
        prefix: Put before a name that would begin with a digit, and used alone for one
            that has no usable character.

    Returns:
        A lower-case ASCII identifier of at most `MAX_NAME_LENGTH` characters. It may
        still be a keyword or taken; `Namespace.claim` sees to that.
    """
    # NFKD takes accents off letters, so that "größe" stays readable.
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    plain = plain.encode("ascii", "ignore").decode("ascii")
    words = _NOT_WORD.sub("_", _WORD_BREAK.sub("_", plain)).strip("_").lower()
    if not words:
        return prefix
    if words[0].isdigit():
        words = f"{prefix}_{words}"
    return words[:MAX_NAME_LENGTH].rstrip("_")


def snake_case(name: str) -> str:
    """Write a class name as Keras does when it names layers by class.

    Args:
        name: A class name.

    Returns:
        `"conv2d"` for `"Conv2D"`, `"multi_head_attention"` for `"MultiHeadAttention"`:
        the rule of keras/src/utils/naming.py.
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


@dataclass(slots=True)
class Namespace:
    """The names of one scope.

    Invariants: a name is given out once; it is an ASCII identifier; it is no keyword,
    no builtin, and no name of the enclosing scope, so nothing is ever shadowed.
    """

    taken: set[str] = field(default_factory=set)
    _next: dict[str, int] = field(default_factory=dict)

    def reserve(self, names: Iterable[str]) -> None:
        """Keep names from being given out."""
        self.taken.update(names)

    def claim(self, wanted: str) -> str:
        """Give out a name.

        Args:
            wanted: An ASCII identifier.

        Returns:
            That name; with an underscore behind it where it is a keyword or builtin,
            and with a number where it is taken.
        """
        name = f"{wanted}_" if wanted in _NEVER else wanted
        base = name
        number = self._next.get(base, 2)
        while name in self.taken:
            name = f"{base}_{number}"
            number += 1
        self._next[base] = number
        self.taken.add(name)
        return name

    def claim_first(self, wanted: Sequence[str]) -> str:
        """Claim the first name that is free; the first one with a number if none is.

        Args:
            wanted: Identifiers, the best first.

        Returns:
            The name.
        """
        free = (name for name in wanted if name not in self.taken)
        return self.claim(next(free, wanted[0]))

    def inner(self) -> Namespace:
        """A scope inside this one."""
        return Namespace(set(self.taken))


@dataclass(frozen=True, slots=True)
class Names:
    """The names inside one function.

    Attributes:
        tensors: The expression that stands for each tensor: a variable, or a subscript
            of one (`parts[2]`).
        targets: What each call is assigned to: a variable, or several with commas.
        layers: The variable of each layer or model that is called more than once.
    """

    tensors: Mapping[TensorRef, str]
    targets: Mapping[NodeKey, str]
    layers: Mapping[str, str]


def decide_names(
    graph: Graph,
    scope: Namespace,
    *,
    chain: bool,
    layers: Mapping[str, str] | None = None,
) -> Names:
    """Name the tensors and shared layers of a graph.

    Args:
        graph: A graph whose order is decided.
        scope: The function's namespace; names are claimed from it.
        chain: Rebind `x` along straight runs instead of naming every tensor.
        layers: Operations that have a variable of their own already.

    Returns:
        The names; every tensor that something takes has one.
    """
    return _Namer(graph, scope, chain, layers or {}).run()


class _Namer:
    def __init__(
        self, graph: Graph, scope: Namespace, chain: bool, layers: Mapping[str, str]
    ) -> None:
        self._graph = graph
        self._scope = scope
        self._operations = operations_by_name(graph)
        self._nodes = nodes_by_key(graph)
        self._order = graph.decisions.order
        self._next = dict(zip(self._order, self._order[1:], strict=False))
        self._consumers = consumers(graph)
        self._returned = set(tensor_refs(graph.outputs))
        self._taken: dict[NodeKey, set[TensorRef]] = {}
        for ref in (*self._consumers, *self._returned):
            self._taken.setdefault((ref.operation, ref.node_index), set()).add(ref)
        self._chain = chain
        self._tensors: dict[TensorRef, str] = {}
        self._targets: dict[NodeKey, str] = {}
        self._layers: dict[str, str] = dict(layers)
        if chain:
            scope.reserve(["x"])

    def run(self) -> Names:
        calls: dict[str, list[NodeKey]] = {}
        for key in self._order:
            calls.setdefault(key[0], []).append(key)
        self._name_inputs()
        shared = {
            name: keys
            for name, keys in calls.items()
            if (len(keys) > 1 or name in self._layers)
            and self._operations[name].kind is not OperationKind.OP
        }
        wanted = self._wanted_names(shared)
        for key in self._order:
            if key[0] not in self._layers:
                self._name_layer(key[0], key[0] in shared)
            self._name_results(self._nodes[key], wanted[key])
        return Names(self._tensors, self._targets, self._layers)

    def _name_layer(self, name: str, is_shared: bool) -> None:
        """Name a layer itself, where it is not made and called in one expression."""
        if is_shared:
            self._layers[name] = self._scope.claim(self._base(name))
        elif self._operations[name].vocabulary is not None:
            # It is given what it learnt before its one call.
            self._layers[name] = self._scope.claim(f"{self._base(name)}_layer")

    def _base(self, name: str) -> str:
        operation = self._operations[name]
        # A custom class may have a name that is no identifier either.
        name = operation.label
        return identifier(name, identifier(snake_case(operation.cls.name), "tensor"))

    def _name_inputs(self) -> None:
        inputs = list(dict.fromkeys(tensor_refs(self._graph.inputs)))
        for ref in inputs:
            wanted = "inputs" if len(inputs) == 1 else self._base(ref.operation)
            self._tensors[ref] = self._scope.claim(wanted)

    def _wanted_names(self, shared: Mapping[str, list[NodeKey]]) -> dict[NodeKey, str]:
        """What each call's result should be called, before names are made unique.

        A call of a shared layer is told apart by the input that its branch comes from
        (`encoder_left`, `encoder_right`); by a number where that does not tell.
        """
        branch = dict(self._tensors)
        for key in self._order:
            node = self._nodes[key]
            first = next(node_refs(node), None)
            tag = branch.get(first, "") if first else ""
            own = tag if key[0] in shared else self._base(key[0])
            for ref in tensor_refs(node.result()):
                branch[ref] = own
        wanted = {key: self._base(key[0]) for key in self._order}
        for name, keys in shared.items():
            tags = []
            for key in keys:
                first = next(node_refs(self._nodes[key]), None)
                tags.append(branch.get(first, "") if first else "")
            telling = len(set(tags)) == len(tags) and all(
                tag and len(tag) <= MAX_TAG_LENGTH for tag in tags
            )
            for number, (key, tag) in enumerate(zip(keys, tags, strict=True), 1):
                suffix = tag if telling else str(number)
                wanted[key] = f"{self._base(name)}_{suffix}"
        return wanted

    def _name_results(self, node: Node, wanted: str) -> None:
        results = node.result()
        refs = list(tensor_refs(results))
        indexed = [ref for ref in self._used(node) if ref not in refs]
        if isinstance(results, TensorRef) and not indexed:
            name = self._single(node, results, wanted)
            self._tensors[results] = self._targets[node.key] = name
        elif _is_flat(results) and len(refs) <= MAX_UNPACKED and not indexed:
            self._unpack(node, refs, wanted)
        else:
            name = self._scope.claim(wanted)
            self._targets[node.key] = name
            self._subscript(results, name)
            # Custom code returned more than one tensor; the file shows which are used.
            for ref in (results, *indexed) if isinstance(results, TensorRef) else ():
                self._tensors[ref] = f"{name}[{ref.tensor_index}]"

    def _used(self, node: Node) -> list[TensorRef]:
        """Tensors of a call that something takes, for calls of unknown arrangement."""
        if node.outputs is not None:
            return []
        return sorted(self._taken.get(node.key, ()))

    def _single(self, node: Node, ref: TensorRef, wanted: str) -> str:
        if self._graph.outputs in (ref, [ref]) and "outputs" not in self._scope.taken:
            return self._scope.claim("outputs")
        if self._chain and ref not in self._returned:
            following = self._next.get(node.key)
            if self._consumers.get(ref, []) == [following]:
                return "x"
        return self._scope.claim(wanted)

    def _unpack(self, node: Node, refs: list[TensorRef], wanted: str) -> None:
        suffixes = _result_suffixes(self._operations[node.operation], len(refs))
        targets = []
        for ref, suffix in zip(refs, suffixes, strict=True):
            if ref in self._consumers or ref in self._returned:
                name = self._scope.claim(f"{wanted}{suffix}")
                self._tensors[ref] = name
                targets.append(name)
            else:
                targets.append("_")
        self._targets[node.key] = ", ".join(targets) + ("," if len(refs) == 1 else "")

    def _subscript(self, results: Value, expression: str) -> None:
        if isinstance(results, TensorRef):
            self._tensors[results] = expression
        elif isinstance(results, list):
            for index, item in enumerate(results):
                self._subscript(item, f"{expression}[{index}]")
        elif isinstance(results, dict):
            for key, item in results.items():
                self._subscript(item, f"{expression}[{string(key)}]")


def _is_flat(results: Value) -> bool:
    return isinstance(results, list) and all(
        isinstance(item, TensorRef) for item in results
    )


_BIDIRECTIONAL = {
    3: ("", "_forward", "_backward"),
    5: ("", "_forward_h", "_forward_c", "_backward_h", "_backward_c"),
}
_RECURRENT = {
    "LSTM": ("", "_h", "_c"),
    "GRU": ("", "_state"),
    "SimpleRNN": ("", "_state"),
    "ConvLSTM1D": ("", "_h", "_c"),
    "ConvLSTM2D": ("", "_h", "_c"),
    "ConvLSTM3D": ("", "_h", "_c"),
    "MultiHeadAttention": ("", "_scores"),
    "Attention": ("", "_scores"),
    "AdditiveAttention": ("", "_scores"),
    "GroupQueryAttention": ("", "_scores"),
}


def _result_suffixes(operation: Operation, count: int) -> tuple[str, ...]:
    known = _RECURRENT.get(operation.cls.name)
    if operation.cls.name == "Bidirectional":
        known = _BIDIRECTIONAL.get(count)
    if known is not None and len(known) == count:
        return known
    return tuple(f"_{index}" for index in range(count)) if count > 1 else ("",)
