"""Raw TensorFlow ops of an old model become op nodes of Keras 3.

What each op is, `tfops` says; here its expressions are written as the nodes of a
Functional config, and what takes the old op's result is pointed at them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kerascodegen.catalog.lookup import OpEntry, catalog_data, find_op
from kerascodegen.errors import ReadError, UnsupportedModelError, printable
from kerascodegen.graph.custom import CODE_KEY, MissingCode
from kerascodegen.graph.rescue import Change
from kerascodegen.readers.keras2.calls import Calls
from kerascodegen.readers.keras2.code import shipped_code
from kerascodegen.readers.keras2.context import Json, JsonObject, Report
from kerascodegen.readers.keras2.entries import is_entry, is_op_layer, keras_tensor
from kerascodegen.readers.keras2.names import unique_name
from kerascodegen.readers.keras2.shapes import ShapeWalk
from kerascodegen.readers.keras2.tfops import (
    Array,
    LayerCall,
    OpCall,
    Output,
    Slice,
    Stub,
    Tensor,
    Translation,
    UntranslatableError,
    tensors,
)

# Names that TensorFlow gave, which say nothing that the op does not.
_AUTOMATIC = re.compile(r"tf[._]|tf_op_layer_|tensor_flow_op_layer")


class Lowering:
    """Writes the raw ops of one Functional model.

    Attributes:
        written: The op nodes, by the old layer in whose place they stand.
    """

    def __init__(
        self,
        layers: list[dict[str, Json]],
        calls: Calls,
        names: dict[str, str],
        report: Report,
        prefix: str,
        taken: set[str],
    ) -> None:
        self._layers = dict(zip(names, layers, strict=True))
        self._calls = calls
        self._report = report
        self._prefix = prefix
        self._walk = ShapeWalk(self._layers, calls)
        self._translator = self._walk.translator
        self._taken = taken
        self._names = names
        self._place = ""
        # Calls that give what the old op gave, by number: these have its name.
        self._ends: set[int] = set()
        self._made: dict[int, str] = {}
        self._kept: list[Any] = []
        self.written: dict[str, list[dict[str, Json]]] = {}

    def run(self) -> None:
        """Translate all calls in order, and tell the calls what stands in their place.

        Raises:
            ReadError: The calls go round in a circle.
        """
        self._calls.constant = self._constant
        for name, index in self._walk.order():
            layer = self._layers[name]
            if not is_op_layer(layer):
                self._walk.visit(name, index)
                continue
            self._place = name
            self.written.setdefault(name, [])
            config = layer.get("config")
            result = self._translator.op_layer(
                name,
                index,
                str(layer["class_name"]),
                config if isinstance(config, dict) else {},
                self._calls.old_calls(name)[index],
                self._layers.__contains__,
            )
            if isinstance(result, Translation):
                stub = self._write(name, index, result)
            else:
                stub = result
            if stub is not None:
                self._stub(name, index, stub)

    def _write(self, name: str, index: int, result: Translation) -> Stub | None:
        before = len(self.written[name])
        self._ends = set(map(_end, result.outputs))
        try:
            outputs = [
                None if item is None else self._json(item) for item in result.outputs
            ]
        except UntranslatableError as error:
            del self.written[name][before:]
            config = self._layers[name].get("config")
            function = config.get("function") if isinstance(config, dict) else None
            call = self._calls.old_calls(name)[index]
            inputs, keywords = self._calls.parse(name, call)
            return Stub(str(function), (inputs,), keywords, str(error))
        self._calls.results[name, index] = outputs
        made = [layer["class_name"] for layer in self.written[name][before:]]
        self._changed(
            name, " and ".join(dict.fromkeys(made)) or "part of what takes it"
        )
        return None

    def _changed(self, name: str, what: str) -> None:
        config = self._layers[name].get("config")
        function = config.get("function") if isinstance(config, dict) else None
        old = printable(function or self._layers[name].get("class_name"), 60)
        where = f"{self._prefix}{printable(name, 60)}"
        self._report.changes.append(Change("raw_op", where, f"tf.{old} becomes {what}"))

    def _constant(self, name: str, node: int, output: int) -> Json:
        """Make a constant that a layer takes part of the graph."""
        try:
            expr = self._translator.argument((name, node, output))
            self._place = name
            self._ends = {_end(expr)}
            return self._json(expr)
        except UntranslatableError as error:
            raise ReadError(
                f'What "{printable(name, 60)}" gives cannot be given to a layer: '
                f"{printable(error, 100)}."
            ) from None

    def _json(self, expr: Any) -> Json:
        """Write an expression; calls in it become nodes."""
        if isinstance(expr, Tensor):
            return self._calls.tensor(list(expr.ref), self._place)  # type: ignore[call-overload]
        if isinstance(expr, OpCall):
            return keras_tensor(self._op(expr), 0, 0)
        if isinstance(expr, Output):
            return keras_tensor(self._op(expr.call), 0, expr.index)
        if isinstance(expr, LayerCall):
            return keras_tensor(self._layer(expr), 0, 0)
        if isinstance(expr, Array):
            config = {"value": _lists(expr.values), "dtype": expr.dtype}
            return {"class_name": "__numpy__", "config": config}
        if isinstance(expr, Slice):
            ends = {
                key: self._json(getattr(expr, key)) for key in ("start", "stop", "step")
            }
            return {"class_name": "__slice__", "config": ends}
        if expr is ...:
            return {"class_name": "__ellipsis__", "config": {}}
        if isinstance(expr, list | tuple):
            return [self._json(item) for item in expr]
        if isinstance(expr, Mapping):
            return {str(key): self._json(item) for key, item in expr.items()}
        if expr is None or isinstance(expr, bool | int | float | str):
            return expr
        raise UntranslatableError("its arguments cannot be written")

    def _op(self, call: OpCall) -> str:
        """Write a call of a function of Keras as an op node, once."""
        if id(call) in self._made:
            return self._made[id(call)]
        entry = _op_of(call.function)
        if entry is None:
            raise UntranslatableError(f"{call.function} makes no op")
        config, args, kwargs = self._bound(entry, call)
        name = self._name(_snake(entry.name), call)
        module, _, cls = entry.key.rpartition(".")
        self.written[self._place].append(
            {
                "module": module,
                "class_name": cls,
                "config": {"name": name, **config},
                "registered_name": cls,
                "name": name,
                "inbound_nodes": [{"args": args, "kwargs": kwargs}],
            }
        )
        # Kept alive, or another object might get its number.
        self._kept.append(call)
        self._made[id(call)] = name
        return name

    def _bound(
        self, entry: OpEntry, call: OpCall
    ) -> tuple[dict[str, Json], list[Json], dict[str, Json]]:
        """Put arguments of the public function where its op class has them."""
        config: dict[str, Json] = {}
        given: dict[str, Json] = dict(self._named(entry, call))
        args: list[Json] = []
        kwargs: dict[str, Json] = {}
        positional = True
        for parameter in entry.parameters:
            if parameter.variadic == "*":
                args.extend(given.get(parameter.name, ()))
                continue
            if parameter.name not in given:
                positional = positional and parameter.source == "config"
                continue
            value = given[parameter.name]
            if parameter.source == "config":
                if _has_tensor(value):
                    raise UntranslatableError(
                        f"{parameter.name} of {call.function} is computed in the graph"
                    )
                config[parameter.key] = value
            elif positional and parameter.position == len(args):
                args.append(value)
            else:
                positional = False
                kwargs[parameter.key] = value
        return config, args, kwargs

    def _named(self, entry: OpEntry, call: OpCall) -> Iterator[tuple[str, Json]]:
        parameters = list(entry.parameters)
        for position, arg in enumerate(call.args):
            if position >= len(parameters):
                raise UntranslatableError(f"{call.function} takes fewer arguments")
            parameter = parameters[position]
            if parameter.variadic == "*":
                yield parameter.name, [self._json(a) for a in call.args[position:]]
                break
            yield parameter.name, self._json(arg)
        known = {parameter.name for parameter in parameters}
        for key, value in call.kwargs.items():
            if key not in known:
                raise UntranslatableError(f"{call.function} takes no {key}")
            yield key, self._json(value)

    def _layer(self, call: LayerCall) -> str:
        package, _, shipped = call.layer.rpartition(">")
        module, _, cls = call.layer.rpartition(".")
        cls = shipped if package else cls
        name = self._name(_snake(cls), call)
        args = [self._json(arg) for arg in call.args]
        config = {key: self._json(value) for key, value in call.config.items()}
        layer: dict[str, Json] = {
            "module": None if package else module,
            "class_name": cls,
            "config": {"name": name, **config},
            "registered_name": call.layer if package else None,
            "name": name,
            "inbound_nodes": [{"args": args, "kwargs": {}}],
        }
        if package:
            layer[CODE_KEY] = shipped_code(_snake(cls), cls)
        self.written[self._place].append(layer)
        return name

    def _stub(self, name: str, index: int, stub: Stub) -> None:
        """Write a stand-in for an op, with its arguments where it is called."""
        symbol = f"tf.{stub.symbol.removeprefix('tf.')}"
        words = re.split(r"[^0-9A-Za-z]+", stub.symbol)
        cls = "TF" + "".join(word[:1].upper() + word[1:] for word in words)[:60]
        # A layer keeps its name, which nothing else can have taken.
        layer_name = unique_name(self._names[name], self._taken)
        try:
            args = [self._json(arg) for arg in stub.args]
            kwargs = {
                key: self._json(value)
                for key, value in stub.kwargs.items()
                if value is not None
            }
        except (UntranslatableError, ReadError):
            args, kwargs = self._known_tensors(stub), {}
        if not _has_tensor([args, kwargs]):
            raise UnsupportedModelError(
                f'"{self._prefix}{printable(name, 60)}": Keras 2 left out of the file '
                f"which tensors {printable(symbol, 80)} takes, so the model cannot be "
                "read from it (Keras 2 cannot read it either). Build the model with "
                "another function in its place, such as tf.matmul, and save it again."
            )
        reason = f"stands for {printable(symbol, 80)}: {printable(stub.reason, 160)}"
        self.written[name].append(
            {
                "module": None,
                "class_name": cls,
                "config": {"name": layer_name},
                "registered_name": symbol,
                "name": layer_name,
                "inbound_nodes": [{"args": args, "kwargs": kwargs}],
                CODE_KEY: MissingCode(reason),
            }
        )
        self._changed(name, "a stand-in")
        width = 1 + max(
            (entry[2] for entry in _entries_of(self._layers, name)), default=0
        )
        self._calls.results[name, index] = [
            keras_tensor(layer_name, 0, output) for output in range(min(width, 1000))
        ]

    def _known_tensors(self, stub: Stub) -> list[Json]:
        """The tensors among the arguments, without constants that cannot be written."""
        found = []
        for tensor in tensors((*stub.args, *stub.kwargs.values())):  # type: ignore[arg-type]
            try:
                found.append(self._json(tensor))
            except (UntranslatableError, ReadError):
                continue
        return found

    def _name(self, wanted: str, call: OpCall | LayerCall) -> str:
        """Name a node: as the user did, else as Keras 3 would."""
        own = self._names[self._place]
        is_end = id(call) in self._ends
        if is_end and not _AUTOMATIC.match(own) and own not in self._taken:
            wanted = own
        return unique_name(wanted, self._taken)


def _entries_of(layers: Mapping[str, JsonObject], name: str) -> Iterator[list[Json]]:
    """Yield all places where a layer's outputs are taken."""
    stack: list[Any] = [layer.get("inbound_nodes") for layer in layers.values()]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            if is_entry(value) and value[0] == name and value[2] >= 0:
                yield value
            stack.extend(value)
        elif isinstance(value, dict):
            stack.extend(value.values())


def _end(expr: Any) -> int:
    return id(expr.call if isinstance(expr, Output) else expr)


def _op_of(function: str) -> OpEntry | None:
    """Find the op class that a public function makes."""
    if not _BY_FUNCTION:
        for key, raw in catalog_data()["ops"].items():
            _BY_FUNCTION.setdefault(raw["function"], key)
    key = _BY_FUNCTION.get(function)
    return None if key is None else find_op(key)


_BY_FUNCTION: dict[str, str] = {}


def _has_tensor(value: Json) -> bool:
    if isinstance(value, list):
        return any(map(_has_tensor, value))
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            return True
        return any(map(_has_tensor, value.values()))
    return False


def _lists(value: Any) -> Json:
    return [_lists(item) for item in value] if isinstance(value, tuple) else value


def _snake(name: str) -> str:
    """Write a class name as Keras' `to_snake_case` does for automatic names."""
    name = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
