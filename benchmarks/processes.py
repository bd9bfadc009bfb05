"""Compare whole processes: kerascodegen, loading with Keras, and the floor.

    python benchmarks/processes.py [--runs 5]

The floor is what no generator of this design can go below: an interpreter that imports
black, click and jinja2, reads the config and formats the finished text.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAVE = """
import sys
import keras
keras.applications.ResNet50(weights=None).save(sys.argv[1])
"""
LOAD = "import sys, keras; keras.models.load_model(sys.argv[1])"
FLOOR = """
import json, sys, zipfile
import black, click, jinja2
with zipfile.ZipFile(sys.argv[1]) as archive:
    json.loads(archive.read("config.json"))
with open(sys.argv[2], encoding="utf-8") as stream:
    text = stream.read()
sys.stdout.write(black.format_str(text, mode=black.Mode(line_length=88)))
"""


def run(command: list[str]) -> tuple[float, float]:
    """Run a command to its end.

    Args:
        command: Its words.

    Returns:
        Wall-clock seconds and peak resident memory in MiB.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"failed: {' '.join(command)}")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        model, source = str(Path(folder, "ResNet50.keras")), str(Path(folder, "out.py"))
        subprocess.run(
            [sys.executable, "-c", SAVE, model], check=True, capture_output=True
        )
        own = [str(Path(sys.executable).with_name("kerascodegen")), model]
        subprocess.run([*own, "-o", source], check=True, capture_output=True)
        commands = {
            "kerascodegen": own,
            "load_model": [sys.executable, "-c", LOAD, model],
            "floor": [sys.executable, "-c", FLOOR, model, source],
        }
        # In turn, so that a machine that slows down slows all of them.
        measured = {name: [] for name in commands}
        for turn in range(runs + 1):
            for name, command in commands.items():
                figures = run(command)
                if turn:
                    measured[name].append(figures)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python", end=" ")
    print(f"{platform.python_version()}, ResNet50, median of {runs} runs in turn\n")
    print("| process | seconds | peak MiB |\n| --- | ---: | ---: |")
    medians = {}
    for name, figures in measured.items():
        columns = zip(*figures, strict=True)
        seconds, memory = (statistics.median(column) for column in columns)
        medians[name] = seconds, memory
        print(f"| {name} | {seconds:.2f} | {memory:.0f} |")
    own_time, own_memory = medians["kerascodegen"]
    load_time, load_memory = medians["load_model"]
    print(f"\ntime, kerascodegen / load_model: {own_time / load_time:.3f}")
    print(f"memory, kerascodegen / load_model: {own_memory / load_memory:.3f}")
    print(f"time, kerascodegen / floor: {own_time / medians['floor'][0]:.2f}")


if __name__ == "__main__":
    main()
