"""What may come of any input: a `CodegenError`, or source that is allowed.

The allowlist is said anew here, from Keras' own public names, and takes nothing from
the package.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kerascodegen.emitters.audit import audit_source
from kerascodegen.emitters.formatting import render
from kerascodegen.errors import CodegenError
from kerascodegen.options import Options
from kerascodegen.pipeline import (
    emit_source,
    find_emitter,
    load_graph,
    paused_collector,
    run_passes,
)
from kerascodegen.report import diagnostic_lines, failure
from tests.fuzz import recorder

_FOLDERS = (
    "activations",
    "constraints",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "ops",
    "ops/image",
    "optimizers",
    "optimizers/schedules",
    "quantizers",
    "regularizers",
)
# Public there, but no part of a model: they look things up, or run foreign code.
_NEVER = frozenset(
    [
        "get",
        "deserialize",
        "serialize",
        "TFSMLayer",
        "TorchModuleWrapper",
        "JaxLayer",
        "FlaxLayer",
        "Layer",
        "legacy",
    ]
)
_FURTHER = frozenset(
    [
        "keras.Input",
        "keras.Model",
        "keras.Sequential",
        "keras.DTypePolicy",
        "keras.FloatDTypePolicy",
        "keras.backend.get_uid",
        "keras.random.SeedGenerator",
        "keras.utils.FeatureSpace",
        "numpy.array",
        "keras.src.applications.convnext.LayerScale",
        "keras.src.applications.convnext.StochasticDepth",
        "keras.src.applications.inception_resnet_v2.CustomScaleLayer",
        "keras.src.layers.preprocessing.feature_space.Cross",
        "keras.src.layers.preprocessing.feature_space.Feature",
        "keras.src.layers.preprocessing.feature_space.TFDConcat",
        "keras.src.layers.preprocessing.feature_space.TFDIdentity",
        "keras.src.legacy.layers.AlphaDropout",
        "keras.src.legacy.layers.RandomHeight",
        "keras.src.legacy.layers.RandomWidth",
        "keras.src.legacy.layers.ThresholdedReLU",
        "keras.src.losses.losses.LossFunctionWrapper",
    ]
)
_MODULES = frozenset({"keras", "numpy", "keras.layers", "keras.ops"})
_NODES = frozenset(
    [
        "Module",
        "Import",
        "ImportFrom",
        "alias",
        "FunctionDef",
        "ClassDef",
        "arguments",
        "arg",
        "Assign",
        "Return",
        "Expr",
        "If",
        "For",
        "While",
        "Pass",
        "Raise",
        "Call",
        "keyword",
        "Name",
        "Load",
        "Store",
        "Attribute",
        "Constant",
        "Tuple",
        "List",
        "Dict",
        "Starred",
        "UnaryOp",
        "USub",
        "UAdd",
        "Invert",
        "Not",
        "BinOp",
        "Add",
        "Sub",
        "Mult",
        "Div",
        "FloorDiv",
        "Mod",
        "Pow",
        "MatMult",
        "BitAnd",
        "BitOr",
        "BitXor",
        "LShift",
        "RShift",
        "Compare",
        "Eq",
        "NotEq",
        "Lt",
        "LtE",
        "Gt",
        "GtE",
        "Subscript",
        "Slice",
    ]
)
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class ViolationError(Exception):
    """The source has what no generated source may have."""


@dataclass(frozen=True)
class Outcome:
    """What came of an input.

    Attributes:
        message: What the user is told, where the input was refused.
        source: What was written, where it was not.
    """

    message: str = ""
    source: str = ""


@functools.cache
def public_names() -> frozenset[str]:
    """Paths of what source may call: public modelling names of the installed Keras.

    Read from the files of its public API; Keras is not imported.
    """
    spec = importlib.util.find_spec("keras")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    root = Path(next(iter(spec.submodule_search_locations)))
    names = set(_FURTHER)
    for folder in _FOLDERS:
        tree = ast.parse((root / folder / "__init__.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                names |= {
                    f"keras.{folder.replace('/', '.')}.{alias.asname or alias.name}"
                    for alias in node.names
                    if (alias.asname or alias.name) not in _NEVER
                }
    return frozenset(names)


def check_source(source: str) -> None:
    """Look at source as a suspicious reader would, then run it with a recorder.

    Args:
        source: A generated module.

    Raises:
        ViolationError: Something in it is not allowed.
    """
    odd = {char for char in source if not (char.isprintable() or char == "\n")}
    if odd:
        raise ViolationError(f"hidden characters {sorted(map(ascii, odd))}")
    source.encode("utf-8")
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise ViolationError(f"does not parse: {error}") from error
    for node in ast.walk(tree):
        if type(node).__name__ not in _NODES:
            raise ViolationError(f"has a {type(node).__name__}")
        if isinstance(node, ast.Attribute) and not _ATTRIBUTE.fullmatch(node.attr):
            raise ViolationError(f"takes the attribute {node.attr}")
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.decorator_list:
            raise ViolationError("has a decorator")
    try:
        done = recorder.run(source)
    except recorder.EscapedError as error:
        raise ViolationError(str(error)) from error
    for path in done.imports:
        if path not in _MODULES and path not in public_names():
            raise ViolationError(f"imports {path}")
    for path in done.calls:
        _check_call(path)
    for path, name, value in done.arguments:
        # What a stand-in is given, nothing reads.
        is_keras = path in public_names()
        if is_keras and name == "vocabulary" and isinstance(value, str | bytes):
            raise ViolationError(f"{path} reads the file {value!r}")


def _check_call(path: str) -> None:
    if path in public_names() or path.startswith("<"):
        return
    # What a call gave is called in turn: a layer on tensors, a model's own methods.
    made, _, method = path.rpartition("()")
    if made and (method in {"", "[]", "+"} or re.fullmatch(r"[\[\]+()]+", method)):
        return
    if made and method in {".compile", ".summary"}:
        return
    raise ViolationError(f"calls {path}")


def run_case(path: Path, options: dict[str, Any], *, formatted: bool) -> Outcome:
    """Generate from a file, and hold what comes of it to the rules.

    Args:
        path: The file.
        options: Options of `kerascodegen.generate`.
        formatted: Whether black has its turn too, which takes most of the time.

    Returns:
        What came of it.

    Raises:
        ViolationError: What came of it is not allowed.
        Exception: A bug: anything but a `CodegenError`.
    """
    try:
        made = Options.make(options)
        graph = load_graph(path, made)
        with paused_collector():
            graph, context = run_passes(graph, made)
            if formatted:
                source = emit_source(graph, made)
            else:
                emitter = find_emitter(made.style)
                module = emitter.emit(graph, made)
                source = render(module, emitter.template, None)
                audit_source(source)
    except CodegenError as error:
        message, code = failure(error)
        _check_message(message, code)
        return Outcome(message=message)
    check_source(source)
    for line in diagnostic_lines(tuple(context.diagnostics)):
        _check_message(line, 1)
    return Outcome(source=source)


def _check_message(message: str, code: int) -> None:
    if code not in {1, 2} or not message.isprintable():
        raise ViolationError(f"says {message!r} with exit code {code}")
    if "Traceback" in message or "nternal error" in message or len(message) > 1500:
        raise ViolationError(f"says {message!r}")
