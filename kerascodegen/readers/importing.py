"""Live models named on the command line: `package.module:attr` and `file.py:attr`.

Loading one runs the user's own code. It is asked for by name, so that is allowed; what
the code prints goes to stderr, because stdout is for generated source only.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import inspect
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

from kerascodegen.errors import OptionError, ReadError, printable

Container: TypeAlias = "list[object] | tuple[object, ...] | dict[object, object]"

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def is_live_spec(text: str) -> bool:
    """Tell `package.module:attr` and `file.py:attr` from the path of a model file.

    Args:
        text: The MODEL argument as typed.

    Returns:
        Whether it names a Python attribute. A file that exists under that very name,
        a Windows drive letter and a URL are not live specs.
    """
    place, colon, attribute = text.rpartition(":")
    if not colon or not place or not _DOTTED.fullmatch(attribute):
        return False
    if os.name == "nt" and len(place) == 1:
        return False
    if os.path.exists(text):
        return False
    return place.endswith(".py") or _DOTTED.fullmatch(place) is not None


def load_attribute(spec: str) -> object:
    """Import what a live spec names, calling it when it is a zero-argument factory.

    Args:
        spec: `package.module:attr` (the working directory is searched too) or
            `path/to/file.py:attr`; the attribute may be dotted.

    Returns:
        The object: a model as it is, a factory's result. Whether it is a model is for
        the caller to say.

    Raises:
        ReadError: The module, file or attribute is missing, or the user's code fails.
    """
    return _load(spec, {})


def load_several(models: Container) -> Container:
    """Import what the live specs among several models name, each module once.

    Args:
        models: Live models, or live specs that name one each.

    Returns:
        The same with every spec replaced.

    Raises:
        ReadError: As for `load_attribute`.
        OptionError: One of them is a file.
    """
    modules: dict[str, ModuleType] = {}

    if isinstance(models, dict) and not all(isinstance(key, str) for key in models):
        raise OptionError("A dict of models must have strings as keys.")
    require_live(models.values() if isinstance(models, dict) else models)

    def load(model: object) -> object:
        if not isinstance(model, str | Path):
            return model
        return _load(str(model), modules)

    if isinstance(models, dict):
        return {key: load(model) for key, model in models.items()}
    return [load(model) for model in models]


def require_live(models: Iterable[object]) -> None:
    """Refuse files among several models.

    Args:
        models: Live models, or what the user named them by.

    Raises:
        OptionError: One is a file.
    """
    for model in models:
        if isinstance(model, str | Path) and not is_live_spec(str(model)):
            raise OptionError(
                f"{printable(model)} is a file, and files do not record which layers "
                "several models share. Give one file, or attributes of a live module: "
                "package.module:attr or file.py:attr."
            )


def _load(spec: str, modules: dict[str, ModuleType]) -> object:
    place, _, attribute = spec.rpartition(":")
    with contextlib.redirect_stdout(sys.stderr):
        if place not in modules:
            is_file = place.endswith(".py")
            load = _execute_file if is_file else _import_module
            modules[place] = load(place)
        found = _walk(modules[place], attribute, place)
        return _call_factory(found, spec)


def _import_module(name: str) -> ModuleType:
    _search_first(os.getcwd())
    importlib.invalidate_caches()
    with _user_code(f"Importing {printable(name)}"):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            # A missing parent package is the spec's fault; any other missing module
            # is the imported code's.
            if error.name and (name == error.name or name.startswith(f"{error.name}.")):
                raise ReadError(
                    f"There is no module named {printable(error.name)}, neither "
                    "installed nor in the working directory."
                ) from None
            raise


def _execute_file(place: str) -> ModuleType:
    path = Path(place)
    if not path.is_file():
        raise ReadError(f"The file {printable(path)} does not exist.")
    full = path.resolve()
    digest = hashlib.sha256(os.fsencode(full)).hexdigest()[:12]
    # The name is unique to the file, and registered, so that inspect, pickle and
    # Keras' own registry find the classes that the file defines.
    name = f"_kerascodegen_{re.sub(r'[^0-9A-Za-z_]', '_', full.stem)}_{digest}"
    spec = importlib.util.spec_from_file_location(name, full)
    if spec is None or spec.loader is None:
        raise ReadError(f"The file {printable(path)} is not Python source.")
    _search_first(str(full.parent))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with _user_code(f"Running {printable(path)}"):
            spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _search_first(folder: str) -> None:
    # Stays there: a factory may import its neighbours as late as when it is called.
    if folder not in sys.path and "" not in sys.path[:1]:
        sys.path.insert(0, folder)


def _walk(module: ModuleType, attribute: str, place: str) -> object:
    found: object = module
    for part in attribute.split("."):
        try:
            with _user_code(f"Looking up {printable(attribute)}", passing=True):
                found = getattr(found, part)
        except AttributeError:
            raise ReadError(
                f"{printable(place)} has no attribute {printable(attribute)}."
            ) from None
    return found


def _call_factory(found: object, spec: str) -> object:
    if _is_model(found) or not callable(found):
        return found
    required = _required_parameters(found)
    if required:
        raise ReadError(
            f"{printable(spec)} needs arguments ({printable(', '.join(required))}). "
            "Name a model, or a function that takes none."
        )
    with _user_code(f"Calling {printable(spec)}"):
        return found()


def _is_model(found: object) -> bool:
    # If nothing imported keras, nothing can be a Keras model.
    model_class = getattr(sys.modules.get("keras"), "Model", None)
    return isinstance(model_class, type) and isinstance(found, model_class)


def _required_parameters(factory: object) -> list[str]:
    if not callable(factory):
        return []
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):
        return []
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        parameter.name
        for parameter in parameters
        if parameter.default is inspect.Parameter.empty
        and parameter.kind not in optional
    ]


@contextlib.contextmanager
def _user_code(doing: str, *, passing: bool = False) -> Iterator[None]:
    """Turn whatever user code raises into one sentence.

    Args:
        doing: What was being done, as the beginning of that sentence.
        passing: Let an AttributeError through, for the caller to explain.
    """
    try:
        yield
    except ReadError:
        raise
    except SystemExit as error:
        raise ReadError(
            f"{doing} ended the program (sys.exit({printable(error.code)}))."
        ) from None
    except Exception as error:
        if passing and isinstance(error, AttributeError):
            raise
        raise ReadError(f"{doing} failed: {_describe(error)}") from error


def _describe(error: Exception) -> str:
    text = printable(str(error).strip())
    return f"{type(error).__name__}: {text}" if text else f"{type(error).__name__}."
