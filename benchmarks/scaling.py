"""Time a layer for each stage, on chains of 1,000, 10,000 and 100,000 layers.

    python benchmarks/scaling.py [--sizes 1000 10000 100000]

What must be seen: the time a layer stays flat, so no stage is quadratic. Needs no
framework, since a file is read statically.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from typing import Any

from kerascodegen.emitters.audit import audit_source
from kerascodegen.emitters.formatting import format_source, render
from kerascodegen.graph.check import check_file_graph
from kerascodegen.options import Options
from kerascodegen.pipeline import find_emitter, paused_collector, run_passes
from kerascodegen.readers.config import read_model_config
from kerascodegen.readers.jsontext import parse_json

FLOAT32 = {
    "module": "keras",
    "class_name": "DTypePolicy",
    "config": {"name": "float32"},
    "registered_name": None,
}


def chain(length: int) -> bytes:
    """Write the config of a chain of Dense layers, as `to_json()` would.

    Args:
        length: How many layers.

    Returns:
        JSON.
    """
    layers: list[dict[str, Any]] = [
        {
            "module": "keras.layers",
            "class_name": "InputLayer",
            "config": {
                "batch_shape": [None, 8],
                "dtype": "float32",
                "name": "features",
            },
            "registered_name": None,
            "name": "features",
            "inbound_nodes": [],
        }
    ]
    previous = "features"
    for index in range(length):
        name = f"hidden_{index}"
        layers.append(_dense(name, previous))
        previous = name
    config = {
        "name": "chain",
        "trainable": True,
        "layers": layers,
        "input_layers": ["features", 0, 0],
        "output_layers": [previous, 0, 0],
    }
    return json.dumps(
        {
            "module": "keras.src.models.functional",
            "class_name": "Functional",
            "config": config,
            "registered_name": "Functional",
        }
    ).encode()


def _dense(name: str, previous: str) -> dict[str, Any]:
    tensor = {
        "class_name": "__keras_tensor__",
        "config": {
            "shape": [None, 8],
            "dtype": "float32",
            "keras_history": [previous, 0, 0],
        },
    }
    return {
        "module": "keras.layers",
        "class_name": "Dense",
        "config": {
            "name": name,
            "trainable": True,
            "dtype": FLOAT32,
            "units": 8,
            "activation": "relu",
            "use_bias": True,
            "kernel_initializer": _initializer("GlorotUniform", seed=None),
            "bias_initializer": _initializer("Zeros"),
            "kernel_regularizer": None,
            "bias_regularizer": None,
            "kernel_constraint": None,
            "bias_constraint": None,
            "quantization_config": None,
        },
        "registered_name": None,
        "build_config": {"input_shape": [None, 8]},
        "name": name,
        "inbound_nodes": [{"args": [tensor], "kwargs": {}}],
    }


def _initializer(name: str, **config: Any) -> dict[str, Any]:
    return {
        "module": "keras.initializers",
        "class_name": name,
        "config": config,
        "registered_name": None,
    }


def measure(length: int) -> dict[str, float]:
    """Generate the source of one chain, stage by stage.

    Args:
        length: How many layers.

    Returns:
        Seconds for each stage.
    """
    with paused_collector():
        return _measure(chain(length), Options())


def _measure(data: bytes, options: Options) -> dict[str, float]:
    emitter = find_emitter(options.style)
    seconds: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        seconds[stage] = time.perf_counter() - start
        return result

    graph = timed("read", lambda: read_model_config(parse_json(data, "chain")))
    timed("check", lambda: check_file_graph(graph))
    decided, _ = timed("passes", lambda: run_passes(graph, options))
    module = timed("emit", lambda: emitter.emit(decided, options))
    text = timed("template", lambda: render(module, emitter.template, None))
    source = timed("black", lambda: format_source(text, options.line_length))
    timed("audit", lambda: audit_source(source))
    return seconds


def main() -> None:
    """Measure all sizes and print a table of microseconds a layer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    sizes = parser.parse_args().sizes
    measure(100)  # imports, caches
    rows = {size: measure(size) for size in sizes}
    print(f"{platform.machine()}, Python {platform.python_version()}; us a layer\n")
    stages = list(next(iter(rows.values())))
    print(f"| layers | {' | '.join(stages)} | total |")
    print(f"| ---: {'| ---: ' * (len(stages) + 1)}|")
    for size, seconds in rows.items():
        cells = [f"{seconds[stage] / size * 1e6:.1f}" for stage in stages]
        total = sum(seconds.values()) / size * 1e6
        print(f"| {size:,} | {' | '.join(cells)} | {total:.1f} |")


if __name__ == "__main__":
    main()
