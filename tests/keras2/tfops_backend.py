"""Runs translated graphs on another backend, as a program with a directory.

The directory has one pair of files a case, written where tf_keras ran: the config, and
the values with what is expected. The differences go to stdout, as JSON by case.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tests.keras2.tfops_proof import Case, difference, predict, record, values_of


def export(cases: Iterable[Case], folder: Path) -> None:
    """Write cases down; needs tf_keras."""
    for number, case in enumerate(cases):
        config, expected = record(case)
        about = {"name": case.name, "config": config, "expected": len(expected)}
        (folder / f"{number}.json").write_text(json.dumps(about))
        arrays: dict[str, Any] = {f"in_{i}": v for i, v in enumerate(values_of(case))}
        arrays |= {f"out_{i}": value for i, value in enumerate(expected)}
        np.savez(folder / f"{number}.npz", **arrays)


def run(folder: Path) -> dict[str, float | str]:
    """Run what was written down on the backend of this process."""
    result: dict[str, float | str] = {}
    for path in sorted(folder.glob("*.json"), key=lambda path: int(path.stem)):
        about = json.loads(path.read_text())
        arrays = np.load(path.with_suffix(".npz"))
        count = sum(name.startswith("in_") for name in arrays.files)
        values = [arrays[f"in_{i}"] for i in range(count)]
        expected = [arrays[f"out_{i}"] for i in range(about["expected"])]
        try:
            actual = predict(about["config"], values)
            pairs = zip(actual, expected, strict=True)
            result[about["name"]] = max(difference(a, b) for a, b in pairs)
        except Exception as error:
            # Told to the test, which says which case it was.
            result[about["name"]] = f"{type(error).__name__}: {str(error)[:300]}"
    return result


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
