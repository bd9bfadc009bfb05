"""Running the generated module: import it, build its model, compile it."""

from __future__ import annotations

import ast
import collections
import contextlib
import hashlib
import importlib
import inspect
import linecache
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from kerascodegen.errors import printable
from kerascodegen.options import Options, parse_custom_object
from kerascodegen.verify.errors import StandInError, VerifyError

_STYLING = re.compile(r"\x1b\[[0-9;]*m")  # Keras prints parts of its messages bold

# What a stand-in raises (see `StubMaker`).
_STAND_IN = re.compile(r"\w+ stands in for .*?: put the real one in its place\.")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What the source gave.

    Attributes:
        module: The executed module.
        model: What `build_model()` returned, compiled where the source can.
        compiles: Whether the source has a `compile_model`.
        compile_failure: What `compile_model` raised, or `""`.
        names_jit_compile: Whether the source passes `jit_compile` anywhere.
    """

    module: ModuleType
    model: Any
    compiles: bool
    compile_failure: str
    names_jit_compile: bool


def check_source(source: str | Path) -> None:
    """Look for what is wrong with a source before anything is run.

    Args:
        source: Path of the module, or its text.

    Raises:
        VerifyError: The source is missing or is no Python.
    """
    _compile(*_read(source))


def rebuild(source: str | Path, filled: ModuleType | None = None) -> Rebuilt:
    """Execute a generated module and build its model, names counted from fresh.

    Args:
        source: Path of the module, or its text.
        filled: Another module; what it has by the name of a stand-in takes its place.

    Returns:
        The model with the module that it came from.

    Raises:
        VerifyError: The source is missing, is no Python, or fails.
    """
    text, filename = _read(source)
    code, names_jit_compile = _compile(text, filename)
    with fresh_names():
        module = _execute(code, text, filename)
        for name in _stand_in_names(text) if filled else ():
            if hasattr(filled, name):
                setattr(module, name, getattr(filled, name))
        build = getattr(module, "build_model", None)
        if not callable(build):
            raise VerifyError(f"{printable(filename)} has no function build_model().")
        model = _call(build, "build_model()", filename)
        _check_model(model, filename)
        compile_model = getattr(module, "compile_model", None)
        failure = ""
        if callable(compile_model):
            try:
                _call(lambda: compile_model(model), "compile_model()", filename)
            except VerifyError as error:
                failure = str(error)
    return Rebuilt(module, model, callable(compile_model), failure, names_jit_compile)


def builds_several(source: str | Path) -> bool:
    """Tell whether a module has `build_models()` rather than `build_model()`.

    Args:
        source: Path of the module, or its text.

    Returns:
        Whether the function is defined; the module is not run.

    Raises:
        VerifyError: The source is missing or is no Python.
    """
    text, filename = _read(source)
    _compile(text, filename)
    return any(
        isinstance(node, ast.FunctionDef) and node.name == "build_models"
        for node in ast.parse(text).body
    )


def rebuild_several(source: str | Path) -> tuple[list[Rebuilt], list[str] | None]:
    """Execute a generated module and build its models, names counted from fresh.

    Args:
        source: Path of the module, or its text.

    Returns:
        The models in their order, and their keys where they come as a dict.

    Raises:
        VerifyError: The source is missing, is no Python, or fails.
    """
    text, filename = _read(source)
    code, names_jit_compile = _compile(text, filename)
    with fresh_names():
        module = _execute(code, text, filename)
        build = getattr(module, "build_models", None)
        if not callable(build):
            raise VerifyError(f"{printable(filename)} has no function build_models().")
        models = _call(build, "build_models()", filename)
        if not isinstance(models, list | tuple | dict) or not models:
            raise VerifyError(
                f"build_models() in {printable(filename)} returned "
                f"{printable(type(models).__name__)}, not several models."
            )
        keys = list(map(str, models)) if isinstance(models, dict) else None
        each = list(models.values() if isinstance(models, dict) else models)
        for model in each:
            _check_model(model, filename, "build_models()")
        compile_models = getattr(module, "compile_models", None)
        failure = ""
        if callable(compile_models):
            try:
                _call(lambda: compile_models(models), "compile_models()", filename)
            except VerifyError as error:
                failure = str(error)
    compiles = callable(compile_models)
    return [
        Rebuilt(module, model, compiles, failure, names_jit_compile) for model in each
    ], keys


def custom_objects(module: ModuleType, options: Options) -> dict[str, Any]:
    """Collect the classes and functions that a module brings along beside Keras' own.

    The original may need them to load, when they are not registered with Keras.

    Args:
        module: An executed module.
        options: What it was generated with; they may say where objects stand.

    Returns:
        Objects by the name that a Keras config would use.

    Raises:
        VerifyError: There is nothing where the options say that something stands.
    """
    import keras

    ours = {"build_model", "build_models", "compile_model", "compile_models"}
    spaces = (keras, keras.layers, keras.losses, keras.metrics, keras.optimizers)
    found = {
        name: value
        for name, value in vars(module).items()
        if (inspect.isclass(value) or inspect.isfunction(value))
        and name not in ours
        and not str(value.__module__).startswith("keras.")
        # A `Dense` of the source's own must not stand in for Keras' when the original
        # is loaded: the comparison would be of the source with itself.
        and not any(hasattr(space, name) for space in spaces)
    }
    for entry in options.custom_objects:
        name, place, attribute = parse_custom_object(entry)
        found[name] = _imported(place, attribute, entry)
    return found


def _imported(module: str, attribute: str, entry: str) -> Any:
    try:
        found: Any = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except Exception as error:
        raise VerifyError(
            f"--custom-object {printable(entry, 80)} cannot be imported: "
            f"{explain(error)}"
        ) from error
    return found


@contextlib.contextmanager
def fresh_names() -> Iterator[None]:
    """Count automatic names from the start, as a new process would, then go back."""
    from keras.src.backend.common import global_state

    counters = global_state.get_global_attribute("object_name_uids")
    global_state.set_global_attribute("object_name_uids", collections.defaultdict(int))
    try:
        yield
    finally:
        global_state.set_global_attribute("object_name_uids", counters)


def explain(error: BaseException) -> str:
    """Say what an exception says, on one line.

    Args:
        error: Any exception; Keras' own run over many lines.

    Returns:
        Its class and the beginning of its message.
    """
    text = " ".join(_STYLING.sub("", str(error)).split())
    # Keras wraps the cause of a failed load into the whole config of the model.
    text = text.rpartition("Exception encountered: ")[2]
    text = text.partition(" Full object config: ")[0]
    name = type(error).__name__
    return printable(f"{name}: {text}" if text else name, 300)


def _read(source: str | Path) -> tuple[str, str]:
    if isinstance(source, str) and "\n" in source:
        digest = hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()[:12]
        return source, f"<source {digest}>"
    path = Path(source)
    try:
        return path.read_text(encoding="utf-8"), str(path)
    except FileNotFoundError:
        raise VerifyError(
            f"The source file {printable(path)} does not exist."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise VerifyError(
            f"The source file {printable(path)} cannot be read: {explain(error)}"
        ) from None


def _compile(text: str, filename: str) -> tuple[Any, bool]:
    try:
        tree = ast.parse(text, filename)
        code = compile(tree, filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise VerifyError(
            f"{printable(filename)} has a syntax error in line {error.lineno}: "
            f"{printable(error.msg)}."
        ) from None
    except (ValueError, RecursionError) as error:
        raise VerifyError(
            f"{printable(filename)} is not Python source: {explain(error)}"
        ) from None
    names_jit_compile = any(
        isinstance(node, ast.keyword) and node.arg == "jit_compile"
        for node in ast.walk(tree)
    )
    return code, names_jit_compile


def _execute(code: Any, text: str, filename: str) -> ModuleType:
    digest = hashlib.sha256(filename.encode("utf-8", "replace")).hexdigest()[:12]
    name = f"_kerascodegen_source_{digest}"
    module = ModuleType(name)
    module.__file__ = filename
    # Registered, and its lines known, so that inspect and Keras' registry find what
    # the module defines, and a traceback shows its lines.
    sys.modules[name] = module
    lines = text.splitlines(keepends=True)
    linecache.cache[filename] = (len(text), None, lines, filename)
    folder = str(Path(filename).resolve().parent)
    if Path(filename).is_file() and folder not in sys.path:
        sys.path.insert(0, folder)  # what `python model_def.py` would do
    _call(lambda: exec(code, module.__dict__), "Running the module", filename)
    return module


def _call(function: Callable[[], Any], doing: str, filename: str) -> Any:
    try:
        return function()
    except SystemExit as error:
        raise VerifyError(
            f"{doing} in {printable(filename)} ended the program "
            f"(sys.exit({printable(error.code)})) instead of returning."
        ) from None
    except Exception as error:
        stand_in = _stand_in(error)
        if stand_in:
            raise StandInError(
                f"{printable(filename)} has stand-ins for code that could not be "
                f"written, so its model cannot be compared yet: {stand_in}"
            ) from error
        raise VerifyError(
            f"{doing} in {printable(filename)} raised {explain(error)}"
            f"{_source_line(error, filename)}"
        ) from error


def _stand_in_names(text: str) -> Iterator[str]:
    """Name the functions and classes of a module that stand in for others."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            inside = ast.get_source_segment(text, node) or ""
            if "NotImplementedError" in inside and " stands in for " in inside:
                yield node.name


def _stand_in(error: BaseException) -> str:
    """Find what a stand-in says of itself in an error, which Keras writes around it."""
    found = ""
    seen: set[int] = set()
    inner: BaseException | None = error
    while inner is not None and id(inner) not in seen:
        seen.add(id(inner))
        text = " ".join(_STYLING.sub("", str(inner)).split())
        start = _STAND_IN.search(text)
        if isinstance(inner, NotImplementedError) and start:
            found = printable(start[0], 300)
        inner = inner.__cause__ or inner.__context__
    return found


def _source_line(error: BaseException, filename: str) -> str:
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == filename
    ]
    if not frames:
        return ""
    return f" (line {frames[-1].lineno}: {printable(frames[-1].line, 120)})"


def _check_model(model: Any, filename: str, what: str = "build_model()") -> None:
    import keras

    if not isinstance(model, keras.Model):
        raise VerifyError(
            f"{what} in {printable(filename)} returned "
            f"{printable(type(model).__name__)}, not a keras.Model."
        )
