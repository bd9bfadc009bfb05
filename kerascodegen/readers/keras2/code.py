"""Code that is written into the source where Keras 3 has nothing equal.

Each piece stands in a file of `templates/keras2`: imports from keras first, then the
definitions. It is copied as custom code of a live model is.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import kerascodegen
from kerascodegen.graph.custom import (
    Constructor,
    Definition,
    ImportLine,
    InlinedCode,
)

_LAYER = "keras.layers.Layer"
_CONSTRUCTORS = {
    "depth_to_space": Constructor(("block_size",), base=_LAYER),
    "merges": Constructor(("axis",), {"axis": -1}, base=f"{_LAYER}"),
    "reshape_as": Constructor(("target_shape",), base=_LAYER),
    "resize_as": Constructor(
        ("factor", "interpolation"),
        {"factor": [1, 1], "interpolation": "bilinear"},
        base=_LAYER,
    ),
    "space_to_depth": Constructor(("block_size",), base=_LAYER),
    "time_distributed": Constructor(("layer",), base="keras.layers.TimeDistributed"),
}


@cache
def shipped_code(file: str, name: str) -> InlinedCode:
    """Read a piece of code that comes with kerascodegen.

    Args:
        file: The file in `templates/keras2`, without ending.
        name: The class or function in it.

    Returns:
        What is copied, with what it needs of the file.
    """
    # In the installed package, else in the checkout, as all templates.
    package = Path(kerascodegen.__file__).parent
    folders = (package / "templates", package.parent / "templates")
    folder = next(folder for folder in folders if folder.is_dir())
    text = (folder / "keras2" / f"{file}.py").read_text(encoding="utf-8")
    lines = text.splitlines()
    imports: list[ImportLine] = []
    definitions: list[Definition] = []
    body = ast.parse(text).body
    wanted = _needed(body, name)
    for node in body:
        if isinstance(node, ast.ImportFrom):
            imports += [ImportLine(str(node.module), a.name) for a in node.names]
        elif isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name in wanted:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            source = "\n".join(lines[first - 1 : node.end_lineno])
            used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            needed = tuple(line for line in imports if line.bound in used)
            definitions.append(
                Definition(f"keras2.{file}", (0, first), (node.name,), source, needed)
            )
    constructor = _KERAS_1.get(name) or _constructor(file)
    return InlinedCode(name, tuple(definitions), constructor, shipped=True)


_KERAS_1 = {
    "Highway": Constructor(
        ("activation", "transform_bias", "use_bias", "kernel_initializer"),
        {
            "activation": "linear",
            "transform_bias": -2,
            "use_bias": True,
            "kernel_initializer": "glorot_uniform",
        },
        base=_LAYER,
    ),
    "MaxoutDense": Constructor(
        ("output_dim", "nb_feature", "use_bias", "kernel_initializer"),
        {
            "nb_feature": 4,
            "use_bias": True,
            "kernel_initializer": "glorot_uniform",
        },
        base=_LAYER,
    ),
}


def _needed(body: list[ast.stmt], name: str) -> set[str]:
    """The names of a definition and of those that it needs."""
    uses = {
        node.name: {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        for node in body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    found, waiting = set(), [name]
    while waiting:
        one = waiting.pop()
        if one in uses and one not in found:
            found.add(one)
            waiting.extend(uses[one])
    return found


def _constructor(file: str) -> Constructor | None:
    """What the constructor of a shipped class takes, with its defaults."""
    if file == "random_size":
        return Constructor(
            ("factor", "interpolation", "seed"),
            {"interpolation": "bilinear", "seed": None},
            base="keras.layers.Layer",
        )
    if file in _CONSTRUCTORS:
        return _CONSTRUCTORS[file]
    if file != "locally_connected":
        return None
    parameters = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "activation",
        "use_bias",
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "bias_constraint",
    )
    defaults = {
        "padding": "valid",
        "data_format": "channels_last",
        "activation": "linear",
        "use_bias": True,
        "kernel_initializer": "glorot_uniform",
        "bias_initializer": "zeros",
        **dict.fromkeys(parameters[9:]),
    }
    return Constructor(parameters, defaults, base="keras.layers.Layer")
