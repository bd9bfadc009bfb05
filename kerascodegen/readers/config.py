"""Turn the config of a Keras 3 model into a graph.

The same code serves every reader: an archive's `config.json`, a `to_json()` file and
the serialised form of a live model. Format: `Functional.get_config` and
`Sequential.get_config` in keras/src/models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kerascodegen.catalog.arity import output_structure
from kerascodegen.catalog.lookup import find_class, find_op, keras_version
from kerascodegen.errors import (
    CodegenError,
    NoGraphError,
    ReadError,
    UnsupportedModelError,
    printable,
)
from kerascodegen.graph.model import (
    ClassRef,
    Graph,
    GraphKind,
    Node,
    Operation,
    OperationKind,
    TensorRef,
    Value,
)
from kerascodegen.readers.custom_model import is_custom_model, with_custom_calls
from kerascodegen.readers.decode import (
    MODEL_CLASSES,
    Decoder,
    JsonObject,
    class_ref,
    is_model,
    object_field,
)
from kerascodegen.readers.jsontext import MAX_DEPTH
from kerascodegen.readers.keras2.detect import is_keras_2
from kerascodegen.readers.lambda_outputs import with_lambda_outputs
from kerascodegen.readers.sharing import Sharing, find_sharing

# Nested models beyond this are an attack on the stack, not an architecture.
MAX_MODEL_NESTING = 24

INPUT_LAYER = "InputLayer"
# The module that Keras writes for all layers of its own.
_KERAS_LAYERS = "keras.layers"


def read_model_config(data: Any, sharing: Sharing | None = None) -> Graph:
    """Read a serialised model.

    Args:
        data: Parsed JSON of the whole model: `class_name`, `config` and the like.
        sharing: Which layers stand in several places, where the caller knows; found
            out from the marks in a file when left out.

    Returns:
        The graph, with `compile_config` where the model was compiled.

    Raises:
        ReadError: The config is damaged.
        UnsupportedModelError: The model has no layers in its config (a subclassed
            model), or is of a kind not read yet.
    """
    if not isinstance(data, dict) or not isinstance(data.get("class_name"), str):
        raise ReadError(
            "The JSON is not the config of a Keras model: it has no class_name. "
            "kerascodegen reads what model.to_json() and model.save() write."
        )
    if is_keras_2(data):
        from kerascodegen.readers.keras2.read import read_keras_2

        return read_keras_2(data)
    return read_keras_3(data, sharing)


def read_keras_3(data: JsonObject, sharing: Sharing | None = None) -> Graph:
    """Read a serialised model of Keras 3.

    Args:
        data: Parsed JSON of the whole model, whose `class_name` is a text.
        sharing: As for `read_model_config`.

    Returns:
        The graph, with `compile_config` where the model was compiled.

    Raises:
        ReadError: The config is damaged.
        UnsupportedModelError: The model has no layers in its config.
    """
    if not is_model(data) and not is_custom_model(data):
        raise _not_a_graph(data)
    sharing = find_sharing([data]) if sharing is None else sharing
    reader = _ModelReader(0, sharing.ids)
    graph = reader.read(data) if is_model(data) else reader.read_custom(data)
    return replace(graph, lost_sharing=sharing.lost) if sharing.lost else graph


def _not_a_graph(data: JsonObject) -> CodegenError:
    name = printable(data["class_name"], 60)
    if isinstance(data.get("config"), dict) and "layers" in data["config"]:
        return NoGraphError(
            f'"{name}" is not a model class of Keras, so how its layers are connected '
            "is not known. Give the live model instead: package.module:attr or "
            "file.py:attr."
        )
    if data["class_name"] in MODEL_CLASSES:
        return ReadError(
            f'The config of the "{name}" model is damaged: it has no list of layers.'
        )
    if find_class(class_ref(data).path) is not None:
        return ReadError(
            f'The JSON is the config of a "{name}", not of a model. Pass what '
            "model.to_json() of the whole model gives."
        )
    return ReadError(f'The config of the "{name}" model is damaged: it is no object.')


class _ModelReader:
    """Reads one model; a nested model gets a reader of its own."""

    def __init__(self, nesting: int, shared_ids: Mapping[int, int]) -> None:
        self._nesting = nesting
        self._shared_ids = shared_ids
        self._models_read = 0
        self._decoder = Decoder(self._read_nested, shared_ids)

    def _read_nested(self, data: JsonObject) -> Graph:
        if self._nesting >= MAX_MODEL_NESTING:
            raise ReadError(
                f"Models are nested more than {MAX_MODEL_NESTING} deep in the config."
            )
        self._models_read += 1
        return _ModelReader(self._nesting + 1, self._shared_ids).read(data)

    def read(self, data: JsonObject) -> Graph:
        config = object_field(data, "config", dict, "the model")
        name = object_field(config, "name", str, "the model")
        where = f'the model "{printable(name, 60)}"'
        layers = object_field(config, "layers", list, where)
        for layer in layers:
            if not isinstance(layer, dict):
                raise ReadError(f"A layer in {where} is not an object.")
        if "input_layers" in config:
            graph = self._read_functional(name, config, layers)
        else:
            graph = self._read_sequential(name, config, layers)
        return self._with_compile(graph, data.get("compile_config"))

    def read_custom(self, data: JsonObject) -> Graph:
        """Read a model of which only the class and its arguments are known."""
        cls = class_ref(data)
        config = self._decoder.decode_config(data["config"])
        name = config.pop("name", cls.name)
        if not isinstance(name, str):
            raise ReadError("The model's name in the config is no text.")
        operation = Operation(
            name,
            OperationKind.LAYER,
            cls,
            config,
            holds_models=self._models_read > 0,
        )
        graph = Graph(
            kind=GraphKind.CUSTOM,
            name=name,
            trainable=True,
            inputs=None,
            outputs=None,
            operations=(operation,),
            nodes=(),
        )
        return self._with_compile(graph, data.get("compile_config"))

    def _with_compile(self, graph: Graph, config: Any) -> Graph:
        # An empty compile_config is what an uncompiled model saves.
        if not isinstance(config, dict) or not config:
            return graph
        decoded = self._decoder.decode_config(config)
        # "auto", the default, is False in the config wherever the model was compiled on
        # CPUs with TensorFlow, or with PyTorch.
        if decoded.get("jit_compile") is False:
            del decoded["jit_compile"]
        return replace(graph, compile_config=decoded)

    def _read_functional(
        self, name: str, config: JsonObject, layers: list[JsonObject]
    ) -> Graph:
        operations = [self._operation(layer) for layer in layers]
        by_name = _by_name(operations)
        nodes = [
            node
            for operation, layer in zip(operations, layers, strict=True)
            for node in self._nodes(operation, layer)
        ]
        inputs, outputs = (
            _end_tensors(config.get(key), by_name, key)
            for key in ("input_layers", "output_layers")
        )
        outputs = with_custom_calls(outputs, operations, nodes)
        nodes = with_lambda_outputs(operations, nodes, outputs)
        return Graph(
            kind=GraphKind.FUNCTIONAL,
            name=name,
            trainable=config.get("trainable") is not False,
            inputs=inputs,
            outputs=outputs,
            operations=tuple(operations),
            nodes=tuple(nodes),
            specs=dict(self._decoder.specs),
        )

    def _operation(self, data: JsonObject) -> Operation:
        cls = class_ref(data)
        config = data.get("config")
        if not isinstance(config, dict):
            raise ReadError(
                f'The config of a "{printable(cls.name, 60)}" layer is not an object.'
            )
        # A custom layer's get_config may leave its name out; the graph never does.
        name = data.get("name", config.get("name"))
        if not isinstance(name, str) or not name:
            raise ReadError(
                f'A "{printable(cls.name, 60)}" layer in the config has no name.'
            )
        shape = _build_shape(data.get("build_config"))
        shared_id = self._shared_ids.get(id(data))
        if is_model(data):
            graph = self._read_nested(data)
            return Operation(
                name, OperationKind.MODEL, cls, {}, graph=graph, shared_id=shared_id
            )
        models_before = self._models_read
        arguments = self._decoder.decode_config(
            {key: value for key, value in config.items() if key != "name"}
        )
        return Operation(
            name,
            _kind(cls, name),
            cls,
            arguments,
            build_shape=self._decoder.decode(shape),
            holds_models=self._models_read > models_before,
            shared_id=shared_id,
        )

    def _nodes(self, operation: Operation, data: JsonObject) -> list[Node]:
        calls = data.get("inbound_nodes", [])
        if not isinstance(calls, list):
            raise ReadError(_damaged_calls(operation.name))
        nodes = []
        for index, call in enumerate(calls):
            if not isinstance(call, dict):
                raise ReadError(_damaged_calls(operation.name))
            args, kwargs = self._decoder.decode_call(
                call.get("args", []), call.get("kwargs", {})
            )
            if not isinstance(args, list) or not isinstance(kwargs, dict):
                raise ReadError(_damaged_calls(operation.name))
            node = Node(operation.name, index, tuple(args), kwargs)
            nodes.append(node.with_outputs(output_structure(operation, node)))
        return nodes

    def _read_sequential(
        self, name: str, config: JsonObject, layers: list[JsonObject]
    ) -> Graph:
        where = f'the Sequential "{printable(name, 60)}"'
        operations: list[Operation] = []
        nodes: list[Node] = []
        by_name: dict[str, Operation] = {}
        calls: dict[str, int] = {}
        tensor: Value = None
        for layer in layers:
            operation = self._operation(layer)
            if operation.name not in calls:
                operations.append(operation)
                by_name[operation.name] = operation
                calls[operation.name] = 0
            elif operation != by_name[operation.name]:
                raise ReadError(_duplicate(operation.name))
            if operation.kind is OperationKind.INPUT:
                if nodes or calls[operation.name] or len(operations) > 1:
                    raise ReadError(
                        f'The input "{printable(operation.name, 60)}" of {where} does '
                        "not come first."
                    )
                tensor = TensorRef(operation.name)
                calls[operation.name] += 1
                continue
            node = Node(operation.name, calls[operation.name], (tensor,), {})
            node = node.with_outputs(output_structure(operation, node))
            nodes.append(node)
            calls[operation.name] += 1
            tensor = node.result()
        first = operations[0] if operations else None
        has_input = first is not None and first.kind is OperationKind.INPUT
        return Graph(
            kind=GraphKind.SEQUENTIAL,
            name=name,
            trainable=config.get("trainable") is not False,
            inputs=TensorRef(first.name) if first and has_input else None,
            outputs=tensor,
            operations=tuple(operations),
            nodes=tuple(nodes),
        )


def _build_shape(config: Any) -> Any:
    """The shape of the first input that a layer was built with."""
    if not isinstance(config, dict):
        return None
    if "input_shape" in config:
        return config["input_shape"]
    # Layers that are called with several tensors record each by the argument's name.
    shapes = config.get("shapes_dict")
    return next(iter(shapes.values()), None) if isinstance(shapes, dict) else None


def _kind(cls: ClassRef, name: str) -> OperationKind:
    if cls.name == INPUT_LAYER and cls.module in {"keras.layers", None}:
        return OperationKind.INPUT
    if find_op(cls.path) is not None:
        return OperationKind.OP
    module = cls.module or ""
    if find_class(cls.path) is None and module.startswith("keras.src.ops."):
        raise UnsupportedModelError(
            f'The op "{printable(cls.name, 60)}" of "{printable(name, 60)}" is not '
            "known to kerascodegen, so it has no public spelling."
        )
    if cls.module == _KERAS_LAYERS and find_class(cls.path) is None:
        raise UnsupportedModelError(
            f'Keras {keras_version()} has no layer "{printable(cls.name, 60)}", which '
            f'"{printable(name, 60)}" is to be. If the model comes from a newer Keras, '
            "upgrade keras and kerascodegen."
        )
    return OperationKind.LAYER


def _damaged_calls(name: str) -> str:
    return (
        f'How the layer "{printable(name, 60)}" is called is damaged in the config: '
        "inbound_nodes is not a list of calls with args and kwargs."
    )


def _duplicate(name: str) -> str:
    return (
        f'Two layers of the model are called "{printable(name, 60)}", '
        "so what refers to that name is ambiguous."
    )


def _by_name(operations: list[Operation]) -> Mapping[str, Operation]:
    by_name: dict[str, Operation] = {}
    for operation in operations:
        if operation.name in by_name:
            raise ReadError(_duplicate(operation.name))
        by_name[operation.name] = operation
    return by_name


def _end_tensors(
    value: Any, operations: Mapping[str, Operation], key: str, depth: int = 0
) -> Value:
    """Decode `input_layers` or `output_layers`, keeping how they are arranged."""
    if depth > MAX_DEPTH:
        raise ReadError(f'"{key}" in the config is nested too deeply to be a model\'s.')
    if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
        name, node_index, tensor_index = value
        if not all(type(i) is int and i >= 0 for i in (node_index, tensor_index)):
            raise ReadError(f'An entry of "{key}" in the config is damaged.')
        operation = operations.get(name)
        if operation is None:
            raise ReadError(
                f'"{key}" in the config names the layer "{printable(name, 60)}", '
                "which the model does not have."
            )
        # Keras gives a nested Functional a node of its own before its first call, and
        # counts it here but not in keras_history (Functional.get_config, kept_nodes).
        nested = operation.graph
        if nested is not None and nested.kind is GraphKind.FUNCTIONAL:
            node_index = max(node_index - 1, 0)
        return TensorRef(name, node_index, tensor_index)
    if isinstance(value, list):
        return [_end_tensors(item, operations, key, depth + 1) for item in value]
    if isinstance(value, dict):
        return {
            name: _end_tensors(item, operations, key, depth + 1)
            for name, item in value.items()
        }
    raise ReadError(f'"{key}" in the config does not name the model\'s tensors.')
