"""Find out which public function makes each op, and from what.

The public functions of Keras all end in `SomeOp(config...).symbolic_call(inputs...)`
when a symbolic tensor comes in. That line is read from their source, which gives the
way back: from an op's config and call to the function's arguments.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from keras.src.backend import KerasTensor
from keras.src.layers.layer import Layer
from keras.src.ops.operation import Operation

from catalog_builder import op_samples, samples
from catalog_builder.normal import normal
from catalog_builder.paths import import_path, keras_classes, public_paths, source_path

Mapping = dict[str, Any]

# Classes whose own function calls another class; configs can still name them.
_SAME_AS = {
    "keras.src.ops.numpy.Abs": "keras.src.ops.numpy.Absolute",
    "keras.src.ops.numpy.Conj": "keras.src.ops.numpy.Conjugate",
}
# Never in a config as a node of their own, or not made by a function.
_EXCLUDED = frozenset(
    {
        "keras.src.ops.function.Function",
        "keras.src.ops.operation.Operation",
        "keras.src.ops.math.SegmentReduction",
    }
)
# Of two functions that make the same op, the one that is written.
_FUNCTIONS = {"keras.ops.absolute": "keras.ops.abs"}
# How many arguments are written without their names, where that is not all tensors
# and everything that is required.
_POSITIONAL = {
    "keras.ops.arange": 3,
    "keras.ops.extract_sequences": 1,
    "keras.ops.fold": 1,
    "keras.ops.image.map_coordinates": 2,
    "keras.ops.image.scale_and_translate": 1,
    "keras.ops.istft": 1,
    "keras.ops.psnr": 2,
    "keras.ops.stft": 1,
    "keras.ops.unfold": 1,
    "keras.ops.where": 3,
}
# How many outputs, where it depends on the config or the call.
_OUTPUT_RULES = {
    "ArraySplit": "split",
    "AssociativeScan": "unknown",
    "Cond": "unknown",
    "Dsplit": "split",
    "ForiLoop": "unknown",
    "Hsplit": "split",
    "JVP": "unknown",
    "Linspace": "linspace",
    "Map": "unknown",
    "Meshgrid": "meshgrid",
    "Nonzero": "nonzero",
    "SVD": "svd",
    "Scan": "unknown",
    "Split": "split",
    "Switch": "unknown",
    "Unique": "unique",
    "UnravelIndex": "unravel_index",
    "Unstack": "unstack",
    "VectorizedMap": "unknown",
    "Vsplit": "split",
    "WhileLoop": "unknown",
}
_OPERATORS = {
    "__add__": "+",
    "__and__": "&",
    "__floordiv__": "//",
    "__ge__": ">=",
    "__getitem__": "[]",
    "__gt__": ">",
    "__invert__": "~",
    "__le__": "<=",
    "__lt__": "<",
    "__matmul__": "@",
    "__mod__": "%",
    "__mul__": "*",
    "__ne__": "!=",
    "__neg__": "-",
    "__or__": "|",
    "__pow__": "**",
    "__sub__": "-",
    "__truediv__": "/",
    "__xor__": "^",
}


@dataclass
class Recipe:
    """How a public function makes an op.

    Attributes:
        function: The public function.
        cls: The op's class.
        sources: By function parameter: `("config" | "call", key)`.
        forced: Config keys that the function does not let the caller choose.
    """

    function: Any
    cls: type
    sources: dict[str, tuple[str, str]] = field(default_factory=dict)
    forced: list[str] = field(default_factory=list)


def op_classes() -> list[type]:
    """List the op classes of Keras.

    Returns:
        Classes in the order of their paths.
    """
    return [
        cls
        for cls in keras_classes()
        if issubclass(cls, Operation)
        and not issubclass(cls, Layer)
        and source_path(cls) not in _EXCLUDED
    ]


def recipes() -> dict[type, Recipe]:
    """Read from the source of Keras how its functions make ops.

    Returns:
        A recipe by op class.
    """
    found: dict[type, Recipe] = {}
    for function in sorted(public_paths(), key=source_path):
        if not inspect.isfunction(function):
            continue
        if not function.__module__.startswith(
            ("keras.src.ops.", "keras.src.activations.", "keras.src.quantizers.")
        ):
            continue
        for recipe in _recipes_of(function):
            # `extract_patches_3d` makes the op of `extract_patches`; the function
            # that is called like the class is the one to write.
            known = found.get(recipe.cls)
            if known is None or _closeness(recipe) > _closeness(known):
                found[recipe.cls] = recipe
    return found


def _closeness(recipe: Recipe) -> bool:
    name = recipe.cls.__name__.lower()
    return bool(recipe.function.__name__.replace("_", "") == name)


def _recipes_of(function: Any) -> Iterator[Recipe]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Return) or not isinstance(node.value, ast.Call):
            continue
        call = node.value
        made = call.func
        if isinstance(made, ast.Attribute) and made.attr == "symbolic_call":
            made = made.value
        if not isinstance(made, ast.Call) or not isinstance(made.func, ast.Name):
            continue
        cls = function.__globals__.get(made.func.id)
        if inspect.isclass(cls) and issubclass(cls, Operation):
            yield _recipe(function, cls, made, call)


def _recipe(function: Any, cls: type, made: ast.Call, call: ast.Call) -> Recipe:
    recipe = Recipe(function, cls)
    own = set(inspect.signature(function).parameters)
    for source, parameters, expression in (
        ("config", samples.parameters(cls), made),
        ("call", call_parameters(cls), call),
    ):
        names = [parameter.name for parameter in parameters]
        given: list[tuple[str, ast.expr]] = []
        for index, argument in enumerate(expression.args):
            key = names[min(index, len(names) - 1)]
            starred = isinstance(argument, ast.Starred)
            given.append((key, argument.value if starred else argument))  # type: ignore[attr-defined]
        for keyword in expression.keywords:
            given.append((keyword.arg or "**", keyword.value))
        for key, value in given:
            if isinstance(value, ast.Name) and value.id in own:
                recipe.sources[value.id] = (source, key)
            elif source == "config":
                recipe.forced.append(key)
        if source == "config":
            taken = {key for key, _ in given}
            recipe.forced += [
                parameter.name
                for parameter in parameters
                if parameter.name not in taken | {"name"} and not _marks(parameter)
            ]
    return recipe


def op_entries() -> dict[str, Mapping]:
    """Describe every op class.

    Returns:
        Entries by the class's path; `kerascodegen/catalog/lookup.py` documents them.
    """
    known = recipes()
    operators = _operators()
    entries = {}
    for cls in op_classes():
        if cls in known:
            entries[source_path(cls)] = _entry(known[cls], operators)
    for path, other in _SAME_AS.items():
        entries[path] = {
            key: value
            for key, value in entries[other].items()
            if key not in ("operator", "reflected")
        } | {"same_as": other}
    return entries


def missing() -> list[str]:
    """List op classes for which no function was found.

    Returns:
        Paths of classes.
    """
    known = op_entries()
    return [p for p in map(source_path, op_classes()) if p not in known]


def _entry(recipe: Recipe, operators: dict[str, Mapping]) -> Mapping:
    parameters = inspect.signature(recipe.function).parameters.values()
    example = op_samples.example(recipe)
    rows: list[list[Any]] = []
    for parameter in parameters:
        if parameter.name not in recipe.sources:
            continue
        source, key = recipe.sources[parameter.name]
        row = [_marks(parameter, "~") + parameter.name, source, key]
        if parameter.default is not parameter.empty:
            value = normal(parameter.default)
            if source == "config" and example and parameter.name not in example.given:
                value = example.config.get(key, value)
            row.append(value)
        rows.append(row)
    function = import_path(recipe.function, "keras.ops")
    entry: Mapping = {
        "function": _FUNCTIONS.get(function, function),
        "params": rows,
        "call": [_marks(p) + p.name for p in call_parameters(recipe.cls)],
    }
    count = _POSITIONAL.get(function, _positional(rows))
    if count != 1:
        entry["positional"] = count
    if recipe.forced:
        entry["forced"] = {
            key: example.config.get(key) if example is not None else None
            for key in recipe.forced
        }
    entry |= operators.get(source_path(recipe.cls), {})
    outputs = _OUTPUT_RULES.get(recipe.cls.__name__)
    measured = 1 if example is None else example.outputs
    if outputs or measured != 1:
        entry["outputs"] = outputs or measured
    if example is None:
        entry["unverified"] = True
    return entry


def call_parameters(cls: Any) -> list[inspect.Parameter]:
    """List the parameters of a class's `call`, without `self`.

    Args:
        cls: An op or layer class.

    Returns:
        The parameters, in order.
    """
    return list(inspect.signature(cls.call).parameters.values())[1:]


def _marks(parameter: inspect.Parameter, keyword_only: str = "") -> str:
    if parameter.kind is parameter.VAR_POSITIONAL:
        return "*"
    if parameter.kind is parameter.VAR_KEYWORD:
        return "**"
    return keyword_only if parameter.kind is parameter.KEYWORD_ONLY else ""


def _positional(rows: list[list[Any]]) -> int:
    """Count the leading arguments that are written without their names.

    These are the required ones, but an axis is always named, as everybody writes
    `ops.concatenate([a, b], axis=-1)`.
    """
    count = 0
    for row in rows:
        name = row[0]
        if name.startswith(("**", "~")):
            break
        if len(row) == 4 or name in ("axis", "axes"):
            break
        count += 1
        if name.startswith("*"):
            break
    return count


def _operators() -> dict[str, Mapping]:
    """Measure which op each Python operator on a symbolic tensor makes."""
    found: dict[str, Mapping] = {}
    for method, symbol in _OPERATORS.items():
        tensor = KerasTensor((2, 2), dtype="bool" if symbol in "&|^~" else "float32")
        unary = method in ("__neg__", "__invert__")
        other = 0 if method == "__getitem__" else tensor
        result = getattr(tensor, method)(*([] if unary else [other]))
        path = source_path(type(result._keras_history.operation))
        entry = found.setdefault(path, {})
        entry["operator"] = symbol
        entry["arity"] = 1 if unary else 2
        reflected = f"__r{method[2:]}"
        if hasattr(KerasTensor, reflected):
            # `2 - x` finds no `int.__sub__` for a tensor, so Python asks the tensor.
            entry["reflected"] = True
    return found
