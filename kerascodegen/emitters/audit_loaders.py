"""The only functions of a generated module that open files, known by their exact form.

They open a file beside the module, as data: an array without pickles, or text.
"""

from __future__ import annotations

import ast

from kerascodegen.emitters.source import Function, constant_loader, vocabulary_loader
from kerascodegen.graph.custom import ImportLine
from kerascodegen.sidecars import constants_name, is_file_stem

PATH_IMPORT = ImportLine("pathlib", "Path")
_VOCABULARY_END = ".txt"


def find_loaders(tree: ast.Module) -> list[ast.FunctionDef]:
    """Find the functions of a module that are loaders to the letter.

    Args:
        tree: The module.

    Returns:
        Those functions; one that differs in anything is not among them.
    """
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and _is_loader(node)
    ]


def is_load(node: ast.expr, loaders: set[str]) -> bool:
    """Tell whether an expression loads something from beside the module.

    Args:
        node: An expression.
        loaders: Names of the loaders.

    Returns:
        Whether it is a call of one with one plain name: a file's or an array's.
    """
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in loaders
        and not node.keywords
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Constant)
        and _is_plain(node.args[0].value)
    )


def is_vocabulary(node: ast.Call, loaders: set[str]) -> bool:
    """Tell whether `set_vocabulary` is given words and no path.

    Args:
        node: The call.
        loaders: Names of the loaders.

    Returns:
        Whether the words are a list, or loaded.
    """
    if len(node.args) != 1 or any(key.arg != "idf_weights" for key in node.keywords):
        return False
    words = node.args[0]
    if isinstance(words, ast.Call) and isinstance(words.func, ast.Attribute):
        words = words.func.value
    return isinstance(words, ast.List) or is_load(words, loaders)


def _is_plain(name: object) -> bool:
    """A name of an array, or of a text file in this very folder."""
    if not isinstance(name, str):
        return False
    is_text = name.endswith(_VOCABULARY_END) and is_file_stem(name)
    return is_text or (name.isascii() and name.isidentifier())


def _is_loader(node: ast.FunctionDef) -> bool:
    if _same(node, _source(vocabulary_loader(node.name))):
        return True
    constants = [
        inner.value
        for inner in ast.walk(node)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    ]
    end = constants_name("")
    return any(
        is_file_stem(text.removesuffix(end))
        and _same(node, _source(constant_loader(node.name, text.removesuffix(end))))
        for text in constants
        if text.endswith(end)
    )


def _source(function: Function) -> str:
    """A function as the template writes it."""
    body = [statement.text(width=88) for statement in function.statements]
    lines = "\n    ".join([f'"""{function.docstring}"""', *body])
    head = f"def {function.name}({function.parameters}) -> {function.returns}:"
    return f"{head}\n    {lines}\n"


def _same(node: ast.stmt, source: str) -> bool:
    try:
        expected = ast.parse(source).body[0]
    except (SyntaxError, ValueError):
        return False
    return ast.dump(node) == ast.dump(expected)
