"""Write `kerascodegen/catalog/keras.json` from the Keras that is installed.

Run it after Keras was upgraded: `python scripts/build_catalog.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

TARGET = Path(__file__).parents[1] / "kerascodegen" / "catalog" / "keras.json"


def build() -> dict[str, Any]:
    """Measure the installed Keras.

    Returns:
        The catalog as JSON data.
    """
    import keras
    from catalog_builder import classes, functions, ops

    catalog: dict[str, Any] = {
        "keras": keras.__version__,
        "classes": {
            path: classes.class_entry(path, cls) for path, cls in classes.serialisable()
        },
        "class_aliases": classes.aliases(),
        "ops": ops.op_entries(),
        "functions": functions.functions(),
        "builtin_functions": functions.builtins(),
    }
    return catalog


def text_of(catalog: dict[str, Any]) -> str:
    """Lay the catalog out with one entry a line, so that changes can be reviewed.

    Args:
        catalog: What `build` returned.

    Returns:
        The file's text.
    """
    sections = []
    for name, value in catalog.items():
        if not isinstance(value, dict):
            sections.append(f"{json.dumps(name)}: {json.dumps(value)}")
            continue
        lines = ",\n".join(
            f"{json.dumps(key)}: {json.dumps(value[key], separators=(',', ':'))}"
            for key in sorted(value)
        )
        sections.append(f"{json.dumps(name)}: {{\n{lines}\n}}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


def main() -> int:
    """Write the file, or compare it.

    Returns:
        0, or 1 if `--check` found a difference.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, do not write")
    arguments = parser.parse_args()
    text = text_of(build())
    if not arguments.check:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    print(f"{TARGET.name} is out of date: python scripts/build_catalog.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
