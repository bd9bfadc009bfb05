"""The proof on another backend: `KERAS_BACKEND=jax python -m tests.backend_proof`.

For every case: what is generated from the live model is the golden that was made with
TensorFlow; the golden is executed, and what it builds is compared with the model in
structure, compile settings, weights and predictions.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
import traceback
from pathlib import Path

import keras

import kerascodegen
from tests import roundtrip
from tests.cases import Case, all_cases
from tests.test_golden import golden_of, portable


def prove(case: Case, folder: Path) -> None:
    """Prove one case.

    Args:
        case: The case.
        folder: A place for weights.

    Raises:
        AssertionError: Something differs.
    """
    model = case.build()
    source = str(kerascodegen.generate(model, **case.options))
    golden = golden_of(case).read_text(encoding="utf-8")
    assert _alike(source) == _alike(golden), "the source is not the golden"
    if case.stub:
        return
    if not model.built:
        model.build((None, *case.options["input_shape"]))
    if case.options.get("names") == "auto":
        # Its names are those that Keras gives in a fresh session.
        keras.backend.clear_session(free_memory=False)
    module = roundtrip.execute(golden)
    rebuilt = module.build_model()
    roundtrip.assert_same_model(model, rebuilt)
    roundtrip.assert_weights_load(model, rebuilt, folder)
    if model.compiled and case.options.get("compile", True):
        # What "auto" comes to differs, and so does what has to be written.
        own = roundtrip.execute(source)
        roundtrip.assert_same_compile(model, own.compile_model(own.build_model()))


def _alike(source: str) -> str:
    """Blank what an author's `jit_compile` leaves: nothing, where it is the default."""
    return re.sub(r"\n        jit_compile=(True|False),", "", portable(source))


def main() -> None:
    """Prove the cases named, or all that are quick; print what came of each as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.backend_proof")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--without", action="append", default=[])
    asked = parser.parse_args()
    results = {}
    for case in all_cases():
        wanted = case.name in asked.names if asked.names else not case.slow
        if not wanted or case.name in asked.without:
            continue
        started = time.perf_counter()
        problem = ""
        with tempfile.TemporaryDirectory() as folder:
            try:
                prove(case, Path(folder))
            except Exception as error:
                last = traceback.extract_tb(error.__traceback__)[-1]
                problem = f"{type(error).__name__} in {last.name}: {error}"[:600]
        print(f"{time.perf_counter() - started:6.1f} s  {case}", file=sys.stderr)
        results[case.name] = problem
    print(json.dumps({"backend": keras.backend.backend(), "results": results}))


if __name__ == "__main__":
    main()
