"""Decide which arguments are written, in which order and in which spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from kerascodegen.catalog.lookup import (
    ClassEntry,
    find_class,
    find_function,
    keras_version,
    shorten,
)
from kerascodegen.errors import UnsupportedModelError, printable
from kerascodegen.graph.custom import (
    ImportedCode,
    InlinedCode,
    InlinedLambda,
    MissingCode,
)
from kerascodegen.graph.model import (
    Argument,
    ClassRef,
    Config,
    FunctionSpec,
    Graph,
    LambdaSpec,
    Node,
    ObjectSpec,
    Operation,
    OperationKind,
    Value,
)
from kerascodegen.literals import is_dotted_name, shortest_float32
from kerascodegen.passes.base import PassContext
from kerascodegen.passes.custom_arguments import custom_arguments, missing_arguments
from kerascodegen.passes.defaults import (
    BASE_DEFAULTS,
    TRAILING,
    is_default,
    trailing_last,
)
from kerascodegen.passes.rewrites import (
    built_config,
    constructor_config,
    missing_vocabulary,
)

# Where a constructor or `compile` turns a string into the object of that name.
_STRING_SUFFIXES = ("initializer", "regularizer", "constraint")
_COMPILE = "compile"
_OPS = "keras.ops"
# A Lambda is a class of Keras; what it holds becomes a stub.
_LAMBDA = "keras.layers.Lambda"
# The catalog measures no defaults of classes that may run foreign code.
_LAMBDA_DEFAULTS: Mapping[str, Value] = {
    **BASE_DEFAULTS,
    "output_shape": None,
    "mask": None,
    "arguments": {},
}
_INPUT_DEFAULTS: Mapping[str, Value] = {
    "dtype": "float32",
    "sparse": False,
    "ragged": False,
    "optional": False,
}
_COMPILE_DEFAULTS: Mapping[str, Value] = {
    "loss": None,
    "loss_weights": None,
    "metrics": None,
    "weighted_metrics": None,
    "run_eagerly": False,
    "steps_per_execution": 1,
    "auto_scale_loss": True,
}


def decide_arguments(graph: Graph, context: PassContext) -> Graph:
    """Decide the arguments of every operation and of `compile`.

    Args:
        graph: A graph whose freezing is decided.
        context: Takes warnings on what cannot be written.

    Returns:
        The graph with `arguments` on operations and on the objects inside them.

    Raises:
        UnsupportedModelError: A layer lacks an argument that its class needs.
    """
    writer = _ArgumentWriter(context)
    operations = tuple(
        replace(
            operation,
            arguments=writer.operation(
                operation, frozen=operation.name in graph.decisions.frozen
            ),
        )
        for operation in graph.operations
    )
    nodes = tuple(writer.node(node) for node in graph.nodes)
    members = tuple(
        (
            replace(member, compile_config=writer.compile(member.compile_config))
            if member.compile_config is not None
            else member
        )
        for member in graph.members
    )
    graph = replace(graph, operations=operations, nodes=nodes, members=members)
    if graph.compile_config is None:
        return graph
    return replace(graph, compile_config=writer.compile(graph.compile_config))


class _ArgumentWriter:
    def __init__(self, context: PassContext) -> None:
        self._context = context

    def operation(self, operation: Operation, *, frozen: bool) -> tuple[Argument, ...]:
        if operation.kind is OperationKind.INPUT:
            return tuple(self._input(operation))
        where = printable(operation.name, 60)
        if operation.graph is not None:
            if operation.graph.compile_config is not None:
                self._context.note(
                    where,
                    "was compiled by itself; only the outer model's compile is kept.",
                )
            return ()
        if operation.kind is OperationKind.OP:
            # An op's parameters are the arguments of its public function.
            return tuple(
                Argument(key, self._value(value, "", where))
                for key, value in operation.config.items()
            )
        config = operation.config
        if frozen:
            config = {key: unfrozen(value) for key, value in config.items()}
            config.pop("trainable", None)
        config = built_config(operation.cls.path, config, operation.build_shape)
        if operation.vocabulary is not None:
            # Keras counts it again when the vocabulary is set.
            config = {k: v for k, v in config.items() if k != "vocabulary_size"}
        arguments = self._object(operation.cls, config, where)
        return (*arguments, Argument("name", operation.label))

    def node(self, node: Node) -> Node:
        """Decide the arguments of the objects that a call is given."""
        where = printable(node.operation, 60)
        args = tuple(self._value(value, "", where) for value in node.args)
        kwargs = {k: self._value(v, "", where) for k, v in node.kwargs.items()}
        return replace(node, args=args, kwargs=kwargs)

    def _input(self, operation: Operation) -> Iterable[Argument]:
        config = operation.config
        shape = config.get("batch_shape")
        if not isinstance(shape, list):
            raise UnsupportedModelError(
                f'The input "{printable(operation.name, 60)}" has no batch_shape.'
            )
        if not all(dim is None or type(dim) is int for dim in shape):
            raise UnsupportedModelError(
                f'The batch_shape of the input "{printable(operation.name, 60)}" holds '
                "what is no dimension."
            )
        if shape:
            yield Argument("shape", shape[1:])
            if shape[0] is not None:
                yield Argument("batch_size", shape[0])
        else:
            yield Argument("batch_shape", shape)
        for name, default in _INPUT_DEFAULTS.items():
            if config.get(name, default) != default:
                where = printable(operation.name, 60)
                yield Argument(name, self._value(config[name], name, where))
        yield Argument("name", operation.label)

    def compile(self, config: Config) -> dict[str, Value]:
        return {
            key: self._value(value, key, _COMPILE)
            for key, value in config.items()
            if key not in _COMPILE_DEFAULTS
            or not is_default(_COMPILE_DEFAULTS[key], value)
        }

    def _object(
        self, cls: ClassRef, config: Config, where: str
    ) -> tuple[Argument, ...]:
        entry = find_class(cls.path)
        if cls.code is None and entry is not None:
            if not entry.unsafe or entry.key == _LAMBDA:
                return tuple(self._known(entry, config, where))
            what = "wraps code that may do anything"
        else:
            what = ""
        name = cls.path if cls.code is None else cls.name
        self._tell(f"the class {printable(name, 80)}", cls, where, what)
        if missing := missing_arguments(cls.code, config):
            self._context.warn(
                where,
                f"the get_config() of {printable(cls.name, 60)} does not give "
                f"{printable(', '.join(missing), 80)}, which its constructor needs.",
            )
        arguments = custom_arguments(cls.code, config)
        return tuple(
            replace(argument, value=self._value(argument.value, "", where))
            for argument in arguments
        )

    def _tell(
        self,
        what: str,
        ref: ClassRef | FunctionSpec | LambdaSpec,
        where: str,
        why: str = "",
    ) -> None:
        """Say what becomes of custom code; for what is whole, at its first place."""
        code = ref.code
        if isinstance(code, ImportedCode | InlinedCode | InlinedLambda):
            if isinstance(code, InlinedLambda) and self._context.options.lambdas:
                return
            if code not in self._context.custom.told:
                self._context.custom.told.add(code)
                how = "copied from where the live model has it"
                if isinstance(code, ImportedCode):
                    how = f"imported from {printable(code.module, 80)}"
                    if not what.endswith(code.name.rpartition(".")[2]):
                        how += f" as {printable(code.name, 80)}"
                if isinstance(code, InlinedCode) and code.shipped:
                    self._context.note(
                        where,
                        f"{what} is not in Keras 3 as it was; an equal one is "
                        "written into the source.",
                    )
                    return
                self._context.note(where, f"{what} is custom code; it is {how}.")
        else:
            if isinstance(code, MissingCode):
                why = f"is custom code and {printable(code.reason, 160)}"
            # A lambda's code can always be supplied, whatever is known of it.
            known = why and not isinstance(ref, LambdaSpec)
            advice = "" if known else _advice(ref, where)
            why = why or _unread(ref)
            self._context.warn(
                where,
                f"{what} {why}; a stand-in that raises NotImplementedError is written "
                f"for it.{advice}",
            )

    def _known(
        self, entry: ClassEntry, config: Config, where: str
    ) -> Iterable[Argument]:
        if missing := missing_vocabulary(entry.key, config):
            self._context.warn(
                where,
                f"{entry.name} {missing}; give it one with set_vocabulary([...]).",
            )
        config = constructor_config(entry.key, config)
        self._check_complete(entry, config, where)
        # The name of a dtype policy is what it is, not what it is called.
        trailing = () if entry.kind == "dtype_policy" else TRAILING
        names = [p.name for p in entry.parameters if p.name not in trailing]
        positional = True
        for index, name in enumerate(names):
            written = name in config and not self._left_out(entry, name, config)
            positional = positional and written and index < entry.positional
            if written:
                value = self._spelled(entry, name, config[name], where)
                yield Argument(name, value, positional)
        for name, value in trailing_last(config):
            if name in names or self._left_out(entry, name, config):
                continue
            if entry.accepts(name):
                yield Argument(name, self._value(value, name, where))
            elif value is not None:
                self._context.warn(
                    where,
                    f"{entry.name} has no argument {printable(name, 60)!r} in Keras "
                    f"{keras_version()}, so its value is left out.",
                )

    def _check_complete(self, entry: ClassEntry, config: Config, where: str) -> None:
        for parameter in entry.parameters:
            if parameter.required and parameter.name not in config:
                raise UnsupportedModelError(
                    f"{where}: the config has no {parameter.name!r}, without which a "
                    f"{entry.name} cannot be made."
                )

    def _left_out(self, entry: ClassEntry, name: str, config: Config) -> bool:
        value = config[name]
        if name in entry.default_from:
            return value == config.get(entry.default_from[name])
        if name == "name":
            return isinstance(value, str) and _is_automatic(entry, value)
        defaults = _LAMBDA_DEFAULTS if entry.key == _LAMBDA else entry.defaults
        if name not in defaults or not is_default(defaults[name], value):
            return False
        # Another argument may move this default.
        other = entry.affected_by.get(name)
        return (
            other is None or other not in config or self._left_out(entry, other, config)
        )

    def _spelled(self, entry: ClassEntry, name: str, value: Value, where: str) -> Value:
        # Kept in single precision inside Keras.
        is_rate = entry.kind == "optimizer" and name == "learning_rate"
        if isinstance(value, float) and (is_rate or entry.kind == "regularizer"):
            return shortest_float32(value)
        return self._value(shorten(entry, name, value), name, where)

    def _value(self, value: Value, key: str, where: str) -> Value:
        """Decide the arguments of the objects inside a value."""
        if isinstance(value, list):
            return [self._value(item, key, where) for item in value]
        if isinstance(value, dict):
            return {
                name: self._value(item, name, where) for name, item in value.items()
            }
        if isinstance(value, LambdaSpec):
            self._tell("a lambda", value, where)
            return replace(value, layer=where)
        if isinstance(value, FunctionSpec) and (
            value.code is not None or not find_function(value.module, value.name)
        ):
            what = f"the function {printable(value.name, 80)}"
            self._tell(what, value, where)
        if not isinstance(value, ObjectSpec) or value.graph is not None:
            return value
        arguments = self._object(value.cls, value.config, where)
        entry = find_class(value.cls.path) if value.cls.code is None else None
        if (
            entry is not None
            and entry.string
            and not arguments
            and _takes_string(key, where)
        ):
            return entry.string
        return replace(value, arguments=arguments)


def _unread(ref: ClassRef | FunctionSpec | LambdaSpec) -> str:
    """Why the code of something in a file is not written."""
    if isinstance(ref, LambdaSpec):
        return "stands in the file as bytecode, which is never run or decompiled"
    return "is custom code, which the model does not hold"


def _advice(ref: ClassRef | FunctionSpec | LambdaSpec, where: str) -> str:
    """Which option would import what a file names."""
    if isinstance(ref, LambdaSpec):
        layer = printable(where.rpartition("/")[2] or "LAYER", 60)
        return (
            f" Supply it with --lambda '{layer}=lambda x: ...' or --custom-object "
            f"'{layer}=module:attr', or put its code into the stand-in."
        )
    module = ref.module or ""
    if module != "builtins" and is_dotted_name(module):
        package = module.partition(".")[0]
        return f" --allow-import {package} imports it instead."
    name = printable(ref.registered or ref.name, 60)
    if isinstance(ref, FunctionSpec) and find_function(_OPS, ref.name):
        # Keras saves the bare name, and cannot load that itself.
        return f" If it is {_OPS}.{name}: --custom-object '{name}={_OPS}:{name}'."
    return f" --custom-object '{name}=module:attr' imports it instead."


def _takes_string(key: str, where: str) -> bool:
    """Tell whether Keras makes the object of a string there.

    `compile` does for its optimizer, an optimizer around another one does not.
    """
    return key.endswith(_STRING_SUFFIXES) or (key == "optimizer" and where == _COMPILE)


def _is_automatic(entry: ClassEntry, name: str) -> bool:
    """Tell whether a loss, metric or optimizer got its name by itself.

    A layer's name is part of the model, so it is always written. So is that of a seed
    generator, whose number depends on what else was made before.
    """
    if entry.kind in {"layer", "cell", "dtype_policy", "seed_generator"}:
        return False
    if name == entry.default_name:
        return True
    prefix = entry.auto_name
    return prefix is not None and re.fullmatch(rf"{prefix}(_\d+)?", name) is not None


def unfrozen(value: Value) -> Value:
    """Take `trainable` off the layers inside a value; a bulk change sets it.

    Args:
        value: A decoded config value.

    Returns:
        The value without those flags.
    """
    if isinstance(value, ObjectSpec) and value.graph is None:
        config = {
            key: unfrozen(item)
            for key, item in value.config.items()
            if key != "trainable"
        }
        return replace(value, config=config)
    if isinstance(value, list):
        return [unfrozen(item) for item in value]
    return value
