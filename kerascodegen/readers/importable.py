"""Can others import an object, and from where?

The rule: an object is imported if it stands, under the name that it gives itself, in a
module that the import system finds again under that module's name: an installed
package, or a module of the folder that the user works in. A file that was named as
`file.py:attr`, a script (`__main__`), a notebook, an interactive session, a module that
was put together in memory, and what was made inside a function cannot be imported.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from kerascodegen.literals import is_dotted_name


def import_path(thing: Any) -> tuple[str, str] | None:
    """Find where an object can be imported from.

    Args:
        thing: A class or function.

    Returns:
        Module and attribute (dotted for a class inside a class), or `None`.
    """
    module_name = getattr(thing, "__module__", None)
    name = getattr(thing, "__qualname__", getattr(thing, "__name__", None))
    if not isinstance(module_name, str) or not isinstance(name, str):
        return None
    module = sys.modules.get(module_name)
    if module is None or not is_dotted_name(name) or _lookup(module, name) is not thing:
        return None
    if not is_importable(module):
        return None
    return _public(module_name, name, thing), name


def is_importable(module: ModuleType) -> bool:
    """Tell whether another process would find a module under its name.

    Args:
        module: A live module.

    Returns:
        Whether the import system finds the same file again.
    """
    name = module.__name__
    if name == "__main__" or not is_dotted_name(name):
        return False
    if sys.modules.get(name) is not module:
        return False
    spec = _find(name)
    if spec is None:
        return False
    origin = getattr(module, "__file__", None)
    if origin is None or spec.origin is None:
        # Built into Python, or a folder without an __init__.
        return origin is None
    return bool(os.path.realpath(spec.origin) == os.path.realpath(origin))


def is_local(name: str) -> bool:
    """Tell whether a package stands where the user works, and is no installed one.

    Args:
        name: A top-level package or module.

    Returns:
        False also for what is not loaded, and for Python's own modules.
    """
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    places = [file] if file else list(getattr(module, "__path__", []))
    installed = {"site-packages", "dist-packages"}
    return (
        bool(places)
        and name not in sys.stdlib_module_names
        and not any(installed & set(str(place).split(os.sep)) for place in places)
    )


def _find(name: str) -> ModuleSpec | None:
    """Search for a module afresh; `importlib.util.find_spec` trusts what is loaded."""
    parent, _, _ = name.rpartition(".")
    path = None
    if parent:
        package = sys.modules.get(parent)
        if package is None or not is_importable(package):
            return None
        path = getattr(package, "__path__", None)
        if path is None:
            return None
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        try:
            spec = find(name, path) if find is not None else None
        except (ImportError, AttributeError, TypeError, ValueError):
            continue
        if isinstance(spec, ModuleSpec):
            return spec
    return None


def _lookup(module: ModuleType, name: str) -> Any:
    found: Any = module
    for part in name.split("."):
        found = vars(found).get(part) if hasattr(found, "__dict__") else None
    return found


def _public(module: str, name: str, thing: Any) -> str:
    """Prefer where a package offers its object over where it keeps the code.

    Another place is looked for only where the path goes through `src` or a private
    module, and only among what is imported already.
    """
    if _is_public(module):
        return module
    top = module.partition(".")[0]
    candidates = [
        path
        for path in list(sys.modules)
        if (path == top or path.startswith(f"{top}.")) and _is_public(path)
    ]
    for path in sorted(candidates, key=lambda path: (path.count("."), path)):
        package = sys.modules.get(path)
        if package is not None and _lookup(package, name) is thing:
            return path
    return module


def _is_public(path: str) -> bool:
    return not any(part == "src" or part.startswith("_") for part in path.split("."))
