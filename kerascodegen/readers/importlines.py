"""Import statements as the user's own module has them."""

from __future__ import annotations

import ast
import sys

from kerascodegen.graph.custom import ImportLine
from kerascodegen.readers.importable import is_importable
from kerascodegen.readers.modulesource import Binding, ModuleSource

_TF_KERAS = ImportLine("tensorflow", "keras")


class NoSourceError(Exception):
    """The source of an object cannot be copied; `str()` is why."""


def import_of_module(module: str, name: str) -> ImportLine:
    """Import a module under a name.

    Args:
        module: The module's full name.
        name: What it is called.

    Returns:
        `import a.b as name`, `from a import b`, or `import a`.
    """
    parent, _, last = module.rpartition(".")
    if not parent:
        return ImportLine(module, alias="" if module == name else name)
    if last == name:
        return ImportLine(parent, last)
    return ImportLine(module, alias=name)


def import_line(binding: Binding, name: str, source: ModuleSource) -> ImportLine:
    """Write the import of one name as its module has it.

    Args:
        binding: An import statement.
        name: A name that it binds.
        source: The module.

    Returns:
        The line, relative imports made absolute.

    Raises:
        NoSourceError: Others cannot import what it imports.
    """
    node = binding.node
    assert isinstance(node, ast.Import | ast.ImportFrom)
    found = next(
        alias
        for alias in reversed(node.names)
        if (alias.asname or _first_part(node, alias.name)) == name
    )
    alias = found.asname or ""
    if isinstance(node, ast.Import):
        line = ImportLine(found.name, alias=alias)
    else:
        line = ImportLine(absolute(node, source), found.name, alias)
    top = sys.modules.get(line.module.partition(".")[0])
    if top is not None and not is_importable(top):
        raise NoSourceError(f"needs {name}, which others cannot import")
    # TensorFlow's `keras` is Keras itself, which the generated module imports as such.
    return ImportLine("keras") if line == _TF_KERAS else line


def _first_part(node: ast.Import | ast.ImportFrom, name: str) -> str:
    return name.partition(".")[0] if isinstance(node, ast.Import) else name


def absolute(node: ast.ImportFrom, source: ModuleSource) -> str:
    """Name the module that a statement imports from, in full.

    Args:
        node: The statement.
        source: The module that it stands in.

    Returns:
        The module's name.

    Raises:
        NoSourceError: It is relative, and the module is in no package.
    """
    if not node.level:
        return node.module or ""
    package = source.variables.get("__package__")
    if not isinstance(package, str) or not package:
        raise NoSourceError("is defined with relative imports outside of a package")
    parts = package.split(".")
    base = ".".join(parts[: len(parts) - node.level + 1])
    return f"{base}.{node.module}" if node.module else base
